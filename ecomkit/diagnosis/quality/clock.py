"""Clocks that run wrong: a stretch of days on which all hours of the day have moved together."""

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality.check import Case

GAIN = 20.0  # log-likelihood by which a moved clock must be the better tale; by chance some 1 in 50,000 runs of days
FIT = 0.5  # of the distance between the run's hours and the usual ones, a moved clock must explain this much
ROUNDS = 4
REST_MIN = 7  # days that tell what is usual, beside a run
DAYS_MIN = 21  # of three weeks and more it can be said which hours are usual
COLUMNS = ["table", "day", "until", "hours", "rows", "money"]


def clock_shift(case: Case) -> DuckDBPyRelation:
    """Runs of days whose clock differs by whole hours: `table`, `day`, `until`, `hours` (ahead; negative is behind),
    `rows` (days) and the `money` of orders in them. Purchases that stand in two tables tell it straight away."""
    rows = []
    if case.has("orders.order_id"):
        money = case.sold.groupby("day")["revenue"].sum()
        rows += _moved(case.sold, "orders", money)
        pairs = _against_orders(case, money)
        rows += pairs
        if case.has("events.event_time") and not pairs:
            rows += _moved(case.clicks, "events", money)
    elif case.has("events.event_time"):
        rows += _moved(case.clicks, "events", pd.Series(dtype=float, index=pd.DatetimeIndex([])))
    types = {"table": "str", "day": "datetime64[us]", "until": "datetime64[us]", "hours": "int64", "rows": "int64"}
    frame = pd.DataFrame(rows, columns=COLUMNS).astype(types | {"money": float})
    return case.store.connection.from_df(frame).project("* REPLACE (day::DATE AS day, until::DATE AS until)")


def _moved(hourly: pd.DataFrame, table: str, money: pd.Series) -> list[tuple]:
    """The runs of days that a moved clock explains better than chance, the clearest first."""
    grid = hourly.pivot_table(index="day", columns="hour", values="n", aggfunc="sum", fill_value=0)
    grid = grid.reindex(columns=range(24), fill_value=0)
    counts, days = grid.to_numpy(dtype=float), pd.DatetimeIndex(grid.index)
    usual, found = np.ones(len(days), dtype=bool), []
    if len(days) < DAYS_MIN:
        return []
    for _ in range(ROUNDS):
        gain, first, last, hours = _best(counts, usual)
        if gain < GAIN or not _explains(counts, usual, first, last, hours):
            break
        run = slice(first, last + 1)
        usual[run] = False
        here = money[(money.index >= days[first]) & (money.index <= days[last])]
        ahead = hours if hours <= 12 else hours - 24
        found.append((table, days[first], days[last], ahead, last - first + 1, float(here.sum())))
    return found


def _profile(counts: np.ndarray) -> np.ndarray:
    hours = counts.sum(axis=0) + 0.5
    return hours / hours.sum()


def _spread(counts: np.ndarray, profile: np.ndarray) -> float:
    """How many times more the days differ from the profile than chance would have it (Pearson, the median day)."""
    expected = counts.sum(axis=1, keepdims=True) * profile
    return max(1.0, float(np.median(((counts - expected) ** 2 / expected).sum(axis=1))) / 23)


def _best(counts: np.ndarray, usual: np.ndarray) -> tuple[float, int, int, int]:
    """The run of days and the hours ahead that gain most: `gain, first, last, hours`. What is usual is told without
    the run, once it is known: moved days among the usual ones would draw the hours towards none."""
    rest = usual
    for _ in range(ROUNDS):
        best = max((_best_run(counts, usual, rest, hours) for hours in range(1, 24)), key=lambda run: run[0])
        without = usual.copy()
        without[best[1] : best[2] + 1] = False
        if without.sum() < REST_MIN or (without == rest).all():
            break
        rest = without
    return best


def _best_run(counts: np.ndarray, usual: np.ndarray, rest: np.ndarray, hours: int) -> tuple[float, int, int, int]:
    """The run of usual days that gains most over the hours of `rest` if its clock is `hours` ahead (Kadane's
    maximum-sum run)."""
    profile = _profile(counts[rest])
    gains = counts @ np.log(np.roll(profile, hours) / profile) / _spread(counts[rest], profile)
    gains[~usual] = -np.inf
    best, total, begin, span = 0.0, 0.0, 0, (0, 0)
    for day, gain in enumerate(gains):
        if total <= 0:
            total, begin = 0.0, day
        total += gain
        if total > best:
            best, span = total, (begin, day)
    return best, *span, hours


def _explains(counts: np.ndarray, usual: np.ndarray, first: int, last: int, hours: int) -> bool:
    """Whether the run's hours are the usual ones, moved: other hours alone are a sale or a holiday."""
    rest = usual.copy()
    rest[first : last + 1] = False
    if rest.sum() < REST_MIN:
        return False
    profile, here = _profile(counts[rest]), counts[first : last + 1].sum(axis=0)
    here = here / here.sum()
    apart, moved = np.abs(here - profile).sum(), np.abs(here - np.roll(profile, hours)).sum()
    return bool(moved < FIT * apart)


def _against_orders(case: Case, money: pd.Series) -> list[tuple]:
    """Days on which purchases among the events are whole hours away from their orders."""
    if not case.has("events.order_id"):
        return []
    apart = case.sql(f"""
        SELECT order_date::DATE AS day, round(median(epoch(e.event_time) - epoch(order_date)) / 3600)::INT AS hours
        FROM {case.rows("orders")} JOIN events e USING (order_id)
        WHERE e.event_name = 'purchase' AND order_id IS NOT NULL GROUP BY 1 HAVING hours <> 0 ORDER BY 1""").df()
    rows = []
    for _, run in apart.groupby((apart["day"].diff().dt.days.ne(1) | apart["hours"].diff().ne(0)).cumsum()):
        first, last = run["day"].iloc[0], run["day"].iloc[-1]
        here = money[(money.index >= first) & (money.index <= last)]
        rows.append(("events", first, last, int(run["hours"].iloc[0]), len(run), float(here.sum())))
    return rows
