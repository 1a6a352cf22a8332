"""Platforms side by side: each figure beside the other's, and together those of the store."""

from pathlib import Path

import pandas as pd
import pytest

from ecomkit.data.store import Store, open_store, write_store
from ecomkit.diagnosis import metrics
from ecomkit.diagnosis.daily import daily
from ecomkit.diagnosis.drill import drill
from ecomkit.diagnosis.platforms import by_platform
from ecomkit.diagnosis.refunded import refunded
from ecomkit.errors import ParameterError


@pytest.fixture
def shop(tmp_path: Path) -> Store:
    """Taobao knows its buyers and tells refunds by order; JD tells them by day; Douyin names no buyer."""
    orders = pd.DataFrame(
        [
            ("1", "mei", "2025-03-01 10:00", 100.0, 30.0, "taobao"),
            ("2", "mei", "2025-03-01 11:00", 50.0, None, "taobao"),
            ("3", None, "2025-03-02 10:00", 60.0, None, "taobao"),
            ("4", "li", "2025-03-01 10:00", 200.0, 80.0, "jd"),
            ("5", None, "2025-03-01 10:00", 40.0, None, "douyin"),
        ],
        columns=["order_id", "customer_id", "order_date", "revenue", "refund_amount", "platform"],
    ).astype({"order_date": "datetime64[us]"})
    refunds = pd.DataFrame(
        {"refund_id": ["r"], "order_id": ["4"], "refunded_at": pd.to_datetime(["2025-03-02"]), "amount": [80.0]}
    ).assign(platform="jd")
    days = {"date": pd.to_datetime(["2025-03-01"] * 2), "platform": ["taobao", "jd"]}
    traffic = pd.DataFrame({**days, "source": "search", "visitors": [30, 20]})
    ads = pd.DataFrame({**days, "campaign": "new", "cost": [7.0, 3.0]})
    tables = {"orders": orders, "refunds": refunds, "traffic_daily": traffic, "ads_daily": ads}
    return open_store(write_store(tmp_path / "mine", tables, name="Mine", currency="CNY", timezone="Asia/Shanghai"))


def test_each_platform_has_its_own_figures(shop: Store) -> None:
    table = by_platform(shop).set_index("platform")
    assert table.index.tolist() == ["taobao", "jd", "douyin"]
    assert table.loc["taobao"].tolist() == [3, 210.0, 30.0, 2, 105.0, 70.0, 30, 7.0]
    assert table.loc["jd"].tolist() == [1, 200.0, 80.0, 1, 200.0, 200.0, 20, 3.0]
    assert table.loc["douyin"].dropna().to_dict() == {"orders": 1, "gmv": 40.0, "amount_per_order": 40.0}


def test_they_add_up_to_the_store(shop: Store) -> None:
    table, days = by_platform(shop).sum(numeric_only=True), daily(shop)
    assert days["refund_amount"].tolist() == [30.0, 80.0]  # Taobao's on the day of payment, JD's on its own
    for name in ("orders", "gmv", "refund_amount", "visitors", "ad_cost"):
        assert table[name] == pytest.approx(days[name].sum())


def test_refunds_may_be_told_by_order_alone(make_store) -> None:
    rows = [("a", "2025-03-01", 10), ("b", "2025-03-01", 10)]
    store = make_store(rows)
    assert refunded(store) == ""
    assert daily(store)["refund_amount"].isna().all()
    store.connection.execute("ALTER TABLE orders ADD COLUMN refund_amount DOUBLE; UPDATE orders SET refund_amount = 3")
    assert daily(store)["refund_amount"].tolist() == [6.0]
    assert by_platform(store)["refund_amount"].tolist() == [6.0]


def test_where_no_buyer_is_named_the_figures_are_called_those_of_orders(make_store) -> None:
    """An amount per order must not pass for one per buyer, in the key figures as in the tree."""
    rows = [(None, "2025-03-01", 10), (None, "2025-03-01", 20), (None, "2025-03-02", 40)]
    guests = make_store(rows)
    guests.connection.execute("UPDATE orders SET customer_id = NULL")
    found = metrics.tree(guests)
    assert found[["factor", "before", "after"]].to_numpy().tolist() == [
        ["gmv", 30.0, 40.0],
        ["orders", 2.0, 1.0],
        ["amount_per_order", 15.0, 40.0],
    ]
    shown = metrics.compare(guests).set_index("metric")["after"]
    assert shown[["buyers", "amount_per_buyer"]].isna().all()
    assert shown["amount_per_order"] == 40.0
    assert set(drill(guests)["step"]) == {"buyers", "basket", "returning", "sales"}
    known = make_store([("a", day, revenue) for _who, day, revenue in rows])
    assert metrics.tree(known)["factor"].tolist() == ["gmv", "buyers", "amount_per_buyer"]


def test_a_part_of_the_days(shop: Store) -> None:
    assert by_platform(shop, "2025-03-02", "2025-03-02")["gmv"].dropna().tolist() == [60.0]
    with pytest.raises(ParameterError, match="not all in the data"):
        by_platform(shop, "2025-03-02", "2025-04-01")


def test_a_store_that_names_no_platform_has_one_row(tmp_path: Path) -> None:
    orders = pd.DataFrame(
        {"order_id": ["1"], "customer_id": ["c"], "order_date": pd.to_datetime(["2025-03-01"]), "revenue": [5.0]}
    )
    for named, told in ((orders, ""), (orders.assign(platform="taobao"), "taobao")):
        traffic = pd.DataFrame({"date": pd.to_datetime(["2025-03-01"]), "source": "search", "visitors": [9]})
        folder = tmp_path / (told or "none")
        write_store(
            folder, {"orders": named, "traffic_daily": traffic}, name="M", currency="CNY", timezone="Asia/Shanghai"
        )
        with open_store(folder) as store:
            assert by_platform(store)[["platform", "gmv", "visitors"]].to_numpy().tolist() == [[told, 5.0, 9.0]]
