"""Discounts against holding costs: closed forms, brute force, and honest limits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods.products import clearance, price_path

MAT = pd.DataFrame(
    {"product_id": ["mat"], "on_hand": [200.0], "daily_demand": [1.0], "price": [50.0], "unit_cost": [20.0]}
)


def profit(prices, on_hand, daily, price, cost, elasticity, holding_rate, salvage_rate=0.0):
    """Week by week, told in words: sell what is asked while there is stock, pay for what lies there."""
    left, money = on_hand, 0.0
    for p in prices:
        asked = 7 * daily * np.exp(-elasticity * (p / price - 1))
        sold = min(left, asked)
        mean_held, days = (left + left - sold) / 2, 7 * sold / asked
        money += p * sold - mean_held * days * cost * holding_rate / 365
        left -= sold
    return money + left * cost * salvage_rate


# by hand


def test_stock_that_sells_out_in_time_anyway_keeps_its_price():
    """60 days of cover: the handbook would clear it, a discount would only give money away."""
    answer = clearance(MAT.assign(on_hand=60)).iloc[0]
    assert answer["discount_rate"] == pytest.approx(0)
    assert answer["clear_days"] == pytest.approx(60)
    assert answer["gain"] == pytest.approx(0)
    assert answer["list_revenue"] == 3000
    assert answer["holding_cost"] == pytest.approx(30 * 60 * 20 * 0.25 / 365, rel=1e-9)  # half of it on the mean day


def test_without_holding_cost_too_much_stock_gets_one_price_for_all_weeks():
    """Gallego and van Ryzin: the price at which just all is sold, d exp(-e (p / p0 - 1)) = N / T."""
    answer = clearance(MAT.assign(on_hand=182), weeks=13, elasticity=2.0, holding_rate=0.0).iloc[0]
    assert answer["new_price"] == pytest.approx(50 * (1 - np.log(2) / 2), rel=0.005)
    assert answer["last_discount_rate"] == pytest.approx(answer["discount_rate"])
    assert answer["left_units"] == pytest.approx(0, abs=1.5)


def test_far_too_much_stock_is_sold_at_the_best_price_and_the_rest_is_left():
    """Worthless at the end: the price that earns most on any day, p0 / e, and not lower."""
    answer = clearance(MAT.assign(on_hand=10_000), elasticity=2.0, holding_rate=0.0).iloc[0]
    assert answer["new_price"] == pytest.approx(25.0)
    assert answer["left_units"] == pytest.approx(10_000 - 91 * np.e)
    assert np.isnan(answer["clear_days"])
    worth = clearance(MAT.assign(on_hand=10_000), elasticity=2.0, holding_rate=0.0, salvage_rate=0.5).iloc[0]
    assert worth["new_price"] == pytest.approx(35.0)  # half its cost is 10


def test_holding_cost_makes_the_first_discount_the_deepest():
    path = price_path(MAT, weeks=26, holding_rate=1.0)
    assert path["week"].tolist() == list(range(1, len(path) + 1))
    assert path["new_price"].is_monotonic_increasing
    below_list = path["new_price"][path["new_price"] < 50]
    steps = below_list.diff().iloc[1:]
    assert len(steps) > 9
    assert steps.tolist() == pytest.approx([7 * 20 / 365] * len(steps))
    answer = clearance(MAT, weeks=26, holding_rate=1.0).iloc[0]
    assert path["new_price"].iloc[0] == answer["new_price"]
    assert path["left_units"].iloc[-1] == pytest.approx(answer["left_units"], abs=1e-9)
    assert path["quantity"].sum() + answer["left_units"] == pytest.approx(200)


def test_a_wrong_elasticity_may_turn_a_gain_into_a_loss():
    answer = clearance(MAT, weeks=4).iloc[0]
    assert answer["gain_low"] < 0 < answer["gain"] < answer["gain_high"]
    figures = {"on_hand": 200, "daily": 1.0, "price": 50.0, "cost": 20.0, "holding_rate": 0.25}
    prices = price_path(MAT, weeks=4)["new_price"]
    for name, elasticity in [("gain_low", 1.3), ("gain", 2.6), ("gain_high", 3.9)]:
        expected = profit(prices, elasticity=elasticity, **figures) - profit(
            [50.0] * 4, elasticity=elasticity, **figures
        )
        assert answer[name] == pytest.approx(expected)


def test_what_is_not_known_or_does_not_sell_stays_without_a_plan():
    both = pd.concat([MAT.assign(daily_demand=0.0), MAT.assign(unit_cost=np.nan), MAT], ignore_index=True)
    answer = clearance(both.assign(product_id=["dead", "dark", "mat"]))
    assert answer["product_id"].tolist() == ["dead", "dark", "mat"]
    assert answer["gain"].isna().tolist() == [True, True, False]
    assert price_path(both.head(2)).empty
    assert clearance(MAT.head(0)).columns.tolist() == answer.columns.tolist()


# bad input


def test_bad_input_is_named():
    with pytest.raises(TableError, match=r"`stock` has no columns \['price'\].*\nHint: merge inventory.plan"):
        clearance(MAT.drop(columns="price"))
    for name, value in [("weeks", 0), ("weeks", 0.5), ("elasticity", 0), ("holding_rate", -1), ("salvage_rate", -1)]:
        with pytest.raises(ParameterError, match=f"{name}=.* cannot be"):
            clearance(MAT, **{name: value})
    with pytest.raises(ParameterError, match=r"stock\.price="):
        price_path(MAT.assign(price=-1))


# properties


@settings(max_examples=12)
@given(
    st.integers(10, 400),
    st.floats(1.2, 5),
    st.floats(0, 2),
    st.floats(0, 0.8),
)
def test_no_other_prices_earn_more(on_hand, elasticity, holding_rate, salvage_rate):
    figures = {"elasticity": elasticity, "holding_rate": holding_rate, "salvage_rate": salvage_rate}
    stock = MAT.assign(on_hand=float(on_hand))
    answer = clearance(stock, weeks=4, **figures).iloc[0]
    path = price_path(stock, weeks=4, **figures)["new_price"].tolist()
    path += [50.0] * (4 - len(path))

    def loss(prices):
        return -profit(prices, on_hand, 1.0, 50.0, 20.0, **figures)

    starts = [path, [50.0] * 4, [25.0] * 4]
    best = max(-minimize(loss, start, bounds=[(0.5, 50.0)] * 4, method="L-BFGS-B").fun for start in starts)
    assert -loss(path) >= best - 0.004 * abs(best) - 1e-6
    assert answer["gain"] >= -1e-9
    assert 0 <= answer["discount_rate"] < 1
