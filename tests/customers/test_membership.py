"""Tiers by orders: what counts, how far the next is, who moved, what the cards cost."""

import numpy as np
import pandas as pd
import pytest
from engines import ENGINES, hand_over, take_back
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.customers import membership
from ecomkit.errors import ParameterError, TableError

ORDERS = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "ann", "bob", "bob", "cai"],
        "order_date": pd.to_datetime(
            [
                "2025-01-01 09:00",
                "2025-01-05 10:00",
                "2025-01-05 10:00",
                "2025-01-02 08:00",
                "2025-01-03 08:00",
                "2025-01-04 08:00",
            ]
        ),
        "revenue": [10.0, 20.0, 5.0, 8.0, 8.0, 9.0],
        "refund_amount": [0.0, 0.0, 0.0, 8.0, 1.0, 9.0],
    }
)


def random_orders(n: int, seed: int) -> pd.DataFrame:
    lot = np.random.default_rng(seed)
    paid = lot.integers(1, 3000, n) / 100
    return pd.DataFrame(
        {
            "customer_id": np.char.add("c", lot.integers(0, n // 3, n).astype(str)),
            "order_date": pd.Timestamp("2024-06-01") + pd.to_timedelta(lot.integers(0, 200 * 24, n), unit="h"),
            "revenue": paid,
            "refund_amount": paid * lot.choice([0.0, 0.5, 1.0], n, p=[0.7, 0.1, 0.2]),
        }
    )


def listed(table: object) -> pd.DataFrame:
    return take_back(table).sort_values("customer_id", ignore_index=True)


# by hand


def test_refunded_orders_and_split_parcels_do_not_count():
    table = listed(membership.tier(ORDERS, thresholds={"silver": 1, "gold": 2}))
    assert table.to_dict("list") == {
        "customer_id": ["ann", "bob", "cai"],
        "orders": [2, 1, 0],  # two parcels of one payment; an order that went back; nothing kept
        "net_sales": [35.0, 7.0, 0.0],
        "tier": ["gold", "silver", "none"],
    }


def test_the_window_and_the_day_on_which_one_stands():
    assert listed(membership.tier(ORDERS, window_days=2))["orders"].tolist() == [1, 0, 0]  # 4 and 5 January
    then = listed(membership.tier(ORDERS, as_of="2025-01-03"))
    assert then["customer_id"].tolist() == ["ann", "bob"]
    assert then["orders"].tolist() == [1, 1]


def test_the_thresholds_of_the_three_cards():
    orders = pd.DataFrame(
        {
            "customer_id": [c for c, n in zip("abcdef", [1, 2, 3, 4, 5, 9], strict=True) for _ in range(n)],
            "order_date": pd.date_range("2025-01-01", periods=24),
            "revenue": 1.0,
        }
    )
    table = listed(membership.tier(orders))
    assert table["tier"].tolist() == ["silver", "silver", "gold", "gold", "black", "black"]
    ahead = membership.next_tier(table)
    assert ahead["orders_missing"].tolist()[:4] == [2, 1, 2, 1]
    assert ahead["next_tier"].tolist()[:4] == ["gold", "gold", "black", "black"]
    assert ahead[["next_tier", "orders_missing"]].iloc[4:].isna().all(axis=None)


def test_what_the_cards_cost():
    members = pd.DataFrame({"customer_id": list("abcd"), "tier": ["gold", "silver", "silver", "none"]})
    members["net_sales"] = [600.0, 100.0, 300.0, 0.0]
    rates = {"gold": 0.1, "silver": 0.02}
    table = membership.benefits(members, cost_rates=rates, margin_rate=0.4).set_index("tier")
    assert table["cost"].to_dict() == {"gold": 60, "silver": 8, "none": 0}
    assert table["margin_left"].to_dict() == {"gold": 180, "silver": 152, "none": 0}
    assert table.loc["gold", "needed_rate"] == pytest.approx(0.25)
    assert table.loc["silver", ["customer_share", "net_sales_share"]].tolist() == [0.5, 0.4]


# bad input


def test_bad_input_is_named():
    for wrong in [{}, {"silver": 0}, {"a": 3, "b": 3}, {"a": 3, "b": 1}, {"a": 1.5}, {"none": 1}]:
        with pytest.raises(ParameterError, match=r"no rising whole numbers from 1 on\.\nHint: lowest first"):
            membership.tier(ORDERS, thresholds=wrong)
    for wrong in [0, -3, 1.5, True, "365"]:
        with pytest.raises(ParameterError, match=r"window_days=.* is no number of days"):
            membership.tier(ORDERS, window_days=wrong)
    with pytest.raises(ParameterError, match="no orders up to then"):
        membership.tier(ORDERS, as_of="2024-12-31")
    with pytest.raises(TableError, match=r"`orders\.customer_id` is missing in 1 row"):
        membership.tier(ORDERS.assign(customer_id=["ann", None, *ORDERS["customer_id"][2:]]))
    with pytest.raises(TableError, match="money that is missing, negative or not finite"):
        membership.tier(ORDERS.assign(refund_amount=-1.0))
    with pytest.raises(TableError, match=r"no columns \['tier'\]"):
        membership.migration(ORDERS, ORDERS)
    members = membership.tier(ORDERS)
    with pytest.raises(ParameterError, match=r"no member with the tier \['platinum'\]"):
        membership.benefits(members, cost_rates={"platinum": 0.1}, margin_rate=0.4)
    for rates, margin in [({"silver": 1.5}, 0.4), ({"silver": 0.1}, 40)]:
        with pytest.raises(ParameterError, match="cannot be"):
            membership.benefits(members, cost_rates=rates, margin_rate=margin)


# properties


@given(st.integers(0, 10_000))
def test_rows_add_up_and_more_orders_are_never_a_lower_tier(seed):
    orders = random_orders(60, seed)
    before, after = membership.tier(orders, as_of="2024-10-01"), membership.tier(orders)
    moved = membership.migration(before, after)
    had = moved.dropna(subset=["before"]).groupby("before")["customers"].sum()
    assert had.to_dict() == before["tier"].value_counts().to_dict()
    assert moved["customers"].sum() == len(after)  # without a window nobody is lost
    rank = {name: place for place, name in enumerate(["none", *membership.TIERS])}
    both = before.merge(after, on="customer_id", suffixes=("_then", "_now"))
    assert (both["tier_now"].map(rank) >= both["tier_then"].map(rank)).all()
    ahead = membership.next_tier(after).dropna(subset=["next_tier"])
    reached = ahead["orders"] + ahead["orders_missing"]
    assert (reached == ahead["next_tier"].map(membership.TIERS)).all()


def test_the_rule_in_plain_pandas():
    orders = random_orders(3000, 5)
    kept = (orders["revenue"] - orders["refund_amount"]).groupby([orders["customer_id"], orders["order_date"]]).sum()
    want = (kept.round(4) > 0).groupby("customer_id").sum()
    assert listed(membership.tier(orders)).set_index("customer_id")["orders"].to_dict() == want.to_dict()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same(engine):
    orders = random_orders(500, 3)
    table = membership.tier(hand_over(orders, engine), as_of="2024-11-30", window_days=90)
    want = listed(membership.tier(orders, as_of="2024-11-30", window_days=90))
    pd.testing.assert_frame_equal(listed(table), want, check_dtype=False)
    ahead = listed(membership.next_tier(table))
    assert ahead["orders_missing"].fillna(0).tolist() == membership.next_tier(want)["orders_missing"].fillna(0).tolist()
    costs = membership.benefits(table, cost_rates={"silver": 0.05}, margin_rate=0.4)
    pd.testing.assert_frame_equal(costs, membership.benefits(want, cost_rates={"silver": 0.05}, margin_rate=0.4))
