"""The change of the sales by slice: each slice's orders and amount per order, or units and price, add up to it."""

import datetime as dt

import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.data.days import Day
from ecomkit.data.store import Store
from ecomkit.diagnosis.period import period
from ecomkit.diagnosis.split import split
from ecomkit.errors import ParameterError

REST = "(not in order_lines)"
UNKNOWN = "(unknown)"
OF_ORDERS = ("platform", "channel", "province", "device")
OF_PRODUCTS = ("category", "product_id")


def slices(
    store: Store, start: Day = None, end: Day = None, compare: str = "previous", *, by: str = "buyer"
) -> pd.DataFrame:
    """Returns the change of the sales by slice and factor: it adds up over all rows to the cent.

    Parameters
    ----------
    store, start, end, compare
        As in `period`.
    by
        "buyer" (new or old: whether the order is the customer's first in the data), "platform", "channel",
        "province", "device": factors are orders x amount per order. "category" and "product_id" need `order_lines`
        (and `products`): factors are units x price per unit, and what the orders hold beyond their lines, such as
        freight, stands in a slice of its own, "(not in order_lines)".

    Returns
    -------
    pandas.DataFrame, two rows per slice, the slice that moved most first
        The column `by`; `factor, before, after, contribution` (money).

    Raises
    ------
    ParameterError
        The dimension is not known, or the store does not have it; and as in `period`.
    MissingTableError
        It needs a table that the store does not have.
    """
    chosen = period(store, start, end, compare)
    figures = _by_product if by in OF_PRODUCTS else _by_order
    halves = ((chosen.before_start, chosen.before_end), (chosen.start, chosen.end))
    before, after = (figures(store, by, *half) for half in halves)
    names = ["units", "price_per_unit"] if by in OF_PRODUCTS else ["orders", "amount_per_order"]
    both = before.add_suffix("_before").join(after.add_suffix("_after"), how="outer").fillna(0.0)
    rows = []
    for name, row in both.iterrows():
        was, now = (_levels(row[f"count_{side}"], row[f"revenue_{side}"]) for side in ("before", "after"))
        rows += [(name, *told) for told in zip(names, was, now, split(was, now), strict=True)]
    table = pd.DataFrame(rows, columns=[by, "factor", "before", "after", "contribution"])
    moved = table.groupby(by)["contribution"].transform("sum").abs()
    return table.iloc[moved.to_numpy().argsort(kind="stable")[::-1]].pipe(_in_factor_order, by, names)


def _in_factor_order(table: pd.DataFrame, by: str, names: list[str]) -> pd.DataFrame:
    """Whole slices in the order in which they come, their factors in the order of the product."""
    place = table[by].map({name: i for i, name in enumerate(table[by].drop_duplicates())})
    key = place * len(names) + table["factor"].map(names.index)
    return table.iloc[key.to_numpy().argsort()].reset_index(drop=True)


def _levels(count: float, revenue: float) -> list[float]:
    """A slice without a count carries its money as one."""
    if not count:
        return [1.0, revenue] if revenue else [0.0, float("nan")]
    return [count, revenue / count]


def _by_order(store: Store, by: str, low: dt.date, high: dt.date) -> pd.DataFrame:
    if by == "buyer":
        first = "order_date = min(order_date) OVER (PARTITION BY customer_id)"
        named = f"CASE WHEN customer_id IS NULL THEN '{UNKNOWN}' WHEN {first} THEN 'new' ELSE 'old' END"
    elif by in OF_ORDERS and by in store.orders.columns:
        named = f"coalesce({by}, '{UNKNOWN}')"
    else:
        known = ["buyer", *(c for c in OF_ORDERS if c in store.orders.columns), *OF_PRODUCTS]
        raise ParameterError(f"The orders cannot be told apart by {by!r}.", f"one of {', '.join(known)}.")
    orders = store.orders.project(f"{named} AS slice, order_date, revenue")
    return _total(orders.filter(f"order_date::DATE BETWEEN '{low}' AND '{high}'"), "count(*)")


def _by_product(store: Store, by: str, low: dt.date, high: dt.date) -> pd.DataFrame:
    orders, lines = store.orders, store.order_lines
    paid = orders.filter(f"order_date::DATE BETWEEN '{low}' AND '{high}'").project("order_id, revenue AS paid")
    sold = lines.project("order_id, product_id, quantity, revenue").join(paid.project("order_id"), "order_id")
    if by == "category":
        if "category" not in store.products.columns:
            raise ParameterError("`products` has no `category`.", 'use by="product_id".')
        named = store.products.aggregate("product_id, max(category) AS category", "product_id")
        sold = sold.join(named, "product_id", how="left")
    told = _total(sold.project(f"coalesce({by}, '{UNKNOWN}') AS slice, quantity, revenue"), "sum(quantity)")
    whole = float(paid.aggregate("coalesce(sum(paid), 0)").fetchall()[0][0])
    rest = round(whole - float(told["revenue"].sum()), 2)
    if rest:
        told.loc[REST] = [0.0, rest]
    return told


def _total(rows: DuckDBPyRelation, count: str) -> pd.DataFrame:
    sums = f"slice, ({count})::DOUBLE AS count, round(sum(revenue), 2)::DOUBLE AS revenue"
    return rows.aggregate(sums, "slice").df().set_index("slice").sort_index()
