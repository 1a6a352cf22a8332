"""The period to look at and the one to compare it with."""

import dataclasses
import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomkit.data.days import bounds, coverage, parse_day
from ecomkit.data.store import Store
from ecomkit.diagnosis.period import Period, period
from ecomkit.errors import ParameterError


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def days(start, count, hour=20):
    return [("c", f"{day(start) + dt.timedelta(days=n)} {hour:02}:00", 1) for n in range(count)]


@pytest.fixture
def year(make_store) -> Store:
    return make_store(days("2024-01-01", 400))  # to 2025-02-03


# by hand


def test_default_is_the_last_four_weeks(year):
    expected = Period(day("2025-01-07"), day("2025-02-03"), day("2024-12-10"), day("2025-01-06"))
    assert period(year) == period(year, "", "") == expected
    assert expected.days == expected.before_days == 28


@pytest.mark.parametrize(("count", "length"), [(2, 1), (3, 1), (10, 5), (55, 27), (56, 28)])
def test_a_short_store_is_halved(make_store, count, length):
    store = make_store(days("2024-01-01", count))
    assert period(store).days == period(store).before_days == length
    assert period(store).end == store.end


def test_one_end_is_enough(year):
    assert period(year, start="2024-02-01").end == day("2024-02-28")
    assert period(year, end="2024-03-01").start == day("2024-02-03")
    assert period(year, start="2025-02-01").end == day("2025-02-03")
    assert period(year, start="2024-01-04").end == day("2024-01-06")  # three days lie before it
    assert period(year, end="2024-01-09").start == day("2024-01-06")


def test_a_year_earlier(year):
    chosen = period(year, "2025-01-20", "2025-02-02", "year")
    assert (chosen.before_start, chosen.before_end) == (day("2024-01-20"), day("2024-02-02"))


def test_a_leap_day_a_year_earlier(make_store):
    store = make_store(days("2023-02-20", 400))
    assert period(store, "2024-02-25", "2024-02-29", "year").before_end == day("2023-02-28")


def test_named_days(year):
    chosen = period(year, dt.date(2024, 5, 5), pd.Timestamp("2024-05-06 12:00"), "2024-01-01..2024-01-09")
    assert (chosen.days, chosen.before_days) == (2, 9)
    assert chosen.before_end == day("2024-01-09")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("2024-05-05", "2024-05-01"), r"ends \(2024-05-01\) before it starts \(2024-05-05\)"),
        (("May", ""), r"start='May' is no date.\nHint: write it as start=\"2025-09-30\""),
        (("", "2024-13-01"), "end='2024-13-01' is no date"),
        (("2024-05-05", "2026-05-01"), r"not all in the data \(2024-01-01..2025-02-03\)"),
        (("2023-05-05", "2024-05-01"), "not all in the data"),
        (("2024-05-05", "2024-05-06", "last week"), "compare='last week' is not known"),
        (("2024-05-05", "2024-05-06", "2024-01-09..2024-01-01"), "is no range of days"),
        (("2024-05-05", "2024-05-06", "2024-01-09.."), "is no range of days"),
        (("2024-05-05", "2024-05-06", "2024-05-06..2024-06-01"), "overlaps the period"),
        (("2024-01-05", "2024-01-25"), r'Hint: .*or name the days: compare="2024-01-01..2024-01-04"'),
        (("2024-05-05", "2024-05-06", "year"), "2023-05-05..2023-05-06, are not all in the data"),
    ],
)
def test_errors(year, arguments, message):
    with pytest.raises(ParameterError, match=message):
        period(year, *arguments)


def test_a_period_without_orders(make_store):
    store = make_store([("a", "2024-01-01", 1), ("a", "2024-03-01", 1)])
    with pytest.raises(ParameterError, match="no orders from 2024-02-01 to 2024-02-10"):
        period(store, "2024-02-01", "2024-02-10")


def test_one_day_has_nothing_before_it(make_store):
    with pytest.raises(ParameterError, match=r"Hint: choose a later start.$"):
        period(make_store([("a", "2024-01-01", 1)]))


def test_a_last_day_cut_short_is_left_out(make_store):
    whole, cut = days("2024-01-01", 40), days("2024-02-10", 1, hour=12)
    assert coverage(make_store(whole)) == (day("2024-01-01"), day("2024-02-09"))
    store = make_store(whole + cut)
    assert coverage(store) == (day("2024-01-01"), day("2024-02-09"))
    assert bounds(store) == (day("2024-01-01"), day("2024-02-10"))
    assert period(store).end == day("2024-02-09")
    assert period(store, end="2024-02-10").end == day("2024-02-10")  # asked for by name, it is taken
    assert coverage(make_store(whole + days("2024-02-10", 1, hour=19)))[1] == day("2024-02-10")


def test_daily_traffic_says_which_day_is_over(make_store):
    orders = [("a", "2024-01-01 20:00", 1), ("a", "2024-01-10 09:00", 1)]
    visits = [{"date": pd.Timestamp(f"2024-01-{n:02}"), "source": "s", "visitors": 5} for n in range(1, 10)]
    store = make_store(orders, traffic_daily=visits)
    assert coverage(store) == (day("2024-01-01"), day("2024-01-09"))
    old = make_store(orders, traffic_daily=visits[:3])
    assert coverage(old) == (day("2024-01-01"), day("2024-01-10"))


def test_a_store_may_say_which_days_are_complete(year):
    year.complete = (day("2024-02-01"), day("2024-12-31"))
    assert period(year).end == day("2024-12-31")
    assert period(year, "2025-01-01", "2025-01-05").before_end == day("2024-12-31")


# properties


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, 399), length=st.integers(1, 120))
def test_the_days_before_are_as_many_and_just_before(year, start, length):
    begin = day("2024-01-01") + dt.timedelta(days=start)
    end = begin + dt.timedelta(days=length - 1)
    if end > year.end or start < length:
        with pytest.raises(ParameterError):
            period(year, begin, end)
    else:
        chosen = period(year, begin, end)
        assert chosen.days == chosen.before_days == length
        assert chosen.before_end == begin - dt.timedelta(days=1)


@given(st.dates())
def test_dates_read_back(value):
    assert parse_day(value.isoformat(), "start") == parse_day(value, "start") == value


def test_period_is_a_value(year):
    with pytest.raises(dataclasses.FrozenInstanceError):
        period(year).start = day("2024-01-01")
