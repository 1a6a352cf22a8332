"""Days that are not in the data."""

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.data.days import coverage
from ecomkit.diagnosis.quality.check import Case

SIDE_DAYS = 91  # the same weekdays of a quarter before and after say whether a day is usually open, and how busy
OPEN_SHARE, BUSY = 0.6, 7  # with seven orders expected, a day without any is one in a thousand
LONG, LONG_BUSY = 7, 3  # a week or more without orders is a gap on all days
RARE_SHARE = 0.2  # but for weekdays on which the shop seldom opens
# table -> its day, and the SQL condition under which a row of it tells of a sale
TELLS = {
    "traffic_daily": ("date", ("orders > 0", "buyers > 0", "revenue > 0")),
    "product_daily": ("date", ("units > 0", "revenue > 0")),
    "inventory": ("date", ("sold > 0",)),
    "events": ("event_time", ("event_name = 'purchase'",)),
}
COLUMNS = {"table": "str", "day": "datetime64[us]", "problem": "str", "elsewhere": "str", "money": "float64"}


def gaps(case: Case) -> DuckDBPyRelation:
    """Days without orders on which the shop usually has some, days on which another table is silent, and a last day
    that ends early. `elsewhere`: tables that tell of sales on that day; `money`: the day's sales, or the usual ones."""
    known = {table: _days(case, table) for table in TELLS if case.store.has(table)}
    told = {table: set(days.index[days]) for table, days in known.items()}
    rows: list[tuple] = []
    money: dict[pd.Timestamp, float] = {}
    if case.has("orders.order_date") and not case.sold.empty:
        sold = case.sold.groupby("day").agg(n=("n", "sum"), revenue=("revenue", "sum"))
        money = dict(zip(sold.index, sold["revenue"].tolist(), strict=True))
        rows += [("orders", day, "no rows", _named(told, day), usual) for day, usual in _without_orders(sold)]
        last = pd.Timestamp(coverage(case.store)[1])
        rows += [("orders", day, "cut short", "", revenue) for day, revenue in money.items() if day > last]
        told["orders"] = set(money)
    for table, days in known.items():
        others = {name: some for name, some in told.items() if name != table}
        calendar = set().union(*others.values())
        if "orders" not in told:
            calendar = set(pd.date_range(days.index.min(), days.index.max()))
        silent = calendar - set(days.index)
        inside = sorted(day for day in silent if days.index.min() < day < days.index.max())
        rows += [(table, day, "no rows", _named(others, day), money.get(day, np.nan)) for day in inside]
    found = case.store.connection.from_df(pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS))
    return found.project("* REPLACE (day::DATE AS day), elsewhere <> '' AS sure")


def _days(case: Case, table: str) -> "pd.Series[bool]":
    """The days that a table has, and whether it tells of a sale on them."""
    if table == "events":
        return (case.clicks["event_name"] == "purchase").groupby(case.clicks["day"]).any()
    day, signs = TELLS[table]
    sold = " OR ".join(sign for sign in signs if case.has(f"{table}.{sign.split()[0]}")) or "false"
    frame = case.store.table(table).aggregate(f"{day}::DATE AS day, coalesce(bool_or({sold}), false) AS sold", day).df()
    return frame.set_index("day")["sold"]


def _named(told: dict[str, set[pd.Timestamp]], day: pd.Timestamp) -> str:
    return ", ".join(table for table, days in told.items() if day in days)


def _without_orders(sold: pd.DataFrame) -> list[tuple[pd.Timestamp, float]]:
    """Days between the first and the last without orders that are no usual day off, and their usual sales."""
    days = pd.date_range(sold.index.min(), sold.index.max())
    every = sold.reindex(days, fill_value=0)
    n, revenue = every["n"].to_numpy(dtype=float), every["revenue"].to_numpy(dtype=float)
    empty = n == 0
    found = []
    for first, last in _runs(empty):
        for day in range(first, last + 1):
            same = np.arange(day % 7, len(days), 7)
            same = same[(np.abs(same - day) <= SIDE_DAYS) & ((same < first) | (same > last))]
            near = np.arange(max(first - SIDE_DAYS, 0), min(last + SIDE_DAYS + 1, len(days)))
            busy = near[~empty[near]]
            opened = same[~empty[same]]
            is_open = len(same) > 1 and len(opened) >= OPEN_SHARE * len(same) and np.median(n[opened]) >= BUSY
            is_long = last - first + 1 >= LONG and len(busy) > 1 and np.median(n[busy]) >= LONG_BUSY
            is_long &= len(opened) >= RARE_SHARE * len(same)
            if is_open or is_long:
                usual = opened if len(opened) else busy
                found.append((days[day], float(np.median(revenue[usual]))))
    return found


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and last position of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
