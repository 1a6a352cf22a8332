"""What the forecast would have said on past days: the levels that a rule of ordering by forecast would have had."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError
from ecomkit.goods import conformal, recipe
from ecomkit.goods.series import Panel, read
from ecomkit.goods.stock_rules import number, rate
from ecomkit.goods.windows import Windows

BLOCK_DAYS = 56  # after which the trees are grown anew; the calendar regression is fitted at every origin
LEARNED_DAYS = 175  # whose finished forecasts give a day's ranges


def past_totals(
    daily: pd.DataFrame,
    *,
    days: int,
    last_days: int = 84,
    every_days: int = 7,
    quantiles: Sequence[float] = (0.5, 0.95),
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Returns the forecasts of sums that would have been made on past days, each from what was known then.

    They are those of `forecast.predict_total`, but for what makes many days affordable: trees are grown, and the method
    that suits each series is chosen, every eight weeks, from the days before the first of them; and ranges come from
    the forecasts that were finished in the 25 weeks before. Days on which there is too little to tell a range are left
    out. `closed` counts as known ahead: leave it off where it was told from the sales themselves.

    Parameters
    ----------
    daily, events, quantiles : as `predict_total` takes them, with `series`
    days : how many days are added up: lead time plus review time
    last_days, every_days : how many of the last days, and which of them: every so many

    Returns
    -------
    pandas.DataFrame, one row per day and series
        `series, start` (the first day of the sum), `days, mean`, and a column per quantile such as `q95`, as
        `levels.forecast_levels` takes them.

    Raises
    ------
    TableError, ParameterError
        As of `predict_total`; or the history is too short for any of the days.
    """
    ahead, every, last = (
        int(number(name, value, above=0))
        for name, value in {"days": days, "every_days": every_days, "last_days": last_days}.items()
    )
    wanted = np.atleast_1d(rate("quantiles", quantiles))
    panel = read(daily, horizon=ahead, events=events)
    decided = np.arange(panel.today - last, panel.today + 1, every)
    earlier = decided[0] - every * np.arange(1, (LEARNED_DAYS + ahead) // every + 1)[::-1]
    origins = np.concatenate([earlier, decided])
    origins = origins[origins >= conformal.HISTORY_DAYS]
    parts = _tables(panel, origins, decided, wanted) if len(origins) else []
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if table.empty:
        raise ParameterError(
            f"{panel.today} days of history do not tell what {last} past days would have been forecast.",
            "pass a longer history, or fewer last_days.",
        )
    return table


def _means(panel: Panel, origins: np.ndarray, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Means [origins, series, days] and methods [origins, series]."""
    block = (origins - origins.min()) // BLOCK_DAYS
    means, kinds = [], []
    for number_of in np.unique(block):
        now = origins[block == number_of]
        suited = recipe.routes(panel.cut(int(now[0]), days))
        mean, done = recipe.forecast(panel.cut(int(now[-1]), days), now, days, suited=suited)
        means.append(mean)
        kinds.append(np.repeat(done[None], len(now), axis=0))
    return np.concatenate(means), np.concatenate(kinds)


def _tables(panel: Panel, origins: np.ndarray, decided: np.ndarray, quantiles: np.ndarray) -> list[pd.DataFrame]:
    """The totals of each day, by the errors of forecasts that were finished by then."""
    days = panel.horizon
    mean, kinds = _means(panel, origins, days)
    ends = origins + days
    done = ends <= panel.today
    every = conformal.past(panel, origins[done], mean[done])  # a unit looks at no day from its origin on
    windows, all_series = Windows(panel), np.arange(len(panel.names))
    tables = []
    for at, today in enumerate(origins.tolist()):
        finished = ((ends <= today) & (ends > today - LEARNED_DAYS))[done]
        if today not in decided or not finished.any():
            continue
        history = every.pick(finished)
        total, unit = mean[at].sum(axis=1), windows.unit(all_series, np.full_like(all_series, today))
        bands = conformal.sum_quantiles(history, kinds[at], total, unit, days, quantiles)
        table = pd.DataFrame({"series": panel.names, "start": panel.dates[today], "days": days, "mean": total})
        named = {f"q{100 * q:g}": band for q, band in zip(quantiles, bands, strict=True)}
        tables.append(table.assign(**named).dropna())
    return tables
