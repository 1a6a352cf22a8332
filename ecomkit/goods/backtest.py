"""Would the forecast have been worth using: past days forecast as they were known before, beside the naive one."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods import scores
from ecomkit.goods.ahead import days_ahead
from ecomkit.goods.recipe import METHODS
from ecomkit.goods.series import Panel, read

HISTORY_DAYS = 28  # that the first fold needs
QUANTILES = np.array([0.025, 0.1, 0.5, 0.9, 0.975])
NAIVE, DEFAULT = "seasonal_naive", ("weekday_mean", "recipe")
BETTER, COVERAGE_LOW, COVERAGE_HIGH = 0.05, 0.7, 0.9  # by how much less error counts; what an 80 % range may hold


def backtest(
    daily: pd.DataFrame,
    *,
    horizon: int = 28,
    folds: int = 6,
    methods: Sequence[str] | None = None,
    events: pd.DataFrame | None = None,
    closed_ahead: bool = True,
) -> pd.DataFrame:
    """Returns how each method would have done on the last `folds` x `horizon` days, the seasonal naive first.

    Each fold is forecast from the days before it alone; of its own days only what is known ahead is used (events,
    promotions, prices and, unless said otherwise, closed days). A series that has no day before a fold does not count
    in it.

    Parameters
    ----------
    daily, events
        As in `predict`.
    horizon, folds
        Days of a fold, and how many folds; fewer where the history has not so many, with 28 days before the first.
    methods
        Which to try besides "seasonal_naive" (last week again): "weekday_mean" (mean of the last four same weekdays),
        "calendar" (calendar regression alone), "recipe" (what `predict` does). By default the first and the last.
    closed_ahead
        False where `closed` was told from the sales themselves, as by `sales.daily`: then the days off of each fold
        are guessed from the past, too.

    Returns
    -------
    pandas.DataFrame, one row per method
        `method`; `wape` (sum of the absolute errors over the sum of what came); `mase` (mean absolute error over that
        of last week's value in the past; mean over series and folds); `bias` (0.1: a tenth too much was forecast);
        `total_wape` (as `wape`, of the folds' totals); `coverage_80, coverage_95` (share of open days within the
        ranges; mean of the folds); `pinball` (mean loss of five quantiles, in units of `mase`); `folds`, `folds_won`
        (with a smaller `wape` than the seasonal naive).

    Raises
    ------
    TableError, ParameterError
        As in `predict`; the history has no room for a fold; a method is not known.

    References
    ----------
    Tashman (2000), Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16(4), 437-450.
    """
    for name, value in (("horizon", horizon), ("folds", folds)):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise ParameterError(f"{name}={value!r} cannot be.", "it is a whole number, 1 or more.")
    names = list(DEFAULT if methods is None else methods)
    unknown = [name for name in names if name not in METHODS]
    if unknown or isinstance(methods, str):
        raise ParameterError(f"methods={methods!r} are not known.", f"choose from {[*METHODS]}.")
    panel = read(daily, horizon=0, events=events)
    fits = (panel.today - HISTORY_DAYS) // horizon
    if fits < 1:
        raise TableError(
            f"`daily` has {panel.today} days; a fold of {horizon} days needs {HISTORY_DAYS} more before it.",
            "choose a shorter horizon, e.g. horizon=7.",
        )
    starts = panel.today - horizon * np.arange(min(folds, fits), 0, -1)
    return measure(panel, starts, horizon, names, closed_ahead=closed_ahead)


def verdict(tested: pd.DataFrame, *, method: str = "recipe") -> pd.DataFrame:
    """Returns whether a forecast is worth using, by its backtest: one row.

    Parameters
    ----------
    tested
        As `backtest` gives it.

    Returns
    -------
    pandas.DataFrame
        `verdict`: "use" (at least 5 % less error than last week's values, in more than half of the folds, and 80 %
        ranges that held on 70 to 90 % of the days), "use_mean" (less error, but the ranges did not hold so), "no_gain"
        (about as good as last week's values), "worse"; `method`; `wape, naive_wape`; `less_error_rate` (0.2: a fifth
        less error); `coverage_80, bias, folds, folds_won`.

    Examples
    --------
    >>> tested = pd.DataFrame({"method": ["seasonal_naive", "recipe"], "wape": [0.25, 0.2], "bias": 0.0,
    ...                        "coverage_80": 0.81, "folds": 6, "folds_won": [0, 5]})
    >>> verdict(tested)[["verdict", "less_error_rate", "folds_won"]]
      verdict  less_error_rate  folds_won
    0     use              0.2          5
    """
    rows = tested.set_index("method")
    if method not in rows.index or NAIVE not in rows.index:
        raise ParameterError(f"The backtest has no {method!r}, only {[*rows.index]}.", "try it: methods=[...].")
    mine, naive = rows.loc[method], rows.loc[NAIVE]
    less = 1 - mine["wape"] / naive["wape"] if naive["wape"] > 0 else 0.0
    holds = COVERAGE_LOW <= mine["coverage_80"] <= COVERAGE_HIGH
    wins = less >= BETTER and 2 * mine["folds_won"] > mine["folds"]
    code = ("use" if holds else "use_mean") if wins else "worse" if less <= -BETTER else "no_gain"
    row = {"verdict": code, "method": method, "wape": mine["wape"], "naive_wape": naive["wape"]}
    kept = {name: mine[name] for name in ("coverage_80", "bias", "folds", "folds_won")}
    return pd.DataFrame([{**row, "less_error_rate": less, **kept}]).astype({"folds": int, "folds_won": int})


def measure(
    panel: Panel, starts: np.ndarray, horizon: int, methods: Sequence[str], *, closed_ahead: bool = True
) -> pd.DataFrame:
    """The scores of the seasonal naive and of `methods` over the days after each of `starts`."""
    names = [NAIVE, *[name for name in methods if name != NAIVE]]
    known = [panel.cut(start, min(horizon, panel.today - start), closed_ahead=closed_ahead) for start in starts]
    folds = {name: [_fold(panel, before, name) for before in known] for name in names}
    naive = np.array([fold["wape"] for fold in folds[NAIVE]])
    rows = []
    for name, each in folds.items():
        won = int((np.array([fold["wape"] for fold in each]) < naive).sum())
        rows.append({"method": name, **_together(each), "folds": len(each), "folds_won": won})
    return pd.DataFrame(rows)


def _fold(panel: Panel, known: Panel, name: str) -> dict[str, Any]:
    start, days = known.today, known.horizon
    mean, bands, _ = days_ahead(known, days, QUANTILES, METHODS[name])
    begun = np.isfinite(known.value).any(axis=1)
    actual = np.where(begun[:, None], panel.sold[:, start : start + days], np.nan)
    is_open = np.where(known.closed[:, start:], np.nan, actual)
    scales = scores.scale(known.sold)
    totals = np.stack([np.where(np.isfinite(actual), x, 0.0).sum(axis=1) for x in (actual, mean)])
    return {
        "actual": actual,
        "mean": mean,
        "totals": totals,
        "wape": scores.wape(actual, mean),
        "mase": scores.mase(actual, mean, scales),
        "coverage_80": scores.coverage(is_open, bands[1], bands[3]),
        "coverage_95": scores.coverage(is_open, bands[0], bands[4]),
        "pinball": scores.pinball(is_open, bands, QUANTILES, scales),
    }


def _together(folds: list[dict[str, Any]]) -> dict[str, float]:
    actual, mean = (np.concatenate([fold[name] for fold in folds], axis=1) for name in ("actual", "mean"))
    totals = np.concatenate([fold["totals"] for fold in folds], axis=1)
    ranges = ("coverage_80", "coverage_95", "pinball")
    return {
        "wape": scores.wape(actual, mean),
        "mase": scores.average(np.concatenate([fold["mase"] for fold in folds])),
        "bias": scores.bias(actual, mean),
        "total_wape": scores.wape(totals[0], totals[1]),
        **{name: scores.average(np.array([fold[name] for fold in folds])) for name in ranges},
    }
