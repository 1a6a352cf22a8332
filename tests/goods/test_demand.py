"""Demand on days without stock: estimated, never zero, and close to the simulator's truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data import simulate
from ecomkit.data.store import open_store, write_store
from ecomkit.errors import TableError
from ecomkit.goods import demand


def days(product_id, units, **columns):
    dates = pd.date_range("2025-03-03", periods=len(units))
    return pd.DataFrame({"date": dates, "product_id": product_id, "units": units, **columns})


# by hand


def test_without_inventory_units_are_as_they_are():
    table = demand.estimate(days("mug", [4, 0, 2]))
    assert table.columns.tolist() == ["date", "product_id", "units", "demand", "censored"]
    assert table["demand"].tolist() == [4.0, 0.0, 2.0]
    assert not table["censored"].any()


def test_an_empty_shelf_would_have_sold_as_usual_and_a_quiet_day_not():
    mug = days("mug", [4, 0, 4, 0, 4], on_hand=[20, 20, 16, 0, 30])  # the second day had stock: nobody came
    table = demand.estimate(mug, mug)
    assert table["censored"].tolist() == [False, False, False, True, False]
    assert table["demand"].tolist() == [4.0, 0.0, 4.0, pytest.approx(8 / 3), 4.0]  # mean of the days surely in stock


def test_a_shelf_cleared_on_a_busy_day_sold_at_least_what_it_sold():
    """Poisson with mean 2, known to be 3 or more: 2 P(X >= 2) / P(X >= 3) = 2 x .59399 / .32332."""
    cup = days("cup", [2, 2, 3, 2], on_hand=[9, 7, 0, 8])
    assert demand.estimate(cup, cup)["demand"].iloc[2] == pytest.approx(2 * 0.5939942 / 0.3233236, abs=1e-5)


def test_a_day_on_which_the_others_sell_double_would_have_doubled():
    lid = days("lid", [4] * 6 + [0], on_hand=[9] * 6 + [0])
    rest = days("rest", [1000] * 6 + [2000], on_hand=9)
    both = pd.concat([lid, rest])
    estimated = demand.estimate(both, both).query("product_id == 'lid'")["demand"].iloc[-1]
    assert estimated == pytest.approx(4 * 2000 / (8000 / 7), rel=0.15)  # the busy day is part of the others' mean


def test_what_buyers_sent_back_does_not_hide_a_stock_out():
    mug = days("mug", [4, 1, 4], on_hand=[5, 2, 9], returned=[0, 2, 0])
    assert demand.estimate(mug, mug)["censored"].tolist() == [False, True, False]
    assert not demand.estimate(mug, mug.drop(columns="returned"))["censored"].any()


def test_a_day_that_began_empty_is_doubted_only_when_it_sold_far_too_little():
    """20 a day; goods come in on the last day, in time to sell 19, or so late that 5 are sold."""
    for last, censored in [(19, False), (5, True)]:
        mug = days("mug", [20, 20, 20, 0, last], on_hand=[90, 70, 50, 0, 60])
        assert demand.estimate(mug, mug)["censored"].iloc[-1] == censored


# bad input


def test_bad_input_is_named():
    mug = days("mug", [4, 0])
    with pytest.raises(TableError, match=r"`units` has no columns \['units'\]"):
        demand.estimate(mug.drop(columns="units"))
    with pytest.raises(TableError, match=r"`inventory` has no columns .'on_hand'.*\nHint: rename yours first"):
        demand.estimate(mug, mug)
    with pytest.raises(TableError, match=r"`units` has 2 rows that come twice, e.g. .*'mug'"):
        demand.estimate(mug.assign(date=pd.Timestamp("2025-03-03")))
    with pytest.raises(TableError, match="`units` has 1 rows with `units` below 0"):
        demand.estimate(days("mug", [4, -1]))
    with pytest.raises(TableError, match="`units` has 1 rows with infinite `units`"):
        demand.estimate(days("mug", [4, np.inf]))
    with pytest.raises(TableError, match="`units` has 1 rows without date or product"):
        demand.estimate(mug.assign(product_id=["mug", None]))
    with pytest.raises(TableError, match="`units` has no rows"):
        demand.estimate(mug.iloc[:0])


def test_a_product_that_was_never_in_stock_has_no_known_demand():
    mug = days("mug", [0, 0, 0], on_hand=[0, 0, 0])
    table = demand.estimate(mug, mug)
    assert table["demand"].isna().all()
    assert table["censored"].all()


# properties


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=2, max_size=60))
def test_demand_is_never_below_sales_and_equal_where_there_was_stock(rows):
    units, on_hand = zip(*rows, strict=True)
    table = days("a", list(units), on_hand=list(on_hand))
    before = table.copy()
    answer = demand.estimate(table, table)
    pd.testing.assert_frame_equal(table, before)
    known = answer.dropna()
    assert (known["demand"] >= known["units"]).all()
    assert (known["demand"] == known["units"])[~known["censored"]].all()
    assert answer["censored"][np.array(on_hand) == 0].all()


def test_poisson_sales_on_short_shelves_are_recovered():
    """30 products with a mean demand of 5, and on every other day only 6 on the shelf: the mean of sales is 4.75."""
    rng = np.random.default_rng(0)
    true = rng.poisson(5, (200, 30))
    shelf = np.where(rng.random((200, 30)) < 0.5, 6, 50)
    sold = np.minimum(true, shelf)
    table = pd.concat([days(str(i), sold[:, i], on_hand=(shelf - sold)[:, i]) for i in range(30)])
    assert sold.mean() < 0.97 * true.mean()
    assert demand.estimate(table, table)["demand"].mean() == pytest.approx(true.mean(), rel=0.02)


# reference


def test_lost_units_come_near_the_simulator_s_truth():
    """Over five seeds within 15 % in all, and within 45 % in each 60 days."""
    totals = []
    for seed in range(1, 6):
        made = simulate.simulate(seed=seed, days=60, visitors_per_day=800)
        table = demand.estimate(made.tables["product_daily"], made.tables["inventory"])
        totals.append(((table["demand"] - table["units"]).sum(), made.lost["units"].sum()))
    estimated, true = np.array(totals).T
    assert (np.abs(estimated / true - 1) < 0.45).all()
    assert estimated.sum() == pytest.approx(true.sum(), rel=0.15)


def test_a_store_with_and_without_inventory(tmp_path):
    made = simulate.simulate(seed=3, days=60, visitors_per_day=800)
    store = open_store(made.write(tmp_path / "full"))
    table = demand.daily(store)
    true = made.lost["units"].sum()
    assert (table["demand"] - table["units"]).sum() == pytest.approx(true, rel=0.45)
    assert table["units"].sum() == made.tables["order_lines"]["quantity"].sum()
    parts = {name: made.tables[name] for name in ("orders", "order_lines")}
    bare = open_store(write_store(tmp_path / "bare", parts, name="Bare", currency="CNY", timezone="Asia/Shanghai"))
    assert not demand.daily(bare)["censored"].any()
    assert demand.daily(bare, top=5)["product_id"].nunique() == 5
