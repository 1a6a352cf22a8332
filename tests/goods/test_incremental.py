"""What a promotion added, and what it took from the days after it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods import promotion


def series(values: list[float], start: str = "2025-01-06") -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(start, periods=len(values)), "value": values})


WEEKS = [10.0, 10.0, 10.0, 10.0, 10.0, 20.0, 20.0] * 2  # Monday to Sunday
SPAN = {"start": "2025-01-20", "end": "2025-01-21", "after_days": 5}

# by hand


def test_weekdays_are_held_against_their_like():
    table = promotion.incremental(series([*WEEKS, 50, 40, 6, 8, 9, 18, 20, *WEEKS]), **SPAN).set_index("part")
    assert table["usual"].tolist() == [20, 70, 90]  # Monday, Tuesday; then three plain days and a week-end
    assert table["difference"].tolist() == [70, -9, 61]
    assert table["days"].tolist() == [2, 5, 7]
    assert (table["low"] == table["high"]).all()  # the plain weeks are all alike


def test_the_interval_by_hand():
    """Two weeks that differ by 2 on each weekday: residuals of 1, seven degrees of freedom, t(0.95, 7) = 1.8946."""
    daily = series([9.0] * 7 + [30.0, 10.0] + [11.0] * 7)
    row = promotion.incremental(daily, start="2025-01-13", end="2025-01-13", after_days=1, weeks=1).iloc[0]
    assert row["difference"] == 20
    deviation = (14 / 7) ** 0.5
    assert row["high"] - row["difference"] == pytest.approx(1.894579 * deviation * (1 + 1 / 2) ** 0.5, rel=1e-6)


# bad input


def test_bad_input_is_named():
    daily = series([*WEEKS, *[10.0] * 7, *WEEKS])
    for changed in [{"start": "2025-01-25"}, {"start": None}]:
        with pytest.raises(ParameterError, match="is no period"):
            promotion.incremental(daily, **SPAN | changed)
    for changed in [{"after_days": 0}, {"weeks": 0}, {"weeks": 2.5}, {"after_days": True}]:
        with pytest.raises(ParameterError, match="cannot be"):
            promotion.incremental(daily, **SPAN | changed)
    with pytest.raises(ParameterError, match="level=90 is no share"):
        promotion.incremental(daily, **SPAN, level=90)
    with pytest.raises(TableError, match=r"lacks 14 days from 2024-12-30 on, e\.g\. 2024-12-30"):
        promotion.incremental(daily, **SPAN, weeks=3)
    with pytest.raises(TableError, match="more than one row for 2025-01-06"):
        promotion.incremental(pd.concat([daily.head(1), daily]), **SPAN)
    with pytest.raises(TableError, match=r"no columns \['value'\]; it has \['date', 'units'\]"):
        promotion.incremental(daily.rename(columns={"value": "units"}), **SPAN)


# properties


@given(st.lists(st.integers(0, 100), min_size=35, max_size=35), st.integers(1, 5))
def test_parts_add_up_and_nothing_is_changed(values, after):
    daily = series([float(v) for v in values])
    before = daily.copy()
    table = promotion.incremental(daily, **SPAN | {"after_days": after}).set_index("part")
    pd.testing.assert_frame_equal(daily, before)
    sums = table.loc[["during", "after"], ["days", "value", "usual", "difference"]].sum()
    assert sums.tolist() == pytest.approx(table.loc["together", sums.index].tolist())
    assert (table["low"] <= table["high"]).all()
    assert table["difference"].tolist() == pytest.approx((table["value"] - table["usual"]).tolist())


def test_a_season_that_rises_is_no_gain():
    rising = series([100.0 + day for day in range(35)])
    assert promotion.incremental(rising, **SPAN)["difference"].tolist() == pytest.approx([0, 0, 0])


# reference


def test_the_interval_holds_a_planted_truth_as_often_as_it_says():
    """Five hundred histories with a known gain of 50 and a known dip of 10."""
    lot = np.random.default_rng(1)
    held = []
    for _ in range(500):
        values = np.array([*WEEKS, *WEEKS[:7], *WEEKS]) + lot.normal(0, 3, 35)
        values[14:16] += 25
        values[16:21] -= 2
        low, high = promotion.incremental(series(list(values)), **SPAN)[["low", "high"]].to_numpy().T
        held.append((low <= [50, -10, 40]) & (np.array([50, -10, 40]) <= high))
    assert np.mean(held, axis=0) == pytest.approx([0.9] * 3, abs=0.035)
