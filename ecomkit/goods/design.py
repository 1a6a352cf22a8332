"""What a day can be known by beforehand: the columns of the calendar regression."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ecomkit.goods.series import Panel

PARTS = ("level", "weekday", "season", "promotion", "event")
RIDGE, RIDGE_MEGA, RIDGE_LEVEL = 3.0, 0.1, 1e-3
YEARLY_FROM_DAYS = 500  # of history, from which the season of the year can be told
PAIRS = 6  # of sine and cosine over the year
BEYOND = 1.0  # standard deviations past the furthest a regressor was seen, up to which its line is drawn on
SHORT_RUN = 4  # days up to which an event shares what holidays have in common
FREQUENT = 0.05  # share of days from which a flag is a promotion whose first day and Monday are told apart
REACH = 7  # days that a closure is looked for across days off


@dataclass(frozen=True)
class Columns:
    """Columns with the part each belongs to, its penalty, and whether only a long history can tell it."""

    values: list[np.ndarray] = field(default_factory=list)  # each [dates], or [series, dates] where series differ
    parts: list[int] = field(default_factory=list)
    ridge: list[float] = field(default_factory=list)
    yearly: list[bool] = field(default_factory=list)

    def add(self, part: str, *columns: np.ndarray, ridge: float = RIDGE, yearly: bool = False) -> None:
        for column in columns:
            self.values.append(column.astype(np.float64))
            self.parts.append(PARTS.index(part))
            self.ridge.append(ridge)
            self.yearly.append(yearly)

    def matrix(self, series: np.integer | int) -> np.ndarray:
        """[dates, columns] of one series."""
        return np.stack([v if v.ndim == 1 else v[series] for v in self.values], axis=-1)


def columns(panel: Panel) -> Columns:
    """Weekday, month, year and events, which all series share; then what is known ahead, and days around closures."""
    dates, table = panel.dates, Columns()
    table.add("level", np.ones(len(dates)), ridge=RIDGE_LEVEL)
    table.add("weekday", *(dates.day_of_week == day for day in range(7)))
    day = dates.day.to_numpy()
    table.add("season", day <= 3, (day >= 4) & (day <= 7), (day >= 14) & (day <= 16), day >= 29)
    angle = 2 * np.pi * dates.day_of_year.to_numpy() / 365.25
    for k in range(1, PAIRS + 1):
        table.add("season", np.sin(k * angle), np.cos(k * angle), yearly=True)
    table.add("event", *event_days(panel, mega=True).to_numpy().T, ridge=RIDGE_MEGA)
    table.add("event", *ordinary_events(panel))
    for values in panel.known.values():
        table.add("promotion", *_known(values, panel))
    if panel.closed.any():
        table.add("event", *_around_closures(panel))
    return table


def event_days(panel: Panel, *, mega: bool) -> pd.DataFrame:
    """Date x event, True on the days of each event that the history holds."""
    events = panel.events
    mine = events[(events["mega"] == mega) & events["date"].isin(panel.dates)]
    past = mine.loc[mine["date"] < _first_ahead(panel), "event"].unique()
    flags = pd.crosstab(mine["date"], mine["event"]).reindex(index=panel.dates, columns=sorted(past), fill_value=0)
    return flags > 0


def mega_days(panel: Panel) -> np.ndarray:
    """[dates], True on the days of a mega-sale, seen before or not."""
    return np.asarray(panel.dates.isin(panel.events.loc[panel.events["mega"], "date"]))


def _first_ahead(panel: Panel) -> pd.Timestamp:
    return panel.dates[0] + pd.Timedelta(days=panel.today)


def ordinary_events(panel: Panel) -> list[np.ndarray]:
    """A column per event; for those of a few days also the day before each, and what short events have in common."""
    flags = event_days(panel, mega=False)
    if flags.empty:
        return []
    runs = flags & ~flags.shift(1, fill_value=False)
    short = flags.loc[:, flags.sum() <= SHORT_RUN * runs.sum()]
    eves = short.shift(-1, fill_value=False) & ~short
    shared = neighbours(short.any(axis=1).to_numpy()) if not short.empty else ()
    return [*flags.to_numpy().T, *eves.to_numpy().T, *shared]


def neighbours(flag: np.ndarray) -> tuple[np.ndarray, ...]:
    """The days of a flag, one and two days before its runs, and the day after."""
    ahead = [np.append(flag[k:], np.zeros(k, bool)) for k in (1, 2)]
    behind = np.append(False, flag[:-1])
    return flag, ahead[0] & ~flag, ahead[1] & ~flag & ~ahead[0], behind & ~flag


def _known(values: np.ndarray, panel: Panel) -> list[np.ndarray]:
    if not is_flag(values):
        return [_standardise(values, panel.today)]
    if values[:, : panel.today].mean() < FREQUENT:
        return [values]
    return [values, values * (panel.dates.day_of_week == 0), values * (1 - shift(values, 1))]


def is_flag(values: np.ndarray) -> bool:
    return bool(((values == 0) | (values == 1)).all())


def _standardise(values: np.ndarray, today: int) -> np.ndarray:
    """Each series' regressor in its own past's standard deviations; logs where it is positive, as prices are.

    A price of a hundredth, of which the past knows nothing, would otherwise multiply sales by as much.
    """
    logs = np.log(values) if (values > 0).all() else values
    past = logs[:, :today]
    spread = past.std(axis=1, keepdims=True)
    scaled = (logs - past.mean(axis=1, keepdims=True)) / np.where(spread > 1e-9, spread, 1.0)
    seen = scaled[:, :today]
    low, high = seen.min(axis=1, keepdims=True), seen.max(axis=1, keepdims=True)
    return np.clip(scaled, low - BEYOND, high + BEYOND)


def shift(values: np.ndarray, by: int) -> np.ndarray:
    """Yesterday's values (`by` 1) or tomorrow's (-1); 0 beyond the ends."""
    moved = np.zeros_like(values)
    if by > 0:
        moved[:, by:] = values[:, :-by]
    else:
        moved[:, :by] = values[:, -by:]
    return moved


def _around_closures(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Open days before and after a closure that the weekday does not explain."""
    closed, weekday = panel.closed, panel.dates.day_of_week.to_numpy()
    usual = np.zeros_like(closed)
    for day in range(7):
        at = weekday == day
        usual[:, at] = (closed[:, : panel.today][:, at[: panel.today]].mean(axis=1) > 0.5)[:, None]
    flags = []
    for by in (-1, 1):
        reach = closed & ~usual
        for _ in range(REACH):
            reach |= closed & shift(reach, by)
        flags.append(~closed & shift(reach, by))
    return flags[0], flags[1]
