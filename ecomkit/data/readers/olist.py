"""Olist: a Brazilian marketplace's files -> orders, order_lines, refunds, products; reviews, where they lie there."""

from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from ecomkit.data.readers.source import Reading, make_report, scan

FILES = {
    "orders": "olist_orders_dataset",
    "customers": "olist_customers_dataset",
    "items": "olist_order_items_dataset",
    "payments": "olist_order_payments_dataset",
    "products": "olist_products_dataset",
    "translation": "product_category_name_translation",
}
REVIEWS = [
    "olist_order_reviews_dataset",
    "olist_order_reviews_reassembled",
]  # may be missing: their licence is another


def read(folder: str | Path, connection: DuckDBPyConnection | None = None) -> Reading:
    """Returns the marketplace's `orders`, `order_lines`, `refunds`, `products`, and the report on every order; also its
    `reviews`, where the folder has them.

    An order counts when it was paid (approved, or delivered) and has items. Its date is the approval of the payment
    (of 14 delivered orders that have none, the purchase); its revenue is the items' price plus freight, and the
    report shows by how much the payments differ. The customer is `customer_unique_id`; `customer_id` is one per
    order. Orders canceled or unavailable after payment stay orders and are refunded in full; the export has no date
    for that, so the refund carries the date of payment. A product's lines in an order are one line with quantity.
    A review is of an order, and of its product where the order has only one; its time is that of the buyer's answer,
    or else the day on which the buyer was asked. Reviews without either, or of
    orders that do not count, are left out.

    Parameters
    ----------
    folder
        Holds the data set's files as .parquet or .csv.
    connection
        Where the relations live; a new one if None.

    References
    ----------
    Olist (2018). Brazilian E-Commerce Public Dataset by Olist. doi:10.34740/kaggle/dsv/195341
    """
    connection = connection or duckdb.connect()
    for name, file in FILES.items():
        scan(connection, folder, [file, f"{file.removeprefix('olist_')}"]).create_view(f"olist_{name}")
    connection.execute(_ITEMS)
    connection.execute(_SORTED)
    tables = {"orders": _ORDERS, "order_lines": _LINES, "refunds": _REFUNDS, "products": _PRODUCTS}
    if any((Path(folder) / f"{name}{kind}").is_file() for name in REVIEWS for kind in (".parquet", ".csv")):
        scan(connection, folder, REVIEWS).create_view("olist_reviews")
        tables["reviews"] = _REVIEWS
    return Reading({name: connection.sql(query) for name, query in tables.items()}, make_report(connection, _REPORT))


_ITEMS = """
CREATE OR REPLACE TEMP TABLE olist_lines AS
SELECT order_id, min(order_item_id::BIGINT)::VARCHAR AS line_id, product_id, count(*) AS quantity,
    price::DOUBLE AS unit_price, round(count(*) * price::DOUBLE, 2) AS revenue, sum(freight_value::DOUBLE) AS freight
FROM olist_items GROUP BY order_id, product_id, price
"""

_SORTED = """
CREATE OR REPLACE TEMP TABLE olist AS
WITH items AS (
    SELECT order_id, sum(quantity)::BIGINT AS units, round(sum(freight), 2) AS freight,
        round(sum(revenue) + sum(freight), 2) AS revenue
    FROM olist_lines GROUP BY order_id
),
payments AS (
    SELECT order_id, round(sum(payment_value::DOUBLE), 2) AS paid FROM olist_payments GROUP BY order_id
)
SELECT o.order_id, c.customer_unique_id AS customer_id, c.customer_state AS province, o.order_status AS status,
    coalesce(o.order_approved_at::TIMESTAMP, o.order_purchase_timestamp::TIMESTAMP) AS order_date,
    items.* EXCLUDE (order_id), coalesce(payments.paid, 0) AS paid,
    CASE
        WHEN o.order_approved_at IS NULL AND o.order_status <> 'delivered' THEN 'never paid'
        WHEN items.order_id IS NULL THEN 'paid, without items'
        WHEN o.order_status IN ('canceled', 'unavailable') THEN 'paid, then canceled'
        ELSE 'paid'
    END AS what
FROM olist_orders AS o
LEFT JOIN olist_customers AS c USING (customer_id)
LEFT JOIN items USING (order_id)
LEFT JOIN payments USING (order_id)
"""

_ORDERS = """
SELECT order_id, customer_id, order_date, revenue,
    CASE WHEN what = 'paid, then canceled' THEN revenue ELSE 0 END AS refund_amount,
    units, freight AS shipping_fee, 'olist' AS platform, 'BR' AS country, province, status
FROM olist WHERE what IN ('paid', 'paid, then canceled') ORDER BY order_date, order_id
"""

_LINES = """
SELECT order_id, line_id, product_id, quantity, unit_price, olist_lines.revenue
FROM olist_lines JOIN olist USING (order_id)
WHERE what IN ('paid', 'paid, then canceled') ORDER BY order_date, order_id, line_id::INT
"""

_REFUNDS = """
SELECT order_id || '-refund' AS refund_id, order_id, customer_id, order_date AS refunded_at, revenue AS amount,
    units AS quantity, status AS reason
FROM olist WHERE what = 'paid, then canceled' ORDER BY order_date, order_id
"""

_REVIEWS = """
WITH single AS (
    SELECT order_id, min(product_id) AS product_id FROM olist_lines GROUP BY 1 HAVING count(DISTINCT product_id) = 1
)
SELECT review_id || '-' || order_id AS review_id, order_id, product_id, customer_id,
    coalesce(review_answer_timestamp::TIMESTAMP, review_creation_date::TIMESTAMP) AS reviewed_at,
    review_score::BIGINT AS stars, coalesce(length(review_comment_message), 0) AS text_length, 'olist' AS platform
FROM olist_reviews JOIN olist USING (order_id) LEFT JOIN single USING (order_id)
WHERE what IN ('paid', 'paid, then canceled') AND reviewed_at IS NOT NULL ORDER BY reviewed_at, review_id
"""

_PRODUCTS = """
WITH prices AS (SELECT product_id, unit_price, sum(quantity) AS n FROM olist_lines GROUP BY ALL)
SELECT product_id,
    coalesce(product_category_name_english, product_category_name) AS category,
    max_by(unit_price, (n, unit_price)) AS price
FROM olist_products LEFT JOIN olist_translation USING (product_category_name) LEFT JOIN prices USING (product_id)
GROUP BY ALL ORDER BY product_id
"""

_REPORT = """
SELECT 'read' AS outcome, 'orders, money as paid' AS what, count(*) AS rows, sum(paid) AS money FROM olist
UNION ALL BY NAME
(SELECT CASE WHEN what IN ('paid', 'paid, then canceled') THEN 'kept' ELSE 'dropped' END AS outcome, what,
    count(*) AS rows, sum(CASE WHEN outcome = 'kept' THEN revenue ELSE paid END) AS money
FROM olist GROUP BY ALL ORDER BY outcome DESC, rows DESC)
UNION ALL BY NAME
SELECT 'dropped' AS outcome, 'payments beyond price and freight' AS what, 0 AS rows, sum(paid - revenue) AS money
FROM olist WHERE what IN ('paid', 'paid, then canceled')
"""
