"""Classes of sales and of steadiness."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods.products import abc_xyz


def sold(product_id, units, **columns):
    dates = pd.date_range(end="2025-06-29", periods=len(units))
    return pd.DataFrame({"date": dates, "product_id": product_id, "units": units, **columns})


def each_day(units):
    return pd.concat([sold(product, [float(u)] * 56) for product, u in units.items()])


# by hand


def test_classes_end_with_the_product_that_crosses_the_line():
    table = abc_xyz(each_day({"a": 50, "b": 25, "c": 10, "d": 10, "e": 4, "f": 1}))
    assert table["abc"].tolist() == list("AAAACC")  # c and d are equal, and 75 % are larger than either
    assert table["product_id"].tolist() == list("abcdef")
    assert table["share"].tolist() == pytest.approx([0.5, 0.25, 0.1, 0.1, 0.04, 0.01])
    assert table["units"].iloc[0] == 50 * 56


def test_money_decides_where_it_is_known():
    cheap, dear = sold("cheap", [10.0] * 56, revenue=10.0), sold("dear", [1.0] * 56, revenue=90.0)
    table = abc_xyz(pd.concat([cheap, dear]))
    assert table["product_id"].tolist() == ["dear", "cheap"]
    assert table["abc"].tolist() == ["A", "B"]
    assert table["revenue"].tolist() == [5040.0, 560.0]


def test_steadiness_is_that_of_whole_weeks_not_of_weekdays():
    weekend = [0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 7.0] * 8
    up_and_down = ([2.0] * 7 + [0.0] * 7) * 4
    table = abc_xyz(pd.concat([sold("weekend", weekend), sold("updown", up_and_down)])).set_index("product_id")
    assert table.loc["weekend", ["variation", "xyz"]].tolist() == [0.0, "X"]
    assert table.loc["updown", "variation"] == pytest.approx((8 / 7) ** 0.5)
    assert table.loc["updown", "xyz"] == "Z"
    assert abc_xyz(sold("updown", up_and_down), variations=(0.5, 1.1))["xyz"].item() == "Y"


def test_a_product_of_seven_weeks_and_one_without_sales_are_not_judged():
    table = abc_xyz(pd.concat([sold("new", [3.0] * 55), sold("dead", [0.0] * 56), sold("old", [3.0] * 56)]))
    by_id = table.set_index("product_id")
    assert by_id["xyz"].isna().to_dict() == {"old": False, "new": True, "dead": True}
    assert by_id.loc["dead", ["abc", "share"]].tolist() == ["C", 0.0]


def test_only_the_last_weeks_count_and_demand_not_sales_is_judged_for_steadiness():
    long = sold("a", [900.0] * 30 + [1.0] * 56, demand=[900.0] * 30 + [2.0] * 56)
    table = abc_xyz(long, weeks=8)
    assert table["units"].item() == 56
    assert table["variation"].item() == 0
    assert abc_xyz(long.drop(columns="units"), weeks=8)["demand"].item() == 112


# bad input


def test_bad_input_is_named():
    good = each_day({"a": 1})
    with pytest.raises(ParameterError, match=r"shares=\(0.95, 0.8\) are no two limits in order"):
        abc_xyz(good, shares=(0.95, 0.8))
    with pytest.raises(ParameterError, match=r"shares=\(80, 95\)"):
        abc_xyz(good, shares=(80, 95))
    with pytest.raises(ParameterError, match=r"variations=0.5"):
        abc_xyz(good, variations=0.5)
    with pytest.raises(ParameterError, match="weeks=0 cannot be"):
        abc_xyz(good, weeks=0)
    with pytest.raises(TableError, match="2 rows that come twice"):
        abc_xyz(pd.concat([good.head(1), good.head(1)]))
    with pytest.raises(TableError, match=r"no columns \['demand'\]"):
        abc_xyz(good.drop(columns="units"))


def test_a_shop_without_sales_is_all_c():
    table = abc_xyz(each_day({"a": 0, "b": 0}))
    assert table["abc"].tolist() == ["C", "C"]
    assert table["share"].isna().all()


# properties


@settings(max_examples=20)
@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 9), min_size=1), st.randoms())
def test_equal_products_are_of_one_class_whatever_their_rows_and_larger_ones_of_no_lower(units, random):
    table = abc_xyz(each_day(units))
    items = list(units.items())
    random.shuffle(items)
    pd.testing.assert_frame_equal(table, abc_xyz(each_day(dict(items))))
    assert (table.groupby("units")["abc"].nunique() == 1).all()
    assert table["abc"].is_monotonic_increasing
    assert not table["share"].sum() or table["share"].sum() == pytest.approx(1)
    if table["units"].sum():
        assert table["abc"].iloc[0] == "A"
        assert table.loc[table["abc"] == "A", "share"].sum() >= 0.8 - 1e-9
