"""A backtest never sees the future, has the naive forecast in its first row, and says what it is worth."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods import backtest, forecast, series

START = pd.Timestamp("2024-01-01")


def days(value, **columns):
    return pd.DataFrame({"date": pd.date_range(START, periods=len(value)), "value": value, **columns})


def noisy(n, seed=0):
    pattern = np.resize([0.6, 0.8, 0.9, 1.0, 1.1, 1.5, 1.3], n)
    return 100 * pattern * np.random.default_rng(seed).normal(1, 0.15, n).clip(0.3)


# by hand


def test_the_naive_row_by_hand():
    """Two folds of a week; last week's value is 1 off on each day of the first and 3 off on each of the second."""
    value = np.repeat([10.0, 10, 10, 10, 11, 8], 7)
    table = forecast.backtest(days(value), horizon=7, folds=2, methods=[])
    row = table.iloc[0]
    assert table["method"].tolist() == ["seasonal_naive"]
    assert row["wape"] == pytest.approx((7 + 21) / (77 + 56))
    assert row["bias"] == pytest.approx((-7 + 21) / (77 + 56))
    assert row["total_wape"] == pytest.approx((7 + 21) / (77 + 56))
    assert row["mase"] == pytest.approx(3 / (7 / 28))  # the first fold has a past that never changed
    assert (row["folds"], row["folds_won"]) == (2, 0)


def test_a_series_that_begins_within_a_fold_does_not_count_in_it():
    old, new = days(np.repeat([10.0, 11.0], [28, 7]), series="old"), days([50.0] * 7, series="new")
    table = pd.concat([old, new.assign(date=old["date"].tail(7).to_numpy())])
    row = forecast.backtest(table, horizon=7, folds=1, methods=[]).iloc[0]
    assert (row["wape"], row["bias"]) == (pytest.approx(1 / 11), pytest.approx(-1 / 11))
    assert row["total_wape"] == pytest.approx(1 / 11)


def test_the_recipe_beats_last_week_on_noise_and_its_ranges_hold():
    table = forecast.backtest(days(noisy(200)), horizon=14, folds=4)
    assert table["method"].tolist() == ["seasonal_naive", "weekday_mean", "recipe"]
    assert table["wape"].iloc[2] < 0.85 * table["wape"].iloc[0]
    assert table["coverage_80"].between(0.6, 0.95).all()
    assert (table["coverage_80"] < table["coverage_95"]).all()
    said = forecast.verdict(table)
    assert said["verdict"].item() == "use"
    assert said["less_error_rate"].item() == pytest.approx(1 - table["wape"].iloc[2] / table["wape"].iloc[0])


def test_fewer_folds_where_history_is_short():
    assert forecast.backtest(days(noisy(50)), horizon=7, folds=6)["folds"].unique().tolist() == [3]


def test_what_the_verdict_says():
    tested = pd.DataFrame({"method": ["seasonal_naive", "recipe"], "wape": [0.2, 0.15], "bias": 0.0,
                           "coverage_80": [0.8, 0.8], "folds": 6, "folds_won": [0, 5]})  # fmt: skip
    for change, code in [
        ({}, "use"),
        ({"coverage_80": [0.8, 0.5]}, "use_mean"),
        ({"coverage_80": [0.8, np.nan]}, "use_mean"),
        ({"wape": [0.2, 0.195]}, "no_gain"),
        ({"folds_won": [0, 3]}, "no_gain"),
        ({"wape": [0.2, 0.25]}, "worse"),
        ({"wape": [0.0, 0.0]}, "no_gain"),
    ]:
        assert forecast.verdict(tested.assign(**change))["verdict"].item() == code, change
    with pytest.raises(ParameterError, match=r"has no 'trees', only \['seasonal_naive', 'recipe'\]"):
        forecast.verdict(tested, method="trees")


# properties


def test_no_fold_sees_a_later_day():
    """The days of the last fold are made wild: what was forecast for any fold does not move."""
    table = days(noisy(230), promo=np.resize([0, 0, 1], 230))
    wild = table.assign(value=table["value"].where(table.index < 216, 1e6))
    for method in backtest.METHODS:
        seen = [_means(t, method) for t in (table, wild)]
        np.testing.assert_array_equal(*seen)


def _means(table, method):
    panel = series.read(table, horizon=0)
    known = [panel.cut(start, 14) for start in (188, 202, 216)]
    return np.array([backtest.days_ahead(k, 14, backtest.QUANTILES, backtest.METHODS[method])[1] for k in known])


def test_closed_days_that_sales_told_are_guessed_from_the_past():
    """Every Sunday is closed, and the last Monday, which nobody could know."""
    table = days(noisy(140))
    off = (table["date"].dt.day_of_week == 6) | (table.index == 133)
    table = table.assign(value=table["value"].where(~off, 0.0), closed=off)
    told = forecast.backtest(table, horizon=14, folds=1, methods=["weekday_mean"], closed_ahead=True)
    guessed = forecast.backtest(table, horizon=14, folds=1, methods=["weekday_mean"], closed_ahead=False)
    missed = table["value"][table["date"].dt.day_of_week == 0].iloc[-7:-3].mean()
    total = table["value"].iloc[-14:].sum()
    difference = guessed["wape"] - told["wape"]
    assert difference.iloc[1] == pytest.approx(missed / total, rel=0.3)
    assert difference.iloc[0] == 0


def test_mega_days_and_events_are_known_ahead():
    table = days(np.where(np.arange(400) % 100 == 50, 500.0, noisy(400)))
    sale = pd.DataFrame({"date": table["date"][50::100], "event": "sale", "mega": True})
    plain = forecast.backtest(table, horizon=28, folds=2, methods=["calendar"])
    told = forecast.backtest(table, horizon=28, folds=2, methods=["calendar"], events=sale)
    assert told["wape"].iloc[1] < 0.8 * plain["wape"].iloc[1]


# bad input


def test_bad_parameters_are_named():
    table = days(noisy(60))
    with pytest.raises(ParameterError, match="folds=0 cannot be"):
        forecast.backtest(table, folds=0)
    with pytest.raises(ParameterError, match=r"horizon=2\.5 cannot be"):
        forecast.backtest(table, horizon=2.5)
    with pytest.raises(ParameterError, match=r"methods=\['arima'\] are not known.\nHint: choose from"):
        forecast.backtest(table, methods=["arima"])
    with pytest.raises(TableError, match="`daily` has 40 days; a fold of 28 days needs 28 more"):
        forecast.backtest(table[:40])
