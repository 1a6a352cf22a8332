"""How far the days, and the sums of days, came out from what was forecast for them: the width of the ranges.

The forecasts of earlier origins are compared with what happened. An error is taken in units that grow with the root of
the forecast, then in units of the series' own mean error; so made alike, the errors of all series of a kind are pooled,
and their quantiles are the ranges. What was missed while a series was far smaller than now is not carried over in
proportion: a product that went from three a day to three hundred missed by a hundred times once, and will not again.

References
----------
Lei, G'Sell, Rinaldo, Tibshirani, Wasserman (2018), Distribution-free predictive inference for regression, Journal of
the American Statistical Association 113(523), 1094-1111 (split conformal, with locally scaled errors).
"""

from dataclasses import dataclass

import numpy as np

from ecomkit.goods.naive import WEEK
from ecomkit.goods.series import Panel
from ecomkit.goods.windows import Windows

ORIGINS, HISTORY_DAYS = 13, 28
FEW_TIMES = 3  # as many origins of few series: the errors of one quarter are alike, and tell one quarter
LEAST = 0.1  # of the series' level, added to a forecast before its root is taken
GROWN = 2.0  # times, up to which an earlier error grows with its series
WHOLE = 0.5  # share of a sum's days that must have been observed
FEW_SERIES = 10  # whose errors, alike as those of one series are, tell no weeks apart, and of sums no sides
SUMS_MIN, DAYS_MIN = 20, 56  # errors, below which there is no quantile to speak of; those of near days are alike


@dataclass(frozen=True)
class Past:
    """What was forecast at earlier origins and what came, [origins, series, days]; NaN where nothing is to compare."""

    mean: np.ndarray
    actual: np.ndarray
    is_open: np.ndarray
    unit: np.ndarray  # [origins, series]

    def pick(self, at: np.ndarray) -> "Past":
        """Some of the origins."""
        return Past(self.mean[at], self.actual[at], self.is_open[at], self.unit[at])


