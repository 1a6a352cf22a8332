"""How much will be sold next: a mean and ranges for each day, and for sums of days.

>>> import pandas as pd
>>> daily = pd.DataFrame({"date": pd.date_range("2025-03-03", periods=28), "value": [10, 10, 10, 10, 10, 30, 20] * 4})
>>> predict(daily, horizon=7)["mean"].tolist()
[10.0, 10.0, 10.0, 10.0, 10.0, 30.0, 20.0]
"""

from collections.abc import Mapping, Sequence
from numbers import Integral

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError
from ecomkit.goods.ahead import days_ahead, sums_ahead
from ecomkit.goods.backtest import backtest, verdict
from ecomkit.goods.parts import explain
from ecomkit.goods.recipe import METHODS
from ecomkit.goods.series import read

__all__ = ["backtest", "explain", "predict", "predict_total", "verdict"]

HORIZON_MAX = 366
LEVELS, QUANTILES = (0.8, 0.95), (0.5, 0.95)


def predict(
    daily: pd.DataFrame,
    *,
    horizon: int = 28,
    events: pd.DataFrame | None = None,
    levels: Sequence[float] = LEVELS,
    method: str = "recipe",
) -> pd.DataFrame:
    """Returns the forecast of each of the next days, one row per series and day.

    The days to come begin after the last day on which any series has a value. A day without a row, or with a missing
    value, is not observed; it never counts as 0. Values below 0 (more was sent back than sold) count as 0.

    Parameters
    ----------
    daily
        `date, value`; where there are, `series` (many are forecast together, and learn from each other), `closed`
        (bool: nothing could be sold), and columns of numbers that are known ahead, such as a promotion (0 or 1) or a
        price. Rows for days to come, with `value` missing, tell what is planned; a flag that they do not tell is 0, any
        other column keeps its last value. `sales.daily` makes the table from a store.
    horizon
        How many days, 1 to 366.
    events
        `date, event, mega`, past and to come, as `calendar.days` gives them, with your own campaigns added. A `mega`
        day is learned from its own past days alone, and does not raise the days after it.
    levels
        Shares of days that are to lie within the ranges, between 0 and 1.
    method
        "recipe" takes what suits each series. The others are there to be compared with: "seasonal_naive" (last week
        again), "weekday_mean", "calendar"; `backtest` says what each is.

    Returns
    -------
    pandas.DataFrame
        `series` (where `daily` has it), `date`, `mean`; `low_80, high_80, low_95, high_95` (a pair per level); all in
        the unit of `value`, never negative, 0 on closed days; a range is missing where less than two of the last
        56 days are known, the mean where no day ever was.
        `method`: "recipe" (calendar regression and boosted trees), "calendar" (the regression alone: too few days for
        trees), "sparse" (for a series that sells on few days), or "fallback" (fewer than 35 days observed, or none of
        the last 56: the mean of the last four same weekdays).

    Raises
    ------
    TableError, ParameterError
        A column is missing or of another type, a day comes twice, a column that changes from day to day tells nothing
        of the days to come, as visitors would; a parameter is out of range.

    References
    ----------
    `conformal` (ranges), `ridge`, `boosting`, `smoothing` (means) name the methods' sources.
    """
    _check_days(horizon, "horizon")
    wanted = _shares(levels, "levels")
    if method not in METHODS:
        raise ParameterError(f"method={method!r} is not known.", f"choose from {[*METHODS]}.")
    quantiles = np.array([(1 + side * level) / 2 for level in wanted for side in (-1, 1)])
    panel = read(daily, horizon=horizon, events=events)
    mean, bands, done = days_ahead(panel, horizon, quantiles, METHODS[method])
    names = [f"{end}_{100 * level:g}" for level in wanted for end in ("low", "high")]
    series, day = (a.ravel() for a in np.indices(mean.shape))
    columns = {
        "series": np.array([*panel.names, None], dtype=object)[series],
        "date": panel.dates[panel.today :][day],
        "mean": mean.ravel(),
        **{name: band.ravel() for name, band in zip(names, bands, strict=True)},
        "method": done[series],
    }
    return _finish(columns, daily)


