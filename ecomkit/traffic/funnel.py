"""Where are visitors lost: how many reach each step, in order, within a window."""

import re
from collections.abc import Iterable
from datetime import timedelta
from statistics import NormalDist
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from ecomkit.data import check, frames
from ecomkit.errors import ParameterError
from ecomkit.traffic import chains

GA4_STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]
EVENT = ["user_id", "event_time", "event_name"]
RESULT = ["step", "users", "step_rate", "step_rate_low", "step_rate_high", "overall_rate", "lost", "open"]
UNITS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def steps(
    events: Any, *, steps: Iterable[str] = GA4_STEPS, within: str | timedelta = "24h", by: str | None = None
) -> pd.DataFrame:
    """Visitors who reach each step in time order, the last no later than `within` after the first.

    A visitor's level is the longest chain over every possible first event, not only the first one ever (the default
    mode of ClickHouse's `windowFunnel`). Events at the same time count as in order.

    Parameters
    ----------
    events : table, one row per event
        `user_id, event_time, event_name`
    steps : names of events, in order, each once
    within : a timedelta, or a number with a unit: "90s", "30min", "24h", "7d", "2w"; above zero
    by : a column of the events; each of its values is a funnel of its own, with only its events. A value none of
        whose events is a step has no rows.

    Returns
    -------
    pandas.DataFrame, one row per step (and value of `by`, in a first column of that name)
        `step`; `users` who reached it; `step_rate`: of those of the step before, with the 95 % Wilson interval
        `step_rate_low, step_rate_high`; `overall_rate`: of those of the first step; `lost`: who reached the step
        before and not this one; `open`: those of the lost whose last window had not closed at the end of the data,
        so that they may still come. The rates and losses of the first step are missing.

    Raises
    ------
    TableError
        A column is missing or of the wrong type; a user or time is missing.
    ParameterError
        A step that never occurs, a step named twice, a window of zero or less, an unknown `by`.

    References
    ----------
    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.

    Examples
    --------
    >>> events = pd.DataFrame({
    ...     "user_id": ["ann", "ann", "bob"],
    ...     "event_time": pd.to_datetime(["2025-01-01 10:00", "2025-01-01 11:00", "2025-01-03 09:00"]),
    ...     "event_name": ["view_item", "purchase", "view_item"],
    ... })
    >>> steps(events, steps=["view_item", "purchase"])[["step", "users", "step_rate", "lost", "open"]]
            step  users  step_rate  lost  open
    0  view_item      2        NaN  <NA>  <NA>
    1   purchase      1        0.5     1     1
    """
    window, steps = _window(within), _checked(steps)
    seen = check.require(events, "events", EVENT, instants=True) if by is None else _grouped(events, by)
    _check_events(seen, steps)
    return _table(chains.count(seen, steps, window), steps, by)


def _grouped(events: Any, by: str) -> nw.LazyFrame[Any]:
    """The events with the column `by` under the name `group`, so that no name of a user's meets one of ours."""
    check.require(events, "events", EVENT)
    spare = [c for c in frames.schema(events) if c not in EVENT]
    if by not in spare or by in RESULT:
        raise ParameterError(f"by={by!r} is no column to split the events by.", f"one of {spare}, renamed if need be.")
    frame = frames.lazy(events, [*EVENT, by], instants=True)
    return frame.select(*EVENT, nw.col(by).alias("group"))


def _window(within: str | timedelta) -> timedelta:
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*([a-z]+)\s*", within) if isinstance(within, str) else None
    if isinstance(within, timedelta) and not pd.isna(within):
        window = timedelta(microseconds=within // timedelta(microseconds=1))
    elif isinstance(within, np.timedelta64) and not np.isnat(within):
        window = pd.Timedelta(within).to_pytimedelta()
    elif found and found[2] in UNITS:
        window = float(found[1]) * UNITS[found[2]]
    else:
        raise ParameterError(
            f"within={within!r} is not a duration.", 'write it with its unit, like "24h", "30min" or "7d".'
        )
    if window <= timedelta(0):
        raise ParameterError(
            f"within={within!r} leaves no time for a second step.", 'give a duration above zero, e.g. "24h".'
        )
    return window


def _checked(steps: Iterable[str]) -> list[str]:
    named = [] if isinstance(steps, str | dict) else list(steps)
    if not named or not all(isinstance(s, str) for s in named):
        raise ParameterError(f"steps={steps!r} is not a list of event names.", f"e.g. steps={GA4_STEPS}.")
    twice = sorted({s for s in named if named.count(s) > 1})
    if twice:
        raise ParameterError(f"The steps {twice} are named twice.", "name each step once.")
    return named


def _check_events(seen: nw.LazyFrame[Any], steps: list[str]) -> None:
    lacking = nw.col("user_id").is_null() | nw.col("event_time").is_null()
    names = frames.summary(seen.group_by("event_name").agg(lacking.any().alias("lacking"), nw.len().alias("rows")))
    unknown = [s for s in steps if s not in set(names["event_name"])]
    if unknown:
        known = names.dropna(subset=["event_name"]).sort_values(["rows", "event_name"], ascending=[False, True])
        raise ParameterError(
            f"No event is called {', '.join(map(repr, unknown))}.",
            f"the events are called {list(known['event_name'][:12])}.",
        )
    if names["lacking"].any():
        check.fail_on_rows(
            seen, lacking, "`events.user_id` or `events.event_time` is missing", "drop or repair these rows first."
        )


def _table(levels: chains.Levels, steps: list[str], by: str | None) -> pd.DataFrame:
    groups = [None] if by is None else sorted(levels["group"].unique(), key=lambda g: (pd.isna(g), str(g)))
    tables = []
    for group in groups:
        mine = levels if by is None else levels[levels["group"].isna() if pd.isna(group) else levels["group"] == group]
        table = _rates(mine, steps)
        if by is not None:
            table.insert(0, by, group)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _rates(levels: chains.Levels, steps: list[str]) -> pd.DataFrame:
    users = np.array([levels.loc[levels["level"] >= k, "users"].sum() for k in range(1, len(steps) + 1)], dtype="int64")
    waiting = levels[levels["open"].astype(bool)]
    open_users = [waiting.loc[waiting["level"] == k, "users"].sum() for k in range(1, len(steps))]
    rate = np.divide(users[1:], users[:-1], out=np.full(len(users) - 1, np.nan), where=users[:-1] > 0)
    low, high = _wilson(rate, users[:-1])
    overall = users / users[0] if users[0] else np.full(len(users), np.nan)
    return pd.DataFrame(
        {
            "step": steps,
            "users": users,
            "step_rate": np.append(np.nan, rate),
            "step_rate_low": np.append(np.nan, low),
            "step_rate_high": np.append(np.nan, high),
            "overall_rate": overall,
            "lost": pd.array([pd.NA, *(users[:-1] - users[1:])], dtype="Int64"),
            "open": pd.array([pd.NA, *open_users], dtype="Int64"),
        }
    )


def _wilson(rate: np.ndarray, n: np.ndarray, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval of a proportion (1927, equation for the limits)."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    n = np.where(n > 0, n, np.nan)
    centre = (rate + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(rate * (1 - rate) / n + z**2 / (4 * n**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