def origins(today: int, horizon: int, series: int) -> tuple[np.ndarray, int]:
    """The earlier origins, a week apart, and how many days after each to compare; none where history is too short."""
    days = min(horizon, max(WEEK, (today - HISTORY_DAYS) // 2))
    count = ORIGINS * (FEW_TIMES if series < FEW_SERIES else 1)
    starts = today - days - WEEK * np.arange(count)
    return starts[starts >= HISTORY_DAYS], days


def past(panel: Panel, starts: np.ndarray, mean: np.ndarray) -> Past:
    """The forecasts `mean` made at `starts` beside what came; closed days are 0 in both."""
    days = starts[:, None] + np.arange(mean.shape[2])
    actual = panel.sold[:, days].swapaxes(0, 1)
    seen = np.isfinite(panel.value).cumsum(axis=1)[:, starts - 1].T
    known = np.isfinite(actual) & (seen >= HISTORY_DAYS)[..., None]
    windows, every = Windows(panel), np.arange(len(panel.names))
    unit = np.stack([windows.unit(every, np.full_like(every, start)) for start in starts])
    is_open = known & ~panel.closed[:, days].swapaxes(0, 1)
    return Past(np.where(known, mean, np.nan), np.where(known, actual, np.nan), is_open, unit)


def day_quantiles(
    history: Past, kinds: np.ndarray, mean: np.ndarray, unit: np.ndarray, quantiles: np.ndarray
) -> np.ndarray:
    """Quantiles of the days to come, [quantiles, series, days]; NaN where too few earlier days tell.

    `mean` is [series, days]; only series of the same of `kinds` are pooled, and, where they are many, only the same
    week of the horizon.
    """
    then, now = _width(history.mean, history.unit[..., None]), _width(mean, unit[:, None])
    usual_then, usual_now = _mean(then, history.is_open), _mean(now, mean > 0)
    error = (history.actual - history.mean) / (then * _stretch(usual_then, usual_now)[..., None])
    error = np.where(history.is_open, error, np.nan)
    own = _own(error.swapaxes(0, 1).reshape(len(kinds), -1), kinds)
    width = now * own[:, None]
    with np.errstate(invalid="ignore"):
        scaled = error / np.where(own > 0, own, np.nan)[:, None]
    out = np.full((len(quantiles), *mean.shape), np.nan)
    weeks = -(-history.mean.shape[2] // WEEK)
    for kind in np.unique(kinds.astype(str)):
        rows = np.flatnonzero(kinds == kind)
        for week in range(-(-mean.shape[1] // WEEK)):
            like = min(week, weeks - 1)
            span = slice(like * WEEK, (like + 1) * WEEK) if len(rows) >= FEW_SERIES else slice(None)
            pool = scaled[:, rows, span]
            at = slice(week * WEEK, (week + 1) * WEEK)
            pooled = _quantiles(pool, quantiles, DAYS_MIN)[:, None, None]
            out[:, rows, at] = mean[rows, at] + pooled * width[rows, at]
    return np.maximum(np.where((own == 0)[:, None], mean, out), 0.0)


def sum_quantiles(
    history: Past, kinds: np.ndarray, mean: np.ndarray, unit: np.ndarray, days: int, quantiles: np.ndarray
) -> np.ndarray:
    """Quantiles of the sum of the next `days` days, [quantiles, series]; `mean` is that sum for each series.

    Sums that begin up to six days after an origin count, too. Of few series, errors count to both sides: the last
    months of one series may all have come out above, which says little of the next.
    """
    length = min(days, history.mean.shape[2])
    shifts = range(min(WEEK, history.mean.shape[2] - length + 1))
    known = np.isfinite(history.mean)
    now = _width(mean * length / days, unit)
    errors = []
    for shift in shifts:
        span = np.s_[:, :, shift : shift + length]
        expected, came = (np.where(known, x, 0.0)[span].sum(axis=2) for x in (history.mean, history.actual))
        then = _width(expected, history.unit)
        error = (came - expected) / (then * _stretch(then, now))
        errors.append(np.where(known[span].mean(axis=2) >= WHOLE, error, np.nan))
    error = np.concatenate(errors)
    own = _own(error.T, kinds)
    with np.errstate(invalid="ignore"):
        scaled = error / np.where(own > 0, own, np.nan)
    out = np.full((len(quantiles), len(mean)), np.nan)
    longer = np.sqrt(days / length)  # a sum of more days than history can show
    for kind in np.unique(kinds.astype(str)):
        rows = np.flatnonzero(kinds == kind)
        pool = scaled[:, rows]
        both = np.concatenate([pool, -pool]) if len(rows) < FEW_SERIES else pool
        pooled = _quantiles(both, quantiles, SUMS_MIN)[:, None]
        out[:, rows] = mean[rows] + pooled * own[rows] * longer * _width(mean[rows], unit[rows])
    return np.maximum(np.where(own == 0, mean, out), 0.0)


def _width(mean: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """In units of the series' level the root of the forecast, so that errors of busy and quiet days are alike."""
    safe = np.where(unit > 0, unit, 1.0)
    return safe * np.sqrt(mean / safe + LEAST)


def _stretch(then: np.ndarray, now: np.ndarray) -> np.ndarray:
    """What makes the width of an origin [origins, series] a fair share of today's, at least 1."""
    return np.maximum(now / (GROWN * then), 1.0)


def _mean(width: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Mean over the days that are used; 1 where none is."""
    count = used.sum(axis=-1)
    return np.where(count > 0, np.where(used, width, 0.0).sum(axis=-1) / np.maximum(count, 1), 1.0)


def _own(error: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Each series' mean error; where none is known, the median of its kind."""
    known = np.isfinite(error)
    own = np.where(known, np.abs(error), 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    for kind in np.unique(kinds.astype(str)):
        mine = kinds == kind
        has_any = mine & known.any(axis=1)
        own[mine & ~has_any] = np.median(own[has_any]) if has_any.any() else np.nan
    return own


def _quantiles(errors: np.ndarray, quantiles: np.ndarray, least: int) -> np.ndarray:
    """Quantiles of so many errors, a little further out than the sample's, as one more is to come."""
    known = errors[np.isfinite(errors)]
    if len(known) < least:
        return np.full(len(quantiles), np.nan)
    further = 0.5 + (quantiles - 0.5) * (len(known) + 1) / len(known)
    return np.quantile(known, np.clip(further, 0.0, 1.0))
