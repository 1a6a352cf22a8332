"""Platforms side by side: what each sold, who came to it, and what its ads cost."""

import pandas as pd

from ecomkit.data.days import Day, bounds, parse_day, require_inside
from ecomkit.data.store import Store
from ecomkit.diagnosis.refunded import refunded

COLUMNS = ("orders", "gmv", "refund_amount", "buyers", "amount_per_buyer", "amount_per_order", "visitors", "ad_cost")


def by_platform(store: Store, start: Day = None, end: Day = None) -> pd.DataFrame:
    """Returns the figures of a period, one row per platform, the one that sold most first.

    Parameters
    ----------
    store
        `orders`, `traffic_daily`, `refunds` and `ads_daily` each add what they know.
    start, end
        Days as dates or "YYYY-MM-DD"; without them the store's first and last day.

    Returns
    -------
    pandas.DataFrame
        `platform` ("" where a table does not name it, and the store's orders are of several or of none); `orders`,
        `gmv` (paid, before refunds), `refund_amount`, `buyers` (different customers of each day, added; missing on a
        platform that names none), `amount_per_buyer`, `amount_per_order`, `visitors` and `ad_cost`. What a platform
        does not tell is missing. Sums over the rows are those of `daily`.

    Raises
    ------
    ParameterError
        A day is no date or not in the data, or the end is before the start.
    """
    first, last = bounds(store)
    begin, finish = parse_day(start, "start") or first, parse_day(end, "end") or last
    require_inside((first, last), begin, finish)
    within = f"date BETWEEN DATE '{begin}' AND DATE '{finish}'"
    only = _only(store)
    parts = []
    for rows, sums in _parts(store):
        query = f"SELECT coalesce(platform, '{only}') AS platform, {sums} FROM ({rows}) WHERE {within} GROUP BY 1"
        parts.append(store.connection.sql(query).df().set_index("platform"))
    found = pd.concat(parts or [pd.DataFrame()], axis=1).sort_index().reindex(columns=COLUMNS).astype("float64")
    found = found.round({"gmv": 2, "refund_amount": 2, "ad_cost": 2})
    found["amount_per_buyer"] = (found["gmv"] / found["buyers"]).where(found["buyers"] > 0)
    found["amount_per_order"] = (found["gmv"] / found["orders"]).where(found["orders"] > 0)
    return found.sort_values("gmv", ascending=False, kind="stable").rename_axis("platform").reset_index()


def _parts(store: Store) -> list[tuple[str, str]]:
    """(rows with `date` and `platform`, sums) of each table that the store has."""
    parts = []
    if store.has("orders"):
        days = f"SELECT order_date::DATE AS date, {_named(store, 'orders')}, customer_id, revenue FROM orders"
        buyers = "count(DISTINCT (date, customer_id)) FILTER (customer_id IS NOT NULL)"
        guests = "count(*) FILTER (customer_id IS NULL)"
        parts.append(
            (
                days,
                f"count(*) AS orders, sum(revenue)::DOUBLE AS gmv, CASE WHEN {buyers} > 0 THEN {buyers} + {guests} END "
                "AS buyers",
            )
        )
    if paid_back := refunded(store):
        parts.append((paid_back, "sum(amount)::DOUBLE AS refund_amount"))
    for table, measure, name in (("traffic_daily", "visitors", "visitors"), ("ads_daily", "cost", "ad_cost")):
        if store.has(table):
            parts.append(
                (
                    f"SELECT date::DATE AS date, {_named(store, table)}, {measure} FROM {table}",
                    f"sum({measure})::DOUBLE AS {name}",
                )
            )
    return parts


def _named(store: Store, table: str) -> str:
    return "platform" if "platform" in store.table(table).columns else "NULL::VARCHAR AS platform"


def _only(store: Store) -> str:
    """The platform of all orders, where they are of one: what names none is of it, too."""
    if not store.has("orders") or "platform" not in store.orders.columns:
        return ""
    known = store.orders.filter("platform IS NOT NULL").project("platform").distinct().limit(2).fetchall()
    return known[0][0] if len(known) == 1 else ""
