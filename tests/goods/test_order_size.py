"""The economic order quantity and the newsvendor."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError
from ecomkit.goods import order_size

money = st.floats(0.1, 1000)

# by hand


def test_past_demands_answer_with_one_of_them():
    past = [10, 40, 20, 30]
    assert order_size.newsvendor(past, price=4, unit_cost=1) == 30.0  # covered in 3 of 4 seasons
    assert order_size.newsvendor(past, price=4, unit_cost=0.9) == 40.0
    assert order_size.newsvendor(past, price=4, unit_cost=3.9) == 10.0


def test_a_ratio_of_tenths_is_not_pushed_up_by_rounding():
    """.7 x 10 is 7.000000000000001 in floats: the seventh of ten, not the eighth."""
    assert order_size.newsvendor(list(range(1, 11)), price=10, unit_cost=3) == 7.0


def test_a_series_of_products_gives_a_series():
    mean = pd.Series([100.0, 50.0], index=["a", "b"])
    answer = order_size.newsvendor(mean, demand_sd=mean / 5, price=4, unit_cost=2)
    assert answer.to_dict() == pytest.approx({"a": 100.0, "b": 50.0})
    assert order_size.eoq(mean, order_cost=8, holding_cost=1).to_dict() == {"a": 40.0, "b": pytest.approx(800**0.5)}


# bad input


@pytest.mark.parametrize(
    "prices",
    [{"price": 1, "unit_cost": 2}, {"price": 3, "unit_cost": 2, "salvage": 2}, {"price": np.nan, "unit_cost": 2}],
)
def test_prices_out_of_order_are_named(prices):
    with pytest.raises(ParameterError, match="out of order"):
        order_size.newsvendor(50, demand_sd=8, **prices)


def test_bad_input_is_named():
    with pytest.raises(ParameterError, match="There is no past demand"):
        order_size.newsvendor([], price=4, unit_cost=2)
    with pytest.raises(ParameterError, match="salvage=-1 cannot be"):
        order_size.newsvendor([1], price=4, unit_cost=2, salvage=-1)
    with pytest.raises(ParameterError, match=r"holding_cost=0 cannot be.\nHint: it is a number above 0"):
        order_size.eoq(1300, order_cost=8, holding_cost=0)


# properties


@given(st.floats(1, 1e5), money, money, st.floats(0.5, 2))
def test_no_other_order_costs_less(demand, order_cost, holding_cost, factor):
    def cost(quantity):
        return order_cost * demand / quantity + holding_cost * quantity / 2

    best = order_size.eoq(demand, order_cost=order_cost, holding_cost=holding_cost)
    assert cost(best) <= cost(best * factor) * (1 + 1e-12)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.integers(1, 9))
def test_no_other_purchase_would_have_earned_more(past, unit_cost):
    def profit(quantity):
        return sum(10 * min(quantity, demand) - unit_cost * quantity for demand in past)

    best = order_size.newsvendor(past, price=10, unit_cost=unit_cost)
    assert profit(best) == max(profit(quantity) for quantity in range(51))


# reference


def test_snyder_and_shen():
    """Snyder, Shen (2019), examples 3.1 (EOQ) and 4.3 (newsvendor), to the digits of the authors' own software."""
    assert order_size.eoq(1300, order_cost=8, holding_cost=0.225) == pytest.approx(304.0467800264368, abs=1e-9)
    quantity = order_size.newsvendor(50, demand_sd=8, price=1.00, unit_cost=0.30, salvage=0.12)
    assert quantity == pytest.approx(56.60395592743389, abs=1e-9)


def test_nahmias():
    """Nahmias (2009), ch. 4: 3,120 pencils a year, 12 an order, .005 a pencil and year; ch. 5: Mac's newsstand."""
    assert order_size.eoq(3120, order_cost=12, holding_cost=0.005) == pytest.approx(3870, abs=1)
    copies = order_size.newsvendor(11.73, demand_sd=4.74, price=0.75, unit_cost=0.25, salvage=0.10)
    assert copies == pytest.approx(15.24, abs=0.03)  # his z = .74 is .7363 rounded
