"""The target, and what would close the gap to it."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.operations import plan

POSITIVE = st.floats(0.01, 1e6)


def days(start: str, values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(start, periods=len(values)), "value": values})


def ahead(days: int, mean: float) -> pd.DataFrame:
    return pd.DataFrame({"days": [days], "mean": [mean], "q10": [mean * 0.9], "q90": [mean * 1.2]})


# by hand


def test_any_one_is_solved_for():
    three = {"visitors": 10_000, "conversion_rate": 0.03, "amount_per_buyer": 120}
    assert plan.solve(**three) == 36_000
    for name, value in three.items():
        rest = {key: known for key, known in three.items() if key != name}
        assert plan.solve(target=36_000, **rest) == pytest.approx(value)


def test_a_month_in_the_middle():
    found = plan.track(days("2025-01-30", [9, 9, *[10] * 20]), ahead(8, 100), target=330).iloc[0]
    assert (f"{found['start']:%F}", f"{found['end']:%F}") == ("2025-02-01", "2025-02-28")
    assert (found["days_done"], found["days_left"], found["so_far"]) == (20, 8, 200)
    assert (found["expected"], found["low"], found["high"], found["gap"]) == (300, 290, 320, 30)
    assert found["needed_per_day"] == 130 / 8
    assert found["reached_rate"] == 200 / 330


def test_a_month_that_is_over_has_nothing_left():
    found = plan.track(days("2025-02-01", [10] * 28), None, target=200).iloc[0]
    assert (found["days_left"], found["expected"], found["gap"]) == (0, 280, -80)
    assert math.isnan(found["needed_per_day"])


def test_each_lever_alone_closes_the_gap():
    now = {"visitors": 1000, "conversion_rate": 0.5, "amount_per_buyer": 10}
    found = plan.levers(now, target=12_500).set_index("factor")
    assert found["needed"].to_dict() == {"visitors": 2500, "conversion_rate": 1.25, "amount_per_buyer": 25}
    assert (found["change_rate"] == 1.5).all()
    assert found["possible"].to_dict() == {"visitors": True, "conversion_rate": False, "amount_per_buyer": True}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"target": 1}, "3 of the four are left out"),
        ({"target": 1, "visitors": 1, "conversion_rate": 0.1, "amount_per_buyer": 1}, "0 of the four"),
        (
            {"visitors": 10, "conversion_rate": 3, "amount_per_buyer": 1},
            "conversion_rate=3 is no rate.\nHint: write 3 %",
        ),
        ({"visitors": -1, "conversion_rate": 0.3, "amount_per_buyer": 1}, "visitors=-1 cannot be"),
        ({"visitors": "x", "conversion_rate": 0.3, "amount_per_buyer": 1}, "visitors='x' cannot be"),
        ({"visitors": math.nan, "conversion_rate": 0.3, "amount_per_buyer": 1}, "visitors=nan cannot be"),
        ({"target": 100, "visitors": 10, "amount_per_buyer": 1}, "would have to be 10.00"),
    ],
)
def test_what_cannot_be_is_refused(given, said):
    with pytest.raises(ParameterError, match=said):
        plan.solve(**given)


def test_track_refuses_what_does_not_fit():
    sold = days("2025-02-01", [10] * 20)
    with pytest.raises(ParameterError, match=r"one forecast of the 8 days(?s:.*)predict_total\(daily, days=8"):
        plan.track(sold, ahead(7, 70), target=300)
    with pytest.raises(ParameterError, match="has no day from 2025-03-01 to 2025-03-31"):
        plan.track(sold, None, target=300, start="2025-03-01", end="2025-03-31")
    with pytest.raises(TableError, match="1 dates twice, such as 2025-02-01"):
        plan.track(pd.concat([sold, sold.head(1)]), ahead(8, 80), target=300)
    with pytest.raises(TableError, match=r"no columns \['value'\]"):
        plan.track(sold[["date"]], ahead(8, 80), target=300)


# properties


@given(POSITIVE, st.floats(0.001, 1), POSITIVE, st.floats(0.1, 3))
def test_levers_reach_the_target(visitors, rate, amount, lift):
    now = {"visitors": visitors, "conversion_rate": rate, "amount_per_buyer": amount}
    target = plan.solve(**now) * lift
    for row in plan.levers(now, target=target).itertuples():
        assert math.prod({**now, row.factor: row.needed}.values()) == pytest.approx(target)
