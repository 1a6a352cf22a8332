"""The door of the forecast: a table of days becomes a panel of arrays, one row per series."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ecomkit.errors import TableError

MOVING = 0.5  # share of days on which a column changes, from which it must be told of days to come
CLOSED_WEEKS = 8  # a weekday without a sale day in so many weeks is a day off
SHOWN = 3
RESERVED = ("series", "date", "value", "closed")


@dataclass(frozen=True)
class Panel:
    """Series side by side on one calendar; `value` knows the past only, the rest also the days to come."""

    names: list[object]
    dates: pd.DatetimeIndex  # past and future
    today: int  # days observed: dates[today] is the first to be forecast
    value: np.ndarray  # [series, today], NaN where closed or not observed, never negative
    closed: np.ndarray  # [series, dates]
    known: dict[str, np.ndarray]  # regressor -> [series, dates]
    events: pd.DataFrame  # date, event, mega

    @property
    def horizon(self) -> int:
        return len(self.dates) - self.today

    @property
    def sold(self) -> np.ndarray:
        """`value` with 0 on closed days: what a shop's books say."""
        return np.where(self.closed[:, : self.today], 0.0, self.value)

    def cut(self, today: int, horizon: int, *, closed_ahead: bool = True) -> "Panel":
        """The panel as it was known at the end of an earlier day."""
        end = today + horizon
        closed = self.closed[:, :end].copy()
        known = {name: values[:, :end] for name, values in self.known.items()}
        value = self.value[:, :today]
        before = replace(self, dates=self.dates[:end], today=today, value=value, closed=closed, known=known)
        if not closed_ahead:
            closed[:, today:] = days_off(before)
        return before

    def pick(self, rows: Sequence[int] | np.ndarray | slice) -> "Panel":
        """Some of the series; `rows` are their positions."""
        at = np.arange(len(self.names))[rows]
        known = {name: values[at] for name, values in self.known.items()}
        names = [self.names[i] for i in at]
        return replace(self, names=names, value=self.value[at], closed=self.closed[at], known=known)


def read(daily: pd.DataFrame, *, horizon: int, events: pd.DataFrame | None = None) -> Panel:
    """The panel of a table `date, value` and, where there are, `series`, `closed` and columns known ahead.

    The days to come begin after the last day on which any series has a value. A day without a row, or with a missing
    value, is not observed. A day is closed where `closed` says so and nothing was sold; of days to come that no row
    describes, those are closed that `days_off` tells, flags are 0, and other columns keep their last value.
    """
    table = _check(daily)
    observed = table.loc[table["value"].notna(), "date"]
    first, last = observed.min(), observed.max()
    dates = pd.date_range(first, last + pd.Timedelta(days=horizon), unit="us")
    table = table[table["date"].between(first, dates[-1])]
    if horizon:
        _require_known_ahead(table, last)
    codes, names = pd.factorize(table["series"], sort=True)
    at = codes, (table["date"] - first).dt.days.to_numpy()
    shape, today = (len(names), len(dates)), (last - first).days + 1

    def spread(column: str) -> np.ndarray:
        wide = np.full(shape, np.nan)
        wide[at] = table[column].to_numpy("float64", na_value=np.nan)
        return wide

    value = spread("value")[:, :today]
    stated = spread("closed") if "closed" in table else np.full(shape, np.nan)
    closed = np.nan_to_num(stated) > 0
    closed[:, :today] &= ~(value > 0)
    value = np.where(closed[:, :today], np.nan, np.maximum(value, 0.0))
    known = {c: _fill(spread(c)) for c in table.columns if c not in RESERVED}
    panel = Panel(list(names), dates, today, value, closed, known, read_events(events))
    closed[:, today:] |= days_off(panel) & np.isnan(stated[:, today:])
    return panel


def days_off(panel: Panel) -> np.ndarray:
    """Which days to come are closed, as the past tells: weekdays without an open, observed day in the last eight weeks
    that had others, and events on whose earlier days there was never one."""
    today, weekday = panel.today, panel.dates.day_of_week.to_numpy()
    is_open = np.isfinite(panel.value)
    recent, past = is_open[:, -7 * CLOSED_WEEKS :], weekday[:today][-7 * CLOSED_WEEKS :]
    seen = np.stack([recent[:, past == day].any(axis=1) for day in range(7)], axis=1)
    enough = recent.sum(axis=1) >= 2 * CLOSED_WEEKS
    off = (~seen & enough[:, None])[:, weekday[today:]]
    for _, days in panel.events.groupby("event")["date"]:
        at = panel.dates.isin(days)
        shut = panel.closed[:, :today] & ~is_open
        before = at[:today]
        if before.any() and at[today:].any():
            off[:, at[today:]] |= shut[:, before].all(axis=1)[:, None]
    return off


