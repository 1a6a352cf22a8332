"""A day against its weekday, a month against month and year, both counted by hand."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ecomkit.data.store import Store
from ecomkit.diagnosis import usual
from ecomkit.errors import ParameterError


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    """An order a day: 10 in the first year, 20 in the last month but one, 40 in the last month, 70 on the last day."""
    rows = []
    for day in pd.date_range("2024-03-01", "2025-03-31"):
        value = 10 if day < pd.Timestamp("2025-02-01") else 20 if day < pd.Timestamp("2025-03-01") else 40
        rows.append((f"c{day.day}", f"{day:%Y-%m-%d} 12:00", 70 if day == pd.Timestamp("2025-03-31") else value))
    return make_store(rows)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_day_against_the_same_weekday(store: Store) -> None:
    table = usual.day(store).set_index("metric")
    gmv = table.loc["gmv"]  # the eight Mondays before: four of March, four of February
    assert (gmv["after"], gmv["before"], gmv["low"], gmv["high"]) == (70, 30, 20, 40)
    assert gmv["change_rate"] == pytest.approx(70 / 30 - 1)
    assert table.loc["amount_per_order", "before"] == 30
    assert np.isnan(table.loc["visitors", "before"])


def test_a_day_is_chosen_or_the_last(store: Store) -> None:
    assert usual.chosen(store) == dt.date(2025, 3, 31)
    assert usual.chosen(store, "2025-03-02") == dt.date(2025, 3, 2)
    with pytest.raises(ParameterError, match="is not all in the data"):
        usual.day(store, "2026-01-01")
    with pytest.raises(ParameterError, match="no same weekday before 2024-03-02"):
        usual.day(store, "2024-03-02")


def test_a_month_against_the_month_and_the_year_before(store: Store) -> None:
    gmv = usual.month(store).set_index("metric").loc["gmv"]
    assert (gmv["after"], gmv["before"], gmv["year_before"]) == (30 * 40 + 70, 28 * 20, 31 * 10)
    assert gmv["change_rate"] == pytest.approx(1270 / 560 - 1)
    assert gmv["year_change_rate"] == pytest.approx(1270 / 310 - 1)


def test_what_the_data_does_not_reach_back_to_is_missing(store: Store) -> None:
    gmv = usual.month(store, "2025-01").set_index("metric").loc["gmv"]
    assert (gmv["after"], gmv["before"]) == (310, 310)
    assert np.isnan(gmv["year_before"])


def test_the_month_before_is_whole_or_not_asked_for(store: Store) -> None:
    assert usual.before(store) == "2025-02-01..2025-02-28"
    assert usual.before(store, "2024-03") == ""  # the first of the data


def test_as_many_days_stand_in_for_a_month_before_that_is_not_whole(make_store: Callable[..., Store]) -> None:
    days = pd.date_range("2025-01-02", "2025-02-28")  # all of January but a day
    store = make_store([("c", f"{day:%Y-%m-%d} 12:00", 10) for day in days])
    assert usual.before(store, "2025-02") == "previous"
    assert usual.before(make_store([("c", "2025-01-01 12:00", 10)])) == ""


def test_the_days_of_a_month(store: Store) -> None:
    assert usual.span(store) == (dt.date(2025, 3, 1), dt.date(2025, 3, 31))
    assert usual.span(store, "2025-02") == (dt.date(2025, 2, 1), dt.date(2025, 2, 28))
    with pytest.raises(ParameterError, match="month='March' is no month"):
        usual.span(store, "March")
    with pytest.raises(ParameterError, match="is not all in the data"):
        usual.span(store, "2025-05")
