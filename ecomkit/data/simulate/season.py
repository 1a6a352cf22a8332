"""The calendar of demand: the week, the year, a slow trend, the mega-sales and the Spring Festival."""

import datetime as dt

import holidays
import numpy as np

FIRST_YEAR, LAST_YEAR = 1950, 2098  # between which the `holidays` package knows the Lunar New Year
WEEK = (0.99, 0.97, 0.97, 0.98, 0.97, 1.04, 1.08)  # Monday to Sunday
YEAR_SWING, YEAR_LOW = 0.08, (8, 30)  # one slow wave: how far from the mean, and its lowest day
TREND_PER_YEAR = 0.06

# Strength of each day of a sale: 1 is the day of Double 11. Visits, willingness to buy and discounts follow it.
MEGA_SALES = {
    (10, 31): 0.35, (11, 1): 0.35, (11, 2): 0.2, (11, 3): 0.15, (11, 10): 0.45, (11, 11): 1.0, (11, 12): 0.15,
    (12, 11): 0.15, (12, 12): 0.4,
    (5, 31): 0.25, (6, 1): 0.25, (6, 16): 0.3, (6, 17): 0.35, (6, 18): 0.8,
}  # fmt: skip
HANGOVER, HANGOVER_DAYS = 0.2, 5  # after its last day a sale is missed: those who wanted to buy have bought
SPRING_FESTIVAL = {-6: 0.9, -5: 0.85, -4: 0.8, -3: 0.7, -2: 0.6, -1: 0.45, 0: 0.45, 1: 0.5, 2: 0.55, 3: 0.6, 4: 0.65, 5: 0.75, 6: 0.85}  # fmt: skip  # noqa: E501


def mega_sale(start: dt.date, days: int) -> np.ndarray:
    """Returns the strength of the mega-sale on each day, 0 (none) to 1 (the day of Double 11)."""
    dates = (start + dt.timedelta(days=i) for i in range(days))
    return np.array([MEGA_SALES.get((d.month, d.day), 0.0) for d in dates])


def demand(start: dt.date, days: int) -> np.ndarray:
    """Returns the factor on a plain day's visits for each day; weekday, year, trend, sales and holidays multiply."""
    dates = [start + dt.timedelta(days=i) for i in range(days)]
    week = np.array([WEEK[d.weekday()] for d in dates])
    year = np.array(
        [1 - YEAR_SWING * np.cos(2 * np.pi * (d - dt.date(d.year, *YEAR_LOW)).days / 365.25) for d in dates]
    )
    trend = 1 + TREND_PER_YEAR * np.arange(days) / 365
    return week * year * trend * (1 + 2.4 * mega_sale(start, days)) * _hangover(start, days) * _festival(dates)


def _hangover(start: dt.date, days: int) -> np.ndarray:
    strength = mega_sale(start - dt.timedelta(days=HANGOVER_DAYS), days + HANGOVER_DAYS)
    missed = np.zeros(days)
    for ago in range(1, HANGOVER_DAYS + 1):
        before = strength[HANGOVER_DAYS - ago : HANGOVER_DAYS - ago + days]
        missed = np.maximum(missed, HANGOVER * before * (1 - ago / (HANGOVER_DAYS + 1)))
    return 1 - missed


def _festival(dates: list[dt.date]) -> np.ndarray:
    """Parcels stop and people travel around the Lunar New Year, whose date the `holidays` package knows."""
    factor = {}
    for year in sorted({d.year for d in dates} | {dates[-1].year + 1}):
        named = holidays.country_holidays("CN", years=year, language="en_US").get_named("Chinese New Year (")
        for day, slow in SPRING_FESTIVAL.items() if named else ():
            factor[min(named) + dt.timedelta(days=day)] = slow
    return np.array([factor.get(d, 1.0) for d in dates])
