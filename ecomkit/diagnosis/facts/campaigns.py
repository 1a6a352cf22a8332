"""Campaigns: what they cost and what came back."""

import numpy as np
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.causes.finding import gross_margin
from ecomkit.diagnosis.facts.rates import by_slice, ratio
from ecomkit.diagnosis.period import Period

SUMS = ["cost", "clicks", "orders", "revenue"]
COLUMNS = (
    "campaign", *SUMS, *(f"{s}_before" for s in SUMS), "roas", "roas_before", "roas_error", "break_even_roas", "margin",
    "cost_per_click", "cost_per_click_before", "ad_conversion_rate", "cost_share",
)  # fmt: skip


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row per campaign; `break_even_roas` = 1 / gross margin, missing where costs of goods are not known;
    `ad_conversion_rate` = orders / clicks."""
    table = by_slice(store.ads_daily, "campaign", SUMS, period)
    table["roas"], table["roas_before"] = (ratio(table[f"revenue{w}"], table[f"cost{w}"]) for w in ("", "_before"))
    table["roas_error"] = table["roas"] * 1.4 / np.sqrt(table["orders"].clip(lower=1))  # amounts vary as their mean
    table["margin"] = gross_margin(store, period)
    table["break_even_roas"] = 1 / table["margin"].where(table["margin"] > 0)
    table["cost_per_click"] = ratio(table["cost"], table["clicks"])
    table["cost_per_click_before"] = ratio(table["cost_before"], table["clicks_before"])
    table["ad_conversion_rate"] = ratio(table["orders"], table["clicks"])
    table["cost_share"] = table["cost"] / (table["cost"].sum() or 1.0)
    return table.rename_axis("campaign").reset_index()[list(COLUMNS)]
