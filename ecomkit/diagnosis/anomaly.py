"""Which days are not usual: spikes and shifts of daily figures, beyond weekday, season, events and chance."""

from collections.abc import Iterator
from dataclasses import replace
from math import erfc, sqrt

import numpy as np
import pandas as pd

from ecomkit.diagnosis import baseline
from ecomkit.diagnosis.baseline import Days, Run
from ecomkit.diagnosis.figures import RATES, Figure, figures
from ecomkit.diagnosis.series import series
from ecomkit.errors import ParameterError

__all__ = ["find", "scope", "series"]
FACTORS = (
    "gmv", "visitors", "conversion_rate", "value_per_visitor", "buyers", "amount_per_buyer", "orders",
    "amount_per_order", "units", "units_per_order", "checkouts", "pay_rate",
)  # fmt: skip
DEPTH_MIN = 0.15  # of what was expected: less is season or drift as often as not
Z_MIN, RUNS_MAX = 4.0, 20
SPIKE_DAYS = 2
TRIES = 5  # per day: runs from one day overlap so much that 28 lengths are as many tries as some five
SURE = 1e-6
COLUMNS = [
    "metric", "kind", "start", "end", "expected", "actual", "size", "money", "p_value", "confidence",
]  # fmt: skip
TYPES = {
    "series": "str", "metric": "str", "kind": "str", "confidence": "str", "start": "datetime64[us]",
    "end": "datetime64[us]", "expected": "float64", "actual": "float64", "size": "float64", "money": "float64",
    "p_value": "float64",
}  # fmt: skip


def find(
    daily: pd.DataFrame, *, metrics: list[str] | None = None, events: pd.DataFrame | None = None, fdr: float = 0.05
) -> pd.DataFrame:
    """The spikes and shifts of daily figures, the surest first; empty if every day was usual.

    A run of days is compared with the eight weeks before it, weekday for weekday. Counts vary as counts do, rates as
    their denominator lets them, both times the dispersion seen in the figure's calm days.

    Parameters
    ----------
    daily : one row per day (and `series`): `metrics.daily(store)` or `anomaly.series(store)`
        `date`, figures, and `series` where it holds several. A rate's parts, where they are columns, tell its noise.
    metrics
        The figures to look at; all numeric columns where not given. Which of them are looked at says `scope`.
    events : one row per day of an event
        `date`, and `mega` (bool) where known, as `goods.calendar.days` gives them. These days are set aside, and for
        refunds the 15 days after those of a mega-sale; what begins in them is seen when they are over.
    fdr
        The share of false alarms among all alarms that is accepted, 0-1 (Benjamini and Hochberg 1995).

    Returns
    -------
    pandas.DataFrame, one row per anomaly
        `series` (where `daily` has it); `metric`; `kind` ("spike": one or two days, or "shift"); `start`, `end` (both
        included; what lasts 28 days is the new usual, and ends there); `expected` and `actual` (a rate over the run,
        of other figures the total, without days set aside); `size`, their difference; `money` (what the deviation did
        to the sales of the series, other factors as usual; missing for what is no factor of sales); `p_value` (that
        chance makes such a run anywhere in this figure) and `confidence` (high or medium).

    Raises
    ------
    TableError
        `daily` or `events` lacks a column, a date is no date or twice in a series, or a metric is not numeric.
    ParameterError
        A metric is not in `daily`, or `fdr` is not between 0 and 1.

    Examples
    --------
    >>> daily = pd.DataFrame({"date": pd.date_range("2025-01-06", periods=70), "visitors": 100})
    >>> daily.loc[60:63, "visitors"] = 30
    >>> find(daily)[["metric", "kind", "start", "end", "size"]]
         metric   kind      start        end   size
    0  visitors  shift 2025-03-07 2025-03-10 -280.0
    """
    if not 0 < fdr < 1:
        raise ParameterError(f"fdr={fdr!r} cannot be.", "give a share between 0 and 1, such as fdr=0.05.")
    looked = [f for f in figures(daily, metrics, events) if not f.reason]
    rows = [_row(figure, run) for figure in looked for run in _runs(figure.days)]
    columns = ["series", *COLUMNS] if "series" in daily.columns else COLUMNS
    found = pd.DataFrame(rows, columns=["series", *COLUMNS]).astype(TYPES)
    found = found.sort_values("p_value", kind="stable", ignore_index=True)
    tries = max(len(looked), len(found))
    passed = np.flatnonzero(found["p_value"] <= fdr * (found.index + 1) / max(tries, 1))
    return found.loc[: passed.max() if len(passed) else -1, columns]


def scope(daily: pd.DataFrame, *, metrics: list[str] | None = None, events: pd.DataFrame | None = None) -> pd.DataFrame:
    """Which figures can be looked at, and why not.

    Returns
    -------
    pandas.DataFrame, one row per figure
        `series` (where `daily` has it); `metric`; `days` (known and not set aside); `looked_at` (bool); `reason` (""
        or "short": under 42 such days, "sparse": too rare to have a daily course, "constant", "negative").
    """
    rows = [
        (f.series, f.metric, int(f.days.quiet.sum()), not f.reason, f.reason) for f in figures(daily, metrics, events)
    ]
    table = pd.DataFrame(rows, columns=["series", "metric", "days", "looked_at", "reason"])
    return table if "series" in daily.columns else table.drop(columns="series")


def _runs(days: Days) -> Iterator[Run]:
    """The farthest run, then the farthest of what is left; a run that lasted 28 days makes the usual anew."""
    for _ in range(RUNS_MAX):
        run = baseline.farthest(days)
        if run is None or abs(run.z) < Z_MIN:
            return
        if abs(run.actual - run.expected) >= DEPTH_MIN * run.expected:
            yield run
        if run.last - run.first + 1 == baseline.LONGEST and run.first not in days.turns:
            days = replace(days, turns=tuple(sorted({*days.turns, run.first})))
        else:
            quiet = days.quiet.copy()
            quiet[run.first : run.last + 1] = False
            days = replace(days, quiet=quiet)


def _row(figure: Figure, run: Run) -> tuple:
    divisor = run.load if figure.metric in RATES else 1.0
    expected, actual = run.expected / divisor, run.actual / divisor
    tries = TRIES * int(figure.days.quiet.sum())
    p_value = min(1.0, erfc(abs(run.z) / sqrt(2)) * tries)
    return (
        figure.series,
        figure.metric,
        "spike" if run.last - run.first < SPIKE_DAYS else "shift",
        figure.dates[run.first],
        figure.dates[run.last],
        expected,
        actual,
        actual - expected,
        _money(figure, run),
        p_value,
        "high" if p_value < SURE else "medium",
    )


def _money(figure: Figure, run: Run) -> float:
    """The usual sales of these days, times what the factor was above or below its own usual."""
    if figure.metric not in FACTORS or figure.sales is None:
        return float("nan")
    if figure.metric == "gmv":
        return round(run.actual - run.expected, 2)
    load, level = baseline.usual(figure.sales)
    days = slice(run.first, run.last + 1)
    usual = float(level[run.first] * load[days][figure.sales.quiet[days]].sum())
    return round(usual * (run.actual / run.expected - 1), 2)
