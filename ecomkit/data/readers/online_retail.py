"""Online Retail II (UCI 502): invoice lines of a British gift shop -> orders, order_lines, refunds, products."""

from pathlib import Path

import duckdb
import pandas as pd
from duckdb import DuckDBPyConnection

from ecomkit.data.readers.source import Reading, make_report, pick, scan

FILES = ("online_retail_ii_union", "online_retail_II", "online_retail_ii", "online_retail", "Online Retail")
COLUMNS: dict[str, tuple[str, ...]] = {
    "invoice": ("InvoiceNo", "Invoice"),
    "code": ("StockCode",),
    "description": ("Description",),
    "quantity": ("Quantity",),
    "dated": ("InvoiceDate",),
    "price": ("UnitPrice", "Price"),
    "customer": ("CustomerID", "Customer ID"),
    "country": ("Country",),
    "sheet": ("sheet",),
}
# Stock codes that are no products (SQL LIKE pattern -> what they are); the shop mixes them with its goods.
SERVICES = {
    "POST": "shipping",
    "DOT": "shipping",
    "C2": "shipping",
    "C3": "shipping",
    "M": "manual entry",
    "D": "discount",
    "S": "samples",
    "B": "bad debt",
    "BANK CHARGES": "bank charges",
    "AMAZONFEE": "marketplace fee",
    "CRUK": "charity commission",
    "ADJUST%": "adjustment",
    "GIFT%": "gift voucher",
    "TEST%": "test entry",
}


def read(folder: str | Path, connection: DuckDBPyConnection | None = None) -> Reading:
    """Returns the shop's `orders`, `order_lines`, `refunds` and `products`, and the report on every line read.

    An order is an invoice that sold goods; its revenue is goods plus shipping. A cancelled line (invoice `C...`) is a
    refund; it is matched to the same customer's latest earlier order of the same product that still has that much
    left to give back (at the same price, if there is one), and has no order where there is none. Lines without
    customer are orders of guests. The lines that the two yearly sheets share are read once.

    Parameters
    ----------
    folder
        Holds the data set as .parquet or .csv; the headers of both editions (Online Retail, Online Retail II) fit.
    connection
        Where the relations live; a new one if None.

    References
    ----------
    Chen, D. (2012). Online Retail II. UCI Machine Learning Repository. doi:10.24432/C5CG6D
    """
    connection = connection or duckdb.connect()
    raw = scan(connection, folder, FILES)
    has_sheet = "sheet" in raw.columns
    pick(raw if has_sheet else raw.project("*, NULL AS sheet"), COLUMNS).create_view("retail_raw")
    services = ", ".join(f"('{pattern}', '{what}')" for pattern, what in SERVICES.items())
    connection.execute(_ROWS.format(second=_LATER_SHEET if has_sheet else _AFTER_THE_SEAM))
    connection.execute(_SORTED.format(services=services))
    connection.execute("DROP VIEW retail_raw; DROP TABLE retail_rows")
    matches = _match(connection.sql(_CANDIDATES).fetchall())
    connection.execute("CREATE OR REPLACE TEMP TABLE retail_matches (row BIGINT, order_id VARCHAR)")
    connection.append("retail_matches", pd.DataFrame(matches, columns=["row", "order_id"]))
    tables = {"orders": _ORDERS, "order_lines": _LINES, "refunds": _REFUNDS, "products": _PRODUCTS}
    return Reading({name: connection.sql(query) for name, query in tables.items()}, make_report(connection, _REPORT))


def _match(candidates: list[tuple[int, str, str, int, float, int, float]]) -> list[tuple[int, str]]:
    """Gives each returned line the first of its candidate orders that still has as much left to give back."""
    left: dict[tuple[str, str], tuple[int, float]] = {}
    matches: dict[int, str] = {}
    for row, order_id, code, quantity, amount, sold, paid in candidates:
        units, money = left.get((order_id, code), (sold, paid))
        if row not in matches and quantity <= units and amount <= money + 0.005:
            left[order_id, code] = units - quantity, money - amount
            matches[row] = order_id
    return list(matches.items())


# The file is two yearly sheets, each in time order: the second starts where the clock runs back.
_LATER_SHEET = "sheet = (SELECT max(sheet) FROM parsed)"
_AFTER_THE_SEAM = """coalesce(row >= (
        SELECT min(row) FROM (
            SELECT row, dated < lag(dated) OVER (ORDER BY row) - INTERVAL 1 DAY AS is_back FROM parsed
        ) WHERE is_back
    ), false)"""

_ROWS = """
CREATE OR REPLACE TEMP TABLE retail_rows AS
WITH parsed AS (
    SELECT row_number() OVER () AS row,
        trim(invoice::VARCHAR) AS invoice,
        upper(trim(code::VARCHAR)) AS code,
        trim(description) AS description,
        try_cast(quantity AS BIGINT) AS quantity,
        coalesce(try_cast(dated AS TIMESTAMP), try_strptime(dated::VARCHAR, '%m/%d/%Y %H:%M')) AS dated,
        try_cast(price AS DOUBLE) AS price,
        regexp_replace(customer::VARCHAR, '\\.0$', '') AS customer,
        country::VARCHAR AS country,
        sheet
    FROM retail_raw
),
parted AS (SELECT *, {second} AS is_second FROM parsed),
again AS (
    SELECT DISTINCT invoice, code, quantity, dated, price FROM parted
    WHERE is_second AND dated <= (SELECT max(dated) FROM parted WHERE NOT is_second)
)
SELECT parted.*, round(parted.quantity * parted.price, 2) AS money,
    NOT is_second AND again.invoice IS NOT NULL AS is_overlap
FROM parted LEFT JOIN again USING (invoice, code, quantity, dated, price)
"""

