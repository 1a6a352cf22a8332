"""The store as a whole: every metric now and before, and how sure the moves of its rates are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ecomkit.data.days import coverage
from ecomkit.data.store import Store
from ecomkit.diagnosis import metrics
from ecomkit.diagnosis.causes.finding import gross_margin
from ecomkit.diagnosis.period import Period

FIGURES = (*metrics.SUMS, *metrics.RATES, "customers", "new_customers", "repeat_rate")
SHARES = {"conversion_rate": "visitors", "cart_rate": "visitors", "repeat_rate": "customers"}  # rate -> out of how many
COLUMNS = (
    *FIGURES,
    *(f"{figure}_before" for figure in FIGURES),
    *(f"{rate}_error" for rate in SHARES),
    "amount_per_order_error", "paid_share", "paid_share_before", "margin", "days", "history_days",
)  # fmt: skip


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row: the metrics of `metrics.compare`; `x_error` is that of the difference to before; `paid_share` is the
    share of visitors from sources that ads feed; `history_days`: days of data before the period compared with."""
    span = f"{period.before_start}..{period.before_end}"
    table = metrics.compare(store, str(period.start), str(period.end), span).set_index("metric")
    row = table["after"].to_dict() | table["before"].add_suffix("_before").to_dict()
    scale = period.days / period.before_days
    for figure in (*metrics.SUMS, "customers", "new_customers"):
        row[f"{figure}_before"] *= scale
    for rate, out_of in SHARES.items():
        row[f"{rate}_error"] = _difference(table.loc[rate].to_dict(), table.loc[out_of].to_dict())
    row["amount_per_order_error"] = _amount_error(store, period)
    row["paid_share"], row["paid_share_before"] = _paid(store, period)
    row["margin"] = gross_margin(store, period)
    row |= {"days": period.days, "history_days": (period.before_start - coverage(store)[0]).days}
    return pd.DataFrame([row])[list(COLUMNS)].astype(float)


def _difference(rate: Mapping[Any, float], out_of: Mapping[Any, float]) -> float:
    """The standard error of the difference of two shares."""
    variance = [
        rate[when] * (1 - rate[when]) / out_of[when] if out_of[when] else np.nan for when in ("before", "after")
    ]
    return float(np.sqrt(max(sum(variance), 0.0))) if np.isfinite(sum(variance)) else np.nan


def _amount_error(store: Store, period: Period) -> float:
    """The standard error of the change of the amount per order."""
    squares = [
        store.orders.filter(when).aggregate("var_samp(revenue) / count(*)").fetchall()[0][0]
        for when in (period.during("order_date"), period.earlier("order_date"))
    ]
    return float(np.sqrt(sum(squares))) if None not in squares else np.nan


def _paid(store: Store, period: Period) -> tuple[float, float]:
    if not (store.has("traffic_daily") and store.has("ads_daily") and "source" in store.ads_daily.columns):
        return np.nan, np.nan
    paid = "source IN (SELECT source FROM ads_daily)"
    shares = [
        store.connection.sql(
            f"SELECT coalesce(sum(visitors) FILTER ({paid}), 0) / sum(visitors) FROM traffic_daily WHERE {when}"
        ).fetchall()[0][0]
        for when in (period.during("date"), period.earlier("date"))
    ]
    now, before = (np.nan if share is None else float(share) for share in shares)
    return now, before
