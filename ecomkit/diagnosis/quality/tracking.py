"""Tracking that broke: what is counted stops while the orders go on."""

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality.check import Case

LEFT = 0.2  # of the usual count, at most, is left
ERRORS, SPARE = 4, 3  # a lost source sells to the visitors left: standard errors, and orders, beyond that
EXPECTED = 10  # so many are to be expected: then a fifth of them is no chance
COLUMNS = ["counted", "slice", "day", "actual", "usual", "orders", "money"]


def broken_tracking(case: Case) -> DuckDBPyRelation:
    """Days on which an event, on one device or on all, or a source's visitors nearly stop while orders go on:
    `counted`, `slice`, `day`, `actual`, `usual`, `orders` and the `money` of these orders."""
    rows = [*(_events(case) if case.has("events.event_name") else []), *_sources(case)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    types = {"counted": "str", "slice": "str", "day": "datetime64[us]"} | dict.fromkeys(COLUMNS[3:], float)
    found = case.store.connection.from_df(frame.astype(types))
    return found.project(f"* REPLACE (day::DATE AS day), usual >= {EXPECTED} AS sure")


def _events(case: Case) -> list[tuple]:
    clicks = case.clicks
    days = pd.date_range(clicks["day"].min(), clicks["day"].max())
    silent = ~days.isin(clicks["day"])  # no events at all is a gap
    sold = _sold(case)
    rows: list[tuple] = []
    for name, part in clicks.groupby("event_name"):
        seen = part.groupby("day")["n"].sum().reindex(days, fill_value=0).to_numpy(dtype=float)
        stopped = _stopped(seen, sold[""].reindex(days, fill_value=0)["n"].to_numpy(dtype=float)) & ~silent
        rows += _rows(str(name), "", days, stopped, seen, sold[""])
        for device, some in part.groupby("device"):
            if device not in sold or not device:
                continue
            seen = some.groupby("day")["n"].sum().reindex(days, fill_value=0).to_numpy(dtype=float)
            orders = sold[str(device)].reindex(days, fill_value=0)["n"].to_numpy(dtype=float)
            alone = _stopped(seen, orders) & ~stopped & ~silent
            rows += _rows(str(name), f"device={device!s}", days, alone, seen, sold[str(device)])
    return rows


def _sold(case: Case) -> dict[str, pd.DataFrame]:
    """Orders and revenue by day, of all devices ("") and of each that orders name."""
    sold = {"": case.sold.groupby("day")[["n", "revenue"]].sum()}
    if case.has("orders.device"):
        each = case.sql(
            "SELECT order_date::DATE AS day, device, count(*) AS n, sum(revenue)::DOUBLE AS revenue "
            f"FROM {case.rows('orders')} WHERE device IS NOT NULL GROUP BY ALL"
        ).df()
        sold |= {str(device): part.set_index("day")[["n", "revenue"]] for device, part in each.groupby("device")}
    return sold


def _stopped(seen: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """The days on which hardly anything is seen, against other days and against what the day's orders promise."""
    counted = (seen > 0) & (orders > 0)
    if not counted.any():
        return np.zeros(len(seen), dtype=bool)
    expected, usual = orders * np.median(seen[counted] / orders[counted]), np.median(seen[counted])
    return (np.minimum(expected, usual) >= EXPECTED) & (seen < LEFT * expected) & (seen < LEFT * usual)


def _rows(
    name: str, part: str, days: pd.DatetimeIndex, stopped: np.ndarray, seen: np.ndarray, sold: pd.DataFrame
) -> list[tuple]:
    usual = float(np.median(seen[seen > 0])) if (seen > 0).any() else 0.0
    every = sold.reindex(days, fill_value=0)
    return [
        (name, part, days[int(i)], seen[i], usual, float(every["n"].iloc[i]), float(every["revenue"].iloc[i]))
        for i in np.flatnonzero(stopped)
    ]


def _sources(case: Case) -> list[tuple]:
    """Sources without visitors, or with hardly any, that sell as before."""
    if not case.has("traffic_daily.visitors") or not case.has("traffic_daily.orders|traffic_daily.buyers"):
        return []
    sales = "orders" if case.has("traffic_daily.orders") else "buyers"
    money = "revenue" if case.has("traffic_daily.revenue") else "NULL"
    return case.sql(f"""
        WITH usual AS (
            SELECT source, median(visitors) FILTER (visitors > 0) AS usual,
                sum({sales}) / nullif(sum(visitors), 0) AS rate
            FROM {case.rows("traffic_daily")} GROUP BY 1)
        SELECT 'visitors', 'source=' || source, date::DATE, visitors::DOUBLE, usual::DOUBLE, t.{sales}::DOUBLE,
            {money}::DOUBLE
        FROM {case.rows("traffic_daily")} t JOIN usual u USING (source)
        WHERE t.{sales} > 0 AND (
            visitors = 0 OR usual >= {EXPECTED} AND visitors < {LEFT} * usual
                AND t.{sales} > visitors * rate + {ERRORS} * sqrt(visitors * rate) + {SPARE})
        ORDER BY ALL""").fetchall()
