"""Traffic sources: visitors, what they do and bring, and what ads for them cost."""

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.facts.rates import by_slice, error, peers, ratio
from ecomkit.diagnosis.period import Period
from ecomkit.diagnosis.sources_told import sources_told

SUMS = ["visitors", "cart_users", "buyers", "revenue"]
COLUMNS = (
    "source", *SUMS, *(f"{s}_before" for s in SUMS), "conversion_rate", "conversion_rate_before",
    "conversion_rate_error", "peers_conversion_rate", "cart_rate", "value_per_visitor", "peers_value_per_visitor",
    "amount_per_buyer", "visitor_share", "ad_cost",
)  # fmt: skip


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row per source; `ad_cost` is that of the campaigns that feed it, 0 for a free one."""
    table = by_slice(sources_told(store, period), "source", SUMS, period)
    table["conversion_rate"] = ratio(table["buyers"], table["visitors"])
    table["conversion_rate_before"] = ratio(table["buyers_before"], table["visitors_before"])
    table["conversion_rate_error"] = error(table["buyers"], table["visitors"])
    table["peers_conversion_rate"] = peers(table["buyers"], table["visitors"])
    table["cart_rate"] = ratio(table["cart_users"], table["visitors"])
    table["value_per_visitor"] = ratio(table["revenue"], table["visitors"])
    table["peers_value_per_visitor"] = peers(table["revenue"], table["visitors"])
    table["amount_per_buyer"] = ratio(table["revenue"], table["buyers"])
    table["visitor_share"] = table["visitors"] / (table["visitors"].sum() or 1.0)
    table["ad_cost"] = _cost(store, period).reindex(table.index).fillna(0.0)
    return table.rename_axis("source").reset_index()[list(COLUMNS)]


def _cost(store: Store, period: Period) -> pd.Series:
    if not (store.has("ads_daily") and "source" in store.ads_daily.columns):
        return pd.Series(dtype=float)
    ads = store.ads_daily.filter(period.during("date")).aggregate("source, sum(cost)::DOUBLE AS cost", "source").df()
    return ads.set_index("source")["cost"]
