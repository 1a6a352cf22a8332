"""Days that are not like others: official dates, and the refusals."""

import pandas as pd
import pytest

from ecomkit.errors import ParameterError
from ecomkit.goods import calendar


def on(day, country="CN"):
    return set(calendar.days(day, day, country=country)["event"])


# by hand


def test_the_mega_sales_have_names_that_recur():
    assert on("2024-11-11") == on("2025-11-11") == {"double_11"}
    assert "618" in on("2025-06-18")
    assert "double_12" in on("2025-12-12")
    assert on("2025-06-10") == {"618_run_up"}
    table = calendar.days("2025-06-17", "2025-06-19")
    assert table.groupby("event")["mega"].max().to_dict() == {"618": True, "618_after": False, "618_eve": True}


def test_other_countries_have_other_days():
    assert on("2025-11-28", "US") == {"black_friday"}  # the fourth Friday, a day after Thanksgiving on the 27th
    assert on("2025-12-01", "US") == {"cyber_monday"}
    assert "black_friday" in on("2024-11-29", "BR")
    assert "christmas_week" in on("2025-12-26", "GB")
    assert not on("2025-11-11", "GB")


def test_a_currency_of_many_countries_tells_none():
    assert [calendar.country(code) for code in ("CNY", "GBP", "EUR", "")] == ["CN", "GB", "", ""]


# properties


def test_a_day_and_event_come_once_and_days_are_sorted():
    for country in ("CN", "US", "GB", "BR", "DE"):
        table = calendar.days("2019-01-01", "2027-12-31", country=country)
        assert not table.duplicated(["date", "event"]).any()
        assert table["date"].is_monotonic_increasing
        assert table["mega"].dtype == bool


@pytest.mark.parametrize(
    ("start", "end", "country", "message"),
    [
        ("2025-02-01", "2025-01-01", "CN", "is no period"),
        ("1900-01-01", "1900-02-01", "CN", "No calendar reaches"),
        ("2025-01-01", "2025-02-01", "XX", "country='XX' is unknown"),
        ("soon", "2025-02-01", "CN", "start='soon' is no date"),
    ],
)
def test_no_calendar_is_refused_with_a_hint(start, end, country, message):
    with pytest.raises(ParameterError, match=f"{message}.*\nHint: "):
        calendar.days(start, end, country=country)


# reference


def test_the_lunar_new_year_as_the_state_council_has_it():
    """2023-01-22, 2024-02-10, 2025-01-29, 2026-02-17: the holiday notices of the State Council of those years."""
    for new_year in ("2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17"):
        day = pd.Timestamp(new_year)
        assert "spring_festival+0" in on(day.date().isoformat())
        assert "spring_festival-7" in on((day - pd.Timedelta(days=7)).date().isoformat())


def test_the_bank_holidays_of_england():
    """https://www.gov.uk/bank-holidays: 2011 had an extra one for the royal wedding."""
    table = calendar.days("2011-01-01", "2011-12-31", country="GB")
    known = {"2011-01-03", "2011-04-22", "2011-04-25", "2011-04-29", "2011-05-02", "2011-05-30", "2011-08-29",
             "2011-12-26", "2011-12-27"}  # fmt: skip
    assert known <= set(table["date"].dt.strftime("%Y-%m-%d"))
    assert "2011-08-01" not in set(table["date"].dt.strftime("%Y-%m-%d"))  # Scotland's
