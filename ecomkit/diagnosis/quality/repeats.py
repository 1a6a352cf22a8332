"""What is there twice: keys, orders, events, whole days, and all others in a total row."""

from duckdb import DuckDBPyRelation

from ecomkit.data.tables import TABLES
from ecomkit.diagnosis.quality import totals
from ecomkit.diagnosis.quality.check import Case

DAY_SIZE = 30  # visitors or units: smaller days are alike by chance


def repeated_keys(case: Case) -> DuckDBPyRelation:
    """Rows whose key stands in the table before: `rows` too many, and their `money`."""
    parts = []
    for table in sorted(case.repeated):
        key = case.key(table)
        named = f"concat_ws(' ', {', '.join(key)})"
        when = next((c.name for c in TABLES[table].columns if c.kind in ("time", "date") and c.required), "")
        money = next((f"sum({c})::DOUBLE" for c in ("revenue", "amount", "cost") if case.has(f"{table}.{c}")), "NULL")
        parts.append(
            f"SELECT '{table}' AS table, {named} AS id, {f'min({when})::DATE' if when else 'NULL::DATE'} AS day, "
            f"count(*) - 1 AS rows, {money} * (1 - 1 / count(*)) AS money "
            f"FROM {table} GROUP BY {', '.join(key)} HAVING count(*) > 1"
        )
    nothing = "SELECT '' AS table, '' AS id, NULL::DATE AS day, 0 AS rows, NULL::DOUBLE AS money WHERE false"
    return case.sql(" UNION ALL ".join(parts or [nothing]))


def repeated_orders(case: Case) -> DuckDBPyRelation:
    """Orders that the same buyer paid for the same amount within a minute before, under another id; where the lines
    are known, for the same goods."""
    basket = "SELECT NULL::VARCHAR AS order_id, 0 AS goods WHERE false"
    if case.has("order_lines.product_id"):
        basket = f"""SELECT order_id, hash(list((product_id, quantity) ORDER BY product_id, quantity)) AS goods
            FROM {case.rows("order_lines")} SEMI JOIN pairs USING (order_id) GROUP BY 1"""
    return case.sql(f"""
        WITH met AS (
            SELECT order_id, lag(order_id) OVER w AS order_before, customer_id, order_date, revenue
            FROM {case.rows("orders")} WHERE customer_id IS NOT NULL AND revenue > 0
            WINDOW w AS (PARTITION BY customer_id, revenue ORDER BY order_date, order_id)
            QUALIFY order_date <= lag(order_date) OVER w + INTERVAL 1 MINUTE),
        pairs AS (SELECT order_id FROM met UNION SELECT order_before FROM met),
        basket AS ({basket})
        SELECT order_date::DATE AS day, m.order_id, order_before, customer_id, order_date, revenue, revenue AS money
        FROM met m LEFT JOIN basket b USING (order_id) LEFT JOIN basket a ON a.order_id = order_before
        WHERE b.goods IS NOT DISTINCT FROM a.goods""")


def repeated_events(case: Case) -> DuckDBPyRelation:
    """Events written down again: same visitor, moment, name and product, or one more purchase of the same order."""
    product = "product_id" if case.has("events.product_id") else "NULL::VARCHAR"
    again = ""
    if case.has("events.order_id"):
        again = """
        UNION ALL
        SELECT min(event_time)::DATE, any_value(user_id), min(event_time), 'purchase', NULL, order_id,
            count(DISTINCT event_time) - 1, NULL::DOUBLE
        FROM events WHERE event_name = 'purchase' AND order_id IS NOT NULL
        GROUP BY order_id HAVING count(DISTINCT event_time) > 1"""
    order = "any_value(order_id)" if again else "NULL::VARCHAR"
    return case.sql(f"""
        WITH moments AS (  -- a hash is cheap to group by; the few that meet are compared in full
            SELECT hash(user_id, event_time, event_name, {product}) AS h FROM events GROUP BY 1 HAVING count(*) > 1)
        SELECT event_time::DATE AS day, user_id, event_time, event_name, {product} AS product_id, {order} AS order_id,
            count(*) - 1 AS rows, NULL::DOUBLE AS money
        FROM events WHERE hash(user_id, event_time, event_name, {product}) IN (SELECT h FROM moments)
        GROUP BY ALL HAVING count(*) > 1 {again}""")


def copied_days(case: Case) -> DuckDBPyRelation:
    """Days whose daily figures are those of an earlier day, row by row."""
    parts = []
    for table, key, figures in (
        ("traffic_daily", "source", ("visitors", "page_views")),
        ("product_daily", "product_id", ("units", "visitors")),
    ):
        known = [c for c in figures if case.has(f"{table}.{c}")]
        if not known:
            continue
        money = "sum(revenue)::DOUBLE" if case.has(f"{table}.revenue") else "NULL::DOUBLE"
        parts.append(f"""
            SELECT '{table}' AS table, date::DATE AS day, money, n AS rows,
                first_value(date::DATE) OVER (PARTITION BY mark ORDER BY date) AS copy_of
            FROM (
                SELECT date, count(*) AS n, {money} AS money, sum({known[0]}) AS size,
                    hash(list(({", ".join([key, *known])}) ORDER BY {key})) AS mark
                FROM {case.rows(table)} GROUP BY date)
            WHERE size >= {DAY_SIZE} AND n > 1 QUALIFY copy_of <> day""")
    return case.sql(" UNION ALL ".join(parts))


def total_rows(case: Case) -> DuckDBPyRelation:
    """The rows that hold the sum of the others: `table, label, day, money`."""
    parts = []
    for table, labels in case.totals.items():
        day, key, _figures = totals.PARTS.get(table, ("order_date", "order_id", ()))
        money = next((c for c in ("revenue", "cost") if case.has(f"{table}.{c}")), "NULL")
        listed = ", ".join("'" + label.replace("'", "''") + "'" for label in labels)
        parts.append(
            f"SELECT '{table}' AS table, {key} AS label, {day}::DATE AS day, {money}::DOUBLE AS money "
            f"FROM {table} WHERE {key} IN ({listed})"
        )
    nothing = "SELECT '' AS table, '' AS label, NULL::DATE AS day, NULL::DOUBLE AS money WHERE false"
    return case.sql(" UNION ALL ".join(parts or [nothing]))
