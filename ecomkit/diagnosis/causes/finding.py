"""One finding, and the money in it."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.episode import Episode
from ecomkit.diagnosis.period import Period

Z95 = 1.96
MODEL_ERROR = 0.1  # of the money: what "as before" itself may be off, as tests/benchmarks/diagnosis.py measures
SURE = 8.0  # standard errors from which on a finding is called sure


@dataclass(frozen=True)
class Finding:
    """What was found. `money`: net sales lost, or money spent, refunded or shown for nothing, over the episode, in the
    store's currency, with its 95 % interval `low` to `high`; `values`: the figures that its text names; `explained_by`:
    the findings that would be its cause; `explains`: the findings that it is the cause of; `at_most`: "watch" for what
    is never urgent; `words`: language -> title, evidence, action, of a finding that brings its own; `is_seen`: not
    the fault is inferred, only its money."""

    finding: str
    slice: Mapping[str, str]
    since: dt.date
    until: dt.date
    money: float
    low: float
    high: float
    z: float
    owner: str
    due_in_days: int
    values: Mapping[str, Any] = field(default_factory=dict)
    explained_by: tuple[str, ...] = ()
    explains: tuple["Finding", ...] = ()
    at_most: str = "act"
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_seen: bool = False

    @property
    def confidence(self) -> str:
        return "high" if self.z >= SURE else "medium"


def priced(units: float, units_error: float, price: float, price_error: float = 0.0) -> tuple[float, float, float]:
    """Money of so many units at a price, and its 95 % interval by error propagation."""
    money = units * price
    error = math.hypot(units_error * price, units * price_error, MODEL_ERROR * money)
    return round(money, 2), round(max(money - Z95 * error, 0.0), 2), round(money + Z95 * error, 2)


def span(days: pd.DatetimeIndex, episode: Episode) -> tuple[dt.date, dt.date]:
    return days[episode.first].date(), days[episode.last].date()


def by_day(frame: pd.DataFrame, column: str, values: list[str], days: pd.DatetimeIndex) -> dict[str, pd.DataFrame]:
    """A frame per value of `column`: the `values` by day, 0 on days without a row."""
    return {
        str(key): part.set_index("date")[values].astype(float).reindex(days, fill_value=0.0)
        for key, part in frame.groupby(column)
    }


def kept_share(store: Store, period: Period) -> float:
    """The share of sales that was not refunded later, in the period before: lost sales are lost only to that share."""
    if "refund_amount" not in store.orders.columns:
        return 1.0
    figures = "sum(coalesce(refund_amount, 0)) / nullif(sum(revenue), 0)"
    refunded = store.orders.filter(period.earlier("order_date")).aggregate(figures).fetchall()[0][0]
    return 1.0 - min(max(float(refunded or 0.0), 0.0), 1.0)


def gross_margin(store: Store, period: Period) -> float:
    """Gross margin of the lines sold before, as a fraction; missing where costs are not known."""
    if not store.has("order_lines") or "unit_cost" not in store.order_lines.columns:
        return math.nan
    share = store.connection.execute(
        "SELECT 1 - sum(unit_cost * quantity) / nullif(sum(l.revenue), 0) "
        "FROM order_lines l JOIN orders USING (order_id) "
        "WHERE unit_cost IS NOT NULL AND order_date::DATE BETWEEN ? AND ?",
        [period.before_start, period.before_end],
    ).fetchall()[0][0]
    return min(max(float(share), 0.0), 1.0) if share is not None else math.nan


def title(store: Store, product: str) -> str:
    """The product's name on the shelf, or its id."""
    if not store.has("products") or "title" not in store.products.columns:
        return product
    found = store.connection.execute("SELECT title FROM products WHERE product_id = ?", [product]).fetchall()
    return str(found[0][0]) if found and found[0][0] else product
