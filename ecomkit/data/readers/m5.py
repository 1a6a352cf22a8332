"""M5: the daily units of Walmart's departments, a product each -> product_daily, products."""

from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from ecomkit.data.readers.source import Reading, make_report, scan


def read(folder: str | Path, connection: DuckDBPyConnection | None = None) -> Reading:
    """Returns `product_daily` (units) and `products`, and the report on every row.

    A department of one shop stands for a product (`CA_1_FOODS_1`), its kind of goods is the category. Days that the
    extract refilled with zero were not observed and are dropped. There are no orders, no money and no visitors.

    Parameters
    ----------
    folder
        Holds the data set's files as .parquet or .csv.
    connection
        Where the relations live; a new one if None.

    References
    ----------
    Makridakis, Spiliotis, Assimakopoulos (2022). M5 accuracy competition. Int. J. Forecasting 38(4), 1346-1364.
    """
    connection = connection or duckdb.connect()
    scan(connection, folder, ["m5_store_dept_daily"]).create_view("m5_rows")
    connection.execute(_ROWS)
    tables = {name: connection.sql(query) for name, query in {"products": _PRODUCTS, "product_daily": _DAILY}.items()}
    return Reading(tables, make_report(connection, _REPORT))


_ROWS = """
CREATE OR REPLACE TEMP TABLE m5 AS
SELECT date::DATE AS date, store_id || '_' || dept_id AS product_id, store_id || ' ' || dept_id AS title,
    regexp_extract(dept_id, '^[A-Z]+') AS category, sales::INTEGER AS units, was_absent::BOOLEAN AS is_absent
FROM m5_rows
"""

_PRODUCTS = "SELECT DISTINCT product_id, title, category FROM m5 ORDER BY product_id"

_DAILY = "SELECT date, product_id, units FROM m5 WHERE NOT is_absent ORDER BY date, product_id"

_REPORT = """
SELECT 'read' AS outcome, 'daily rows' AS what, count(*) AS rows, NULL AS money FROM m5
UNION ALL BY NAME
SELECT CASE WHEN is_absent THEN 'dropped' ELSE 'kept' END AS outcome,
    CASE WHEN is_absent THEN 'absent days filled with zero' ELSE 'daily rows' END AS what, count(*) AS rows
FROM m5 GROUP BY ALL ORDER BY outcome DESC
"""
