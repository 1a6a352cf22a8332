"""A store opens lazily, says what it has, and explains what it lacks."""

import datetime as dt
import gc

import pandas as pd
import pytest

from ecomkit.data import demo
from ecomkit.data.store import open_store, write_store
from ecomkit.errors import MissingTableError, ParameterError, TableError


@pytest.fixture
def orders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order_id": ["4611686018427387905", "4611686018427387906"],
            "customer_id": ["c1", None],
            "order_date": pd.to_datetime(["2025-01-01 23:59", "2025-01-03 00:00"]),
            "revenue": [10.25, 4.0],
            "units": pd.array([1, None], dtype="Int64"),
        }
    )


@pytest.fixture
def shop(tmp_path, orders):
    lines = pd.DataFrame(
        {
            "order_id": ["1"],
            "line_id": ["1"],
            "product_id": ["p"],
            "quantity": [2],
            "unit_price": [5.0],
            "revenue": [10.0],
        }
    )
    tables = {"orders": orders, "order_lines": lines}
    return write_store(tmp_path / "shop", tables, name="Tea shop", currency="CNY", timezone="Asia/Shanghai")


# by hand


def test_round_trip(shop, orders):
    with open_store(shop) as store:
        assert (store.name, store.currency, store.timezone) == ("Tea shop", "CNY", "Asia/Shanghai")
        assert store.tables == ["orders", "order_lines"]
        assert (store.start, store.end) == (dt.date(2025, 1, 1), dt.date(2025, 1, 3))
        pd.testing.assert_frame_equal(store.orders.df(), orders, check_dtype=False)
        assert store.has("orders")
        assert not store.has("events")


def test_repr_is_a_table(shop):
    assert repr(open_store(shop)).splitlines() == [
        "Tea shop (CNY, Asia/Shanghai)",
        "  orders                     2  2025-01-01 .. 2025-01-03",
        "  order_lines                1",
    ]


def test_summary(shop):
    summary = open_store(shop).summary().set_index("table")
    assert list(summary["rows"]) == [2, 1]
    assert summary.loc["orders", "last"] == dt.date(2025, 1, 3)
    assert pd.isna(summary.loc["order_lines", "first"])


def test_relations_share_one_lazy_connection(shop):
    store = open_store(shop)
    joined = store.orders.join(store.order_lines.project("order_id AS o, product_id"), "order_id = o", how="left")
    assert len(joined.df()) == 2
    (shop / "orders.parquet").unlink()
    with pytest.raises(Exception, match="orders"):  # nothing was read when the store opened
        store.orders.df()


def test_relation_outlives_the_name_of_its_store(shop):
    relation = open_store(shop).orders
    gc.collect()
    assert len(relation.df()) == 2


def test_closed_store(shop):
    with open_store(shop) as store:
        pass
    with pytest.raises(Exception, match="closed"):
        store.orders.df()


def test_missing_table(shop):
    store = open_store(shop)
    with pytest.raises(
        MissingTableError, match=r"'Tea shop' has no table `events`; it has \['orders', 'order_lines'\]"
    ):
        _ = store.events
    with pytest.raises(MissingTableError, match="Hint: did you mean `orders`"):
        store.table("ordres")
    with pytest.raises(AttributeError, match="Hint: did you mean `orders`"):
        _ = store.ordres
    assert not hasattr(store, "colour")


def test_no_orders(shop, orders):
    write_store(shop, {"orders": orders.head(0)}, name="Shut", currency="CNY", timezone="Asia/Shanghai")
    with pytest.raises(TableError, match="`orders` of 'Shut' is empty"):
        _ = open_store(shop).start


def test_a_store_keeps_its_whole_days(tmp_path, orders):
    about = {"name": "Tea", "currency": "CNY", "timezone": "Asia/Shanghai"}
    assert open_store(write_store(tmp_path / "a", {"orders": orders}, **about)).complete is None
    whole = (dt.date(2025, 1, 1), dt.date(2025, 1, 2))
    for given in (whole, ("2025-01-01", "2025-01-02")):
        with open_store(write_store(tmp_path / "b", {"orders": orders}, **about, complete=given)) as store:
            assert store.complete == whole
    with pytest.raises(ParameterError, match=r"no pair of days.\nHint: "):
        write_store(tmp_path / "c", {"orders": orders}, **about, complete=whole[::-1])
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "order_id,customer_id,order_date,revenue\n1,c,yesterday,2.5\n",
            "The days of 'Tea' cannot be read: .*yesterday",
        ),
        ("order_id,customer_id,revenue\n1,c,2.5\n", r"`orders` has no columns \['order_date'\]"),
    ],
)
def test_unreadable_days(tmp_path, text, said):
    (tmp_path / "store.json").write_text('{"name": "Tea", "currency": "CNY", "timezone": "Asia/Shanghai"}')
    (tmp_path / "orders.csv").write_text(text)
    with open_store(tmp_path) as store, pytest.raises(TableError, match=rf"{said}.*\nHint: "):
        _ = store.start


def test_demo_is_opened_by_name(shop, monkeypatch):
    monkeypatch.setattr(demo, "demo_path", lambda: shop)
    assert open_store("demo").name == "Tea shop"
    assert open_store().name == "Tea shop"


def test_no_such_store(tmp_path):
    with pytest.raises(ParameterError, match=r'There is no store at .*nowhere.*\nHint: .*open_store."demo"'):
        open_store(tmp_path / "nowhere")
