"""The daily figures of the parts of a store: counted by hand, complete, and in agreement with the whole."""

from collections.abc import Callable, Iterator

import pandas as pd
import pytest

from ecomkit.data.simulate import Simulation, simulate
from ecomkit.data.store import Store, open_store
from ecomkit.diagnosis.series import COLUMNS, series


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Simulation, Store]]:
    made = simulate(seed=2, start="2025-03-01", days=30, visitors_per_day=400, incidents=[])
    with open_store(made.write(tmp_path_factory.mktemp("shop") / "store")) as store:
        yield made, store


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_devices_and_campaigns_are_counted_by_day(make_store: Callable[..., Store]) -> None:
    events = pd.DataFrame(
        [
            ("u1", "2025-01-01 10:00", "begin_checkout", "ios"),
            ("u1", "2025-01-01 10:01", "begin_checkout", "ios"),
            ("u1", "2025-01-01 10:02", "purchase", "ios"),
            ("u2", "2025-01-01 11:00", "begin_checkout", "ios"),
            ("u3", "2025-01-02 11:00", "begin_checkout", "pc"),
        ],
        columns=["user_id", "event_time", "event_name", "device"],
    )
    ads = pd.DataFrame({"date": ["2025-01-01"], "campaign": ["brand"], "cost": [50.0], "revenue": [200.0]})
    store = make_store(
        [("u1", "2025-01-01 10:02", 10), ("u1", "2025-01-02 10:02", 10)],
        events=events.assign(event_time=pd.to_datetime(events["event_time"])),
        ads_daily=ads.assign(date=pd.to_datetime(ads["date"])),
    )
    table = series(store)
    assert list(table.columns) == COLUMNS
    ios = table[table["series"] == "device=ios"]
    assert ios[["checkouts", "buyers"]].values.tolist() == [[2, 1], [0, 0]]
    assert ios["pay_rate"].tolist()[0] == 0.5
    assert ios["pay_rate"].isna().tolist() == [False, True]
    assert table[table["series"] == "campaign=brand"][["ad_cost", "roas"]].values.tolist() == [[50.0, 4.0]]


def test_a_return_counts_for_the_day_of_the_sale_if_it_came_within_a_week(make_store: Callable[..., Store]) -> None:
    days = pd.date_range("2025-01-01", periods=20)
    lines = pd.DataFrame({"order_id": [f"o{i}" for i in range(20)], "product_id": "p", "quantity": 1, "revenue": 5.0})
    back = pd.DataFrame({"order_id": ["o0", "o1", "o1"], "product_id": "p"})
    back["refunded_at"] = pd.to_datetime(["2025-01-08", "2025-01-12", "2025-01-13"])
    store = make_store([("c", f"{day:%Y-%m-%d} 10:00", 5) for day in days], order_lines=lines, refunds=back)
    table = series(store)
    assert table["series"].unique().tolist() == ["product_id=p"]
    assert table["return_rate"].tolist()[:13] == [1.0] + [0.0] * 12
    assert table["return_rate"].isna().tolist() == [False] * 13 + [True] * 7
    assert table["orders"].tolist() == [1.0] * 20


def test_a_store_of_orders_alone_has_no_parts(make_store: Callable[..., Store]) -> None:
    table = series(make_store([("ann", "2025-01-01", 10)]))
    assert table.empty
    assert list(table.columns) == COLUMNS


# --- reference: the tables that it sums ------------------------------------------------------------------------------


def test_the_parts_add_up_to_the_tables(shop: tuple[Simulation, Store]) -> None:
    made, store = shop
    table = series(store)
    axis = table["series"].str.split("=").str[0]
    traffic, ads = made.tables["traffic_daily"], made.tables["ads_daily"]
    assert table.loc[axis == "source", "visitors"].sum() == traffic["visitors"].sum()
    assert table.loc[axis == "source", "gmv"].sum() == pytest.approx(traffic["revenue"].sum())
    assert table.loc[axis == "campaign", "ad_cost"].sum() == pytest.approx(ads["cost"].sum())
    assert table.loc[axis == "device", "buyers"].sum() == len(made.tables["orders"])
    assert (table.groupby("series").size() == 30).all()
    sold = made.tables["order_lines"].groupby("product_id")["quantity"].sum()
    assert set(table.loc[axis == "product_id", "series"].str[11:]) == set(sold[sold >= 15].index)
