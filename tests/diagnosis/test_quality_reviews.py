"""Reviews against orders, and their timing: small shops by hand, and what only looks like reviews to order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planting import Tables, open_tables

from ecomkit.diagnosis import quality
from ecomkit.diagnosis.quality.check import Case
from ecomkit.diagnosis.quality.reviews import rated_to_order, review_timing, reviews_against_orders

DAY = pd.Timestamp("2025-03-03 12:00")


def _shop(orders: list[tuple], reviews: list[tuple]) -> Tables:
    """Orders (id, product, time), reviews (order, product, time, stars)."""
    made = pd.DataFrame(orders, columns=["order_id", "product_id", "order_date"])
    made = made.assign(customer_id="c" + made["order_id"], revenue=50.0)
    lines = made[["order_id", "product_id"]].assign(line_id="1", quantity=1, unit_price=50.0, revenue=50.0)
    told = pd.DataFrame(reviews, columns=["order_id", "product_id", "reviewed_at", "stars"])
    told = told.assign(review_id=[f"r{i}" for i in range(len(told))])
    return {"orders": made.drop(columns="product_id"), "order_lines": lines, "reviews": told}


def _usual(seed: int = 1) -> tuple[list[tuple], list[tuple]]:
    """Four weeks of ten orders a day of product q, each reviewed with five stars after three to ten days."""
    lot = np.random.default_rng(seed)
    paid = [DAY - pd.Timedelta(days=7) + pd.Timedelta(days=d, minutes=int(lot.integers(700))) for d in range(28)] * 10
    orders = [(f"q{i}", "q", when) for i, when in enumerate(paid)]
    return orders, [(o, "q", when + pd.Timedelta(hours=float(lot.uniform(72, 240))), 5) for o, _, when in orders]


def _brushed(waits_hours: list[float], stars: int = 5, apart_minutes: float = 9) -> tuple[list[tuple], list[tuple]]:
    """Orders of product p on one day, each reviewed after its wait."""
    orders = [(f"p{i}", "p", DAY + pd.Timedelta(minutes=apart_minutes * i)) for i in range(len(waits_hours))]
    return orders, [
        (o, "p", when + pd.Timedelta(hours=wait), stars) for (o, _, when), wait in zip(orders, waits_hours, strict=True)
    ]


def _signs(*parts: tuple[list[tuple], list[tuple]]) -> dict[str, int]:
    tables = _shop([o for part in parts for o in part[0]], [r for part in parts for r in part[1]])
    return review_timing(Case(open_tables(tables))).df()["sign"].value_counts().to_dict()


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_each_fault_of_a_review_has_its_sign() -> None:
    orders = [("1", "p", DAY), ("2", "p", DAY), ("old", "p", DAY - pd.Timedelta(days=90))]
    later = DAY + pd.Timedelta(days=5)
    reviews = [("1", "p", later, 5), ("1", "p", later + pd.Timedelta(days=2), 4), ("2", "p", later, 100)]
    reviews += [("2", "x", later, 5), ("gone", "p", later, 5), ("gone", "p", DAY - pd.Timedelta(days=80), 5)]
    found = reviews_against_orders(Case(open_tables(_shop(orders, reviews)))).df().set_index("review_id")
    assert found["sign"].to_dict() == {"r1": "again", "r2": "stars", "r3": "other_goods", "r4": "unknown"}
    assert found["money"].fillna(-1).to_dict() == {"r1": 50, "r2": 50, "r3": 50, "r4": -1}


def test_a_review_before_the_payment_is_told_and_a_day_without_a_clock_is_not() -> None:
    orders = [("1", "p", DAY), ("2", "p", DAY)]
    reviews = [("1", "p", DAY - pd.Timedelta(hours=3), 4), ("2", "p", DAY.normalize(), 4)]
    found = review_timing(Case(open_tables(_shop(orders, reviews)))).df()
    assert found[["review_id", "sign", "delay_hours"]].to_numpy().tolist() == [["r0", "before_payment", -3.0]]


def test_ten_five_stars_after_31_hours_are_written_to_order_and_ten_fours_are_not() -> None:
    waits = [31 + 0.02 * i for i in range(10)]
    assert _signs(_usual(), _brushed(waits)) == {"in_step": 10}
    assert _signs(_usual(), _brushed(waits, stars=4)) == {}


def test_five_stars_within_the_day_stand_out_where_the_shop_sends_parcels() -> None:
    waits = [float(2 * i + 1) for i in range(10)]
    assert _signs(_usual(), _brushed(waits)) == {"too_soon": 10}


def test_what_arrives_at_once_may_be_rated_at_once() -> None:
    """A shop of vouchers: everybody has the goods in a minute."""
    orders, reviews = _usual()
    quick = [(o, "q", paid + (told[2] - paid) / 20, 5) for (o, _, paid), told in zip(orders, reviews, strict=True)]
    assert _signs((orders, quick), _brushed([float(2 * i + 1) for i in range(10)])) == {}


def test_a_platforms_own_five_stars_all_have_the_same_wait() -> None:
    orders, reviews = _usual()
    by_itself = [
        (o, p, paid + pd.Timedelta(days=15), 5) for (o, _, paid), (_, p, *_) in zip(orders, reviews, strict=True)
    ]
    assert _signs((orders, by_itself), _brushed([360.0] * 10)) == {}


def test_a_reminder_to_all_buyers_of_a_live_session_is_no_order() -> None:
    """Forty orders in ten minutes; all are asked at one moment, and write within the hour."""
    lot = np.random.default_rng(3)
    orders, _ = _brushed([0.0] * 40, apart_minutes=0.25)
    reviews = [(o, "p", DAY + pd.Timedelta(days=4, minutes=float(lot.uniform(0, 60))), 5) for o, *_ in orders]
    assert _signs(_usual(), (orders, reviews)) == {}


def test_a_store_without_reviews_has_none_to_order() -> None:
    tables = _shop(*_usual())
    assert rated_to_order(Case(open_tables(tables))) == set()
    tables.pop("reviews")
    assert rated_to_order(Case(open_tables(tables))) == set()
    missing = quality.audit(open_tables(tables)).set_index("check")["missing"]
    assert missing["review_timing"] == "reviews.order_id, reviews.reviewed_at, reviews.stars"


def test_only_stars_and_times_are_needed() -> None:
    tables = _shop(*(a + b for a, b in zip(_usual(), _brushed([31 + 0.02 * i for i in range(10)]), strict=True)))
    tables["reviews"] = tables["reviews"].drop(columns="product_id")  # the order's own product stands in
    assert len(rated_to_order(Case(open_tables(tables)))) == 10
    tables["orders"] = tables["orders"].drop(columns="customer_id")
    assert len(rated_to_order(Case(open_tables(tables)))) == 10


@pytest.mark.parametrize(("told", "found"), [(100.0, 0), (104.0, 0), (90.0, 1), (10_000.0, 1), (None, 1)])
def test_a_products_month_of_refunds_may_differ_by_a_twentieth(told: float | None, found: int) -> None:
    orders = pd.DataFrame({"order_id": ["1"], "order_date": [DAY], "revenue": 5000.0, "customer_id": "c"})
    refunds = pd.DataFrame({"refund_id": ["a", "b"], "order_id": "1", "product_id": "p", "amount": [60.0, 40.0],
                            "refunded_at": [DAY, DAY + pd.Timedelta(days=10)]})  # fmt: skip
    daily = pd.DataFrame({"date": pd.date_range("2025-03-01", "2025-03-31"), "product_id": "p", "refund_amount": 0.0})
    daily.loc[2, "refund_amount"] = told
    rows = quality.evidence(open_tables({"orders": orders, "refunds": refunds, "product_daily": daily}),
                            "products_refunds")  # fmt: skip
    assert len(rows) == found
    if told is None:  # nobody knows of that day; of another, the daily figures know nothing of 40
        assert rows["refunds"].tolist() == [40.0]
    if told == 10_000:
        assert rows[["product_id", "refund_amount", "refunds", "times", "money"]].to_numpy().tolist() == [
            ["p", 10_000.0, 100.0, 100.0, 9_900.0]
        ]


def test_refunds_that_name_no_product_are_held_against_the_whole_shop() -> None:
    orders = pd.DataFrame({"order_id": ["1"], "order_date": [DAY], "revenue": 5000.0, "customer_id": "c"})
    refunds = pd.DataFrame({"refund_id": ["a", "b"], "order_id": "1", "product_id": ["p", None], "amount": [60.0, 40.0],
                            "refunded_at": [DAY, DAY + pd.Timedelta(days=10)]})  # fmt: skip
    daily = pd.DataFrame({"date": [DAY.normalize()] * 2, "product_id": ["p", "q"], "refund_amount": [60.0, 0.0]})
    tables = {"orders": orders, "refunds": refunds, "product_daily": daily}
    assert quality.evidence(open_tables(tables), "products_refunds").empty  # the second refund's day is not told
    more = pd.DataFrame({"date": [DAY.normalize() + pd.Timedelta(days=10)], "product_id": "q", "refund_amount": 15.0})
    tables["product_daily"] = pd.concat([daily, more])
    found = quality.evidence(open_tables(tables), "products_refunds")
    assert found[["product_id", "refund_amount", "refunds"]].to_numpy().tolist() == [["", 75.0, 100.0]]


def test_a_refund_at_the_turn_of_the_month_may_count_in_either() -> None:
    orders = pd.DataFrame({"order_id": ["1"], "order_date": [DAY], "revenue": 5000.0, "customer_id": "c"})
    when = [pd.Timestamp(t) for t in ("2025-03-04", "2025-03-31 23:59:58", "2025-04-20")]
    refunds = pd.DataFrame({"refund_id": ["a", "b", "c"], "order_id": "1", "product_id": "p", "amount": 50.0,
                            "refunded_at": when})  # fmt: skip
    daily = pd.DataFrame({"date": pd.date_range("2025-03-01", "2025-04-30"), "product_id": "p", "refund_amount": 0.0})
    daily.loc[daily["date"].isin(pd.to_datetime(["2025-03-04", "2025-04-01", "2025-04-20"])), "refund_amount"] = 50.0
    tables = {"orders": orders, "refunds": refunds, "product_daily": daily}
    assert quality.evidence(open_tables(tables), "products_refunds").empty


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(1, 30))
@settings(max_examples=15)
def test_waits_by_lot_are_never_to_order(seed: int, count: int) -> None:
    lot = np.random.default_rng(seed)
    assert _signs(_usual(seed), _brushed(lot.uniform(72, 240, count).tolist())) == {}
