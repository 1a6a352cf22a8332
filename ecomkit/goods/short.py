"""Ranges of a series whose history is too short to have been forecast before: as far as its days differ."""

import numpy as np
from scipy.special import stdtrit

from ecomkit.goods.series import Panel

RECENT_DAYS = 56


def spread(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Standard deviation of the last 56 days of each series, and how many were observed; NaN of fewer than two."""
    recent = panel.value[:, -RECENT_DAYS:]
    known = np.isfinite(recent)
    count = known.sum(axis=1)
    mean = np.where(known, recent, 0.0).sum(axis=1) / np.maximum(count, 1)
    squares = np.where(known, (recent - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan), count


def quantiles(panel: Panel, mean: np.ndarray, days: np.ndarray | float, wanted: np.ndarray) -> np.ndarray:
    """Quantiles of sums of `days` days around `mean` ([series] or [series, days]), Student's t with what is known.

    References
    ----------
    Hahn, Meeker (1991), Statistical Intervals, section 4.7: the prediction interval for the mean of future values.
    """
    deviation, count = spread(panel)
    shape = (-1,) + (1,) * (mean.ndim - 1)
    deviation, count = deviation.reshape(shape), np.maximum(count, 1).reshape(shape)
    error = deviation * np.sqrt(days + days**2 / count)
    far = stdtrit(np.maximum(count - 1, 1), wanted.reshape((-1,) + (1,) * mean.ndim))
    return np.maximum(mean + far * error, 0.0)
