"""What a promotion really added: sales above the usual, less those it took from the days after it."""

from numbers import Real

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from ecomkit.data.days import Day, parse_day
from ecomkit.errors import ParameterError, TableError

WEEK = 7


def incremental(
    daily: pd.DataFrame, *, start: Day, end: Day, after_days: int = 7, weeks: int = 2, level: float = 0.9
) -> pd.DataFrame:
    """Returns what a promotion added to the usual sales, what the days after it lack, and what remains of both.

    Usual is the mean of the same weekday in the weeks just before `start` and in as many after the days after `end`:
    from both sides, so that a season that rises or falls moves it little. Let `start` lie early enough that those who
    wait for the promotion wait within it; other events in these weeks would move the usual, too.

    Parameters
    ----------
    daily : `date, value`, one row per day: units or money; a day without sales is a row with 0
    start, end : first and last day of the promotion, its run-up included
    after_days : days after `end` in which sales may be missing because they were bought ahead
    weeks : whole weeks on each side that say what is usual
    level : how often the interval is to hold the truth, between 0 and 1, if days differ from their weekday by chance

    Returns
    -------
    pandas.DataFrame, three rows
        `part`: "during", "after" and "together"; `days`; `value`: what was sold; `usual`: what would have been;
        `difference`: value less usual, which in "after" is negative where demand was pulled forward; `low, high`: its
        interval, which knows the chance of the days themselves and of the weeks that say what is usual.

    Raises
    ------
    TableError, ParameterError
        A column is missing, a day repeats or is missing, or a value is; the days or numbers are out of range.

    References
    ----------
    van Heerde, Leeflang, Wittink (2000), The estimation of pre- and postpromotion dips with store-level scanner data,
    Journal of Marketing Research 37(3), 383-395: why the days around a promotion belong to it. The interval is that of
    a sum to be predicted from a mean per weekday, with Student's t.

    Examples
    --------
    >>> days = pd.date_range("2025-01-06", periods=16)
    >>> daily = pd.DataFrame({"date": days, "value": [9.0] * 7 + [30.0, 4.0] + [11.0] * 7})
    >>> incremental(daily, start="2025-01-13", end="2025-01-13", after_days=1, weeks=1)[
    ...     ["part", "value", "usual", "difference"]]
           part  value  usual  difference
    0    during   30.0   10.0        20.0
    1     after    4.0   10.0        -6.0
    2  together   34.0   20.0        14.0
    """
    first, last = parse_day(start, "start"), parse_day(end, "end")
    if first is None or last is None or last < first:
        raise ParameterError(f"start={start!r}, end={end!r} is no period.", 'e.g. "2025-11-10", "2025-11-12".')
    _check_number("after_days", after_days, 1)
    _check_number("weeks", weeks, 1)
    if isinstance(level, bool) or not isinstance(level, Real) or not 0 < level < 1:
        raise ParameterError(f"level={level!r} is no share between 0 and 1.", "level=0.9 is usual.")
    begin, over = pd.Timestamp(first), pd.Timestamp(last) + pd.Timedelta(days=after_days)
    around = pd.Timedelta(days=WEEK * weeks)
    value = _series(daily, begin - around, over + around)
    is_plain = (value.index < begin) | (value.index > over)
    plain, since = value[is_plain], value[~is_plain]
    usual = plain.groupby(plain.index.day_of_week).mean()
    left = plain.to_numpy() - usual.loc[plain.index.day_of_week].to_numpy()
    freedom = len(plain) - WEEK
    spread = float(np.sqrt((left**2).sum() / freedom)) * float(stdtrit(freedom, (1 + level) / 2))
    is_during = since.index <= pd.Timestamp(last)
    parts = {"during": since[is_during], "after": since[~is_during], "together": since}
    rows = []
    for name, part in parts.items():
        weekdays = np.bincount(part.index.day_of_week, minlength=WEEK)
        expected = float(weekdays @ usual.to_numpy())
        gain = float(part.sum()) - expected
        # of the days to be told by chance, and of each weekday's mean as often as it is used
        width = spread * float(np.sqrt(len(part) + (weekdays**2).sum() / (2 * weeks)))
        rows.append((name, len(part), float(part.sum()), expected, gain, gain - width, gain + width))
    return pd.DataFrame(rows, columns=["part", "days", "value", "usual", "difference", "low", "high"])


def _check_number(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ParameterError(f"{name}={value!r} cannot be.", f"it is a whole number, {least} or more.")


def _series(daily: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> "pd.Series[float]":
    """The values of all days that are needed; none may be missing."""
    if missing := [c for c in ("date", "value") if c not in daily]:
        raise TableError(f"`daily` has no columns {missing}; it has {[*daily.columns]}.", "rename yours first.")
    dates = pd.to_datetime(daily["date"]).dt.normalize()
    if dates.duplicated().any():
        raise TableError(
            f"`daily` has more than one row for {dates[dates.duplicated()].iloc[0]:%Y-%m-%d}.",
            'sum first: daily.groupby("date", as_index=False)["value"].sum().',
        )
    needed = pd.date_range(first, last)
    value = pd.Series(daily["value"].to_numpy(dtype=float), index=pd.DatetimeIndex(dates)).reindex(needed)
    if value.isna().any():
        raise TableError(
            f"`daily` lacks {int(value.isna().sum())} days from {first:%Y-%m-%d} on, e.g. "
            f"{value.index[value.isna()][0]:%Y-%m-%d}.",
            "choose fewer weeks or days after, or give days without sales a row with 0.",
        )
    return value
