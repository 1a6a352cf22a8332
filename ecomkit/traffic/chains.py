"""How far each visitor got: the longest chain of steps in time order that fits in a window.

The level of a visitor is the largest k such that events of steps 1..k exist in time order (equal times count as in
order) with the last no later than `within` after the first, over every possible first event: `windowFunnel` of
ClickHouse in its default mode. The latest possible start dominates every earlier one, because its window closes
later; so it is enough to carry, for each event of step k, the latest start of a chain that ends there: the start
carried by the latest event of step k-1 before it.
"""

from datetime import datetime, timedelta
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from ecomkit.data import frames

Levels = pd.DataFrame  # columns: group (missing without groups), level, open, users
EPOCH = datetime(1970, 1, 1)
TICK = timedelta(microseconds=1)


def count(events: nw.LazyFrame[Any], steps: list[str], within: timedelta) -> Levels:
    """Visitors by group, level (0 to len(steps)) and whether their last window is still open at the end of the data.

    Parameters
    ----------
    events : `user_id, event_time, event_name`; with a column `group`, each of its values is a funnel of its own
    """
    last = frames.summary(events.select(nw.col("event_time").max()))["event_time"].iloc[0]
    closes = pd.Timestamp(last).to_pydatetime(warn=False) - within
    fold = _fold_sorted if frames.is_duckdb(events) else _fold_windows
    return fold(events, steps, within, closes)


def _who(events: nw.LazyFrame[Any]) -> list[str]:
    return [c for c in ("user_id", "group") if c in events.collect_schema().names()]


def _fold_windows(events: nw.LazyFrame[Any], steps: list[str], within: timedelta, closes: datetime) -> Levels:
    users = levels_by_window(events, steps, within)
    is_open = ~nw.col("first").is_null() & (nw.col("first") > nw.lit(closes))
    users = users.with_columns(open=is_open)
    if "group" not in _who(events):
        users = users.with_columns(group=nw.lit(None, dtype=nw.String))
    return frames.summary(users.group_by("group", "level", "open").agg(users=nw.len()))


def levels_by_window(events: nw.LazyFrame[Any], steps: list[str], within: timedelta) -> nw.LazyFrame[Any]:
    """Level and latest first step of each visitor: the chain as carried values, one per step, over one and the same
    window, which costs Spark a single exchange of the events."""
    who, time = _who(events), nw.col("event_time")
    rows = events.filter(nw.col("event_name").is_in(steps)).with_columns(
        step=nw.col("event_name").replace_strict(steps, list(range(len(steps))), return_dtype=nw.Int64, default=None)
    )
    step = nw.col("step")
    rows = rows.with_columns(start=nw.when(step == 0).then(time))
    for k in range(1, len(steps)):
        before = nw.when(step == k - 1).then(nw.col("start"))
        rows = rows.with_columns(seen=before).with_columns(
            seen=nw.col("seen").fill_null(strategy="forward").over(*who, order_by=["event_time", "step"])
        )
        rows = rows.with_columns(start=nw.when(step == k).then(nw.col("seen")).otherwise(nw.col("start")))
    fits = ~nw.col("start").is_null() & (time <= nw.col("start") + within)
    rows = rows.with_columns(
        level=nw.when(fits).then(step + 1).otherwise(nw.lit(0)), first=nw.when(step == 0).then(time)
    )
    return rows.group_by(*who).agg(nw.col("level", "first").max())


def _fold_sorted(events: nw.LazyFrame[Any], steps: list[str], within: timedelta, closes: datetime) -> Levels:
    """DuckDB sorts each visitor's events once; a fold over the sorted stream, batch by batch, finds the levels."""
    bits = (len(steps) - 1).bit_length()  # time and step share one integer: one key sorts by time, then step
    number = " ".join(f"WHEN {frames.quote(s)} THEN {i}" for i, s in enumerate(steps))
    names = ", ".join(frames.quote(s) for s in steps)
    who = _who(events)
    keys = ", ".join(frames.name(k) for k in who)
    stream = frames.sql(
        events,
        f"SELECT {keys}, epoch_us(event_time) * {1 << bits} + CASE event_name {number} END AS x "
        f"FROM {frames.HERE} WHERE event_name IN ({names}) ORDER BY {keys}, x",
    )
    span, closed = within // TICK, (closes - EPOCH) // TICK
    parts = []
    for rows, offsets in frames.runs(stream, who):
        levels, latest = _fold(rows.column("x").to_numpy(), offsets, len(steps), bits, span)
        groups = rows.column("group").take(offsets[:-1]).to_pandas() if "group" in who else None
        visitors = pd.DataFrame({"group": groups, "level": levels, "open": latest > closed, "users": 1})
        parts.append(visitors.groupby(["group", "level", "open"], dropna=False, as_index=False, observed=True).sum())
    every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["group", "level", "open", "users"])
    return every.groupby(["group", "level", "open"], dropna=False, as_index=False, observed=True).sum()


def _fold(x: np.ndarray, offsets: np.ndarray, steps: int, bits: int, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Level of each visitor, and the time of the latest first step (the smallest integer where there is none)."""
    step, time = (x & ((1 << bits) - 1)).astype(np.int16), x >> bits
    visitor = np.repeat(np.arange(len(offsets) - 1, dtype=np.int32), np.diff(offsets))
    levels = np.zeros(len(offsets) - 1, dtype=np.int16)
    latest = np.full(len(offsets) - 1, np.iinfo(np.int64).min)
    at = np.flatnonzero(step == 0)
    start = at  # position of the start of the best chain that ends at each event of this step, -1 if there is none
    levels[visitor[at]] = 1
    latest[visitor[at]] = time[at]  # ascending within a visitor: the last assignment stays
    for k in range(1, steps):
        if not len(at):
            break
        then = np.flatnonzero(step == k)
        before = np.cumsum(step == k - 1, dtype=np.int32)[then] - 1  # the latest event of the step before, of anyone
        known = np.maximum(before, 0)
        linked = (before >= 0) & (at[known] >= offsets[visitor[then]]) & (start[known] >= 0)
        at, start = then, np.where(linked, start[known], -1)
        fits = linked & (time[at] - time[start] <= span)
        levels[visitor[at[fits]]] = k + 1
    return levels, latest
