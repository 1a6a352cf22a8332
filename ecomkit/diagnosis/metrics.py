"""How is the store doing: its key figures by day, by period, and before against after.

What each figure means, and whether it may be summed, is in `metrics.toml`; `dictionary` reads it, and `sum_over` sums
what may be summed.
"""

import datetime as dt

import pandas as pd

from ecomkit.data.days import Day, coverage
from ecomkit.data.store import Store
from ecomkit.diagnosis.daily import RATES, SUMS, agreement, daily, total
from ecomkit.diagnosis.dictionary import dictionary
from ecomkit.diagnosis.period import Period, period
from ecomkit.diagnosis.platforms import by_platform
from ecomkit.diagnosis.split import split
from ecomkit.diagnosis.sums import addable, sum_over
from ecomkit.diagnosis.tree import tree

__all__ = [
    "RATES",
    "SUMS",
    "Period",
    "addable",
    "agreement",
    "by_platform",
    "compare",
    "coverage",
    "daily",
    "dictionary",
    "period",
    "split",
    "sum_over",
    "total",
    "tree",
]


def compare(store: Store, start: Day = None, end: Day = None, compare: str = "previous") -> pd.DataFrame:
    """Returns the figures of a period beside those of another, as `period` resolves the two.

    Returns
    -------
    pandas.DataFrame
        One row per metric: `metric`, `before`, `after`, `change` (in the metric's unit; of a rate in points) and
        `change_rate` (a fraction of `before`; missing where that is 0). Besides the figures of `total` it has
        `customers` (different known customers of the whole period), `new_customers` (of these, whose first order
        in the data lies in the period) and `repeat_rate` (of these, who ordered at least twice in the period).
        Where no order names its customer, `buyers` and `amount_per_buyer` are missing.
    """
    chosen = period(store, start, end, compare)
    columns = {
        name: total(daily(store, low, high)).drop(columns=["start", "end"]).iloc[0].astype(float).to_dict()
        | _customers(store, low, high)
        for name, low, high in (
            ("before", chosen.before_start, chosen.before_end),
            ("after", chosen.start, chosen.end),
        )
    }
    both = pd.DataFrame(columns).rename_axis("metric").reset_index()
    if not any(figures["customers"] for figures in columns.values()):  # then a buyer is but an order
        per_buyer = both["metric"].isin(["buyers", "amount_per_buyer"])
        both.loc[per_buyer, ["before", "after"]] = float("nan")
    change = both["after"] - both["before"]
    return both.assign(change=change, change_rate=(change / both["before"]).where(both["before"] != 0))


def _customers(store: Store, start: dt.date, end: dt.date) -> dict[str, float]:
    history = f"""
        SELECT min(order_date)::DATE AS first, count(*) FILTER (order_date::DATE >= '{start}') AS orders
        FROM orders WHERE customer_id IS NOT NULL AND order_date::DATE <= '{end}' GROUP BY customer_id"""
    customers, new, repeat = store.connection.sql(f"""
        SELECT count(*), count(*) FILTER (first >= '{start}'), avg((orders > 1)::INT)
        FROM ({history}) WHERE orders > 0""").fetchall()[0]
    return {"customers": customers, "new_customers": new, "repeat_rate": float("nan") if repeat is None else repeat}
