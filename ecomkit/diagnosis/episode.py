"""From when to when did a daily figure leave its usual level, and is that more than chance?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecomkit.diagnosis.period import Period

Z_MIN = 5.0  # standard errors; the best of all runs of days is looked at, so three would raise false alarms
DEPTH_MIN = 0.2  # a smaller share than this is season or drift as often as an incident
SLACK = 0.1  # a run goes on while its days lie at least so far from what was expected


@dataclass(frozen=True)
class Episode:
    """A run of days: how much is missing in all (`missing`, in the figure's unit), as a share of what was expected
    (`depth`), its standard error (`error`) and `missing / error` (`z`). `days` are positions, both included."""

    first: int
    last: int
    missing: float
    depth: float
    error: float

    @property
    def z(self) -> float:
        return self.missing / self.error if self.error > 0 else 0.0

    @property
    def days(self) -> slice:
        return slice(self.first, self.last + 1)


def find(expected: np.ndarray, actual: np.ndarray, noise: np.ndarray, z_min: float = Z_MIN) -> Episode | None:
    """The run of days in which the most is missing beyond `SLACK`, if it is more than chance and drift.

    Parameters
    ----------
    expected, actual : one value per day; turn the signs of both to look for too much instead of too little
    noise : standard error of each day's difference
    z_min : how many standard errors make it more than chance
    """
    gain = np.nan_to_num((expected - actual) - SLACK * np.abs(expected))
    best, total, begin, span = 0.0, 0.0, 0, (0, -1)
    for day, value in enumerate(gain):  # Kadane's maximum-sum run
        if total <= 0:
            total, begin = 0.0, day
        total += value
        if total > best:
            best, span = total, (begin, day)
    run = slice(span[0], span[1] + 1)
    missing, base = float((expected - actual)[run].sum()), float(np.abs(expected[run]).sum())
    if span[1] < 0 or base <= 0:
        return None
    episode = Episode(span[0], span[1], missing, missing / base, float(np.sqrt((noise[run] ** 2).sum())))
    return episode if episode.z >= z_min and episode.depth >= DEPTH_MIN else None


def usual(before: pd.Series, days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """What the same weekdays brought before (mean), and the noise of a day around it.

    Parameters
    ----------
    before : daily counts or sums, indexed by date, of the period to compare with
    days : the days to expect

    Returns
    -------
    expected, noise : one value per day; the noise is at least that of a Poisson count, and holds the level's own error
    """
    weekdays = pd.DatetimeIndex(before.index).day_of_week
    mean = before.groupby(weekdays).mean()
    expected = mean.reindex(days.day_of_week).fillna(before.mean()).to_numpy(dtype=float)
    apart = before.to_numpy() - mean.reindex(weekdays).to_numpy()
    variance = float((apart**2).sum()) / (len(before) - len(mean)) if len(before) > len(mean) else 0.0
    weeks = max(len(before) / max(len(mean), 1), 1.0)
    noise = np.sqrt(np.maximum(np.abs(expected), variance) * (1 + 1 / weeks))  # the level is an estimate itself
    return expected, np.nan_to_num(noise, nan=np.inf)


def days(period: Period) -> pd.DatetimeIndex:
    return pd.date_range(period.start, period.end)


def days_before(period: Period) -> pd.DatetimeIndex:
    return pd.date_range(period.before_start, period.before_end)
