"""The age of stock, first in, first out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods.products import ageing


def stock(on_hand, received=None, product_id="mug", **columns):
    table = pd.DataFrame({"date": pd.date_range("2025-03-01", periods=len(on_hand)), "product_id": product_id})
    table["on_hand"] = on_hand
    return (table if received is None else table.assign(received=received)).assign(**columns)


def one_by_one(opening, received, sold):
    """Every unit with the day it came, sold in the order they came."""
    shelf = [0] * opening
    for day, (came, gone) in enumerate(zip(received, sold, strict=True)):
        shelf = (shelf + [day] * came)[gone:]
    return [len(received) - 1 - day for day in shelf]


# by hand


def test_the_oldest_are_sold_first():
    table = ageing(stock([10, 9, 13, 12], [10, 0, 5, 0], unit_cost=2.0), old_days=3).iloc[0]
    assert table["on_hand"] == 12  # 7 that came on the first day, 5 on the third
    assert table["mean_age_days"] == pytest.approx((7 * 3 + 5 * 1) / 12)
    assert table["oldest_age_days"] == 3
    assert bool(table["oldest_is_known"])
    assert (table["old_units"], table["old_share"]) == (7, pytest.approx(7 / 12))
    assert (table["stock_value"], table["old_value"]) == (24, 14)


def test_what_was_there_before_the_first_day_is_at_least_so_old():
    table = ageing(stock([10, 9, 8], [0, 0, 0]), old_days=2).iloc[0]
    assert not table["oldest_is_known"]
    assert (table["oldest_age_days"], table["old_units"]) == (2, 8)
    assert np.isnan(table["old_value"])


def test_a_product_that_joins_later_is_no_older_than_its_first_day():
    late = stock([5], product_id="cup").assign(date=pd.Timestamp("2025-03-03"))
    table = ageing(pd.concat([stock([9, 9, 9, 9]), late, late.assign(date=pd.Timestamp("2025-03-04"))]))
    assert table.set_index("product_id")["oldest_age_days"].to_dict() == {"mug": 3, "cup": 1}


def test_without_deliveries_a_rise_is_one_and_an_empty_shelf_is_left_out():
    table = ageing(pd.concat([stock([4, 2, 8, 8]), stock([3, 1, 0, 0], product_id="cup")]), old_days=2)
    assert table["product_id"].tolist() == ["mug"]
    assert (table["old_units"].item(), table["oldest_age_days"].item()) == (2, 3)


def test_the_most_old_money_comes_first():
    cheap = stock([90, 90], [0, 0], "cheap", unit_cost=1.0)
    dear = stock([5, 5], [0, 0], "dear", unit_cost=100.0)
    assert ageing(pd.concat([cheap, dear]), old_days=1)["product_id"].tolist() == ["dear", "cheap"]


# bad input


def test_bad_input_is_named():
    with pytest.raises(TableError, match=r"`inventory` has no columns \['on_hand'\]"):
        ageing(stock([1]).drop(columns="on_hand"))
    with pytest.raises(TableError, match="1 rows with `received` below 0"):
        ageing(stock([1, 2], [0, -1]))
    with pytest.raises(ParameterError, match="old_days=-1 cannot be"):
        ageing(stock([1]), old_days=-1)


# properties


@settings(max_examples=25)
@given(
    st.integers(0, 20),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30),
    st.integers(0, 20),
)
def test_agrees_with_units_counted_one_by_one(opening, days, old):
    received, wanted = (list(part) for part in zip(*days, strict=True))
    on_hand, sold, have = [], [], opening
    for came, want in zip(received, wanted, strict=True):
        sold.append(min(have + came, want))
        have += came - sold[-1]
        on_hand.append(have)
    ages = one_by_one(opening, received, sold)
    table = ageing(stock(on_hand, received), old_days=old)
    assert len(table) == (1 if ages else 0)
    if ages:
        row = table.iloc[0]
        assert row["on_hand"] == len(ages)
        assert row["mean_age_days"] == pytest.approx(np.mean(ages))
        assert row["oldest_age_days"] == max(ages)
        assert row["old_units"] == sum(age >= old for age in ages)
