"""What a forecast is made of: level, weekday, season, promotion and event, adding up to the mean."""

import numpy as np
import pandas as pd

from ecomkit.goods import recipe, ridge
from ecomkit.goods.design import PARTS
from ecomkit.goods.series import Panel, read


def explain(daily: pd.DataFrame, *, horizon: int = 28, events: pd.DataFrame | None = None) -> pd.DataFrame:
    """Returns what each part brings to the forecast of each day, in the unit of `value`.

    The parts are those of the calendar regression. They multiply; each gets the share of the difference to the level
    that its logarithm has (the additive decomposition of Ang). They are stretched alike to the total that `predict`
    gives; by what its days then still differ, the day's event changes, else its promotion, else the weekday as far as
    the same weekdays share it, and the season for the rest. So they add up to `mean` exactly. With too short a history
    (method "fallback") there are only level and weekday.

    Parameters
    ----------
    daily, horizon, events
        As in `predict`.

    Returns
    -------
    pandas.DataFrame, one row per series, day and part
        `series` (where `daily` has it), `date`, `part` ("level": an ordinary day without the rest; "weekday";
        "season": of year and month; "promotion": what is known ahead, prices too; "event"), `value`.

    References
    ----------
    Ang (2005), The LMDI approach to decomposition analysis: a practical guide, Energy Policy 33(7), 867-871.
    """
    panel = read(daily, horizon=horizon, events=events)
    today = np.array([panel.today])
    mean, done = (x[0] if x.ndim == 3 else x for x in recipe.forecast(panel, today, horizon))
    parts = np.concatenate([_parts(chunk) for chunk in ridge.ahead(panel, today, horizon)])
    is_short = done == recipe.FALLBACK
    parts[is_short] = _weekdays(panel, mean)[is_short]
    _meet(parts, mean, panel.dates[panel.today :].day_of_week.to_numpy())
    series, part, day = (a.ravel() for a in np.indices(parts.shape))
    table = pd.DataFrame(
        {
            "series": np.array([*panel.names, None], dtype=object)[series],
            "date": panel.dates[panel.today :][day],
            "part": np.array(PARTS)[part],
            "value": parts.ravel(),
        }
    )
    return table if "series" in daily else table.drop(columns="series")


def _parts(ahead: ridge.Ahead) -> np.ndarray:
    """[series, parts, days] of the one origin."""
    logs = ahead.logs[:, 0]
    base, other = logs[:, :, :1], logs[:, :, 1:]
    total = other.sum(axis=2, keepdims=True)
    low, high = np.exp(base), np.exp(base + total)
    mean_log = np.where(np.abs(total) > 1e-9, (high - low) / np.where(np.abs(total) > 1e-9, total, 1.0), low)
    level = np.maximum(low - ridge.OFFSET, 0.0)
    worth = (ahead.weight * ahead.ratio * ahead.scale)[:, 0, :, None, None]
    return (np.concatenate([level, mean_log * other], axis=2) * worth).sum(axis=0)


def _meet(parts: np.ndarray, mean: np.ndarray, weekday: np.ndarray) -> None:
    """Changes the parts, so that they add up to `mean`."""
    is_open = mean > 0
    parts *= is_open[:, None]
    raw = parts.sum(axis=(1, 2))
    parts *= np.where(raw > 0, mean.sum(axis=1) / np.where(raw > 0, raw, 1.0), 0.0)[:, None, None]
    left = mean - parts.sum(axis=1)
    level, week, season, promotion, event = range(len(PARTS))
    for part in (event, promotion):
        here = np.abs(parts[:, part]) > 0
        parts[:, part] += np.where(here, left, 0.0)
        left = np.where(here, 0.0, left)
    for day in range(7):
        same = (weekday == day) & is_open & (left != 0)
        shared = (left * same).sum(axis=1) / np.maximum(same.sum(axis=1), 1)
        parts[:, week] += shared[:, None] * same
    parts[:, season] += mean - parts.sum(axis=1)
    parts[:, level] += mean - parts.sum(axis=1)


def _weekdays(panel: Panel, mean: np.ndarray) -> np.ndarray:
    parts = np.zeros((len(panel.names), len(PARTS), mean.shape[1]))
    is_open = ~panel.closed[:, panel.today : panel.today + mean.shape[1]]
    level = (mean * is_open).sum(axis=1) / np.maximum(is_open.sum(axis=1), 1)
    parts[:, 0] = np.where(is_open, level[:, None], 0.0)
    parts[:, 1] = np.where(is_open, mean - level[:, None], 0.0)
    return parts
