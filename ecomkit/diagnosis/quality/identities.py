"""Identities that must close: what two tables, or two columns, say of the same thing."""

from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality.check import Case, in_hundreds

REFUND_NEAR = 0.05  # the share by which two exports of a product's month may differ: parts paid back, postage
DAY_NEAR = 0.02  # the share by which two exports of one day may differ: they count late payments differently
EVENTS_NEAR, EVENTS_BROKEN = 0.2, 0.2  # so much of the purchases ad blockers hide; under this it is broken tracking


def lines_against_orders(case: Case) -> DuckDBPyRelation:
    """Orders whose lines, with or without shipping, do not add up to what was paid."""
    shipping = "coalesce(shipping_fee, 0)" if case.has("orders.shipping_fee") else "0"
    return case.sql(f"""
        WITH sums AS (
            SELECT order_id, sum(revenue)::DOUBLE AS goods, count(*) AS n FROM {case.rows("order_lines")} GROUP BY 1)
        SELECT order_date::DATE AS day, order_id, revenue, goods AS lines_revenue, {shipping} AS shipping_fee,
            least(abs(revenue - goods), abs(revenue - goods - {shipping})) AS money
        FROM {case.rows("orders")} JOIN sums USING (order_id)
        WHERE least(abs(revenue - goods), abs(revenue - goods - {shipping})) > 0.006 * (n + 1)
            AND NOT {in_hundreds("revenue", f"(goods + {shipping})")} AND NOT {in_hundreds("revenue", "goods")}""")


def price_times_quantity(case: Case) -> DuckDBPyRelation:
    """Lines whose revenue is not price times quantity."""
    return case.sql(f"""
        SELECT order_date::DATE AS day, order_id, line_id, product_id, quantity, unit_price, l.revenue,
            abs(l.revenue - quantity * unit_price) AS money
        FROM {case.rows("order_lines")} l LEFT JOIN {case.rows("orders")} USING (order_id)
        WHERE abs(l.revenue - quantity * unit_price) > 0.006 * (quantity + 1)
            AND NOT {in_hundreds("l.revenue", "(quantity * unit_price)")}""")


def traffic_against_orders(case: Case) -> DuckDBPyRelation:
    """Days on which the daily traffic counts other sales than the orders."""
    counted = "sum(t.orders)" if case.has("traffic_daily.orders") else "NULL"
    return case.sql(f"""
        WITH t AS (
            SELECT date::DATE AS day, {counted}::DOUBLE AS orders, sum(revenue)::DOUBLE AS revenue
            FROM {case.rows("traffic_daily")} t GROUP BY 1),
        o AS (
            SELECT order_date::DATE AS day, count(*) AS orders, sum(revenue)::DOUBLE AS revenue
            FROM {case.rows("orders")} GROUP BY 1)
        SELECT day, o.orders, t.orders AS traffic_orders, o.revenue, t.revenue AS traffic_revenue,
            abs(o.revenue - t.revenue) AS money
        FROM o JOIN t USING (day)
        WHERE (abs(o.revenue - t.revenue) > {DAY_NEAR} * o.revenue + 0.01
                OR abs(o.orders - t.orders) > {DAY_NEAR} * o.orders + 0.5)
            AND NOT {in_hundreds("o.revenue", "t.revenue")}""")


def products_against_lines(case: Case) -> DuckDBPyRelation:
    """Products and days on which the daily figures count other sales than the order lines."""
    known = [c for c in ("units", "revenue") if case.has(f"product_daily.{c}")]
    apart = {c: f"abs(coalesce(l.{c}, 0) - coalesce(p.{c}, 0))" for c in known}
    differs = " OR ".join(f"{a} > {DAY_NEAR} * coalesce(l.{c}, 0) + 0.01" for c, a in apart.items())
    seen = ", ".join(f"p.{c}, coalesce(l.{c}, 0) AS lines_{c}" for c in known)
    scaled = in_hundreds("l.revenue", "p.revenue") if "revenue" in known else "false"
    return case.sql(f"""
        WITH p AS (SELECT date::DATE AS day, * FROM {case.rows("product_daily")}),
        l AS (
            SELECT order_date::DATE AS day, product_id, sum(quantity)::DOUBLE AS units,
                sum(l.revenue)::DOUBLE AS revenue
            FROM {case.rows("order_lines")} l JOIN {case.rows("orders")} USING (order_id) GROUP BY ALL)
        SELECT day, product_id, {seen}, {apart.get("revenue", "NULL::DOUBLE")} AS money
        FROM p LEFT JOIN l USING (day, product_id)
        WHERE ({differs}) AND NOT {scaled} AND day IN (SELECT day FROM l)""")


def refunds_against_orders(case: Case) -> DuckDBPyRelation:
    """Orders of which the refunds are not the refunded amount."""
    return case.sql(f"""
        WITH sums AS (
            SELECT order_id, sum(amount)::DOUBLE AS refunded, min(refunded_at)::DATE AS refunded_at
            FROM {case.rows("refunds")} WHERE order_id IS NOT NULL GROUP BY 1)
        SELECT coalesce(sums.refunded_at, order_date::DATE) AS day, order_id, revenue, refund_amount,
            coalesce(refunded, 0) AS refunds, abs(refund_amount - coalesce(refunded, 0)) AS money
        FROM {case.rows("orders")} LEFT JOIN sums USING (order_id)
        WHERE abs(refund_amount - coalesce(refunded, 0)) > 0.011""")


