"""Which days are compared with which."""

import datetime as dt
from dataclasses import dataclass

from ecomkit.data.days import Day, bounds, coverage, parse_day, require_days
from ecomkit.data.store import Store
from ecomkit.errors import ParameterError

DAYS = 28  # four whole weeks, so that both periods hold the same weekdays


@dataclass(frozen=True)
class Period:
    """A period and the one it is compared with; all four days are included."""

    start: dt.date
    end: dt.date
    before_start: dt.date
    before_end: dt.date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def before_days(self) -> int:
        return (self.before_end - self.before_start).days + 1

    def during(self, column: str) -> str:
        """Returns the SQL condition that `column` lies in the period, for `relation.filter`."""
        return f"{column}::DATE BETWEEN DATE '{self.start}' AND DATE '{self.end}'"

    def earlier(self, column: str) -> str:
        """Returns the SQL condition that `column` lies in the period compared with."""
        return f"{column}::DATE BETWEEN DATE '{self.before_start}' AND DATE '{self.before_end}'"


def period(store: Store, start: Day = None, end: Day = None, compare: str = "previous", days: int = DAYS) -> Period:
    """Returns the days to look at and the days to compare them with.

    Parameters
    ----------
    store
        The store; its first and last day of data bound the period.
    start, end
        First and last day, both included, as a date or "YYYY-MM-DD". Without them: the last `days` full days. With
        one of them: `days` days from or to it. Fewer where there is no data for as many days before.
    compare
        "previous": as many days, just before. "year": the same dates a year earlier.
        "YYYY-MM-DD..YYYY-MM-DD": these days.
    days
        How many where `start` or `end` is not given, 1 or more.

    Raises
    ------
    ParameterError
        A day is no date, the end is before the start, a period lies outside the data, the two periods overlap, or
        the period has no orders.
    """
    first, last = coverage(store)
    begin, finish = parse_day(start, "start"), parse_day(end, "end")
    if isinstance(days, bool) or days < 1:
        raise ParameterError(f"days={days!r} cannot be.", "give a whole number, 1 or more.")
    begin, finish = _fill((first, last), begin, finish, compare == "previous", days)
    require_days(store, begin, finish)
    before = _before(begin, finish, compare)
    if before[0] <= finish and begin <= before[1]:
        raise ParameterError(f"compare='{compare}' overlaps the period {begin}..{finish}.", "choose other days.")
    first, last = bounds(store)
    if not first <= before[0] <= before[1] <= last:
        named = f', or name the days: compare="{first}..{begin - dt.timedelta(days=1)}"' if first < begin else ""
        raise ParameterError(
            f"The days to compare with, {before[0]}..{before[1]}, are not all in the data ({first}..{last}).",
            f"choose a later start{named}.",
        )
    return Period(begin, finish, *before)


def _fill(
    within: tuple[dt.date, dt.date], start: dt.date | None, end: dt.date | None, leaves_room: bool, days: int
) -> tuple[dt.date, dt.date]:
    """Sets the ends that are not given: so many days, or fewer where as many before would not be in the data."""
    first, last = within
    if start is not None:
        room = (last - start).days + 1
        room = min(room, (start - first).days) if leaves_room else room
        return start, end or start + dt.timedelta(days=max(1, min(days, room)) - 1)
    end = end or last
    room = (end - first).days + 1
    room = room // 2 if leaves_room else room
    return end - dt.timedelta(days=max(1, min(days, room)) - 1), end


def _before(start: dt.date, end: dt.date, compare: str) -> tuple[dt.date, dt.date]:
    if compare == "previous":
        return start - (end - start) - dt.timedelta(days=1), start - dt.timedelta(days=1)
    if compare == "year":
        return _year_earlier(start), _year_earlier(end)
    low, dots, high = compare.partition("..")
    if not dots:
        raise ParameterError(
            f"compare='{compare}' is not known.", 'use "previous", "year" or "2025-08-01..2025-08-31".'
        )
    first, last = parse_day(low, "compare"), parse_day(high, "compare")
    if first is None or last is None or last < first:
        raise ParameterError(f"compare='{compare}' is no range of days.", 'write "2025-08-01..2025-08-31".')
    return first, last


def _year_earlier(day: dt.date) -> dt.date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
