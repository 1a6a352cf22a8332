"""Finding an export's file and its columns."""

import duckdb
import pandas as pd
import pytest

from ecomkit.data.readers.source import make_report, pick, scan
from ecomkit.errors import MissingDataError, TableError

# by hand


@pytest.fixture
def connection():
    return duckdb.connect()


def test_parquet_is_read_before_csv(tmp_path, connection):
    folder = tmp_path / "my [data]*"
    folder.mkdir()
    pd.DataFrame({"id": ["csv"]}).to_csv(folder / "orders.csv", index=False)
    assert scan(connection, folder, ["orders"]).fetchall() == [("csv",)]
    pd.DataFrame({"id": ["parquet"]}).to_parquet(folder / "orders.parquet")
    assert scan(connection, folder, ["orders", "items"]).fetchall() == [("parquet",)]
    assert scan(connection, folder, ["items", "orders"]).fetchall() == [("parquet",)]


def test_cells_of_a_csv_stay_text(tmp_path, connection):
    (tmp_path / "orders.csv").write_text("id,when\n007,2024-01-01\n35153131473293579,\n")
    assert scan(connection, tmp_path, ["orders"]).fetchall() == [("007", "2024-01-01"), ("35153131473293579", None)]


def test_no_file(tmp_path, connection):
    with pytest.raises(MissingDataError, match=r"(?s)has no file orders\.parquet or \.csv.*Hint: get the data set"):
        scan(connection, tmp_path, ["orders"])


def test_columns_by_any_of_their_names(connection):
    raw = connection.sql('SELECT 1 AS "Customer ID", 2 AS PRICE, 3 AS other')
    found = pick(raw, {"customer": ["CustomerID", "Customer ID"], "price": ["Price"]})
    assert (found.columns, found.fetchall()) == (["customer", "price"], [(1, 2)])
    with pytest.raises(TableError, match=r"lacks the columns \['day \(date or Day\)'\]; it has \['Customer ID'"):
        pick(raw, {"day": ["date", "Day"]})


def test_a_report_has_whole_rows_and_cents(connection):
    report = make_report(connection, "SELECT 'read' AS a, 'lines' AS b, 3::HUGEINT AS c, 0.1::DOUBLE + 0.2 AS d")
    assert report.to_dict("records") == [{"outcome": "read", "what": "lines", "rows": 3, "money": 0.3}]
    assert report["rows"].dtype == "int64"
