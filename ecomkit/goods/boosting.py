"""Boosted trees that learn from all series at once how a day follows from the weeks before it."""

from typing import Any

import numpy as np

from ecomkit.goods.design import mega_days
from ecomkit.goods.series import Panel
from ecomkit.goods.windows import CEILING, CODED, Windows

STEP_DAYS, REACH_DAYS = 5, 1100  # an origin every so many days, of the last so many days
ROWS_MAX, ROWS_MIN = 60_000, 1_000
HISTORY_DAYS = 28  # that an origin needs
HORIZON_MIN = 28  # days ahead to learn from, so that a shorter forecast is the beginning of a longer one
SETTINGS: dict[str, Any] = {
    "max_iter": 150,
    "learning_rate": 0.05,
    "max_leaf_nodes": 31,
    "min_samples_leaf": 60,
    "l2_regularization": 1.0,
    "max_features": 0.6,
    "early_stopping": False,
    "random_state": 0,
}


def forecast(panel: Panel, origins: np.ndarray, horizon: int, *, loss: str = "absolute_error") -> np.ndarray:
    """The days after each origin, [origins, series, days]; NaN throughout where there is too little to learn from.

    One model per call, which has seen no day after the first of the origins.

    References
    ----------
    Ke et al. (2017), LightGBM: a highly efficient gradient boosting decision tree, NeurIPS 30; in the form of
    scikit-learn's HistGradientBoostingRegressor. Montero-Manso, Hyndman (2021), Principles and algorithms for
    forecasting groups of time series, International Journal of Forecasting 37(4), 1632-1653: one model for all series.
    """
    shape = len(origins), len(panel.names), horizon
    windows = Windows(panel)
    rows, target = _training(windows, int(origins.min()), max(horizon, HORIZON_MIN))
    if len(target) < ROWS_MIN:
        return np.full(shape, np.nan)
    from sklearn.ensemble import HistGradientBoostingRegressor  # heavy: loaded only where it is needed
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn, untyped

    out, table = np.zeros(shape), windows.features(*rows)
    said = np.array([len(np.unique(column[np.isfinite(column)])) > 1 for column in table.T])  # the rest says nothing
    coded = (np.arange(len(said)) >= len(said) - CODED)[said]
    with threadpool_limits(1):  # the same forecast on every machine, and no waiting threads on a busy one
        model = HistGradientBoostingRegressor(loss=loss, categorical_features=coded, **SETTINGS)
        model.fit(table[:, said], target)
        for i, origin in enumerate(origins):
            series, day = (a.ravel() for a in np.indices(shape[1:]))
            start = np.full_like(series, origin)
            level = np.nan_to_num(windows.level(series, start))
            size = model.predict(windows.features(series, start, start + day)[:, said])
            out[i] = np.maximum(level * size, 0.0).reshape(shape[1:])
    return out


def _training(windows: Windows, until: int, horizon: int) -> tuple[tuple[np.ndarray, ...], np.ndarray]:
    """Series, origin and day of the rows to learn from, and what the day brought in levels of its series."""
    panel = windows.panel
    starts = np.arange(until - STEP_DAYS, max(HISTORY_DAYS, until - REACH_DAYS) - 1, -STEP_DAYS)
    size = len(panel.names), len(starts), horizon
    every = int(np.prod(size))
    chosen = np.arange(every)
    if every > ROWS_MAX:
        chosen = np.sort(np.random.default_rng(0).choice(every, ROWS_MAX, replace=False))
    series, start, ahead = np.unravel_index(chosen, size) if every else (chosen,) * 3
    origin = starts[start] if every else chosen
    day = origin + ahead
    inside = day < until
    series, origin, day = series[inside], origin[inside], day[inside]
    level, value = windows.level(series, origin), windows.value[series, day]
    usable = np.isfinite(value) & (level > 0) & ~mega_days(panel)[day]
    series, origin, day = series[usable], origin[usable], day[usable]
    return (series, origin, day), np.minimum(value[usable] / level[usable], CEILING)
