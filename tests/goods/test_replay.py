"""Forecasts of sums as they would have been made on past days."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods import inventory, levels


def weeks(pattern, count, series="mug", noise=None):
    values = np.tile(np.asarray(pattern, float), count)
    if noise is not None:
        values = np.random.default_rng(noise).poisson(values).astype(float)
    return pd.DataFrame({"series": series, "date": pd.date_range("2025-01-06", periods=len(values)), "value": values})


WEEK = [10, 10, 10, 10, 10, 30, 20]


# by hand


def test_weeks_that_repeat_are_foretold():
    table = inventory.past_totals(weeks(WEEK, 20), days=7, last_days=3, every_days=1)
    assert table["start"].astype(str).tolist() == ["2025-05-23", "2025-05-24", "2025-05-25", "2025-05-26"]
    assert table["mean"].tolist() == pytest.approx([100.0] * 4, rel=0.03)
    assert table["q95"].tolist() == pytest.approx([100.0] * 4, rel=0.1)
    assert table.columns.tolist() == ["series", "start", "days", "mean", "q50", "q95"]
    assert set(table["days"]) == {7}


def test_they_become_levels_of_the_day_before_and_can_be_lived_again():
    daily = pd.concat([weeks(WEEK, 20, noise=1), weeks(WEEK, 20, "cup", noise=2)])
    table = inventory.past_totals(daily, days=8, last_days=35, every_days=1, quantiles=(0.5, 0.9))
    made = levels.forecast_levels(table)
    assert made["date"].min() == pd.Timestamp("2025-05-25") - pd.Timedelta(days=35)
    demand = daily.rename(columns={"series": "product_id", "value": "units"})
    lived = inventory.simulate(demand, levels=made, lead_time_days=7)
    assert lived["service_level"].tolist() == [0.5, 0.9]
    assert lived["fill_rate"].is_monotonic_increasing
    assert lived["fill_rate"].iloc[1] > 0.97


# bad input


def test_bad_input_is_named():
    with pytest.raises(ParameterError, match="21 days of history do not tell what 84 past days would have been"):
        inventory.past_totals(weeks(WEEK, 3), days=7)
    with pytest.raises(ParameterError, match="days=0 cannot be"):
        inventory.past_totals(weeks(WEEK, 20), days=0)
    with pytest.raises(ParameterError, match=r"quantiles=\(95,\) is no rate"):
        inventory.past_totals(weeks(WEEK, 20), days=7, quantiles=(95,))
    with pytest.raises(TableError, match=r"no columns \['value'\]"):
        inventory.past_totals(weeks(WEEK, 20).drop(columns="value"), days=7)


# properties


def test_no_day_sees_the_days_after_it():
    daily = pd.concat([weeks(WEEK, 30, noise=1), weeks([3] * 7, 30, "cup", noise=2)], ignore_index=True)
    cut = daily["date"].max() - pd.Timedelta(days=14)
    spoilt = daily.assign(value=daily["value"].where(daily["date"] <= cut, daily["value"] * 7 + 5))
    first, second = (inventory.past_totals(d, days=8, last_days=42) for d in (daily, spoilt))
    seen = first["start"] <= cut + pd.Timedelta(days=1)
    assert seen.sum() > 4
    pd.testing.assert_frame_equal(first[seen], second[seen])
    assert not first[~seen].equals(second[~seen])


def test_no_day_knows_that_a_product_is_to_sell_on_few_days():
    """It sold on four days of five, which is regular; that it then slept is known only later."""
    daily = pd.concat([weeks([6, 6, 0, 6, 6], 28, noise=1), weeks(WEEK, 20, "cup", noise=2)], ignore_index=True)
    cut = daily["date"].max() - pd.Timedelta(days=21)
    slept = daily.assign(value=daily["value"].where((daily["date"] <= cut) | (daily["series"] == "cup"), 0.0))
    first, second = (inventory.past_totals(d, days=8, last_days=42) for d in (daily, slept))
    seen = first["start"] <= cut + pd.Timedelta(days=1)
    assert seen.sum() > 4
    pd.testing.assert_frame_equal(first[seen], second[seen])


def test_the_range_holds_about_as_often_as_it_says():
    parts = [weeks(np.array(WEEK) * size, 40, f"p{size}", noise=size) for size in (1, 2, 3, 4)]
    daily = pd.concat(parts, ignore_index=True)
    table = inventory.past_totals(daily, days=8, last_days=91, quantiles=(0.8,))
    wide = daily.pivot(index="date", columns="series", values="value")
    came = wide[::-1].rolling(8).sum()[::-1].melt(ignore_index=False, value_name="came").reset_index()
    both = table.merge(came, left_on=["series", "start"], right_on=["series", "date"]).dropna()
    assert len(both) > 40
    assert (both["came"] <= both["q80"]).mean() == pytest.approx(0.8, abs=0.12)
