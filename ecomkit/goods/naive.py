"""The forecasts that need no fitting: last week again, and the mean of the last same weekdays."""

import numpy as np

from ecomkit.goods.series import Panel

WEEK, WEEKS = 7, 4


def last_week(panel: Panel, origins: np.ndarray, horizon: int) -> np.ndarray:
    """The last known same weekday, [origins, series, days], as the books have it: 0 where it was closed.

    The baseline that every forecast must beat: it knows nothing of holidays, promotions or days to be closed.
    """
    return _weekdays(panel.sold, origins, horizon, 1)


def weekday_mean(panel: Panel, origins: np.ndarray, horizon: int) -> np.ndarray:
    """The mean of the last four same weekdays that were open; of all open days where a weekday has none."""
    return _weekdays(panel.value, origins, horizon, WEEKS)


def _weekdays(value: np.ndarray, origins: np.ndarray, horizon: int, weeks: int) -> np.ndarray:
    out = np.full((len(origins), len(value), horizon), np.nan)
    for i, origin in enumerate(origins):
        known = np.isfinite(value[:, :origin])
        past = np.where(known, value[:, :origin], 0.0)
        seen = known.sum(axis=1)
        everything = np.where(seen > 0, past.sum(axis=1) / np.maximum(seen, 1), np.nan)
        for ahead in range(min(WEEK, horizon)):
            mine = slice((origin + ahead) % WEEK, None, WEEK)
            newest = known[:, mine] & (known[:, mine][:, ::-1].cumsum(axis=1)[:, ::-1] <= weeks)
            count = newest.sum(axis=1)
            mean = (past[:, mine] * newest).sum(axis=1) / np.maximum(count, 1)
            out[i, :, ahead::WEEK] = np.where(count > 0, mean, everything)[:, None]
    return out
