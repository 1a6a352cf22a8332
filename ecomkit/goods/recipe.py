"""How each series is forecast: which method suits it, and the means of the days to come.

A method takes a panel, some origins (numbers of days known) and a horizon, and gives means [origins, series, days] and
what it did for each series. It looks at no day from an origin on, but for what is known ahead.
"""

import numpy as np

from ecomkit.goods import boosting, naive, ridge, smoothing
from ecomkit.goods.design import mega_days
from ecomkit.goods.series import Panel

RECIPE, CALENDAR, SPARSE, FALLBACK = "recipe", "calendar", "sparse", "fallback"
FALLBACK_DAYS = 35  # observed, below which the last same weekdays do as well as anything
ENDED_DAYS = 56  # without a day observed, after which nothing is known of what will be
SPARSE_INTERVAL = 1.32  # open days per day with sales, from which a series is sparse
SPARSE_WINDOW = 182


def routes(panel: Panel) -> np.ndarray:
    """Returns "recipe", "sparse" or "fallback" for each series, by its history up to today.

    References
    ----------
    Syntetos, Boylan, Croston (2005), On the categorization of demand patterns, Journal of the Operational Research
    Society 56(5), 495-503: demand every 1.32 periods or less often is intermittent.
    """
    recent = panel.value[:, -SPARSE_WINDOW:]
    open_days, sale_days = np.isfinite(recent).sum(axis=1), (np.nan_to_num(recent) > 0).sum(axis=1)
    is_sparse = open_days >= SPARSE_INTERVAL * sale_days
    known = np.isfinite(panel.value)
    is_little = (known.sum(axis=1) < FALLBACK_DAYS) | ~known[:, -ENDED_DAYS:].any(axis=1)
    return np.where(is_little, FALLBACK, np.where(is_sparse, SPARSE, RECIPE)).astype(object)


def forecast(
    panel: Panel, origins: np.ndarray, horizon: int, *, suited: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the days after each origin, [origins, series, days], 0 on closed ones; and how each series was done.

    `suited` is what `routes` said of each series on an earlier day; by default it is asked today.

    "recipe": the mean of calendar regression and boosted trees. "calendar": the regression alone, where there is too
    little to grow trees from. "sparse": smoothed chance times size of a sale, averaged with trees that expect the mean.
    "fallback": the mean of the last four same weekdays.
    """
    done = routes(panel) if suited is None else suited.copy()
    mean = np.zeros((len(origins), len(panel.names), horizon))
    rows = np.flatnonzero(done == SPARSE)
    if len(rows):
        mean[:, rows] = _sparse(panel, rows, origins, horizon)
    rows = np.flatnonzero(done == FALLBACK)
    if len(rows):
        mean[:, rows] = naive.weekday_mean(panel.pick(rows), origins, horizon)
    rows = np.flatnonzero(done == RECIPE)
    if len(rows):
        mean[:, rows], has_trees = _regular(panel.pick(rows), origins, horizon)
        done[rows] = RECIPE if has_trees else CALENDAR
    return _shut(panel, origins, mean), done


def _shut(panel: Panel, origins: np.ndarray, mean: np.ndarray) -> np.ndarray:
    days = origins[:, None] + np.arange(mean.shape[2])
    return np.where(panel.closed[:, days].swapaxes(0, 1), 0.0, mean)


def _regular(panel: Panel, origins: np.ndarray, horizon: int) -> tuple[np.ndarray, bool]:
    """A mega-sale, of which there are a few days in all, is the regression's alone."""
    calendar = ridge.forecast(panel, origins, horizon)
    trees = boosting.forecast(panel, origins, horizon)
    if np.isnan(trees).all():
        return calendar, False
    days = origins[:, None] + np.arange(horizon)
    return np.where(mega_days(panel)[days][:, None], calendar, (calendar + trees) / 2), True


def _sparse(panel: Panel, rows: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """The trees learn from all series, as slow ones alone have little to say."""
    flat = np.repeat(smoothing.sparse(panel.value[rows], origins)[..., None], horizon, axis=2)
    trees = boosting.forecast(panel, origins, horizon, loss="squared_error")[:, rows]
    return flat if np.isnan(trees).all() else (flat + trees) / 2


def _same(name: str, panel: Panel) -> np.ndarray:
    return np.full(len(panel.names), name, dtype=object)


def seasonal_naive(panel: Panel, origins: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Last week again, whatever is known of the days to come."""
    return naive.last_week(panel, origins, horizon), _same("seasonal_naive", panel)


def weekday_mean(panel: Panel, origins: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the last four same weekdays, 0 on closed days."""
    return _shut(panel, origins, naive.weekday_mean(panel, origins, horizon)), _same("weekday_mean", panel)


def calendar(panel: Panel, origins: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """The calendar regression alone, 0 on closed days."""
    return _shut(panel, origins, ridge.forecast(panel, origins, horizon)), _same(CALENDAR, panel)


METHODS = {"seasonal_naive": seasonal_naive, "weekday_mean": weekday_mean, "calendar": calendar, "recipe": forecast}
