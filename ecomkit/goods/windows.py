"""What the days before an origin and the calendar say of a day to come: the features of the boosted trees.

Every mean over a window of days is two look-ups in running sums, so that the features of any series, origin and day
cost the same.
"""

import numpy as np

from ecomkit.goods.design import YEARLY_FROM_DAYS, event_days, is_flag, mega_days
from ecomkit.goods.series import Panel

LEVEL_DAYS = 56  # whose mean is the unit of every other feature
MEANS = (7, 14, 28, 91, 364)
YEAR = 364  # days: the same weekday of last year
WEEKS = (4, 8)
CEILING = 8.0  # levels, at which a day is cut
PROMOTED_DAYS = 28
EVENT_RUNS, CODES_MAX = 2, 250  # occurrences in the past, from which trees may learn an event; so many events
CODED = 3  # features at the end that are codes, not sizes
FLOOR_SHARE = 0.25  # of the mean of all history, below which the unit does not fall in an interval


class Windows:
    """Running sums of a panel. Days of mega-sales are left out: they would raise every mean for weeks."""

    def __init__(self, panel: Panel) -> None:
        self.panel, self.days = panel, panel.today
        value = _cut(np.where(mega_days(panel)[: self.days], np.nan, panel.value))
        self.value = np.pad(value, ((0, 0), (0, len(panel.dates) - self.days)), constant_values=np.nan)
        self.total, self.count = _running(self.value, 1)
        self.squares, _ = _running(self.value**2, 1)
        self.weekly, self.weekly_count = _running(self.value, 7)
        self.closed, _ = _running(panel.closed, 1)
        self.calendar = _calendar(panel)
        self.known = [(values.astype(np.float64), is_flag(values)) for values in panel.known.values()]
        self.flags = [_running(values, 1)[0] for values, flag in self.known if flag]

    def mean(self, series: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Mean of the open, observed days from `start` up to before `end`; NaN where there are none."""
        return _ratio(*(_window(sums, series, start, end) for sums in (self.total, self.count)))

    def level(self, series: np.ndarray, origin: np.ndarray) -> np.ndarray:
        """Mean of the last 56 days, or of all history where these were not observed; NaN before the first day."""
        near = self.mean(series, origin - LEVEL_DAYS, origin)
        return np.where(np.isnan(near), self.mean(series, np.zeros_like(origin), origin), near)

    def unit(self, series: np.ndarray, origin: np.ndarray) -> np.ndarray:
        """The level, but no less than a quarter of the mean of all history."""
        everything = self.mean(series, np.zeros_like(origin), origin)
        return np.nan_to_num(np.fmax(self.level(series, origin), FLOOR_SHARE * everything))

    def features(self, series: np.ndarray, origin: np.ndarray, day: np.ndarray) -> np.ndarray:
        """[rows, features] of what `day` (a position in the panel's dates) may bring, seen from `origin`."""
        level = self.level(series, origin)
        unit = np.where(level > 0, level, np.nan)
        columns = [self.mean(series, origin - days, origin) / unit for days in MEANS]
        recent = origin - LEVEL_DAYS
        square = _ratio(*(_window(sums, series, recent, origin) for sums in (self.squares, self.count)))
        columns.append(np.sqrt(np.maximum(square - level**2, 0.0)) / unit)
        last = day - 7 * ((day - origin) // 7 + 1)  # the last same weekday that is known
        columns.append(_at(self.value, series, last) / unit)
        columns += [
            _ratio(*(_window(s, series, last + 7 - 7 * n, last + 7, 7) for s in (self.weekly, self.weekly_count)))
            / unit
            for n in WEEKS
        ]
        columns += self._last_year(series, origin, day)
        columns += [day - origin + 1, np.log1p(level)]
        columns.append(1 - _window(self.closed, series, recent, origin) / LEVEL_DAYS)
        columns += self._known(series, origin, day)
        table = np.empty((len(series), len(columns) + self.calendar.shape[1]), np.float32)
        for i, column in enumerate(columns):
            table[:, i] = column
        table[:, len(columns) :] = self.calendar[day]
        return table

    def _last_year(self, series: np.ndarray, origin: np.ndarray, day: np.ndarray) -> list[np.ndarray]:
        then = self.level(series, np.maximum(origin - YEAR, 0))
        unit = np.where((then > 0) & (origin > YEAR), then, np.nan)
        around = self.mean(series, day - YEAR - 3, day - YEAR + 4)
        following = self.mean(series, origin - YEAR, origin - YEAR + 28)
        return [_at(self.value, series, day - YEAR) / unit, around / unit, following / unit]

    def _known(self, series: np.ndarray, origin: np.ndarray, day: np.ndarray) -> list[np.ndarray]:
        columns = []
        for values, _ in self.known:
            columns += [_at(values, series, day + by) for by in (0, -1, 1)]
        for running in self.flags:
            columns.append(_window(running, series, origin - PROMOTED_DAYS, origin) / PROMOTED_DAYS)
        return columns


def _cut(value: np.ndarray) -> np.ndarray:
    """No day above so many times the mean of the eight weeks before it."""
    total, count = _running(value, 1)
    series, day = np.arange(len(value))[:, None], np.arange(value.shape[1])
    near = _ratio(*(_window(sums, series, day - LEVEL_DAYS, day) for sums in (total, count)))
    return np.where(value > CEILING * near, CEILING * near, value)


def _calendar(panel: Panel) -> np.ndarray:
    """[dates, features] that all series share; the last are codes of the events yesterday, today and tomorrow."""
    dates, code = panel.dates, _event_codes(panel)
    around = [np.append(0, code[:-1]), code, np.append(code[1:], 0)]
    # Of a year seen once its days are mere dates: the last of them would stand for all that come.
    season = dates.day_of_year if panel.today >= YEARLY_FROM_DAYS else np.zeros(len(dates))
    columns = [dates.day_of_week, dates.day, season, *around]
    return np.stack([np.asarray(column, np.float32) for column in columns], axis=1)


def _event_codes(panel: Panel) -> np.ndarray:
    """[dates]: 0, or a number for each event that came at least twice before; the shorter of two counts."""
    flags = event_days(panel, mega=False)
    past = flags[: panel.today].to_numpy()
    often = (np.diff(past.astype(int), prepend=0, axis=0) > 0).sum(axis=0) >= EVENT_RUNS
    code = np.zeros(len(panel.dates), int)
    known = flags.loc[:, often]
    order = known.sum().sort_values(ascending=False, kind="stable").index[-CODES_MAX:]
    for number, name in enumerate(order, start=1):
        code[known[name].to_numpy()] = number
    return code


def _running(values: np.ndarray, lag: int) -> tuple[np.ndarray, np.ndarray]:
    """Running sums and counts of what is known, every day or every `lag` days; position i is the sum before day i."""
    is_known = np.isfinite(values.astype(np.float64))
    sums = np.where(is_known, values, 0.0).astype(np.float64), is_known.astype(np.float64)
    out = []
    for each in sums:
        padded = np.pad(each, ((0, 0), (lag, -each.shape[1] % lag)))
        folded = padded.reshape(len(each), -1, lag).cumsum(axis=1)
        out.append(folded.reshape(len(each), -1))
    return out[0], out[1]


def _window(running: np.ndarray, series: np.ndarray, start: np.ndarray, end: np.ndarray, lag: int = 1) -> np.ndarray:
    """The sum from day `start` up to before `end`, every `lag` days."""
    last = running.shape[1] - 1
    high = np.clip(end, end % lag, last)
    low = np.clip(start, start % lag, high)
    return running[series, high] - running[series, low]


def _ratio(total: np.ndarray, count: np.ndarray) -> np.ndarray:
    return np.where(count > 0, total / np.where(count > 0, count, 1.0), np.nan)


def _at(values: np.ndarray, series: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The value of a day; NaN beyond both ends."""
    inside = (day >= 0) & (day < values.shape[1])
    return np.where(inside, values[series, np.where(inside, day, 0)], np.nan)
