"""Which days a store has: the first and the last, and whether a day that is asked for lies between."""

import datetime as dt

from ecomkit.data.store import Store
from ecomkit.errors import ParameterError

RECENT_DAYS = 28  # days of trade that tell when a day usually ends
Day = dt.date | str | None


def coverage(store: Store) -> tuple[dt.date, dt.date]:
    """Returns the first and the last full day of the store's data.

    A store may say itself which days are complete. Daily traffic is exported when its day is over. Without either,
    the last day of orders counts as cut short where its last order came over an hour earlier than the last order of
    every one of the 28 days of trade before it. A store without orders has the days of its daily tables.
    """
    first, last = store.start, store.end
    if store.complete:
        return store.complete
    if not store.has("orders"):
        return first, last
    if store.has("traffic_daily"):
        low, high = store.traffic_daily.aggregate("min(date)::date, max(date)::date").fetchall()[0]
        first = min(first, low or first)
        if high and high >= last - dt.timedelta(days=1):
            return first, high
    recent = store.orders.filter(f"order_date >= DATE '{last - dt.timedelta(days=3 * RECENT_DAYS)}'")
    closing = recent.aggregate("order_date::date AS day, max(order_date)::time AS at", "order_date::date")
    hours = [at for _, at in closing.order("day DESC").limit(RECENT_DAYS + 1).fetchall()]
    seconds = [at.hour * 3600 + at.minute * 60 + at.second for at in hours]
    is_cut = len(seconds) == RECENT_DAYS + 1 and seconds[0] < min(seconds[1:]) - 3600
    return first, last - dt.timedelta(days=1) if is_cut else last


def bounds(store: Store) -> tuple[dt.date, dt.date]:
    """Returns the first and the last day of the store's data, full or not."""
    first, last = coverage(store)
    return min(store.start, first), max(store.end, last)


def require_days(store: Store, start: dt.date, end: dt.date) -> None:
    """Raises ParameterError unless start..end is a period inside the store's data that has orders."""
    first, last = bounds(store)
    require_inside((first, last), start, end)
    if not store.orders.filter(f"order_date::date BETWEEN '{start}' AND '{end}'").limit(1).fetchall():
        raise ParameterError(
            f"There are no orders from {start} to {end}.", f"the data has orders {store.start}..{store.end}."
        )


def require_inside(within: tuple[dt.date, dt.date], start: dt.date, end: dt.date) -> None:
    """Raises ParameterError unless start..end is a period within `within`."""
    first, last = within
    if end < start:
        raise ParameterError(f"The period ends ({end}) before it starts ({start}).", "swap start and end.")
    if start < first or end > last:
        raise ParameterError(
            f"The period {start}..{end} is not all in the data ({first}..{last}).",
            f"choose days from {first} to {last}.",
        )


def parse_day(day: Day, name: str) -> dt.date | None:
    """Returns `day` as a date, or None where it is None or empty text."""
    if day is None or day == "":
        return None
    if isinstance(day, dt.datetime):
        return day.date()
    if isinstance(day, dt.date):
        return day
    try:
        return dt.date.fromisoformat(str(day).strip())
    except ValueError:
        raise ParameterError(f"{name}='{day}' is no date.", f'write it as {name}="2025-09-30".') from None