def predict_total(
    daily: pd.DataFrame,
    *,
    days: int | Sequence[int] | Mapping[str, int],
    events: pd.DataFrame | None = None,
    quantiles: Sequence[float] = QUANTILES,
) -> pd.DataFrame:
    """Returns the forecast of the sum of the next days, a row per series and span: what an order has to last for.

    A sum's range is measured on sums, not added up from days: days that come out high together would make it too
    narrow otherwise.

    Parameters
    ----------
    daily, events
        As in `predict`.
    days
        How many days are added up, 1 to 366: one number; one for each series; or several, at little more cost than
        the longest of them alone.
    quantiles
        Shares of cases in which the sum is to stay below the value, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        `series` (where `daily` has it), `start` (the first day), `days`, `mean`, a column per quantile such as `q50`
        and `q95`, in the unit of `value`; `method` as in `predict`.

    Raises
    ------
    TableError, ParameterError
        As in `predict`; or a series has no entry in `days`.

    Examples
    --------
    >>> import pandas as pd
    >>> daily = pd.DataFrame({"date": pd.date_range("2025-03-03", periods=28), "value": [9.0, 11.0] * 14})
    >>> predict_total(daily, days=14, quantiles=(0.5, 0.95))[["start", "days", "mean", "q50"]]
           start  days   mean    q50
    0 2025-03-31    14  140.0  140.0
    """
    wanted = _shares(quantiles, "quantiles")
    spans: list[int | Mapping[str, int]] = _spans(days)
    given = [n for span in spans for n in (span.values() if isinstance(span, Mapping) else [span])]
    horizon = max((_check_days(n, "days") for n in given), default=1)
    panel = read(daily, horizon=horizon, events=events)
    lengths = np.array([[_days_of(span, name) for name in panel.names] for span in spans])
    mean, bands, done = sums_ahead(panel, lengths, np.array(wanted))
    columns = {
        "series": np.repeat(np.array([*panel.names, None], dtype=object)[:-1], len(spans)),
        "start": panel.dates[np.full(mean.size, panel.today)],
        "days": lengths.T.ravel(),
        "mean": mean.T.ravel(),
        **{f"q{100 * q:g}": band.T.ravel() for q, band in zip(wanted, bands, strict=True)},
        "method": np.repeat(done, len(spans)),
    }
    return _finish(columns, daily)


def _spans(days: object) -> list:
    several = isinstance(days, Sequence) and not isinstance(days, str)
    if several and not days:
        raise ParameterError("days has no span.", "e.g. days=(7, 14, 28).")
    return list(days) if several else [days]  # type: ignore[call-overload]  # mypy forgets what `several` says


def _finish(columns: Mapping[str, object], daily: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(columns)
    if "series" not in daily:
        return table.drop(columns="series")
    return table.astype({"series": daily["series"].dtype})


def _check_days(days: object, name: str) -> int:
    if isinstance(days, bool) or not isinstance(days, Integral) or not 1 <= int(days) <= HORIZON_MAX:
        raise ParameterError(f"{name}={days!r} cannot be.", f"it is a whole number of days, 1 to {HORIZON_MAX}.")
    return int(days)


def _days_of(days: int | Mapping[str, int], name: object) -> int:
    if not isinstance(days, Mapping):
        return int(days)
    if name not in days:
        raise ParameterError(f"days has no entry for the series {name!r}.", "give one number for all, or one for each.")
    return int(days[name])  # type: ignore[index]  # a series may be named by anything


def _shares(shares: Sequence[float], name: str) -> list[float]:
    if not len(shares) or not all(isinstance(s, float) and 0 < s < 1 for s in shares):
        raise ParameterError(f"{name}={shares!r} cannot be.", f"they are between 0 and 1, e.g. {name}=(0.8, 0.95).")
    return list(shares)
