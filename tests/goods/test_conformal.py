"""Ranges from past errors: by hand, and holding as often as they say."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.goods import conformal, series, short

KIND = np.array(["recipe"] * 3, dtype=object)


def history(error, level=100.0):
    """Errors [origins, series, days] around a forecast that is the level."""
    mean = np.full(error.shape, level)
    return conformal.Past(mean, mean + error, np.ones(error.shape, bool), np.full(error.shape[:2], level))


# by hand


def test_origins_are_a_week_apart_and_leave_four_weeks():
    starts, days = conformal.origins(200, 28, 10)
    assert (starts.tolist(), days) == ([172 - 7 * i for i in range(13)], 28)
    starts, days = conformal.origins(60, 28, 10)
    assert (starts.tolist(), days) == ([44, 37, 30], 16)
    assert len(conformal.origins(30, 28, 10)[0]) == 0
    assert conformal.origins(400, 28, 1)[0].tolist() == [372 - 7 * i for i in range(39)]  # few need a longer past


def test_errors_that_are_always_ten_make_a_range_of_ten():
    error = np.where(np.arange(13 * 3 * 7).reshape(13, 3, 7) % 2, 10.0, -10.0)
    args = KIND, np.full((3, 7), 100.0), np.full(3, 100.0), np.array([0.1, 0.9])
    low, high = conformal.day_quantiles(history(error), *args)
    assert low == pytest.approx(np.full((3, 7), 90.0))
    assert high == pytest.approx(np.full((3, 7), 110.0))
    busy = conformal.day_quantiles(history(error), KIND, np.full((3, 7), 430.0), *args[2:])
    assert busy[1] == pytest.approx(np.full((3, 7), 430 + 10 * np.sqrt(4.4 / 1.1)))  # it grows with the root


def test_a_perfect_past_has_no_range_and_too_few_errors_none_at_all():
    mean, unit, q = np.full((3, 7), 100.0), np.full(3, 100.0), np.array([0.1, 0.9])
    perfect = conformal.day_quantiles(history(np.zeros((13, 3, 7))), KIND, mean, unit, q)
    assert (perfect == 100).all()
    few = conformal.day_quantiles(history(np.ones((1, 3, 2))), KIND, mean, unit, q)
    assert np.isnan(few).all()


def test_what_was_missed_while_a_series_was_small_does_not_grow_with_it():
    """One a day was expected and 100 came in three weeks of thirteen; now 100 are expected. 100 times 99 never was."""
    mean = np.full((13, 1, 7), 1.0)
    actual = np.concatenate([np.ones((10, 1, 7)), np.full((3, 1, 7), 100.0)])
    past = conformal.Past(mean, actual, np.ones(mean.shape, bool), np.ones((13, 1)))
    now, unit, q = np.full((1, 7), 100.0), np.array([100.0]), np.array([0.5, 0.95])
    usual, high = conformal.sum_quantiles(past, KIND[:1], now.sum(axis=1), unit, 7, q)[:, 0]
    assert usual == pytest.approx(700)
    assert high == pytest.approx(700 + conformal.GROWN * 7 * 99)
    usual, high = conformal.day_quantiles(past, KIND[:1], now, unit, q)[:, 0, 0]
    assert usual == pytest.approx(100)
    assert high == pytest.approx(100 + conformal.GROWN * 99)


def test_errors_shrink_with_their_series():
    past = history(np.where(np.arange(13 * 3 * 7).reshape(13, 3, 7) % 2, 10.0, -10.0))
    high = conformal.day_quantiles(past, KIND, np.full((3, 7), 1.0), np.ones(3), np.array([0.9]))
    assert high == pytest.approx(np.full((1, 3, 7), 1.1))


def test_fewer_than_eight_weeks_of_errors_tell_no_range():
    error = np.random.default_rng(0).normal(0, 10, (2, 1, 28))
    args = np.full((1, 7), 100.0), np.full(1, 100.0), np.array([0.9])
    assert np.isfinite(conformal.day_quantiles(history(error), KIND[:1], *args)).all()
    assert np.isnan(conformal.day_quantiles(history(error[:, :, 1:]), KIND[:1], *args)).all()


def test_kinds_are_not_pooled():
    rng = np.random.default_rng(0)
    error = rng.normal(0, [[[5.0]], [[5.0]], [[5.0]]], (3, 3, 40))
    error[:, 2] = np.abs(error[:, 2])
    kinds = np.array(["recipe", "recipe", "sparse"], dtype=object)
    low, _ = conformal.day_quantiles(
        history(error), kinds, np.full((3, 7), 100.0), np.full(3, 100.0), np.array([0.1, 0.9])
    )
    assert (low[2] > 99).all()
    assert (low[:2] < 98).all()


def test_closed_days_and_unknown_ones_do_not_count():
    table = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=120), "value": 5.0, "closed": False})
    table.loc[100, ["value", "closed"]] = [0.0, True]
    table = table.drop(index=101)
    told = series.read(table, horizon=7)
    before = conformal.past(told, np.array([98]), np.full((1, 1, 7), 5.0))
    assert before.is_open[0, 0].tolist() == [True, True, False, False, True, True, True]
    assert np.isnan(before.actual[0, 0, 3])
    assert before.actual[0, 0, 2] == 0


# properties


@pytest.mark.parametrize("days", [1, 8, 28])
def test_sums_of_independent_days_are_covered_as_often_as_said(days):
    """Narrower than the days' ranges added up, wide enough for nine of ten."""
    rng = np.random.default_rng(days)
    kinds = np.array(["recipe"] * 200, dtype=object)
    past = history(rng.normal(0, 10, (13, 200, 34)))
    mean, unit = np.full(200, 100.0 * days), np.full(200, 100.0)
    low, high = conformal.sum_quantiles(past, kinds, mean, unit, days, np.array([0.05, 0.95]))
    came = mean + rng.normal(0, 10, (200, days)).sum(axis=1)
    assert ((low <= came) & (came <= high)).mean() == pytest.approx(0.9, abs=0.06)
    assert (high - mean).mean() == pytest.approx(1.645 * 10 * np.sqrt(days), rel=0.1)


def test_the_sums_of_one_series_that_always_came_out_above_may_come_out_below():
    past = history(np.abs(np.random.default_rng(0).normal(10, 2, (13, 1, 34))))
    low, high = conformal.sum_quantiles(past, KIND[:1], np.array([700.0]), np.array([100.0]), 7, np.array([0.1, 0.9]))
    assert 700 - low.item() == pytest.approx(high.item() - 700, rel=0.05)
    assert high.item() == pytest.approx(770, rel=0.05)


# reference


def test_student_s_interval_of_a_new_value():
    """Hahn, Meeker (1991), table A.13: five values, 95 %: the mean plus or minus 3.04 standard deviations."""
    table = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=5), "value": [50.0, 48.2, 53.0, 51.3, 49.6]})
    told = series.read(table, horizon=1)
    low, high = short.quantiles(told, np.array([50.42]), 1.0, np.array([0.025, 0.975]))[:, 0]
    deviation = np.std(table["value"], ddof=1)
    assert (high - 50.42) / deviation == pytest.approx(3.04, abs=0.005)
    assert (50.42 - low) / deviation == pytest.approx(3.04, abs=0.005)
