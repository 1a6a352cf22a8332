"""The daily figures of a table, each with what it depends on and the days that can be judged."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecomkit.diagnosis.baseline import Days
from ecomkit.diagnosis.daily import RATES as STORE_RATES
from ecomkit.diagnosis.series import PARTS
from ecomkit.diagnosis.series import RATES as PART_RATES
from ecomkit.errors import ParameterError, TableError

RATES = STORE_RATES | PART_RATES
HISTORY_MIN = 42  # days that are no events: fewer weeks cannot tell a weekday from chance
DAILY_MIN = 0.5  # a day: what is rarer has no daily course
RETURN_DAYS = 15  # so long the goods of a mega-sale come back
PATCHY = 1.5 * 1.4826  # of money, the median in median absolute deviations: a few sales a day are no smooth figure


@dataclass(frozen=True)
class Figure:
    """One metric of one series, and the series' sales, to price it; `reason` says why it cannot be judged, or ""."""

    series: str
    metric: str
    dates: pd.DatetimeIndex
    days: Days
    sales: Days | None
    reason: str


def figures(daily: pd.DataFrame, metrics: list[str] | None, events: pd.DataFrame | None) -> Iterator[Figure]:
    """Yields the figures of a daily table; raises for what cannot be looked at. Parameters as for `anomaly.find`."""
    names = _check(daily, metrics)
    if events is not None:
        _check_dates("events", events)
    for name, part in daily.groupby("series") if "series" in daily.columns else [("", daily)]:
        part = part.set_index("date").sort_index().asfreq("D")
        has_sales = "gmv" in part.columns and part["gmv"].notna().any()
        sales = _days(part, "gmv", events) if has_sales else None
        for metric in names:
            if metrics is None and part[metric].isna().all() and "series" in daily.columns:
                continue  # a series has the figures of its own kind only
            days = _days(part, metric, events)
            yield Figure(str(name), metric, pd.DatetimeIndex(part.index), days, sales, _reason(days))


def _days(part: pd.DataFrame, metric: str, events: pd.DataFrame | None) -> Days:
    upper, lower = RATES.get(metric, (metric, ""))
    if not {upper, lower} <= set(part.columns):
        upper, lower = metric, ""
    actual = part[upper].to_numpy(dtype=float, na_value=np.nan)
    load = part[lower].to_numpy(dtype=float, na_value=np.nan) if lower else np.ones(len(part))
    quiet = np.isfinite(actual) & np.isfinite(load) & (np.nan_to_num(load) > 0)
    days = pd.DatetimeIndex(part.index)
    if events is not None:
        quiet &= ~days.isin(_aside(events, RETURN_DAYS if metric.startswith("refund") else 0))
    return Days(np.nan_to_num(actual), np.nan_to_num(load), days.day_of_week.to_numpy(), quiet)


def _aside(events: pd.DataFrame, after: int) -> pd.DatetimeIndex:
    """The days of the events, and so many after each day of a mega-sale."""
    days = pd.DatetimeIndex(events["date"])
    mega = days[events["mega"].to_numpy(dtype=bool)] if "mega" in events.columns else days[:0]
    return pd.DatetimeIndex(days.append([mega + pd.Timedelta(days=k) for k in range(1, after + 1)]))


def _reason(days: Days) -> str:
    known = days.actual[days.quiet]
    if len(known) < HISTORY_MIN:
        return "short"
    if (known < 0).any():
        return "negative"
    if known.min() == known.max():
        return "constant"
    load, median = days.load[days.quiet], np.median(known)
    is_count = (known == np.round(known)).all()
    volume = load if load.max() > 1 else known
    is_patchy = not is_count and median < PATCHY * np.median(np.abs(known - median))
    return "sparse" if volume.mean() < DAILY_MIN or is_patchy else ""


def _check(daily: pd.DataFrame, metrics: list[str] | None) -> list[str]:
    """Raises for what cannot be looked at; returns the metrics."""
    _check_dates("daily", daily)
    key = [c for c in ("series", "date") if c in daily.columns]
    if daily.duplicated(key).any():
        raise TableError(f"`daily` has the same {key} twice.", "sum it by day, or tell the parts apart in `series`.")
    numeric = [c for c in daily.columns if pd.api.types.is_numeric_dtype(daily[c])]
    usual = [c for c in numeric if c not in PARTS]
    unknown = [m for m in metrics or [] if m not in daily.columns]
    if unknown:
        raise ParameterError(f"`daily` has no metrics {unknown}.", f"it has {usual}.")
    texts = [m for m in metrics or [] if m not in numeric]
    if texts:
        raise TableError(f"The columns {texts} of `daily` hold no numbers.", f"daily.astype({{{texts[0]!r}: float}}).")
    return usual if metrics is None else list(metrics)


def _check_dates(name: str, table: pd.DataFrame) -> None:
    if "date" not in table.columns:
        raise TableError(
            f"`{name}` has no column `date`; it has {list(table.columns)}.", f"{name}.rename(columns={{...: 'date'}})."
        )
    dates = table["date"]
    if not pd.api.types.is_datetime64_dtype(dates) or dates.isna().any() or (dates != dates.dt.normalize()).any():
        raise TableError(
            f"`{name}.date` does not hold a day in every row.", f"{name}['date'] = pd.to_datetime(...).dt.normalize()."
        )