def read_events(events: pd.DataFrame | None) -> pd.DataFrame:
    """The events `date, event, mega`, one row per date and event; none where none are given."""
    empty = pd.DataFrame(
        {"date": pd.Series(dtype="datetime64[us]"), "event": pd.Series(dtype=str), "mega": pd.Series(dtype=bool)}
    )
    if events is None or not len(events):
        return empty
    missing = [c for c in ("date", "event") if c not in events]
    if missing:
        raise TableError(
            f"`events` has no columns {missing}; it has {list(events.columns)}.",
            'make it with calendar.days("2025-01-01", "2025-12-31"), and add your own rows.',
        )
    table = events.assign(date=_days(events, "events"), event=events["event"].astype(str))
    table["mega"] = events["mega"].fillna(False).astype(bool) if "mega" in events else False
    table = table.dropna(subset="date")[["date", "event", "mega"]]
    return table.groupby(["date", "event"])["mega"].max().reset_index()


def _fill(wide: np.ndarray) -> np.ndarray:
    """What is not stated: 0 of a flag, the nearest earlier (else later) statement of any other column."""
    if np.isin(wide[np.isfinite(wide)], (0, 1)).all():
        return np.nan_to_num(wide)
    return pd.DataFrame(wide.T).ffill().bfill().fillna(0.0).to_numpy().T


def _require_known_ahead(table: pd.DataFrame, last: pd.Timestamp) -> None:
    """What moves every day and ends with the sales, such as visitors, comes with them and does not foretell them."""
    past, ahead = (table[at].sort_values(["series", "date"]) for at in (table["date"] <= last, table["date"] > last))
    for column in [c for c in table.columns if c not in RESERVED]:
        told = past[past[column].notna()]
        moves = told[column].astype("float64").diff().ne(0)[told["series"] == told["series"].shift()]
        if ahead[column].isna().all() and not told[column].isin((0, 1)).all() and moves.mean() > MOVING:
            raise TableError(
                f"`daily.{column}` changes from day to day, and no day to come has it: it is not known ahead.",
                "drop it, or add rows for the days to come, `value` missing, that say what is planned.",
            )


def _days(table: pd.DataFrame, name: str) -> "pd.Series[pd.Timestamp]":
    dates = table["date"]
    if not pd.api.types.is_datetime64_any_dtype(dates):
        raise TableError(
            f"`{name}.date` holds {dates.dtype}, not dates.", f"{name}['date'] = pd.to_datetime({name}['date'])."
        )
    known = dates.dropna()
    if (known != known.dt.normalize()).any():
        raise TableError(
            f"`{name}.date` holds times, not whole days, e.g. {known[known != known.dt.normalize()].iloc[0]}.",
            f"add up each day first: {name}['date'].dt.normalize().",
        )
    return dates.dt.tz_localize(None).dt.normalize().astype("datetime64[us]")


def _as_numbers(column: pd.Series) -> str:
    """How to make numbers of it."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return f"drop it: daily.drop(columns='{column.name}')."
    if pd.to_numeric(column, errors="coerce").notna().eq(column.notna()).all():
        return f"daily['{column.name}'] = pd.to_numeric(daily['{column.name}'])."
    return f"drop it, or make flags of it: pd.get_dummies(daily, columns=['{column.name}'], dtype=int)."


def _check(daily: pd.DataFrame) -> pd.DataFrame:
    """The rows with their types proven; `series` is always there afterwards."""
    missing = [c for c in ("date", "value") if c not in daily]
    if missing:
        raise TableError(
            f"`daily` has no columns {missing}; it has {list(daily.columns)}.",
            "rename yours first, e.g. daily.rename(columns={'day': 'date'}).",
        )
    table = daily.assign(date=_days(daily, "daily"), series=daily.get("series", ""))
    for column in [c for c in table.columns if c not in ("date", "series")]:
        if not (pd.api.types.is_numeric_dtype(table[column]) or pd.api.types.is_bool_dtype(table[column])):
            raise TableError(
                f"`daily.{column}` holds {table[column].dtype}, not numbers.",
                _as_numbers(table[column]),
            )
    numbers = [c for c in table.columns if c not in ("date", "series")]
    infinite = np.isinf(table[numbers].to_numpy("float64", na_value=np.nan)).any(axis=1)
    for bad, what, hint in [
        (table["date"].isna() | table["series"].isna(), "without date or series", "drop them: daily.dropna()."),
        (infinite, "with an infinite number", "daily.replace([np.inf, -np.inf], np.nan)."),
        (table.duplicated(["series", "date"], keep=False), "of days that come twice", "add up each day first."),
    ]:
        if bad.any():
            rows = table[bad].head(SHOWN).to_dict("records")
            raise TableError(f"`daily` has {int(bad.sum())} rows {what}, e.g. {rows}.", hint)
    if not table["value"].notna().any():
        raise TableError("`daily` has no day with a value.", "pass at least one observed day.")
    return table