def products_against_refunds(case: Case) -> DuckDBPyRelation:
    """Products and months of which the daily figures count other refunds than the entries, on the days that both know;
    the whole shop (no product) where an entry does not name its product. What falls on the first or last day of the
    month may be in its neighbour. `times` near 100 or 0.01 is two units."""
    product = "product_id" if case.has("refunds.product_id") else "NULL::VARCHAR"
    theirs = "true"
    if case.has("refunds.platform") and case.has("product_daily.platform"):
        theirs = "platform IN (SELECT platform FROM product_daily)"
    return case.sql(f"""
        WITH entries AS (
            SELECT refunded_at::DATE AS day, {product} AS product_id, amount::DOUBLE AS amount
            FROM {case.rows("refunds")} WHERE {theirs}),
        told AS (SELECT date::DATE AS day, product_id, refund_amount::DOUBLE AS amount FROM {case.rows("product_daily")}
            WHERE refund_amount IS NOT NULL),
        sides AS (
            SELECT *, 0 AS is_told FROM entries e WHERE day IN (SELECT day FROM told) AND NOT EXISTS (
                SELECT 1 FROM product_daily d
                WHERE d.date::DATE = e.day AND d.product_id = e.product_id AND d.refund_amount IS NULL)
            UNION ALL SELECT *, 1 FROM told WHERE day BETWEEN (SELECT min(day) FROM entries) AND
                (SELECT max(day) FROM entries)),
        named AS (SELECT bool_and(product_id IS NOT NULL) AS is_named FROM entries),
        months AS (
            SELECT date_trunc('month', day)::DATE AS month, if(is_named, product_id, '') AS product_id,
                coalesce(sum(amount) FILTER (is_told = 1), 0) AS refund_amount,
                coalesce(sum(amount) FILTER (is_told = 0), 0) AS refunds,
                coalesce(sum(amount) FILTER (day(day) = 1 OR day = last_day(day)), 0) AS at_edges
            FROM sides, named GROUP BY ALL)
        SELECT month AS day, last_day(month) AS until, product_id, refund_amount, refunds,
            round(refund_amount / nullif(refunds, 0), 4) AS times, abs(refund_amount - refunds) AS money
        FROM months
        WHERE abs(refund_amount - refunds) > {REFUND_NEAR} * greatest(refund_amount, refunds) + at_edges + 0.011""")


def stock_flow(case: Case) -> DuckDBPyRelation:
    """Products and days whose stock is not yesterday's, less what was sold, plus what came in."""
    cost = "coalesce(unit_cost, 0)" if case.has("inventory.unit_cost") else "NULL::DOUBLE"
    return case.sql(f"""
        WITH flow AS (
            SELECT date::DATE AS day, product_id, on_hand, lag(on_hand) OVER w AS on_hand_before,
                lag(date) OVER w AS before, received, sold, coalesce(returned, 0) AS returned, {cost} AS cost
            FROM {case.rows("inventory")} WINDOW w AS (PARTITION BY product_id ORDER BY date))
        SELECT day, product_id, on_hand_before, received, sold, returned, on_hand,
            on_hand_before + received - sold + returned AS on_hand_expected,
            abs(on_hand_before + received - sold + returned - on_hand) * cost AS money
        FROM flow
        WHERE before = day - 1 AND on_hand <> on_hand_before + received - sold + returned""")


def events_against_orders(case: Case) -> DuckDBPyRelation:
    """Days on which the events count other purchases than the orders; days with hardly any are broken tracking."""
    bought = "count(DISTINCT order_id)" if case.has("events.order_id") else "count(*)"
    return case.sql(f"""
        WITH e AS (
            SELECT event_time::DATE AS day, if({bought} > 0, {bought}, count(*)) AS purchases
            FROM events WHERE event_name = 'purchase' GROUP BY 1),
        o AS (
            SELECT order_date::DATE AS day, count(*) AS orders, sum(revenue)::DOUBLE AS revenue
            FROM {case.rows("orders")} GROUP BY 1)
        SELECT day, orders, purchases, revenue, revenue * least(1, abs(purchases / orders - 1)) AS money
        FROM o JOIN e USING (day)
        WHERE abs(purchases - orders) > greatest(3, {EVENTS_NEAR} * orders)
            AND purchases >= {EVENTS_BROKEN} * orders""")


def orphans(case: Case) -> DuckDBPyRelation:
    """Rows that speak of an order that is not there, and orders without lines. Refunds of the first 60 days may be of
    orders before the data begins."""
    orders = case.rows("orders")
    unknown = f"NOT EXISTS (SELECT 1 FROM {orders} o WHERE o.order_id = t.order_id)"
    parts = []
    if case.has("order_lines.order_id"):
        lines = case.rows("order_lines")
        parts += [
            f"""SELECT 'order_lines' AS table, t.order_id, NULL::DATE AS day, sum(t.revenue)::DOUBLE AS money
            FROM {lines} t WHERE {unknown} GROUP BY ALL""",
            f"""SELECT 'orders', t.order_id, t.order_date::DATE, t.revenue::DOUBLE FROM {orders} t
            WHERE NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = t.order_id)""",
        ]
    if case.has("refunds.order_id"):
        parts.append(f"""SELECT 'refunds', t.order_id, t.refunded_at::DATE, t.amount::DOUBLE FROM refunds t
            WHERE t.order_id IS NOT NULL AND {unknown}
                AND t.refunded_at > (SELECT min(order_date) FROM orders) + INTERVAL 60 DAY""")
    if case.has("events.order_id"):
        parts.append(f"""SELECT 'events', t.order_id, min(t.event_time)::DATE, NULL::DOUBLE FROM events t
            WHERE t.event_name = 'purchase' AND t.order_id IS NOT NULL AND {unknown}
                AND t.event_time::DATE IN (SELECT order_date::DATE FROM orders) GROUP BY ALL""")
    return case.sql(" UNION ALL ".join(parts))
