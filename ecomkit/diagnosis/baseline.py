"""What a day usually brings, how far a run of days may be from it, and the run that is farthest.

The usual is a level times a weekday's factor times what the figure depends on (a rate's denominator). The level is the
median of the weekly means of the eight weeks before: it follows the season, and what lasts up to 18 days does not move
it; what lasts longer is found first, and left out then. Noise is that of a count, times a dispersion; the days of a
run may be alike beyond that.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

WEEK, WINDOW, LONGEST = 7, 56, 28  # days; what lasted LONGEST is the new usual
QUIET_MIN, WEEKS_MIN = 4, 2  # quiet days that a weekly mean needs, and such weeks that a level needs
FEW = 5  # counts a week: medians of fewer are too coarse
BESIDE = 0.5  # of a run's depth: what lies so far off beside it belongs to it
CALM, CALM_SHARE, WITHIN_3 = 0.7, 0.3098, 0.9733  # normal deviates: mean square of the 70 % nearest to 0; within 3
ALIKE_MIN, ALIKE_MAX = 0.02, 0.25  # correlation of a run's days, as seen in stores


@dataclass(frozen=True)
class Days:
    """A figure by day: `actual`; `load`, what it depends on (1, or a rate's denominator); `weekday`, 0-6; which days
    are `quiet`: known, not set aside, and in no run found before; `turns`: where a new usual began, first 0."""

    actual: np.ndarray
    load: np.ndarray
    weekday: np.ndarray
    quiet: np.ndarray
    turns: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Run:
    """The days `first` to `last`: of the quiet ones what was expected, what came and `load`; `z`, the difference in
    standard errors of the days of them that are farthest."""

    first: int
    last: int
    expected: float
    actual: float
    load: float
    z: float


def farthest(days: Days) -> Run | None:
    """The run of up to 28 days that is farthest, in standard errors, from the usual of the days before it.

    References
    ----------
    Fisch, A., Eckley, I., Fearnhead, P. (2022). A linear time method for the detection of collective and point
    anomalies. Statistical Analysis and Data Mining 15(4), 494-508: single days and runs are found by one scan.
    """
    if not days.quiet.any():
        return None
    load, level = usual(days)
    actual, loads, count, plain = (_run_sums(x, days) for x in (days.actual, load, np.ones(len(load)), days.load))
    expected = loads * (_elsewhere(days, load, actual, loads) if _is_rare(days) else level)
    n, lengths = len(level), np.arange(len(expected))[:, None]
    ends_quiet = days.quiet[np.minimum(np.arange(n) + lengths, n - 1)]
    fits = days.quiet & ends_quiet & (expected > 0)
    if not fits.any():
        return None
    expected = np.where(fits, expected, np.nan)
    z = _deviation(actual, expected) / np.sqrt(_dispersion(actual, expected, count, days))
    row, core = (int(i) for i in np.unravel_index(np.nanargmax(np.abs(z)), z.shape))
    first, last = _grown(core, core + row, expected, actual, days)
    usual_sum, came, loaded = (float(x[last - first, first]) for x in (expected, actual, plain))
    return Run(first, last, usual_sum, came, loaded, float(z[row, core]))


def _grown(first: int, last: int, expected: np.ndarray, actual: np.ndarray, days: Days) -> tuple[int, int]:
    """The run with the days beside it that lie at least `BESIDE` as far off: a few worst days stand out most from
    chance, and are not all of what happened."""
    depth = actual[last - first, first] / expected[last - first, first] - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        belongs = (actual[0] / expected[0] - 1) / depth >= BESIDE  # missing, and so false, on days set aside
    while first > 0 and first not in days.turns and belongs[first - 1] and last - first + 1 < LONGEST:
        first -= 1
    while last + 1 < len(belongs) and last + 1 not in days.turns and belongs[last + 1] and last - first + 1 < LONGEST:
        last += 1
    return first, last


def _is_rare(days: Days) -> bool:
    return bool(WEEK * np.median(days.actual[days.quiet]) < FEW)


def _elsewhere(days: Days, load: np.ndarray, actual: np.ndarray, loads: np.ndarray) -> np.ndarray:
    """The level of all quiet days but the run's own (Kulldorff 1997): rare counts need every day to tell it."""
    rest = load[days.quiet].sum() - loads
    return (days.actual[days.quiet].sum() - actual) / np.where(rest > 0, rest, np.nan)


def usual(days: Days) -> tuple[np.ndarray, np.ndarray]:
    """The load with the weekdays' factors in it, and the level before each day; the usual is their product."""
    load = days.load * _weekdays(days)[days.weekday]
    return load, _level(days, load)


def _level(days: Days, load: np.ndarray) -> np.ndarray:
    """The first eight weeks after a turn share one level, and so do all days of rare counts."""
    parts = []
    for begin, end in zip(days.turns, [*days.turns[1:], len(load)], strict=True):
        frame = pd.DataFrame({"actual": days.actual, "load": load})
        frame = frame.where(pd.Series(days.quiet), axis=0)[begin:end]
        weeks = frame.rolling(WEEK, min_periods=QUIET_MIN).sum()
        mean = (weeks["actual"] / weeks["load"]).where(weeks["load"] > 0)
        mean.iloc[: WEEK - 1] = np.nan
        level = mean.rolling(WINDOW - WEEK + 1, min_periods=WEEKS_MIN * WEEK).median().shift(1).ffill()
        level.iloc[:WINDOW] = mean.iloc[:WINDOW].median()
        parts.append(level.to_numpy())
    return np.concatenate(parts)


def _weekdays(days: Days) -> np.ndarray:
    """What each weekday brings against the level, drawn towards 1 as far as chance may have made the difference."""
    if _is_rare(days):  # the calm days of rare counts are those on which nothing happened
        return np.ones(WEEK)
    expected = _level(days, days.load) * days.load
    expected = np.where(days.quiet & (expected > 0), expected, np.nan)
    apart = (days.actual - expected) ** 2 / expected
    calm = apart <= max(9 * _spread(apart), 1.0)
    sums = pd.DataFrame({"actual": np.where(calm, days.actual, 0), "expected": np.where(calm, expected, 0)})
    sums = sums.groupby(days.weekday).sum().reindex(range(WEEK), fill_value=0.0)
    if (sums["expected"] <= 0).any() or not sums["actual"].any():
        return np.ones(WEEK)
    ratio = sums["actual"] / sums["expected"]
    noise = _spread((days.actual - expected * ratio.to_numpy()[days.weekday]) ** 2 / expected)
    error, swing = (noise / sums["expected"]).mean(), ratio.var(ddof=0)
    kept = max(0.0, 1 - error / swing) if swing > 0 else 0.0
    return (1 + kept * (ratio / ratio.mean() - 1)).to_numpy()


def _run_sums(values: np.ndarray, days: Days) -> np.ndarray:
    """Row l, column d: the sum over the quiet days of the run of l + 1 days from d; missing where it crosses a turn."""
    n = len(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(days.quiet, values, 0.0))])
    ends = np.array([*days.turns[1:], n])[np.searchsorted(days.turns, np.arange(n), side="right") - 1]
    last = np.arange(n) + np.arange(1, min(LONGEST, n) + 1)[:, None]
    return np.where(last <= ends, total[np.minimum(last, n)] - total[:-1], np.nan)


