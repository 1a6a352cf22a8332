"""M5: a department is a product; what was not observed is not a zero."""

import pandas as pd
import pytest

from ecomkit.data import check
from ecomkit.data.readers import m5
from ecomkit.data.store import open_store
from ecomkit.errors import MissingDataError, MissingTableError

ROWS = [
    ("CA_1", "FOODS_1", 1, "2011-02-12", 297, False),
    ("CA_1", "FOODS_1", 2, "2011-02-13", 0, True),
    ("CA_1", "HOUSEHOLD_2", 1, "2011-02-12", 0, False),
]


# by hand


def test_departments_become_products_and_absent_days_go(tmp_path):
    columns = ["store_id", "dept_id", "n", "date", "sales", "was_absent"]
    pd.DataFrame(ROWS, columns=columns).to_csv(tmp_path / "m5_store_dept_daily.csv", index=False)
    tables, report = m5.read(tmp_path)
    assert all(check.problems(relation, name).empty for name, relation in tables.items())
    daily = tables["product_daily"].df()
    assert daily["product_id"].tolist() == ["CA_1_FOODS_1", "CA_1_HOUSEHOLD_2"]
    assert daily["units"].tolist() == [297, 0]
    assert tables["products"].df()["category"].tolist() == ["FOODS", "HOUSEHOLD"]
    assert report.set_index("outcome")["rows"].to_dict() == {"read": 3, "kept": 2, "dropped": 1}


# reference: the delivered data set


def test_the_delivered_set_is_a_store_without_orders():
    try:
        store = open_store("m5")
    except MissingDataError as error:
        pytest.skip(str(error).splitlines()[0])
    assert store.tables == ["products", "product_daily"]
    assert (len(store.products), f"{store.start}", f"{store.end}") == (70, "2011-01-29", "2016-04-24")
    assert store.product_daily.aggregate("sum(units)").fetchall() == [(65_693_812,)]  # absent days held zeros
    with pytest.raises(MissingTableError, match="no table `orders`"):
        _ = store.orders
