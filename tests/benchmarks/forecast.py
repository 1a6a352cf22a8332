"""What the forecast is worth on public series, and what it takes; ten CPU minutes.

Six folds of 28 days per data set, each forecast from the days before it; the series, folds and known days of each set
are in forecast_sets.py. Figures are printed as Markdown, with the bar that each should keep. With names of parts, such
as `python tests/benchmarks/forecast.py alone masked`, it does these alone.
"""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # CPU seconds without threads that wait

import forecast_sets
import numpy as np
import pandas as pd
from run import head, line

from ecomkit.errors import MissingDataError
from ecomkit.goods import forecast, scores
from ecomkit.goods.backtest import measure
from ecomkit.goods.recipe import METHODS
from ecomkit.goods.series import Panel, read

HORIZON = 28
BARS = {"m5": (0.87, 0.108), "online_retail_ii": (0.725, 0.312), "olist": (1.07, 0.192)}  # MASE, WAPE of the recipe
SETS = {"m5": forecast_sets.m5, "online_retail_ii": forecast_sets.online_retail, "olist": forecast_sets.olist}
FIGURES = ["mase", "wape", "total_wape", "bias", "coverage_80", "coverage_95", "pinball"]


def tested(trial: forecast_sets.Trial, methods: list[str], *, closed_ahead: bool) -> pd.DataFrame:
    panel = read(trial.daily, horizon=0, events=trial.events)
    starts = panel.dates.get_indexer(pd.to_datetime(trial.cutoffs)) + 1
    return measure(panel, starts, HORIZON, methods, closed_ahead=closed_ahead).set_index("method")


def accuracy() -> None:
    print("\n### Forecast: 28 days ahead, six folds\n")
    head("data", "method", *FIGURES, "bar: mase, wape")
    for name, make in SETS.items():
        methods = ["seasonal_naive", "weekday_mean", "calendar", "recipe"]
        table = tested(make(), methods, closed_ahead=name != "online_retail_ii")
        for method, row in table.iterrows():
            bar = "{}, {}".format(*BARS[name]) if method == "recipe" else ""
            line(name, method, *(f"{row[figure]:.3f}" for figure in FIGURES), bar)


def sparse() -> None:
    print("\n### Forecast: 120 products of Online Retail II that sell now and then\n")
    head("method", "28-day wape", "bias", "coverage_80", "coverage_95", "bar: 28-day wape, bias")
    table = tested(forecast_sets.sparse_retail(), ["seasonal_naive", "weekday_mean", "recipe"], closed_ahead=False)
    for method, row in table.iterrows():
        figures = ("total_wape", "bias", "coverage_80", "coverage_95")
        line(method, *(f"{row[f]:.3f}" for f in figures), "0.62, 0.25" if method == "recipe" else "")


def alone() -> None:
    print("\n### Forecast: one store's total, forecast alone\n")
    figures = ("coverage_80", "coverage_95", "pinball", "mase", "wape", "bias")
    head("data", *figures, "wape of last week's values", "bar: coverage_80")
    for name, trials in forecast_sets.totals().items():
        closed = not name.startswith("online_retail_ii")
        tables = [tested(trial, ["recipe"], closed_ahead=closed) for trial in trials]
        mean = sum(tables) / len(tables)
        naive = f"{mean['wape']['seasonal_naive']:.3f}"
        line(name, *(f"{mean[f]['recipe']:.3f}" for f in figures), naive, ".75 to .84")


def masked() -> None:
    """A tenth of the days and three weeks of every series are taken away from what is known, never from what came."""
    print("\n### Forecast: M5 with a tenth of the days and three weeks missing\n")
    trial = forecast_sets.m5()
    head("days known", "mase of the calendar regression", "bar", "mase of the recipe", "bar")
    panel = read(trial.daily, horizon=0, events=trial.events)
    starts = panel.dates.get_indexer(pd.to_datetime(trial.cutoffs)) + 1
    rng = np.random.default_rng(0)
    gone = rng.random(panel.value.shape) < 0.1
    gone[:, starts[0] - 200 : starts[0] - 179] = True
    held = {"complete": panel.value, "masked": np.where(gone, np.nan, panel.value)}
    held["filled with 0"] = np.where(gone, 0.0, panel.value)
    methods = ("calendar", "recipe")
    errors = {name: [np.mean([_error(panel, v, s, m) for s in starts]) for m in methods] for name, v in held.items()}
    for name, both in errors.items():
        bars = [f"{1.02 * e:.3f}" if name == "masked" else "" for e in errors["complete"]]
        line(name, *(cell for error, bar in zip(both, bars, strict=True) for cell in (f"{error:.3f}", bar)))


def _error(panel: Panel, value: np.ndarray, start: int, method: str) -> float:
    """MASE of a method that knows `value`, against what came, in the scale of the complete past."""
    known = replace(panel.cut(start, HORIZON), value=value[:, :start])
    mean = METHODS[method](known, np.array([start]), HORIZON)[0][0]
    scales = scores.scale(panel.cut(start, HORIZON).sold)
    return float(scores.mase(panel.sold[:, start : start + HORIZON], mean, scales).mean())


def effort() -> None:
    print("\n### Forecast: what it takes, with ranges\n")
    head("what", "series", "CPU s", "CPU s per series", "peak GB", "bar")
    for case, bar in [("m5", "0.3 s per series"), ("many", "2 GB")]:
        done = subprocess.run([sys.executable, __file__, case], capture_output=True, text=True, check=True)
        spent = json.loads(done.stdout.splitlines()[-1])
        line(spent["what"], spent["series"], spent["cpu"], f"{spent['cpu'] / spent['series']:.3f}", spent["gb"], bar)


def spend(case: str) -> None:
    """One forecast in a process of its own."""
    if case == "m5":
        trial = forecast_sets.m5()
        daily, events = trial.daily, trial.events
        what = "M5, 1,913 days with holidays"
    else:
        dates, rng = pd.date_range("2022-10-01", periods=1095, unit="us"), np.random.default_rng(0)
        level = np.exp(rng.normal(1.5, 1.5, 5000))[:, None] * (1 + 0.3 * np.sin(2 * np.pi * np.arange(1095) / 7))
        names = np.repeat([f"s{i:04d}" for i in range(5000)], 1095)
        daily = pd.DataFrame({"series": names, "date": np.tile(dates, 5000), "value": 1.0 * rng.poisson(level).ravel()})
        events, what = None, "drawn, three years"
    began = time.process_time()
    forecast.predict(daily, events=events)
    cpu, peak = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(json.dumps({"what": what, "series": daily["series"].nunique(), "cpu": cpu, "gb": peak}))


if __name__ == "__main__":
    parts = {part.__name__: part for part in (accuracy, sparse, alone, masked, effort)}
    chosen = sys.argv[1:] or [*parts]
    if chosen[0] in ("m5", "many"):  # from `effort`
        spend(chosen[0])
    else:
        try:
            for name in chosen:
                parts[name]()
        except MissingDataError as error:
            print(f"\nThe forecast is not measured: {str(error).splitlines()[0]}")
