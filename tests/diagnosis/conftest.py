"""Small stores of a few visible rows."""

from collections.abc import Callable

import pandas as pd
import pytest

from ecomkit.data.store import Store, open_store, write_store


@pytest.fixture
def make_store(tmp_path) -> Callable[..., Store]:
    """Writes tables given as lists of rows and opens them; each row of `orders` is (customer, paid at, revenue)."""
    count = iter(range(1000))

    def make(orders, **tables) -> Store:
        frame = pd.DataFrame(orders, columns=["customer_id", "order_date", "revenue"]).astype({"revenue": float})
        frame["order_date"] = pd.to_datetime(frame["order_date"], format="ISO8601")
        frame.insert(0, "order_id", [f"o{n}" for n in range(len(frame))])
        path = tmp_path / f"store{next(count)}"
        tables = {"orders": frame} | {name: pd.DataFrame(table) for name, table in tables.items()}
        return open_store(write_store(path, tables, name="Small", currency="CNY", timezone="Asia/Shanghai"))

    return make


def traffic(rows, columns=("date", "source", "visitors", "buyers", "revenue")):
    frame = pd.DataFrame(rows, columns=list(columns))
    return frame.assign(date=pd.to_datetime(frame["date"]))
