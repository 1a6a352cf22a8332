"""What comes next: by hand where it can be, under every kind of history, and never worse than naive."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.errors import ParameterError
from ecomkit.goods import forecast

START = pd.Timestamp("2024-01-01")  # a Monday


def days(value, **columns):
    return pd.DataFrame({"date": pd.date_range(START, periods=len(value)), "value": value, **columns})


def week(weeks, seed=0, level=100.0):
    """Busy weekends and some noise."""
    pattern = np.tile([0.8, 0.8, 0.9, 1.0, 1.1, 1.4, 1.2], weeks)
    return level * pattern * np.random.default_rng(seed).normal(1, 0.1, len(pattern)).clip(0.5)


# by hand


def test_ten_days_of_history_fall_back_and_say_so():
    """Monday to Wednesday were seen twice, the other weekdays once."""
    table = forecast.predict(days([21.0, 22, 23, 24, 25, 26, 27, 23, 24, 25]), horizon=7)
    assert table["method"].unique().tolist() == ["fallback"]
    assert table["date"].iloc[0] == pd.Timestamp("2024-01-11")  # a Thursday
    assert table["mean"].tolist() == [24, 25, 26, 27, 22, 23, 24]
    assert (table["low_95"] < table["low_80"]).all()
    assert (table["high_80"] < table["high_95"]).all()


def test_one_day_has_a_mean_but_no_range():
    table = forecast.predict(days([5.0]), horizon=1)
    assert table["mean"].tolist() == [5.0]
    assert table[["low_80", "high_80", "low_95", "high_95"]].isna().all(axis=None)
    assert pd.isna(forecast.predict_total(days([5.0]), days=3)["q95"].iloc[0])


def test_never_a_sale_is_no_sale_to_come():
    table = forecast.predict(days([0.0] * 200), horizon=3)
    assert table.drop(columns=["date", "method"]).eq(0).all(axis=None)
    assert forecast.predict_total(days([0.0] * 200), days=7)[["mean", "q50", "q95"]].eq(0).all(axis=None)


def test_what_was_never_observed_is_missing_and_not_0():
    table = pd.concat([days(week(8), series="old"), days([np.nan] * 3, series="planned")])
    ahead = forecast.predict(table, horizon=3).groupby("series")["mean"].count()
    assert ahead.to_dict() == {"old": 3, "planned": 0}
    assert forecast.predict_total(table, days=3).set_index("series")["mean"].isna().tolist() == [False, True]


def test_a_week_that_is_closed_throughout_sells_nothing_for_sure():
    closed = days([np.nan] * 7, closed=True)
    closed["date"] += pd.Timedelta(days=140)
    table = pd.concat([days(week(20), closed=False), closed])
    assert forecast.predict_total(table, days=7)[["mean", "q50", "q95"]].eq(0).all(axis=None)
    assert forecast.predict_total(table, days=8)["q95"].item() > 50


def test_the_columns_follow_what_is_asked():
    table = pd.concat([days(week(4), series="b"), days(week(4), series="a")])
    ahead = forecast.predict(table, horizon=2, levels=(0.5,))
    assert ahead.columns.tolist() == ["series", "date", "mean", "low_50", "high_50", "method"]
    assert ahead["series"].tolist() == ["a", "a", "b", "b"]
    total = forecast.predict_total(table, days={"a": 7, "b": 14}, quantiles=(0.1, 0.975))
    assert total.columns.tolist() == ["series", "start", "days", "mean", "q10", "q97.5", "method"]
    assert total["days"].tolist() == [7, 14]


def test_a_sum_is_the_sum_of_its_days():
    table = pd.concat([days(week(16, seed), series=str(seed)) for seed in range(3)])
    ahead = forecast.predict(table, horizon=10)
    total = forecast.predict_total(table, days=10)
    assert total["mean"].tolist() == pytest.approx(ahead.groupby("series")["mean"].sum().tolist())
    widest = ahead["high_95"].groupby(ahead["series"]).sum().to_numpy()
    assert (total["q95"].to_numpy() < widest).all()  # bad days and good ones even out
    assert (total["q95"] > total["mean"]).all()


def test_several_spans_are_a_row_each_and_look_back_once():
    table = pd.concat([days(week(16, seed), series=name) for seed, name in enumerate("ab")])
    total = forecast.predict_total(table, days=(3, 10))
    assert total[["series", "days"]].values.tolist() == [["a", 3], ["a", 10], ["b", 3], ["b", 10]]
    longest = forecast.predict_total(table, days=10)
    pd.testing.assert_frame_equal(total[total["days"] == 10].reset_index(drop=True), longest)
    shortest = forecast.predict_total(table, days=3)
    assert total.loc[total["days"] == 3, "mean"].tolist() == pytest.approx(shortest["mean"].tolist())


def test_other_methods_are_there_to_compare_with():
    naive = forecast.predict(days(np.arange(70.0)), horizon=8, method="seasonal_naive")
    assert naive["mean"].tolist() == [63, 64, 65, 66, 67, 68, 69, 63]
    assert naive["method"].unique().tolist() == ["seasonal_naive"]


def test_a_shorter_forecast_is_the_beginning_of_a_longer_one():
    table = days(week(35))
    longer, shorter = (forecast.predict(table, horizon=n) for n in (28, 7))
    assert shorter["method"].unique().tolist() == ["recipe"]
    assert shorter["mean"].tolist() == pytest.approx(longer["mean"][:7].tolist())


# kinds of history


def test_weekdays_are_found_and_the_ranges_hold():
    table = days(week(60, seed=1))
    ahead = forecast.predict(table[:-28], horizon=28)
    assert ahead["method"].unique().tolist() == ["recipe"]
    actual = table["value"].to_numpy()[-28:]
    assert np.abs(ahead["mean"] - actual).mean() < 12
    assert 0.6 < ((ahead["low_80"] <= actual) & (actual <= ahead["high_80"])).mean() <= 1


def test_closed_days_are_zero_and_do_not_pull_others_down():
    open_days = days(week(40))
    sundays = open_days["date"].dt.day_of_week == 6
    shut = open_days.assign(value=open_days["value"].where(~sundays, 0.0), closed=sundays)
    plain, ahead = forecast.predict(open_days, horizon=7), forecast.predict(shut, horizon=7)
    is_sunday = ahead["date"].dt.day_of_week == 6
    assert ahead.loc[is_sunday, ["mean", "low_95", "high_95"]].eq(0).all(axis=None)
    assert ahead.loc[~is_sunday, "mean"].tolist() == pytest.approx(plain.loc[~is_sunday, "mean"].tolist(), rel=0.05)


def test_missing_days_and_a_gap_of_months_are_not_zeros():
    table = days(week(60))
    kept = np.random.default_rng(0).random(len(table)) > 0.1
    kept[150:270] = False
    plain, gappy = forecast.predict(table, horizon=14), forecast.predict(table[kept], horizon=14)
    assert gappy["mean"].tolist() == pytest.approx(plain["mean"].tolist(), rel=0.1)


def test_one_huge_day_does_not_stay():
    table = days(week(40))
    usual = forecast.predict(table, horizon=7)["mean"]
    table.loc[table.index[-3], "value"] = 5_000.0
    assert forecast.predict(table, horizon=7)["mean"].tolist() == pytest.approx(usual.tolist(), rel=0.2)


def test_a_product_that_took_off_is_not_told_to_take_off_again():
    """Three a day for months, three hundred for the last weeks: two weeks never brought more than 7,000."""
    rng = np.random.default_rng(3)
    slow, fast = rng.poisson(3, 150) * rng.integers(0, 2, 150), rng.negative_binomial(1, 1 / 300, 40)
    table = pd.concat([days(week(27)), days(np.append(slow, fast), series="new")]).fillna({"series": "old"})
    total = forecast.predict_total(table, days=14).set_index("series").loc["new"]
    most = pd.Series(np.append(slow, fast)).rolling(14).sum().max()
    assert most < 7000
    assert total["mean"] < total["q95"] < 3 * most


def test_a_series_that_died_is_near_zero():
    table = pd.concat([days(np.append(week(30), np.zeros(90)), series="dead"), days(week(43)[:300], series="alive")])
    ahead = forecast.predict(table, horizon=7).set_index("series")
    assert ahead.loc["dead", "method"].unique().tolist() == ["sparse"]
    assert ahead.loc["dead", "mean"].max() < 2
    assert ahead.loc["alive", "mean"].min() > 50


def test_a_series_whose_rows_end_long_before_is_not_taken_for_dead():
    """Nothing is known of its last months: its last weeks are repeated, without a range, and the method says so."""
    table = pd.concat([days(np.full(200, 8.0), series="all"), days(np.full(100, 5.0), series="ended")])
    ahead = forecast.predict(table, horizon=3).set_index("series").loc["ended"]
    assert ahead["method"].unique().tolist() == ["fallback"]
    assert ahead["mean"].tolist() == [5.0] * 3
    assert ahead[["low_80", "high_80"]].isna().all(axis=None)
    total = forecast.predict_total(table, days=3).set_index("series").loc["ended"]
    assert (total["mean"], total["method"]) == (15.0, "fallback")


def test_a_promotion_never_seen_and_a_store_that_has_closed_do_no_harm():
    first = days([5.0] * 100 + [np.nan] * 7, promo=[0] * 103 + [1] * 4)
    assert forecast.predict(first, horizon=7)["mean"].tolist() == pytest.approx([5.0] * 7, rel=1e-3)
    shut = days([5.0] * 100 + [0.0] * 30, closed=[False] * 100 + [True] * 30)
    assert np.isfinite(forecast.predict(shut, horizon=7)["mean"]).all()


def test_net_days_below_zero_are_days_without_sales():
    value = week(30)
    value[50] = -80.0
    floor = np.maximum(value, 0)
    pd.testing.assert_frame_equal(forecast.predict(days(value), horizon=7), forecast.predict(days(floor), horizon=7))


def test_what_sells_now_and_then_is_told_by_its_mean():
    value = np.random.default_rng(3).poisson(0.3, 400).astype(float)
    ahead = forecast.predict(days(value), horizon=28)
    assert ahead["method"].unique().tolist() == ["sparse"]
    assert ahead["mean"].mean() == pytest.approx(0.3, abs=0.15)


def test_a_mega_sale_is_learned_from_its_own_days_and_not_smeared():
    """Five times the usual on three days a year; the horizon begins the day after the second time."""
    table = days(week(105)[:681], promo=0)
    sale = pd.DataFrame({"date": START + pd.to_timedelta([300, 680, 690], "D"), "event": "sale", "mega": True})
    table.loc[[300, 680], "value"] *= 5
    ahead = forecast.predict(table, horizon=14, events=sale)
    usual = forecast.predict(days(week(105)[:681]), horizon=14)["mean"]
    others = ahead["date"] != sale["date"].iloc[-1]
    assert ahead["mean"][others].tolist() == pytest.approx(usual[others].tolist(), rel=0.1)
    lift = (ahead["mean"] / usual)[~others].item()
    assert 4 < lift < 5.5  # a little less than five, as two days prove little


# what is known ahead helps


def test_promotions_and_closures_known_ahead_halve_the_error():
    """Three shops, closed on Sundays and some holidays, with a promotion every other week that sells 60 % more."""
    rng = np.random.default_rng(7)
    known = pd.DataFrame({"date": pd.date_range("2023-01-02", periods=260)})
    known["promo"] = (np.arange(260) // 7 % 2 == 0) & (known["date"].dt.day_of_week < 5)
    known["closed"] = (known["date"].dt.day_of_week == 6) | (rng.random(260) < 0.02)
    usual = np.where(known["promo"], 1.6, 1.0) * ~known["closed"]
    noise = np.exp(rng.normal(0, 0.05, (3, 260)))
    table = pd.concat([known.assign(value=100 * (i + 1) * usual * noise[i], series=f"s{i}") for i in range(3)])
    dates = known["date"].to_numpy()
    cut = dates[-28]
    past, actual = table.assign(value=table["value"].where(table["date"] < cut)), table[table["date"] >= cut]

    def error(known):
        ahead = forecast.predict(past[["date", "value", "series", *known]], horizon=28)
        both = ahead.merge(actual[["series", "date", "value"]], on=["series", "date"])
        return (both["mean"] - both["value"]).abs().sum() / both["value"].sum()

    assert error(["promo", "closed"]) < 0.5 * error(["closed"])
    assert error(["promo", "closed"]) < 0.06


# properties


def test_nothing_is_changed_and_the_same_comes_out_twice():
    table = days(week(20), promo=1.0)
    before = table.copy()
    first, second = (
        forecast.predict(table, horizon=7),
        forecast.predict(table.sample(frac=1, random_state=1), horizon=7),
    )
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(first, second)


def test_units_do_not_matter():
    value = week(30)
    plain, cents = forecast.predict(days(value), horizon=7), forecast.predict(days(value * 100), horizon=7)
    assert cents["mean"].tolist() == pytest.approx((100 * plain["mean"]).tolist(), rel=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda t: forecast.predict(t, horizon=0),
            "horizon=0 cannot be.\nHint: it is a whole number of days, 1 to 366",
        ),
        (lambda t: forecast.predict(t, horizon=True), "horizon=True cannot be"),
        (lambda t: forecast.predict(t, levels=(80.0,)), r"levels=\(80.0,\) cannot be.\nHint: they are between 0 and 1"),
        (lambda t: forecast.predict(t, method="arima"), r"method='arima' is not known.\nHint: choose from \['seasonal"),
        (lambda t: forecast.predict(t, levels=()), r"levels=\(\) cannot be"),
        (lambda t: forecast.predict_total(t, days=1.5), "days=1.5 cannot be"),
        (lambda t: forecast.predict_total(t, days=()), "days has no span"),
        (lambda t: forecast.predict_total(t, days=(3, 0)), "days=0 cannot be"),
        (lambda t: forecast.predict_total(t, days={"x": 3}), "days has no entry for the series ''"),
        (lambda t: forecast.predict_total(t, days=3, quantiles=(0,)), r"quantiles=\(0,\) cannot be"),
    ],
)
def test_bad_parameters_are_named(call, message):
    with pytest.raises(ParameterError, match=message):
        call(days([1.0, 2.0]))
