"""The door of the forecast: what is missing, closed, known ahead; and what cannot be read."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.errors import TableError
from ecomkit.goods import series


def days(value, start="2025-03-03", **columns):
    return pd.DataFrame({"date": pd.date_range(start, periods=len(value)), "value": value, **columns})


# by hand


def test_a_missing_day_is_not_zero_and_a_closed_one_is_not_missing():
    table = days([5.0, None, 0.0, 7.0], closed=[False, False, True, False]).drop(index=1)
    panel = series.read(table, horizon=2)
    np.testing.assert_equal(panel.value, [[5.0, np.nan, np.nan, 7.0]])
    np.testing.assert_equal(panel.sold, [[5.0, np.nan, 0.0, 7.0]])
    assert (panel.today, panel.horizon) == (4, 2)


def test_a_closed_day_that_sold_was_open_and_returns_beyond_sales_are_no_sales():
    panel = series.read(days([5.0, -3.0], closed=[True, False]), horizon=1)
    np.testing.assert_equal(panel.value, [[5.0, 0.0]])


def test_the_days_to_come_begin_after_the_last_value_of_any_series():
    table = pd.concat([days([1.0, 2.0], series="a"), days([1.0, 2.0, 3.0, None], series="b")])
    panel = series.read(table, horizon=1)
    assert panel.dates[panel.today] == pd.Timestamp("2025-03-06")
    np.testing.assert_equal(panel.value, [[1.0, 2.0, np.nan], [1.0, 2.0, 3.0]])


def test_plans_reach_into_the_days_to_come():
    table = days([1.0, 2.0, None, None], promo=[0, 1, 1, 0], price=[9.0, 8.0, None, 7.0], closed=[0, 0, 0, 1])
    panel = series.read(table, horizon=3)
    np.testing.assert_equal(panel.known["promo"], [[0, 1, 1, 0, 0]])
    np.testing.assert_equal(panel.known["price"], [[9, 8, 8, 7, 7]])  # a price stays until another is known
    np.testing.assert_equal(panel.closed, [[False, False, False, True, False]])


def test_a_weekday_that_is_always_closed_stays_closed():
    """Nine weeks without Sundays: the next Sunday is closed, unless a row says otherwise."""
    table = days([1.0] * 63).query("date.dt.day_of_week != 6")
    panel = series.read(table, horizon=8)
    assert panel.dates[panel.closed[0]].tolist() == [pd.Timestamp("2025-05-04"), pd.Timestamp("2025-05-11")]
    plan = pd.DataFrame({"date": [pd.Timestamp("2025-05-11")], "value": [None], "closed": [False]})
    said = series.read(
        pd.concat([table.assign(closed=False), plan]).astype({"value": float, "closed": bool}), horizon=8
    )
    assert said.closed.sum() == 1


def test_a_holiday_on_which_it_was_always_closed_stays_closed():
    table = days([1.0] * 400, start="2024-04-01")
    labour = pd.DataFrame(
        {"date": pd.to_datetime(["2024-05-01", "2025-05-01", "2025-05-06"]), "event": ["a", "a", "b"]}
    )
    table.loc[table["date"] == "2024-05-01", "value"] = 0
    table["closed"] = table["value"] == 0
    short = table[table["date"] < "2025-05-01"]
    panel = series.read(short, horizon=7, events=labour)
    assert panel.dates[panel.closed[0]].tolist() == [pd.Timestamp("2024-05-01"), pd.Timestamp("2025-05-01")]


def test_a_cut_knows_no_later_day():
    table = days(np.arange(80.0), closed=[False] * 79 + [True])
    panel = series.read(table, horizon=5)
    before = panel.cut(70, 7)
    assert before.value.shape == (1, 70)
    assert before.dates[-1] == pd.Timestamp("2025-05-18")
    assert panel.pick([0]).names == panel.names


def test_local_midnights_are_days_even_when_clocks_change():
    """Berlin, the last Sunday of March: a day of 23 hours is a day."""
    local = pd.date_range("2025-03-29", periods=3, tz="Europe/Berlin")
    panel = series.read(pd.DataFrame({"date": local, "value": [1.0, 2.0, 3.0]}), horizon=1)
    assert panel.dates.tolist() == pd.date_range("2025-03-29", periods=4).tolist()
    np.testing.assert_equal(panel.value, [[1.0, 2.0, 3.0]])


# bad input


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (days([1.0]).drop(columns="value"), r"`daily` has no columns \['value'\]; it has .*\nHint: rename yours"),
        (days([1.0]).assign(date="2025-03-03"), r"`daily.date` holds str, not dates.\nHint: daily\['date'\] = pd.to"),
        (days([1.0]).assign(date=pd.Timestamp("2025-03-03 14:00")), "`daily.date` holds times, not whole days"),
        (days(["1", "2"]), r"`daily.value` holds str, not numbers.\nHint: daily\['value'\] = pd.to_numeric"),
        (
            days([1.0, 2.0]).assign(holiday=["0", "a"]),
            r"`daily.holiday` holds str.*\nHint: drop it, or make flags of it",
        ),
        (days([1.0]).assign(kind=pd.Categorical(["a"])), "`daily.kind` holds category, not numbers"),
        (
            days([1.0]).assign(since=pd.Timestamp("2024-01-01")),
            "`daily.since` holds datetime.*\nHint: drop it: daily.drop",
        ),
        (days([1.0, 2, 3, 4]).assign(visitors=[9, 8, 9, 7]), "`daily.visitors` changes from day to day, and no day to"),
        (days([1.0, np.inf]), "`daily` has 1 rows with an infinite number"),
        (pd.concat([days([1.0])] * 2), "`daily` has 2 rows of days that come twice.*\nHint: add up each day first"),
        (days([1.0]).assign(date=pd.NaT), "`daily` has 1 rows without date or series"),
        (days([np.nan]), "`daily` has no day with a value"),
    ],
)
def test_what_cannot_be_read_is_named(table, message):
    with pytest.raises(TableError, match=message):
        series.read(table, horizon=1)


def test_events_that_cannot_be_read_are_named():
    with pytest.raises(TableError, match=r"`events` has no columns \['event'\]"):
        series.read(days([1.0]), horizon=1, events=days([1.0]))
    assert series.read_events(None).empty
    twice = pd.DataFrame({"date": pd.to_datetime(["2025-11-11"] * 2), "event": "sale", "mega": [False, True]})
    assert series.read_events(twice)["mega"].tolist() == [True]
