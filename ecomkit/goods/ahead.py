"""Means and ranges of the days to come: a method, and what it got wrong before."""

from collections.abc import Callable

import numpy as np

from ecomkit.goods import conformal, recipe, short
from ecomkit.goods.series import Panel
from ecomkit.goods.windows import Windows

Method = Callable[[Panel, np.ndarray, int], tuple[np.ndarray, np.ndarray]]
Ahead = tuple[np.ndarray, np.ndarray, conformal.Past | None, np.ndarray]


def days_ahead(
    panel: Panel, horizon: int, quantiles: np.ndarray, method: Method = recipe.forecast
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means [series, days], quantiles [quantiles, series, days] and methods [series] of the days after today."""
    mean, done, history, unit = _ahead(panel, horizon, max(horizon, conformal.WEEK), method)
    closed = panel.closed[:, panel.today : panel.today + horizon]
    plain = short.quantiles(panel, mean, 1.0, quantiles)
    bands = plain if history is None else conformal.day_quantiles(history, done, mean, unit, quantiles)
    use_plain = np.isnan(bands) | (done == recipe.FALLBACK)[:, None]
    bands = np.where(closed, 0.0, np.where(use_plain, plain, bands))
    return mean, _around(bands, mean, quantiles), done


def sums_ahead(panel: Panel, days: np.ndarray, quantiles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Means [spans, series], quantiles [quantiles, spans, series] and methods of sums of the next `days`, per span and
    series: one look back serves all spans."""
    horizon = int(days.max())
    ahead = _ahead(panel, horizon, horizon + conformal.WEEK - 1, recipe.forecast)
    sums = [_sums(panel, span, quantiles, ahead) for span in days]
    return np.stack([mean for mean, _ in sums]), np.stack([band for _, band in sums], axis=1), ahead[1]


def _sums(panel: Panel, days: np.ndarray, quantiles: np.ndarray, ahead: Ahead) -> tuple[np.ndarray, np.ndarray]:
    daily, done, history, unit = ahead
    horizon = daily.shape[1]
    mean = np.where(np.arange(horizon) < days[:, None], daily, 0.0).sum(axis=1)
    bands = np.full((len(quantiles), len(mean)), np.nan)
    for length in np.unique(days) if history is not None else []:
        rows = days == length
        sums = daily[:, :length].sum(axis=1)
        assert history is not None
        bands[:, rows] = conformal.sum_quantiles(history, done, sums, unit, int(length), quantiles)[:, rows]
    plain = short.quantiles(panel, mean, days.astype(float), quantiles)
    bands = np.where(np.isnan(bands) | (done == recipe.FALLBACK), plain, bands)
    is_open = ~panel.closed[:, panel.today : panel.today + horizon] & (np.arange(horizon) < days[:, None])
    return mean, _around(np.where(is_open.any(axis=1), bands, 0.0), mean, quantiles)


def _ahead(panel: Panel, horizon: int, compared: int, method: Method) -> Ahead:
    """Means of the days to come, methods, what was forecast `compared` days ahead before, and the units."""
    mean, done = method(panel, np.array([panel.today]), horizon)
    starts, length = conformal.origins(panel.today, compared, len(panel.names))
    every = np.arange(len(panel.names))
    unit = Windows(panel).unit(every, np.full_like(every, panel.today))
    if not len(starts) or (done == recipe.FALLBACK).all():
        return mean[0], done, None, unit
    quarters = [starts[i : i + conformal.ORIGINS] for i in range(0, len(starts), conformal.ORIGINS)]
    before = np.concatenate([method(panel, quarter, length)[0] for quarter in quarters])  # trees are grown for each
    return mean[0], done, conformal.past(panel, starts, before), unit


def _around(bands: np.ndarray, mean: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Ranges that hold the mean, as a skewed series' quantiles need not."""
    side = quantiles.reshape((-1,) + (1,) * mean.ndim)
    bands = np.where(side < 0.5, np.fmin(bands, np.where(np.isnan(bands), np.nan, mean)), bands)
    return np.where(side > 0.5, np.fmax(bands, np.where(np.isnan(bands), np.nan, mean)), bands)
