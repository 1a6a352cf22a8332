"""Orders that nobody wanted: brushing."""

from ecomkit.data.store import Store
from ecomkit.diagnosis.causes.finding import Finding, title
from ecomkit.diagnosis.period import Period

CUSTOMERS_MIN = 4  # a household, an office or a pick-up point may explain fewer first orders to one address


def brushed_orders(store: Store, period: Period) -> list[Finding]:
    """First orders of several customers, of one amount, to one address: too alike to be customers."""
    rows = store.connection.execute(
        """
        WITH first AS (SELECT customer_id, min(order_date) AS first FROM orders GROUP BY ALL),
        main AS (SELECT order_id, max_by(product_id, revenue) AS product_id FROM order_lines GROUP BY ALL),
        suspect AS (
            SELECT o.order_id, order_date, revenue, address_id, product_id,
                count(DISTINCT customer_id) OVER (PARTITION BY address_id, product_id, revenue) AS customers
            FROM orders o JOIN first USING (customer_id) JOIN main USING (order_id)
            WHERE order_date = first AND address_id IS NOT NULL AND order_date::DATE BETWEEN ? AND ?)
        SELECT product_id, count(*), count(DISTINCT address_id), sum(revenue),
            min(order_date)::DATE, max(order_date)::DATE
        FROM suspect WHERE customers >= ? GROUP BY product_id""",
        [period.start, period.end, CUSTOMERS_MIN],
    ).fetchall()
    return [
        Finding(
            "brushed_orders",
            {"product_id": product},
            since,
            until,
            *(round(float(revenue), 2),) * 3,
            float(orders),
            "analyst",
            1,
            {"orders": orders, "addresses": addresses, "product": title(store, product), "revenue": float(revenue)},
        )
        for product, orders, addresses, revenue, since, until in rows
    ]
