"""Past days lived again under rules of ordering."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data import catalog
from ecomkit.errors import MissingDataError, ParameterError, TableError
from ecomkit.goods import levels, policy


def days(units, product_id="mug", start="2025-03-03"):
    return pd.DataFrame({"date": pd.date_range(start, periods=len(units)), "product_id": product_id, "units": units})


def rule(name, demand, level):
    return demand.drop(columns="units").assign(rule=name, level=level)


def slowly(asked, level, lead, every):
    """Units served, stock at the end of each day, and stock-out days of one product, order by order."""
    on_hand, orders, served, stock, out = level[0], [], 0.0, 0.0, 0
    for day in range(len(asked)):
        on_hand += sum(units for due, units in orders if due == day)
        orders = [(due, units) for due, units in orders if due > day]
        if day > 0:
            sold = min(on_hand, asked[day])
            served, on_hand, out = served + sold, on_hand - sold, out + (sold < asked[day])
            stock += on_hand
        if day % every == 0:
            orders.append((day + lead + 1, max(level[day] - on_hand - sum(u for _, u in orders), 0)))
    return served, stock, out


# by hand


def test_a_shelf_filled_weekly_runs_out_before_the_delivery():
    """One a day, filled up to 5 on days 0 and 7, a day on the way: days 6, 7 and 8 find nothing."""
    demand = days([1.0] * 9)
    answer = policy.simulate(demand, levels=rule("five", demand, 5), lead_time_days=1, review_days=7).iloc[0]
    assert answer["days"] == 8
    assert answer["fill_rate"] == pytest.approx(5 / 8)
    assert answer["stockout_day_rate"] == pytest.approx(3 / 8)
    assert answer["inventory_days"] == pytest.approx((4 + 3 + 2 + 1) / 8)


def test_cover_counts_reviews_whose_level_was_enough():
    """Lead time 1 and review 1: the level at the end of a day must last the next two days."""
    demand = days([1.0, 1.0, 1.0, 5.0, 1.0])
    answer = policy.simulate(demand, levels=rule("two", demand, 2), lead_time_days=1).iloc[0]
    assert answer["cover_rate"] == pytest.approx(1 / 3)  # days 1, 2 and 3 ask for 2, 6 and 6


def test_money_and_products_that_join_later():
    early, late = days([1.0] * 6), days([2.0] * 3, "cup", start="2025-03-06")
    demand = pd.concat([early, late])
    given_levels = pd.concat([rule("much", early, 9), rule("much", late, 9)])
    answer = policy.simulate(demand, levels=given_levels, lead_time_days=0, unit_cost={"mug": 10.0, "cup": 1.0}).iloc[0]
    assert answer["fill_rate"] == 1.0
    assert answer["inventory_value"] == pytest.approx((5 * 8 * 10 + 2 * 7 * 1) / 5)


def test_equal_fill_is_read_between_two_levels():
    replayed = pd.DataFrame(
        {
            "rule": ["z", "z", "few"],
            "fill_rate": [0.96, 0.98, 0.5],
            "inventory_days": [1.0, 2.0, 0.1],
            "inventory_value": [10.0, 20.0, 1.0],
        }
    )
    answer = policy.at_fill(replayed, fill_rate=0.97)
    assert answer["rule"].tolist() == ["z"]  # the other never reaches it
    assert answer[["inventory_days", "inventory_value"]].iloc[0].tolist() == pytest.approx([1.5, 15.0])


# bad input


def test_bad_input_is_named():
    demand = days([1.0] * 5)
    good = rule("x", demand, 3)
    with pytest.raises(TableError, match=r"`levels` has no columns \['level'\].*\nHint: make it with"):
        policy.simulate(demand, levels=good.drop(columns="level"), lead_time_days=1)
    with pytest.raises(TableError, match="`levels` has no rows"):
        policy.simulate(demand, levels=good.iloc[:0], lead_time_days=1)
    with pytest.raises(
        ParameterError, match="There is no demand from 2025-03-03 to 2025-03-07 after a day with levels"
    ):
        policy.simulate(demand, levels=good.tail(1), lead_time_days=1)
    with pytest.raises(ParameterError, match="There is no demand"):
        policy.simulate(demand, levels=good.assign(product_id="cup"), lead_time_days=1)
    with pytest.raises(ParameterError, match="review_days=0 cannot be"):
        policy.simulate(demand, levels=good, lead_time_days=1, review_days=0)
    with pytest.raises(TableError, match=r"unit_cost has nothing for \['mug'\]"):
        policy.simulate(demand, levels=good, lead_time_days=1, unit_cost={})
    with pytest.raises(TableError, match="`levels` has 1 rows with `level` below 0"):
        policy.simulate(demand, levels=good.assign(level=[1, 1, -1, 1, 1]), lead_time_days=1)


# properties


@given(
    st.lists(st.integers(0, 9), min_size=3, max_size=40), st.integers(0, 5), st.integers(1, 8), st.integers(0, 10**6)
)
def test_agrees_with_a_shelf_kept_order_by_order(asked, lead, every, seed):
    asked = [*asked, 1]
    level = np.random.default_rng(seed).integers(0, 30, len(asked)).astype(float)
    demand = days(asked)
    answer = policy.simulate(demand, levels=rule("x", demand, level), lead_time_days=lead, review_days=every).iloc[0]
    served, stock, out = slowly(asked, level, lead, every)
    assert answer["fill_rate"] == pytest.approx(served / sum(asked[1:]), abs=1e-12)
    assert answer["inventory_days"] == pytest.approx(stock / sum(asked[1:]), abs=1e-12)
    assert answer["stockout_day_rate"] == pytest.approx(out / (len(asked) - 1), abs=1e-12)


@given(st.lists(st.integers(0, 9), min_size=5, max_size=30), st.integers(0, 5))
def test_rules_do_not_touch_each_other_and_more_stock_serves_no_less(asked, lead):
    demand = days([*asked, 1])
    parts = [rule("few", demand, 4.0), rule("many", demand, 20.0)]
    both = policy.simulate(demand, levels=pd.concat(parts), lead_time_days=lead)
    alone = [policy.simulate(demand, levels=part, lead_time_days=lead) for part in parts]
    pd.testing.assert_frame_equal(both, pd.concat(alone, ignore_index=True))
    assert both["fill_rate"].is_monotonic_increasing
    assert both["inventory_days"].is_monotonic_increasing


# reference


def test_m5_is_as_measured_in_the_forecast_study():
    """70 store departments, 224 days to 2016-04-16, lead time 7: measured apart from this code, at the end of 2026."""
    try:
        folder = catalog.path("m5")
    except MissingDataError as error:
        pytest.skip(str(error))
    sales = pd.read_parquet(folder / "m5_store_dept_daily.parquet").astype({"date": "datetime64[us]"})
    sales["product_id"] = sales["store_id"] + "_" + sales["dept_id"]
    window = sales[sales["date"].between("2015-08-01", "2016-04-16")]
    full = window.pivot(index="date", columns="product_id", values="sales").fillna(0).melt(ignore_index=False)
    demand = full.reset_index().rename(columns={"value": "units"})
    table = levels.rule_levels(demand, lead_time_days=7, service_level=[0.80, 0.85, 0.90, 0.95, 0.975, 0.98])
    answer = policy.simulate(demand, levels=table[table["date"] >= "2015-09-05"], lead_time_days=7)
    figures = ["fill_rate", "stockout_day_rate", "inventory_days", "cover_rate"]
    handbook = answer[answer["rule"] == "handbook"][figures].iloc[0].tolist()
    assert handbook == pytest.approx([0.850, 0.489, 0.25, 0.12], abs=0.005)
    assert answer[answer["service_level"] == 0.95][figures].iloc[0].tolist() == pytest.approx(
        [0.987, 0.067, 1.20, 0.87], abs=0.005
    )
    assert policy.at_fill(answer, fill_rate=0.98)["inventory_days"].item() == pytest.approx(1.01, abs=0.01)
    assert policy.at_fill(answer, fill_rate=0.99)["inventory_days"].item() == pytest.approx(1.36, abs=0.01)
