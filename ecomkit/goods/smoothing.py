"""Levels that follow a series day by day: of what a regression leaves over, and of demand that comes now and then."""

import numpy as np

ALPHAS = (0.03, 0.1, 0.3)
CLIP_MADS, MAD_MIN = 3.0, 0.05
NORMAL = 1.4826  # standard deviations in a median absolute deviation of a normal variable
TSB_ALPHA, TSB_START_DAYS = 0.1, 28


def mad(values: np.ndarray) -> np.ndarray:
    """Robust standard deviation around 0 down the first axis, without what is NaN; 0 where all is."""
    far = np.where(np.isfinite(values), np.abs(values), np.inf)
    count = np.isfinite(values).sum(axis=0)
    ordered = np.sort(far, axis=0)
    middle = np.take_along_axis(ordered, np.maximum(count - 1, 0)[None] // 2, axis=0)[0]
    return NORMAL * np.where(count > 0, middle, 0.0)


def follow(rest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The level before each day and after the last, the mean of three exponential smoothings of `rest` [days, ...].

    A day that is NaN is skipped; no day moves the level by more than three robust standard deviations allow, so that
    one huge day does not stay in the forecast.

    References
    ----------
    Gelper, Fried, Croux (2010), Robust forecasting with exponential and Holt-Winters smoothing, Journal of Forecasting
    29(3), 285-300: innovations are clipped before they move the level.
    """
    limit = CLIP_MADS * np.maximum(mad(rest), MAD_MIN)
    alphas = np.reshape(ALPHAS, (-1,) + (1,) * (rest.ndim - 1))
    levels = np.zeros((len(ALPHAS), *rest.shape[1:]))
    before = np.zeros_like(rest)
    is_known = np.isfinite(rest)
    rest = np.where(is_known, rest, 0.0)
    for day in range(len(rest)):
        before[day] = levels.mean(axis=0)
        levels += alphas * np.clip(rest[day] - levels, -limit, limit) * is_known[day]
    return before, levels.mean(axis=0)


def sparse(value: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """Mean demand per open day after each origin, [origins, series], where most days have none.

    The chance of a sale and its size are smoothed apart, the chance on every open day, so that it fades when a
    product dies. `value` is [series, days], NaN where closed or not observed.

    References
    ----------
    Teunter, Syntetos, Babai (2011), Intermittent demand: linking forecasting to inventory obsolescence, European
    Journal of Operational Research 214(3), 606-615.
    """
    is_known, sold = np.isfinite(value), np.nan_to_num(value)
    has_sale = sold > 0
    begun = is_known & (is_known.cumsum(axis=1) <= TSB_START_DAYS)
    chance = (has_sale & begun).sum(axis=1) / np.maximum(begun.sum(axis=1), 1)
    first = np.where(has_sale.any(axis=1), sold[np.arange(len(sold)), has_sale.argmax(axis=1)], 0.0)
    size, out = first, np.zeros((len(origins), len(value)))
    for day in range(value.shape[1] + 1):
        out[origins == day] = chance * size
        if day < value.shape[1]:
            chance = chance + TSB_ALPHA * (has_sale[:, day] - chance) * is_known[:, day]
            size = size + TSB_ALPHA * (sold[:, day] - size) * has_sale[:, day]
    return out
