"""Order-up-to levels by rules of thumb and by forecast."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods import levels


def history(units, product_id="mug"):
    dates = pd.date_range("2025-01-01", periods=len(units))
    return pd.DataFrame({"date": dates, "product_id": product_id, "units": units})


# by hand


def test_the_handbook_covers_the_lead_time_and_the_z_rule_the_review_and_a_buffer():
    table = levels.rule_levels(history([9.0, 11.0] * 14), lead_time_days=7, service_level=0.8413447460685429)
    last = table[table["date"] == "2025-01-28"].set_index("rule")["level"]
    sd = (28 / 27) ** 0.5
    assert last["handbook"] == pytest.approx(70.0)
    assert last["z_rule"] == pytest.approx(80 + sd * 8**0.5, abs=1e-9)
    assert table["date"].min() == pd.Timestamp("2025-01-14")


def test_each_product_has_its_own_lead_time():
    both = pd.concat([history([10.0] * 28), history([10.0] * 28, "cup")])
    table = levels.rule_levels(both, lead_time_days={"mug": 7, "cup": 3}, review_days=7)
    last = table[table["date"] == "2025-01-28"].set_index(["rule", "product_id"])["level"]
    assert last.to_dict() == {
        ("handbook", "mug"): 70.0,
        ("handbook", "cup"): 30.0,
        ("z_rule", "mug"): 140.0,
        ("z_rule", "cup"): 100.0,
    }


def test_forecast_totals_become_levels_of_the_day_before():
    totals = pd.DataFrame(
        {"series": ["mug"], "start": ["2025-02-01"], "days": [8], "mean": [9.0], "q95": [14.0], "q97.5": [16.0]}
    )
    table = levels.forecast_levels(totals)
    assert table["service_level"].tolist() == [0.95, 0.975]
    assert table["level"].tolist() == [14.0, 16.0]
    assert set(table["date"]) == {pd.Timestamp("2025-01-31")}
    assert set(table["rule"]) == {"forecast"}


# bad input


def test_bad_input_is_named():
    with pytest.raises(TableError, match="`totals` has no columns series, start and quantiles"):
        levels.forecast_levels(pd.DataFrame({"series": ["a"], "mean": [1.0]}))
    with pytest.raises(TableError, match=r"lead_time_days has nothing for \['mug'\]"):
        levels.rule_levels(history([1.0] * 28), lead_time_days={"cup": 3})
    with pytest.raises(ParameterError, match="service_level=95 is no rate"):
        levels.rule_levels(history([1.0] * 28), lead_time_days=7, service_level=95)
    with pytest.raises(TableError, match=r"`demand` has no columns \['units'\]"):
        levels.rule_levels(history([1.0]).drop(columns="units"), lead_time_days=7)


# properties


@given(st.lists(st.integers(0, 50), min_size=28, max_size=40), st.integers(1, 20))
def test_levels_see_no_future_and_rise_with_the_service_level(units, lead):
    table = levels.rule_levels(history(units), lead_time_days=lead, service_level=[0.8, 0.9])
    changed = levels.rule_levels(history([*units[:-1], 999]), lead_time_days=lead, service_level=[0.8, 0.9])
    earlier = table["date"] < table["date"].max()
    pd.testing.assert_frame_equal(table[earlier], changed[earlier])
    low, high = (table[table["service_level"] == p]["level"].to_numpy() for p in (0.8, 0.9))
    assert (low <= high + 1e-9).all()
    assert np.isfinite(table["level"]).all()
