"""One day against the same weekdays before it, and one month against the month and the year before it."""

import datetime as dt

import pandas as pd

from ecomkit.data.days import Day, bounds, coverage, parse_day, require_inside
from ecomkit.data.store import Store
from ecomkit.diagnosis.daily import RATES, SUMS, daily, total
from ecomkit.errors import ParameterError

WEEKS = 8


def day(store: Store, on: Day = None) -> pd.DataFrame:
    """Returns the figures of one day beside the mean of the same weekday in the eight weeks before.

    Parameters
    ----------
    on
        The day; the store's last full day where not given

    Returns
    -------
    pandas.DataFrame, one row per metric of `metrics.daily`
        `metric, before` (sums: mean of the weeks; rates: over all of them), `after` (the day), `change_rate`, and
        `low, high`: the least and the most of these weeks. What was not observed is missing.

    Raises
    ------
    ParameterError
        The day is no date, is not in the data, or there is no same weekday before it.
    """
    first, the_day = bounds(store)[0], chosen(store, on)
    back = [the_day - dt.timedelta(weeks=w) for w in range(1, WEEKS + 1)]
    weeks = [pd.Timestamp(d) for d in back if d >= first]
    if not weeks:
        hint = f"choose a day a week after {first}."
        raise ParameterError(f"There is no same weekday before {the_day} in the data.", hint)
    table = daily(store, weeks[-1].date(), the_day)
    same, one = table[table["date"].isin(weeks)], table[table["date"] == pd.Timestamp(the_day)].iloc[0]
    rows = []
    for metric in (*SUMS, *RATES):
        before = same[metric].mean() if metric in SUMS else total(same)[metric].iloc[0]
        change = one[metric] / before - 1 if before else float("nan")
        rows.append((metric, before, one[metric], change, same[metric].min(), same[metric].max()))
    return pd.DataFrame(rows, columns=["metric", "before", "after", "change_rate", "low", "high"])


def chosen(store: Store, on: Day = None) -> dt.date:
    """Returns the day asked for, or the store's last full day; raises ParameterError if it is not in the data."""
    found = parse_day(on, "day") or coverage(store)[1]
    require_inside(bounds(store), found, found)
    return found


def month(store: Store, of: str = "") -> pd.DataFrame:
    """Returns the figures of a month beside those of the month before and of the same month a year before.

    Parameters
    ----------
    of
        "YYYY-MM"; the last whole month of the data where not given. A month that is not over is compared with the
        same days of the others.

    Returns
    -------
    pandas.DataFrame, one row per metric of `metrics.daily`
        `metric, before` (the month before), `after`, `change_rate`, `year_before`, `year_change_rate`; what the data
        does not reach back to is missing.

    Raises
    ------
    ParameterError
        The month is not written so, or not in the data.
    """
    start, end = span(store, of)
    after = _figures(store, start, end)
    ago = {name: _shift(start, end, months) for name, months in (("before", 1), ("year_before", 12))}
    first, _last = bounds(store)
    figures = {name: _figures(store, *days) if days[0] >= first else after * float("nan") for name, days in ago.items()}
    table = pd.DataFrame({"before": figures["before"], "after": after})
    table["change_rate"] = after / figures["before"].where(figures["before"] != 0) - 1
    table["year_before"] = figures["year_before"]
    table["year_change_rate"] = after / figures["year_before"].where(figures["year_before"] != 0) - 1
    return table.rename_axis("metric").reset_index()


def span(store: Store, of: str = "") -> tuple[dt.date, dt.date]:
    """Returns the first and last day of a month, within the data; see `month`."""
    first, last = bounds(store)
    if not of:
        last = coverage(store)[1]
        whole = last == (pd.Timestamp(last) + pd.offsets.MonthEnd(0)).date()
        end = last if whole else last.replace(day=1) - dt.timedelta(days=1)
        return max(end.replace(day=1), first), max(end, first)
    try:
        start = dt.date.fromisoformat(f"{of}-01")
    except ValueError:
        raise ParameterError(f"month='{of}' is no month.", 'write it like "2025-09".') from None
    end = min((pd.Timestamp(start) + pd.offsets.MonthEnd(0)).date(), last)
    require_inside((first, last), start, max(end, start))
    return start, end


def before(store: Store, of: str = "") -> str:
    """Returns the month before as `compare` takes it, e.g. "2025-08-01..2025-08-31"; "previous" where the data does
    not reach back to all of it, but to as many days; "" where to neither."""
    start, end = span(store, of)
    first, last = _shift(start, end, 1)
    if first >= store.start:
        return f"{first}..{last}"
    return "previous" if start - (end - start) - dt.timedelta(days=1) >= store.start else ""


def _figures(store: Store, start: dt.date, end: dt.date) -> pd.Series:
    return total(daily(store, start, end)).iloc[0][[*SUMS, *RATES]].astype(float)


def _shift(start: dt.date, end: dt.date, months: int) -> tuple[dt.date, dt.date]:
    """The same days so many months before; the whole month where the month is whole."""
    is_whole = end == (pd.Timestamp(start) + pd.offsets.MonthEnd(0)).date()
    begin = pd.Timestamp(start) - pd.DateOffset(months=months)
    finish = begin + pd.offsets.MonthEnd(0) if is_whole else pd.Timestamp(end) - pd.DateOffset(months=months)
    return begin.date(), finish.date()