_SORTED = """
CREATE OR REPLACE TEMP TABLE retail AS
WITH services(pattern, service) AS (VALUES {services}),
codes AS (
    SELECT code, coalesce(any_value(service), 'goods') AS service
    FROM (SELECT DISTINCT code FROM retail_rows) LEFT JOIN services ON code LIKE pattern GROUP BY code
),
kinds AS (
    SELECT retail_rows.*, codes.service, starts_with(invoice, 'C') AS is_return,
        codes.service IN ('goods', 'shipping') AS is_sold,
        CASE
            WHEN is_overlap THEN 'overlap of the two sheets'
            WHEN invoice IS NULL OR codes.service IS NULL OR dated IS NULL OR money IS NULL THEN 'unreadable'
            WHEN price = 0 AND quantity < 0 THEN 'stock correction'
            WHEN price = 0 THEN 'no price'
            WHEN NOT is_sold THEN codes.service
            WHEN price < 0 OR (quantity < 0) <> is_return THEN 'sign does not fit'
            WHEN is_return THEN codes.service || ' returned'
            ELSE codes.service || ' sold'
        END AS sorted
    FROM retail_rows LEFT JOIN codes USING (code)
),
orders AS (SELECT DISTINCT invoice FROM kinds WHERE sorted = 'goods sold')
SELECT kinds.* EXCLUDE (sorted),
    CASE WHEN sorted = 'shipping sold' AND orders.invoice IS NULL THEN 'shipping without goods' ELSE sorted END AS what
FROM kinds LEFT JOIN orders USING (invoice)
"""

_CANDIDATES = """
WITH back AS (SELECT * FROM retail WHERE what IN ('goods returned', 'shipping returned') AND customer IS NOT NULL),
sold AS (
    SELECT customer, code, invoice, min(dated) AS dated, sum(quantity)::BIGINT AS quantity, sum(money) AS money,
        list(price) AS prices
    FROM retail SEMI JOIN back USING (customer, code)
    WHERE what IN ('goods sold', 'shipping sold') GROUP BY ALL
)
SELECT back.row, sold.invoice, code, -back.quantity, -back.money, sold.quantity, sold.money
FROM back JOIN sold USING (customer, code)
WHERE sold.dated <= back.dated
ORDER BY back.dated, back.row, list_contains(sold.prices, back.price) DESC, sold.dated DESC, sold.invoice DESC
"""

_ORDERS = """
WITH refunded AS (
    SELECT order_id, round(-sum(money), 2) AS amount FROM retail_matches JOIN retail USING (row) GROUP BY order_id
)
SELECT invoice AS order_id,
    min(customer) AS customer_id,
    min(dated) AS order_date,
    round(sum(money), 2) AS revenue,
    coalesce(any_value(refunded.amount), 0) AS refund_amount,
    (sum(quantity) FILTER (what = 'goods sold'))::BIGINT AS units,
    round(coalesce(sum(money) FILTER (what = 'shipping sold'), 0), 2) AS shipping_fee,
    min(country) AS country
FROM retail LEFT JOIN refunded ON invoice = order_id
WHERE what IN ('goods sold', 'shipping sold')
GROUP BY invoice ORDER BY order_date, invoice
"""

_LINES = """
SELECT invoice AS order_id,
    (row_number() OVER (PARTITION BY invoice ORDER BY row))::VARCHAR AS line_id,
    code AS product_id, quantity, price AS unit_price, money AS revenue
FROM retail WHERE what = 'goods sold' ORDER BY row
"""

_REFUNDS = """
SELECT invoice || '-' || row_number() OVER (PARTITION BY invoice ORDER BY row) AS refund_id,
    order_id,
    CASE WHEN service = 'goods' THEN code END AS product_id,
    customer AS customer_id,
    dated AS refunded_at,
    -money AS amount,
    CASE WHEN service = 'goods' THEN -quantity END AS quantity,
    'cancelled ' || service AS reason
FROM retail LEFT JOIN retail_matches USING (row)
WHERE what IN ('goods returned', 'shipping returned') ORDER BY row
"""

_PRODUCTS = """
WITH sold AS (SELECT * FROM retail WHERE what = 'goods sold'),
titles AS (SELECT code, description, count(*) AS n FROM sold GROUP BY ALL),
prices AS (SELECT code, price, count(*) AS n FROM sold GROUP BY ALL)
SELECT code AS product_id, title, price FROM
    (SELECT code, max_by(description, (n, description)) AS title FROM titles GROUP BY code)
    JOIN (SELECT code, max_by(price, (n, price)) AS price FROM prices GROUP BY code) USING (code)
ORDER BY code
"""

_REPORT = """
SELECT 'read' AS outcome, 'invoice lines' AS what, count(*) AS rows, coalesce(sum(money), 0) AS money FROM retail
UNION ALL BY NAME
(SELECT CASE WHEN what LIKE '% sold' OR what LIKE '% returned' THEN 'kept' ELSE 'dropped' END AS outcome,
    what, count(*) AS rows, coalesce(sum(money), 0) AS money
FROM retail GROUP BY ALL ORDER BY outcome DESC, rows DESC, what)
"""
