"""Features from running sums are those of plain loops."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.goods import series, windows

DAYS = 420


def panel(seed=0, **columns):
    rng = np.random.default_rng(seed)
    value = rng.poisson(20, DAYS).astype(float)
    value[rng.random(DAYS) < 0.1] = np.nan
    table = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=DAYS), "value": value, **columns})
    return series.read(table, horizon=28)


def mean(values):
    known = values[np.isfinite(values)]
    return known.mean() if len(known) else np.nan


# properties


@settings(max_examples=30)
@given(origin=st.integers(60, DAYS), ahead=st.integers(0, 27))
def test_features_are_those_of_plain_loops(origin, ahead):
    told = panel()
    window, value = windows.Windows(told), told.value[0]
    day = origin + ahead
    got = window.features(np.array([0]), np.array([origin]), np.array([day]))[0]
    level = mean(value[origin - 56 : origin])
    last = day - 7 * (ahead // 7 + 1)
    weekdays = [[last - 7 * k for k in range(n) if last - 7 * k >= 0] for n in (4, 8)]
    expected = [mean(value[max(origin - n, 0) : origin]) / level for n in (7, 14, 28, 91, 364)]
    expected += [np.nanstd(value[origin - 56 : origin]) / level, value[last] / level]
    expected += [mean(value[at]) / level for at in weekdays]
    np.testing.assert_allclose(got[: len(expected)], expected, rtol=1e-4)


def test_last_year_is_seen_in_units_of_last_year():
    told = panel(seed=1)
    window, value = windows.Windows(told), told.value[0]
    got = window.features(np.array([0]), np.array([400]), np.array([410]))[0]
    unit = mean(value[:36])
    expected = [value[46] / unit, mean(value[43:50]) / unit, mean(value[36:64]) / unit]
    np.testing.assert_allclose(got[9:12], expected, rtol=1e-5)
    early = window.features(np.array([0]), np.array([100]), np.array([110]))[0]
    assert np.isnan(early[9:12]).all()


# by hand


def test_mega_days_and_huge_days_do_not_raise_the_level():
    n = np.full(100, 10.0)
    n[95], n[97] = 1000.0, 1000.0
    table = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=100), "value": n})
    events = pd.DataFrame({"date": table["date"][[95]], "event": "sale", "mega": True})
    window = windows.Windows(series.read(table, horizon=1, events=events))
    level = window.level(np.array([0]), np.array([100])).item()
    assert level == (54 * 10 + 80) / 55  # one day left out, one cut at eight times the level


def test_promotions_around_the_day_and_codes_of_events_that_recur():
    promo = np.resize([0.0, 0, 1], DAYS)
    days = pd.to_datetime(["2024-03-01", "2024-09-01", "2025-03-01", "2024-05-01"])
    events = pd.DataFrame({"date": days, "event": ["fair"] * 3 + ["once"]})
    table = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=DAYS), "value": 5.0, "promo": promo})
    window = windows.Windows(series.read(table, horizon=28, events=events))
    at = (pd.Timestamp("2024-09-01") - table["date"][0]).days
    got = window.features(np.array([0]), np.array([at - 4]), np.array([at]))[0]
    assert got[-3:].tolist() == [0, 1, 0]
    assert got[15:18].tolist() == [promo[at], promo[at - 1], promo[at + 1]]


def test_the_day_of_the_year_says_something_only_of_a_year_seen_twice():
    def seasons(n):
        table = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=n), "value": 10.0 + np.arange(n) % 7})
        told = series.read(table, horizon=28)
        return windows._calendar(told)[:, 2], told.dates.day_of_year

    short, _ = seasons(499)
    assert not short.any()
    long, days = seasons(500)
    assert (long == days).all()
