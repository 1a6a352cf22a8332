"""What to order: by hand, from odd stores, and against the scalars."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecomkit as ek
from ecomkit.errors import MissingTableError, ParameterError, TableError
from ecomkit.goods import inventory

SHELF = pd.DataFrame({"product_id": ["mug"], "on_hand": [20], "unit_cost": [2.5], "price": [6.0]})


def sold(units, product_id="mug", **columns):
    dates = pd.date_range("2025-03-03", periods=len(units))
    return pd.DataFrame({"date": dates, "product_id": product_id, "units": units, **columns})


def total(product_id="mug", days=8, **figures):
    made = {"mean": 40.0, "q50": 39.0, "q95": 61.2} | figures
    return pd.DataFrame({"series": [product_id], "start": pd.Timestamp("2025-03-31"), "days": days, **made})


# by hand


def test_a_steady_product_by_hand():
    """4 a day, 20 on hand, 14 days until the next order has come: 56 are needed, 36 are 3 packs of 12."""
    stock = SHELF.assign(inbound=0)
    answer = inventory.plan(stock, sold([4.0] * 28), lead_time_days=7, review_days=7, pack=12).iloc[0]
    assert answer["daily_demand"] == 4.0
    assert answer["days_of_cover"] == 5.0
    assert answer["status"] == "reorder"
    assert (answer["reorder_point"], answer["order_quantity"], answer["order_value"]) == (56, 36, 90.0)
    assert answer["stockout_date"] == pd.Timestamp("2025-04-05")  # the 20 last through the 4th
    assert answer["stock_value"] == 50.0
    assert np.isnan(answer["lost_units"])  # units tell of no demand that was lost


def test_the_buffer_is_the_textbooks_for_lead_time_plus_review():
    units = [2.0, 6.0] * 14
    answer = inventory.plan(SHELF, sold(units), lead_time_days=7, service_level=0.9).iloc[0]
    sd = 2 * (28 / 27) ** 0.5
    assert answer["reorder_point"] == np.ceil(4 * 8 + 1.2815515655 * sd * 8**0.5)


@pytest.mark.parametrize(
    ("on_hand", "daily", "status"),
    [
        (0, 4, "out"),
        (0, 0, "out"),
        (9, 0, "dead"),
        (27, 4, "reorder"),
        (28, 4, "ok"),
        (120, 4, "ok"),
        (121, 4, "clear"),
    ],
)
def test_the_handbooks_rule_is_under_7_and_over_30_days(on_hand, daily, status):
    stock = SHELF.assign(on_hand=on_hand)
    assert inventory.plan(stock, sold([float(daily)] * 28), lead_time_days=7)["status"].item() == status


def test_its_thresholds_can_be_moved():
    answer = inventory.plan(SHELF, sold([4.0] * 28), lead_time_days=2, cover_days=(3, 4))
    assert answer["status"].item() == "clear"


@pytest.mark.parametrize(
    ("moq", "pack", "quantity"), [(1, 1, 12), (1, 5, 15), (20, 1, 20), (20, 12, 24), (0, 1, 12), (1, 0.5, 12)]
)
def test_an_order_is_whole_packs_and_no_less_than_the_least(moq, pack, quantity):
    answer = inventory.plan(SHELF, sold([4.0] * 28), lead_time_days=7, moq=moq, pack=pack)
    assert answer["order_quantity"].item() == quantity  # 32 are needed, 20 are there


def test_nothing_is_ordered_while_enough_is_on_its_way():
    answer = inventory.plan(SHELF.assign(inbound=12), sold([4.0] * 28), lead_time_days=7, moq=100)
    assert answer["order_quantity"].item() == 0
    assert answer["days_of_cover"].item() == 5.0  # what is inbound does not sell yet


def test_what_the_stock_says_wins_over_the_arguments():
    stock = pd.DataFrame(
        {"product_id": ["a", "b"], "on_hand": [0, 0], "lead_time_days": [3, None], "moq": [None, 50], "pack": [6, None]}
    )
    both = pd.concat([sold([4.0] * 28, "a"), sold([4.0] * 28, "b")])
    answer = inventory.plan(stock, both, lead_time_days=7, moq=1, pack=1).set_index("product_id")
    assert answer["reorder_point"].to_dict() == {"a": 16, "b": 32}
    assert answer["order_quantity"].to_dict() == {"a": 18, "b": 50}


def test_lost_sales_are_the_demand_that_found_no_stock():
    """Four days of 3 without stock among 24 of 3: 12 units at 6 each."""
    units = [3.0] * 24 + [0.0] * 4
    history = sold(units, demand=[3.0] * 28)
    answer = inventory.plan(SHELF.assign(on_hand=0), history, lead_time_days=7).iloc[0]
    assert (answer["daily_demand"], answer["lost_units"], answer["lost_sales"]) == (3.0, 12.0, 72.0)


def test_a_forecast_brings_its_own_quantile():
    answer = inventory.plan(SHELF, total(), lead_time_days=7).iloc[0]
    assert answer["daily_demand"] == 5.0
    assert answer["reorder_point"] == 62
    assert answer["order_quantity"] == 42
    assert answer["stockout_date"] == pd.Timestamp("2025-04-04")  # 4 days through the 3rd
    assert inventory.plan(SHELF, total(), lead_time_days=7, service_level=0.5)["reorder_point"].item() == 39


def test_a_stock_that_is_not_known_still_gets_its_level():
    answer = inventory.plan(SHELF.assign(on_hand=np.nan), sold([4.0] * 28), lead_time_days=7).iloc[0]
    assert answer["reorder_point"] == 32
    assert answer["status"] == "unknown"
    assert answer[["days_of_cover", "order_quantity", "order_value", "stockout_date", "stock_value"]].isna().all()


def test_a_product_never_in_stock_is_unknown_and_one_without_sales_is_dead():
    history = pd.concat([sold([4.0] * 28), sold([np.nan] * 28, "new")])
    stock = pd.DataFrame({"product_id": ["new", "old", "mug"], "on_hand": 5})
    answer = inventory.plan(stock, history, lead_time_days=7).set_index("product_id")
    assert answer["status"].to_dict() == {"new": "unknown", "old": "dead", "mug": "reorder"}
    assert np.isnan(answer.loc["new", "reorder_point"])
    assert answer.loc["old", ["reorder_point", "order_quantity"]].tolist() == [0, 0]
    assert answer["stockout_date"].isna().to_dict() == {"new": True, "old": True, "mug": False}


def test_a_product_that_sells_once_in_a_blue_moon_has_no_day_of_stock_out():
    stock = SHELF.assign(on_hand=10_000_000)
    answer = inventory.plan(stock, sold([0.0] * 27 + [1.0]), lead_time_days=7).iloc[0]
    assert answer["days_of_cover"] == pytest.approx(280_000_000)
    assert pd.isna(answer["stockout_date"])


def test_the_last_row_of_each_product_is_its_stock(tmp_path):
    rows = pd.DataFrame(
        {
            "date": pd.to_datetime(["2025-03-01", "2025-03-02", "2025-03-01"]).date,
            "product_id": ["mug", "mug", "cup"],
            "on_hand": [9, 4, 7],
            "lead_time_days": [7, 9, 7],
        }
    )
    orders = pd.DataFrame(
        {"order_id": ["1"], "customer_id": ["a"], "order_date": pd.to_datetime(["2025-03-02"]), "revenue": [1.0]}
    )
    folder = ek.write_store(
        tmp_path / "s", {"orders": orders, "inventory": rows}, name="S", currency="CNY", timezone="Asia/Shanghai"
    )
    with ek.open_store(folder) as store:
        table = inventory.latest(store).set_index("product_id")
    assert table["on_hand"].to_dict() == {"cup": 7, "mug": 4}
    assert table["lead_time_days"].to_dict() == {"cup": 7, "mug": 9}
    assert table["date"].astype(str).to_dict() == {"cup": "2025-03-01", "mug": "2025-03-02"}
    assert not {"unit_cost", "inbound", "price"} & set(table)


def test_the_demo_store_is_planned_whole():
    with ek.open_store("demo") as store:
        stock = ek.inventory.latest(store)
        demand = ek.inventory.daily(store)
        last = store.end
        on_hand = store.inventory.filter(f"date = '{last}'").aggregate("sum(on_hand)").fetchall()[0][0]
    answer = ek.inventory.plan(stock, demand, lead_time_days=7, review_days=7)
    assert answer["on_hand"].sum() == on_hand
    assert answer["lost_units"].sum() == pytest.approx((demand["demand"] - demand["units"]).sum())
    ordered = answer[answer["order_quantity"] > 0]
    assert len(ordered)
    assert (ordered["on_hand"] + ordered["inbound"] + ordered["order_quantity"] >= ordered["reorder_point"]).all()


# bad input


def test_bad_input_is_named():
    history = sold([4.0] * 28)

    def refused(error, match, stock=SHELF, demand=history, **changes):
        with pytest.raises(error, match=match):
            inventory.plan(stock, demand, **({"lead_time_days": 7} | changes))

    refused(
        TableError, r"`stock` has no columns \['on_hand'\].*\nHint: one row per product", SHELF.drop(columns="on_hand")
    )
    refused(TableError, "`stock` has mug twice or no product", pd.concat([SHELF, SHELF]))
    refused(TableError, "`stock` has nan twice or no product", SHELF.assign(product_id=np.nan))
    refused(ParameterError, r"stock\.on_hand=.*-1", SHELF.assign(on_hand=-1))
    refused(ParameterError, r"stock\.moq=", SHELF.assign(moq=-1))
    refused(ParameterError, "lead_time_days=-1 cannot be", lead_time_days=-1)
    refused(ParameterError, "review_days=0 cannot be", review_days=0)
    refused(ParameterError, "pack=0 cannot be", pack=0)
    refused(ParameterError, "service_level=95 is no rate", service_level=95)
    refused(ParameterError, r"cover_days=\(30, 7\) are no two days in order", cover_days=(30, 7))
    refused(ParameterError, "cover_days=7 are no two days", cover_days=7)
    refused(TableError, r"No product of `stock` is in the demand: 7 against 'mug'", SHELF.assign(product_id=7))
    refused(TableError, r"`demand` has no columns \['units'\]", demand=history.drop(columns="units"))
    refused(
        TableError,
        r"The forecast has no columns \['q90'\].*\nHint: .*quantiles=\(0.5, 0.9\)",
        demand=total(),
        service_level=0.9,
    )
    refused(TableError, "The forecast has a product twice", demand=pd.concat([total(), total()]))
    refused(
        ParameterError,
        "The forecast of 'mug' is for 8 days; lead time and review time are 14",
        demand=total(),
        review_days=7,
    )


def test_a_store_without_inventory_says_so(tmp_path):
    orders = pd.DataFrame(
        {"order_id": ["1"], "customer_id": ["a"], "order_date": pd.to_datetime(["2025-03-02"]), "revenue": [1.0]}
    )
    folder = ek.write_store(tmp_path / "s", {"orders": orders}, name="S", currency="CNY", timezone="Asia/Shanghai")
    with ek.open_store(folder) as store, pytest.raises(MissingTableError, match="inventory"):
        inventory.latest(store)


# properties


@settings(max_examples=20)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=40),
    st.integers(0, 200),
    st.integers(0, 100),
    st.integers(1, 24),
    st.integers(0, 50),
)
def test_an_order_fills_the_stock_and_no_fuller_than_a_pack_or_the_least(units, on_hand, inbound, pack, moq):
    stock = SHELF.assign(on_hand=on_hand, inbound=inbound)
    before = stock.copy()
    answer = inventory.plan(stock, sold(units), lead_time_days=5, pack=pack, moq=moq).iloc[0]
    pd.testing.assert_frame_equal(stock, before)
    short = answer["reorder_point"] - on_hand - inbound
    quantity = answer["order_quantity"]
    assert quantity % pack == 0
    assert quantity >= short
    assert (quantity == 0) == (short <= 0)
    assert quantity == 0 or quantity - pack < max(short, moq)


@settings(max_examples=15)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=40), st.sampled_from([(0.5, 0.9), (0.9, 0.99)]))
def test_more_service_and_longer_ways_never_need_less(units, levels):
    low, high = (
        inventory.plan(SHELF, sold(units), lead_time_days=5, service_level=p)["reorder_point"].item() for p in levels
    )
    later = inventory.plan(SHELF, sold(units), lead_time_days=9, service_level=levels[0])["reorder_point"].item()
    assert low <= high
    assert low <= later
