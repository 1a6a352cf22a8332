"""How good a forecast was: errors in several units, and how often the ranges held.

Arrays are [series, days] unless said; days that are NaN in `actual` count nowhere.
"""

import numpy as np


def wape(actual: np.ndarray, mean: np.ndarray) -> float:
    """Sum of the absolute errors over the sum of what came; missing where nothing did.

    >>> wape(np.array([[10.0, 30.0]]), np.array([[12.0, 24.0]]))
    0.2
    """
    return _share(np.nansum(np.abs(actual - mean)), np.nansum(actual))


def bias(actual: np.ndarray, mean: np.ndarray) -> float:
    """Sum of forecast less actual over the sum of what came: above 0 where too much was forecast.

    >>> bias(np.array([[10.0, 30.0]]), np.array([[12.0, 24.0]]))
    -0.1
    """
    return _share(np.nansum(mean - actual), np.nansum(actual))


def scale(past: np.ndarray, season: int = 7) -> np.ndarray:
    """[series]: mean absolute difference to the same weekday a week before, in the days before the forecast.

    References
    ----------
    Hyndman, Koehler (2006), Another look at measures of forecast accuracy, International Journal of Forecasting 22(4),
    679-688.
    """
    apart = np.abs(past[:, season:] - past[:, :-season])
    known = np.isfinite(apart)
    return np.where(known, apart, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)


def mase(actual: np.ndarray, mean: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """[series]: mean absolute error in units of `scale`; missing where the past never changed.

    >>> mase(np.array([[10.0, 30.0]]), np.array([[12.0, 24.0]]), np.array([8.0]))
    array([0.5])
    """
    apart = np.abs(actual - mean)
    known = np.isfinite(apart)
    error = np.where(known, apart, 0.0).sum(axis=1) / np.where(known.any(axis=1), known.sum(axis=1), np.nan)
    return error / np.where(scales > 0, scales, np.nan)


def coverage(actual: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Share of the days on which what came lay within the range; missing where no range is known.

    >>> coverage(np.array([[1.0, 5.0]]), np.array([[0.0, 0.0]]), np.array([[2.0, 4.0]]))
    0.5
    """
    known = np.isfinite(actual) & np.isfinite(low) & np.isfinite(high)
    return _share((known & (low <= actual) & (actual <= high)).sum(), known.sum())


def pinball(actual: np.ndarray, bands: np.ndarray, quantiles: np.ndarray, scales: np.ndarray) -> float:
    """Mean loss of the quantiles [quantiles, series, days] in units of `scale`; smaller is better.

    References
    ----------
    Koenker, Bassett (1978), Regression quantiles, Econometrica 46(1), 33-50.

    >>> pinball(np.array([[10.0]]), np.array([[[6.0]]]), np.array([0.9]), np.array([1.0]))
    3.6
    """
    below = actual - bands
    side = quantiles[:, None, None]
    loss = np.maximum(side * below, (side - 1) * below) / np.where(scales > 0, scales, np.nan)[:, None]
    known = loss[np.isfinite(loss)]
    return float(known.mean()) if len(known) else float("nan")


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def average(figures: np.ndarray) -> float:
    """The mean of what is known; missing where nothing is."""
    known = figures[np.isfinite(figures)]
    return float(known.mean()) if len(known) else float("nan")