def _deviation(actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The signed root of the Poisson deviance; counts are taken half a unit nearer to what was expected."""
    apart = actual - expected
    half = 0.5 if _are_whole(actual[np.isfinite(actual)]) else 0.0
    near = actual - np.sign(apart) * np.minimum(half, np.abs(apart))
    logs = near * np.log(np.where(near > 0, near, 1.0) / expected)
    return np.sign(apart) * np.sqrt(2 * np.maximum(logs - (near - expected), 0.0))


def _dispersion(actual: np.ndarray, expected: np.ndarray, count: np.ndarray, days: Days) -> np.ndarray:
    """The variance of each run's total as a multiple of what was expected. It is told from single days and from whole
    weeks, both without the largest, so that what is strange does not excuse itself."""
    apart = (actual - expected) ** 2 / expected
    daily = max(_spread(apart[0]), _least(days))
    week = min(WEEK, len(apart)) - 1
    whole = (count[week] == WEEK) & np.isfinite(apart[week])
    alike = ALIKE_MIN
    if whole.any() and np.median(expected[week][whole]) >= FEW:
        error = 1.6 * np.sqrt(2 * WEEK / whole.sum())  # standard error of the variance of so many weeks
        beyond = _spread(apart[week][whole]) / daily - 1 - error
        alike = min(max(beyond / (WEEK - 1), ALIKE_MIN), ALIKE_MAX)
    own = np.pi / 2 / WINDOW  # the level is an estimate, too: the variance of a median
    return daily * (1 + (count - 1) * alike + count * own)


def _spread(squares: np.ndarray) -> float:
    """The mean square of normal deviates, without those beyond three times what the calmer 70 % let expect."""
    known = np.sort(squares[np.isfinite(squares)])
    if not len(known):
        return 0.0
    calm = known[: int(np.ceil(len(known) * CALM))].mean() / CALM_SHARE
    return float(known[known <= 9 * calm].mean()) / WITHIN_3


def _least(days: Days) -> float:
    """Counts vary at least as chance does: Poisson's, or the binomial's where the load bounds them."""
    known, load = days.actual[days.quiet], days.load[days.quiet]
    if not _are_whole(known):
        return 1e-9 * float(known.mean())
    is_share = load.max() > 1 and bool((known <= load).all())
    return max(1 - known.sum() / load.sum(), 0.05) if is_share else 1.0


def _are_whole(values: np.ndarray) -> bool:
    return bool((values == np.round(values)).all())
