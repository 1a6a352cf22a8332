"""The days that are not like others: public holidays, the mega-sales, the Spring Festival, the weeks of Christmas."""

import datetime as dt
import re

import holidays
import pandas as pd

from ecomkit.data.days import Day, parse_day
from ecomkit.errors import ParameterError

FIRST_YEAR, LAST_YEAR = 1950, 2098  # between which the `holidays` package knows the Lunar New Year
SUBDIVISION = {"GB": "ENG"}  # whose bank holidays are meant where parts of a country differ
CURRENCIES = {"CNY": "CN", "GBP": "GB", "BRL": "BR", "USD": "US", "JPY": "JP", "KRW": "KR", "INR": "IN", "CAD": "CA"}
FESTIVAL_DAYS = range(-10, 9)  # distance from the Lunar New Year: parcels stop before it and start again after it

# event -> (first month and day, last month and day, is it a mega-sale day of its own)
Windows = dict[str, tuple[tuple[int, int], tuple[int, int], bool]]
SALES: Windows = {
    "618_opening": ((5, 31), (6, 1), True),
    "618_run_up": ((6, 2), (6, 15), False),
    "618_eve": ((6, 16), (6, 17), True),
    "618": ((6, 18), (6, 18), True),
    "618_after": ((6, 19), (6, 23), False),
    "double_11_opening": ((10, 31), (11, 1), True),
    "double_11_run_up": ((11, 2), (11, 9), False),
    "double_11_eve": ((11, 10), (11, 10), True),
    "double_11": ((11, 11), (11, 11), True),
    "double_11_after": ((11, 12), (11, 16), False),
    "double_12_eve": ((12, 10), (12, 11), True),
    "double_12": ((12, 12), (12, 12), True),
}
CHRISTMAS: Windows = {
    "christmas_run_up": ((12, 11), (12, 24), False),
    "christmas_week": ((12, 25), (12, 31), False),
    "new_year_week": ((1, 1), (1, 7), False),
}


def days(start: Day, end: Day, *, country: str = "CN") -> pd.DataFrame:
    """Returns the events from `start` to `end`: one row per date and event, to be extended by the store's own.

    Parameters
    ----------
    start, end : first and last day, e.g. "2025-01-01"
    country : ISO code of the public holidays. "CN" brings 618, Double 11 and Double 12 (their run-up, eve and days
        after) and the Spring Festival by its distance from the Lunar New Year; any other country Black Friday, Cyber
        Monday and the weeks around Christmas. "GB" means the bank holidays of England.

    Returns
    -------
    pandas.DataFrame, sorted by date
        `date`; `event`, which recurs under the same name every year; `mega`: so large that it is to be learned from
        its own past days alone (bool).

    Raises
    ------
    ParameterError
        The country is not known, or the days are out of order or outside 1950 to 2098.

    Examples
    --------
    >>> days("2025-11-10", "2025-11-12")
            date            event   mega
    0 2025-11-10    double_11_eve   True
    1 2025-11-11        double_11   True
    2 2025-11-12  double_11_after  False
    """
    first, last = parse_day(start, "start"), parse_day(end, "end")
    if first is None or last is None or last < first:
        raise ParameterError(f"start={start!r}, end={end!r} is no period.", 'e.g. "2025-01-01", "2025-12-31".')
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        raise ParameterError(f"No calendar reaches from {first} to {last}.", f"stay in {FIRST_YEAR} to {LAST_YEAR}.")
    if country not in holidays.list_supported_countries(include_aliases=False):
        raise ParameterError(f"country={country!r} is unknown.", 'use its two letters, e.g. "CN", "GB" or "US".')
    years = range(first.year, last.year + 1)
    rows = _holidays(country, years) + _windows(SALES if country == "CN" else CHRISTMAS, years)
    rows += _spring_festivals(years) if country == "CN" else _black_fridays(years)
    table = pd.DataFrame(rows, columns=["date", "event", "mega"])
    table["date"] = pd.to_datetime(table["date"]).astype("datetime64[us]")
    inside = table["date"].between(pd.Timestamp(first), pd.Timestamp(last))
    return table[inside].drop_duplicates(["date", "event"]).sort_values(["date", "event"], ignore_index=True)


def country(currency: str) -> str:
    """Returns the country whose currency it is, for `days`; "" for one of several countries, or an unknown one.

    >>> country("CNY"), country("EUR")
    ('CN', '')
    """
    return CURRENCIES.get(currency, "")


def _holidays(code: str, years: range) -> list[tuple[dt.date, str, bool]]:
    """Public holidays under one name each, however the package marks days in lieu."""
    subdivision = SUBDIVISION.get(code)
    official = holidays.country_holidays(code, subdiv=subdivision, years=years, language="en_US")
    rows = []
    for day in official:
        for title in official.get_list(day):
            name = re.sub(r"\W+", "_", re.sub(r"\(.*?\)", "", title).lower().replace("'", "")).strip("_")
            if not name.startswith("chinese_new_year") or code != "CN":  # told by the distance instead
                rows.append((day, name, False))
    return rows


def _windows(windows: Windows, years: range) -> list[tuple[dt.date, str, bool]]:
    return [
        (day.date(), name, mega)
        for year in years
        for name, (first, last, mega) in windows.items()
        for day in pd.date_range(dt.date(year, *first), dt.date(year, *last))
    ]


def _spring_festivals(years: range) -> list[tuple[dt.date, str, bool]]:
    rows = []
    for year in years:
        new_year = min(holidays.country_holidays("CN", years=year, language="en_US").get_named("Chinese New Year ("))
        rows += [(new_year + dt.timedelta(days=i), f"spring_festival{i:+d}", True) for i in FESTIVAL_DAYS]
    return rows


def _black_fridays(years: range) -> list[tuple[dt.date, str, bool]]:
    rows = []
    for year in years:
        friday = dt.date(year, 11, 1) + dt.timedelta(days=(3 - dt.date(year, 11, 1).weekday()) % 7 + 22)
        rows += [(friday, "black_friday", True), (friday + dt.timedelta(days=3), "cyber_monday", True)]
    return rows
