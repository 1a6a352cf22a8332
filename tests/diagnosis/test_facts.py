"""The facts that rules look at: each figure counted by hand, and all of them on stores with few tables."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ecomkit.data.store import Store
from ecomkit.diagnosis import metrics
from ecomkit.diagnosis.facts import FACTS, rates

ORDERS = [
    *[("old", "2025-03-01 10:00", 100), ("ann", "2025-03-02 10:00", 50)],
    *[("ann", "2025-03-03 10:00", 30), ("bob", "2025-03-03 11:00", 60), ("bob", "2025-03-04 09:00", 90)],
]


def _facts(store: Store, name: str) -> pd.DataFrame:
    period = metrics.period(store, "2025-03-03", "2025-03-04")
    table = FACTS[name].make(store, period)
    return table.set_index(FACTS[name].key) if FACTS[name].key else table


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    days = pd.to_datetime(["2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04"])
    lines = {
        "order_id": ["o0", "o1", "o2", "o3", "o4"],
        "line_id": "1",
        "product_id": ["cup", "cup", "cup", "mat", "mat"],
        "quantity": [2, 1, 1, 1, 2],
        "revenue": [100.0, 50, 30, 60, 90],
        "unit_cost": [20.0, 20, 20, 30, 30],
    }
    return make_store(
        ORDERS,
        order_lines=lines,
        products={"product_id": ["cup", "mat"], "title": ["Cup", None], "price": [50.0, None]},
        refunds={
            "refund_id": ["r"], "order_id": ["o4"], "product_id": ["mat"], "amount": [90.0],
            "refunded_at": pd.to_datetime(["2025-03-04 12:00"]),
        },
        product_daily={
            "date": [days[2], days[2], days[3]], "product_id": ["cup", "mat", "mat"], "visitors": [10, 20, 20],
            "cart_users": [4, 5, 5], "buyers": [1, 1, 1],
        },
        traffic_daily={
            "date": [*days, days[3]], "source": ["search"] * 4 + ["paid"], "visitors": [10, 10, 20, 20, 10],
            "buyers": [1, 1, 2, 1, 0], "revenue": [100.0, 50, 90, 90, 0],
        },
        ads_daily={
            "date": days, "campaign": "c", "source": "paid", "cost": [5.0, 5, 10, 20], "clicks": [5, 5, 10, 10],
            "orders": [0, 1, 1, 1], "revenue": [0.0, 50, 30, 30],
        },
        inventory={
            "date": [days[3], days[3]], "product_id": ["cup", "mat"], "on_hand": [10, 1], "inbound": [0, 5],
            "unit_cost": [20.0, 30], "lead_time_days": [4, np.nan],
        },
    )  # fmt: skip


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_the_store(store: Store) -> None:
    row = _facts(store, "store").iloc[0]
    assert (row["gmv"], row["gmv_before"], row["orders"], row["visitors_before"]) == (180, 150, 3, 20)
    assert row["conversion_rate"] == pytest.approx(3 / 50)
    assert (row["paid_share"], row["paid_share_before"]) == (pytest.approx(0.2), 0)
    assert row["margin"] == pytest.approx(1 - 60 / 150)  # of what was sold before
    assert (row["days"], row["history_days"]) == (2, 0)
    # standard error of the difference of 2 buyers of 20 and 3 of 50
    assert row["conversion_rate_error"] == pytest.approx((0.1 * 0.9 / 20 + 0.06 * 0.94 / 50) ** 0.5)


def test_sources(store: Store) -> None:
    table = _facts(store, "sources")
    paid, search = table.loc["paid"], table.loc["search"]
    assert (paid["visitors"], paid["visitors_before"], paid["ad_cost"], search["ad_cost"]) == (10, 0, 30, 0)
    assert (search["conversion_rate"], search["peers_conversion_rate"]) == (3 / 40, 0)
    assert paid["visitor_share"] == pytest.approx(0.2)
    assert table["cart_users"].isna().all()  # not known, and not 0


def test_campaigns(store: Store) -> None:
    row = _facts(store, "campaigns").loc["c"]
    assert (row["cost"], row["cost_before"], row["roas"], row["roas_before"]) == (30, 10, 2.0, 5.0)
    assert (row["cost_per_click"], row["cost_per_click_before"], row["cost_share"]) == (1.5, 1.0, 1.0)
    assert row["break_even_roas"] == pytest.approx(1 / 0.6)


def test_products(store: Store) -> None:
    table = _facts(store, "products")
    cup, mat = table.loc["cup"], table.loc["mat"]
    assert (cup["product"], mat["product"]) == ("Cup", "mat")
    assert (cup["revenue"], cup["revenue_before"], mat["units"], mat["units_before"]) == (30, 150, 3, 0)
    assert (cup["cart_rate"], cup["pay_rate"], cup["peers_pay_rate"]) == (0.4, 0.25, 0.2)
    assert (mat["refund_rate"], mat["refund_amount"], cup["refund_rate"]) == (0.5, 90, 0)
    assert cup["price"] == 50
    assert mat["price"] == 50  # 150 for 3 units
    assert table["revenue_share"].sum() == pytest.approx(1)


def test_stock(store: Store) -> None:
    table = _facts(store, "stock")
    cup, mat = table.loc["cup"], table.loc["mat"]
    assert cup["units_per_day"] == pytest.approx(1.0)  # 4 cups in 4 days
    assert cup["cover_days"] == pytest.approx(10)
    assert (cup["lead_time_days"], mat["lead_time_days"]) == (4, 7)
    assert (cup["stock_value"], mat["inbound"]) == (200, 5)


def test_a_mega_sale_is_no_usual_day(make_store: Callable[..., Store]) -> None:
    """Two cups a day, and thirty on 18 June and its eve: what is left lasts ten days, not three."""
    days = pd.date_range("2025-05-24", "2025-06-20")
    sold = [30 if f"{day:%m-%d}" in ("06-16", "06-17", "06-18") else 2 for day in days]
    lines = {"order_id": [f"o{i}" for i in range(len(days))], "line_id": "1", "product_id": "cup", "quantity": sold,
             "revenue": [10.0 * n for n in sold]}  # fmt: skip
    stock = {"date": [days[-1]], "product_id": ["cup"], "on_hand": [20]}
    orders = [("c", f"{day:%Y-%m-%d} 12:00", 10.0 * n) for day, n in zip(days, sold, strict=True)]
    shop = make_store(orders, order_lines=lines, inventory=stock)
    cup = FACTS["stock"].make(shop, metrics.period(shop, "2025-06-07", "2025-06-20")).iloc[0]
    assert (cup["units_per_day"], cup["cover_days"]) == (2.0, 10.0)
    shop.currency = "EUR"  # of several countries: nobody knows its sales
    assert FACTS["stock"].make(shop, metrics.period(shop, "2025-06-07", "2025-06-20")).iloc[0]["units_per_day"] > 4


def test_prices(store: Store) -> None:
    table = _facts(store, "prices")
    assert table["revenue"].sum() == 180
    assert table["revenue_before"].sum() == 150
    assert table["rank"].is_monotonic_increasing


def test_customers(store: Store) -> None:
    table = _facts(store, "customers")
    new, old = table.loc["new_buyers"], table.loc["old_buyers"]
    assert (new["customers"], new["orders"], new["revenue"], new["is_old"]) == (1, 2, 150, 0)
    assert (old["customers"], old["revenue"], old["customers_before"], old["is_old"]) == (1, 30, 0, 1)
    assert new["customers_before"] == 2


def test_devices(make_store: Callable[..., Store]) -> None:
    at = pd.to_datetime(["2025-03-01 10:00", "2025-03-03 10:00", "2025-03-03 10:01", "2025-03-03 11:00"])
    events = {
        "user_id": ["u", "v", "v", "w"], "event_time": at, "device": ["pc", "ios", "ios", "ios"],
        "event_name": ["view_item", "begin_checkout", "purchase", "begin_checkout"],
    }  # fmt: skip
    table = _facts(make_store(ORDERS, events=events), "devices")
    assert (table.loc["ios", "checkouts"], table.loc["ios", "buyers"], table.loc["ios", "pay_rate"]) == (2, 1, 0.5)
    assert np.isnan(table.loc["pc", "pay_rate"])


def test_the_error_of_a_rate_that_was_never_seen_is_not_zero() -> None:
    none, few = rates.error(pd.Series([0.0, 0.0]), pd.Series([3.0, 300.0]))
    assert none > few > 0
    assert rates.peers(pd.Series([1.0, 3.0]), pd.Series([10.0, 10.0])).tolist() == [0.3, 0.1]


# --- properties ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FACTS)
def test_every_table_has_its_columns_also_where_the_store_knows_little(
    store: Store, make_store: Callable[..., Store], name: str
) -> None:
    facts = FACTS[name]
    for shop in (store, make_store(ORDERS)):
        if not facts.lacks(shop):
            table = facts.make(shop, metrics.period(shop, "2025-03-03", "2025-03-04"))
            assert list(table.columns) == list(facts.columns)


@pytest.mark.parametrize("public", ["online_retail_ii", "olist"])
def test_public_stores_have_facts(open_public: Callable[[str], Store], public: str) -> None:
    store = open_public(public)
    period = metrics.period(store)
    for name in ("store", "products", "prices", "customers"):
        table = FACTS[name].make(store, period)
        assert list(table.columns) == list(FACTS[name].columns)
        assert len(table)
