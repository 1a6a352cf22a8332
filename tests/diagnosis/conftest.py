"""Small stores of a few visible rows, and the public ones, opened once."""

from collections.abc import Callable, Iterator

import duckdb
import pandas as pd
import pytest

from ecomkit.data.store import Store, open_store
from ecomkit.errors import MissingDataError


@pytest.fixture
def make_store() -> Callable[..., Store]:
    """Makes a store in memory; each row of `orders` is (customer, paid at, revenue)."""

    def make(orders, **tables) -> Store:
        frame = pd.DataFrame(orders, columns=["customer_id", "order_date", "revenue"])
        frame = frame.astype({"revenue": float, "customer_id": "str"})
        frame["order_date"] = pd.to_datetime(frame["order_date"], format="ISO8601")
        frame.insert(0, "order_id", [f"o{n}" for n in range(len(frame))])
        connection = duckdb.connect()
        for name, table in ({"orders": frame} | tables).items():
            connection.from_df(pd.DataFrame(table)).create(name)
        return Store(connection, ["orders", *tables], name="Small", currency="CNY", timezone="Asia/Shanghai")

    return make


@pytest.fixture
def traffic() -> Callable[[list[tuple]], pd.DataFrame]:
    """Makes `traffic_daily` of rows (date, source, visitors, buyers, revenue)."""

    def make(rows) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=["date", "source", "visitors", "buyers", "revenue"])
        return frame.assign(date=pd.to_datetime(frame["date"]), revenue=frame["revenue"].astype(float))

    return make


@pytest.fixture(scope="session")
def open_public() -> Iterator[Callable[[str], Store]]:
    """Opens a public data set by name; skips where it is not on this machine."""
    opened: dict[str, Store] = {}

    def open_or_skip(name: str) -> Store:
        try:
            opened[name] = opened.get(name) or open_store(name)
        except MissingDataError as error:
            pytest.skip(str(error).splitlines()[0])
        return opened[name]

    yield open_or_skip
    for store in opened.values():
        store.close()
