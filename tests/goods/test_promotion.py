"""What a promotion must bring to pay for itself."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods import promotion

ORDERS = pd.DataFrame({"revenue": [250.0, 200.0, 190.0, 150.0, 90.0]})

# by hand


def test_who_gets_the_discount_and_what_it_costs():
    row = promotion.thresholds(ORDERS, rules=[(200, 10)], margin_rate=0.5).iloc[0]
    assert (row["already"], row["already_cost"]) == (2, 20)
    assert (row["near"], row["missing"]) == (2, 30)  # 190 and 150; 90 is too far
    assert row["gain_per_raised"] == 30 * 0.5 - 10
    assert row["needed_rate"] == 20 / (2 * 5)


def test_a_rule_that_cannot_pay():
    table = promotion.thresholds(ORDERS, rules=[(200, 15), (200, 40), (1000, 10)], margin_rate=0.5)
    assert np.isinf(table["needed_rate"].iloc[:2]).all()  # what is added leaves no more than the discount
    assert table["near"].iloc[2] == 0
    assert np.isnan(table["missing"].iloc[2])
    wide = promotion.thresholds(ORDERS, rules=[(200, 10)], margin_rate=0.5, reach=0.6)
    assert wide["near"].iloc[0] == 3


def test_a_discount_that_takes_the_margin_never_pays():
    lifts = promotion.break_even_lift(pd.Series([0.4, 0.2, 0.1], index=["a", "b", "c"]), discount_rate=0.2)
    assert lifts["a"] == pytest.approx(1)
    assert np.isinf(lifts[["b", "c"]]).all()
    assert promotion.break_even_lift(0.5, discount_rate=np.array([0.1, 0.25])).tolist() == [pytest.approx(0.25), 1]


# bad input


def test_bad_input_is_named():
    with pytest.raises(ParameterError, match=r"margin_rate=40 is no rate below 1"):
        promotion.break_even_lift(40, discount_rate=0.1)
    with pytest.raises(ParameterError, match=r"discount_rate=0 cannot be"):
        promotion.break_even_lift(0.4, discount_rate=0)
    for rule in [(20, 199), (199, 0), (-5, -9), ("199", 20)]:
        with pytest.raises(ParameterError, match=r"The rule .* cannot be\.\nHint: e\.g\. \(199, 20\)"):
            promotion.thresholds(ORDERS, rules=[rule], margin_rate=0.4)
    with pytest.raises(TableError, match=r"no columns \['revenue'\]; it has \['paid'\]"):
        promotion.thresholds(ORDERS.rename(columns={"revenue": "paid"}), rules=[(199, 20)], margin_rate=0.4)
    with pytest.raises(ParameterError, match=r"revenue=.*-1\.0.* cannot be"):
        promotion.thresholds(pd.DataFrame({"revenue": [5.0, -1.0]}), rules=[(199, 20)], margin_rate=0.4)


# properties

rates = st.floats(0.02, 0.98)


@given(rates, rates)
def test_so_much_more_leaves_the_same_margin(margin, discount):
    lift = promotion.break_even_lift(margin, discount_rate=discount)
    if np.isfinite(lift):
        assert (1 + lift) * (margin - discount) == pytest.approx(margin)
    else:
        assert discount >= margin


@given(st.lists(st.floats(1, 500), min_size=1, max_size=30), rates, st.floats(0.01, 0.9))
def test_needed_orders_pay_for_the_rest(paid, margin, off):
    table = promotion.thresholds(pd.DataFrame({"revenue": paid}), rules=[(200, 200 * off)], margin_rate=margin)
    row = table.iloc[0]
    assert row["already"] + row["near"] <= len(paid)
    if np.isfinite(row["needed_rate"]):
        raised = row["needed_rate"] * row["near"]
        assert raised * row["gain_per_raised"] == pytest.approx(row["already_cost"])


# reference


def test_nagles_price_cut():
    """Nagle, Hogan, Zale, ch. 9: $10 with a variable cost of $5.50, cut by 5 %: 12.5 % more must be sold."""
    assert promotion.break_even_lift((10 - 5.5) / 10, discount_rate=0.05) == pytest.approx(0.125)
