"""What cannot be: more buyers than visitors, more given back than was paid, refunds before the sale."""

from duckdb import DuckDBPyRelation

from ecomkit.data.days import bounds, coverage
from ecomkit.diagnosis.quality.check import Case

# table -> (the smaller, the larger): no row may have it the other way round
ORDERED = {
    "traffic_daily": (("buyers", "visitors"), ("cart_users", "visitors"), ("visitors", "page_views")),
    "product_daily": (("buyers", "visitors"), ("cart_users", "visitors"), ("visitors", "page_views")),
    "ads_daily": (("clicks", "impressions"),),
}
KEYS = {"traffic_daily": "source", "product_daily": "product_id", "ads_daily": "campaign"}
REFUND_NEAR = 0.011  # of one cent a rounding may be wrong


def impossible_rates(case: Case) -> DuckDBPyRelation:
    """Rows of daily tables in which a part is larger than its whole; no visitors at all is broken tracking."""
    parts = []
    for table, pairs in ORDERED.items():
        money = next((c for c in ("revenue", "cost") if case.has(f"{table}.{c}")), "NULL")
        for part, whole in pairs:
            if case.has(f"{table}.{part}") and case.has(f"{table}.{whole}"):
                parts.append(
                    f"SELECT '{table}' AS table, date::DATE AS day, {KEYS[table]} AS label, "
                    f"'{part} > {whole}' AS problem, {part} AS part, {whole} AS whole, {money}::DOUBLE AS money "
                    f"FROM {case.rows(table)} WHERE {part} > {whole} AND {whole} > 0"
                )
    return case.sql(" UNION ALL ".join(parts))


def refund_over_paid(case: Case) -> DuckDBPyRelation:
    """Orders of which more was given back than was paid."""
    booked = "coalesce(refund_amount, 0)" if case.has("orders.refund_amount") else "0"
    sums = "SELECT NULL::VARCHAR AS order_id, 0 AS refunded WHERE false"
    if case.has("refunds.order_id"):
        sums = f"SELECT order_id, sum(amount) AS refunded FROM {case.rows('refunds')} GROUP BY 1"
    return case.sql(f"""
        WITH sums AS ({sums})
        SELECT order_date::DATE AS day, order_id, revenue, greatest({booked}, coalesce(refunded, 0))::DOUBLE AS refunds,
            greatest({booked}, coalesce(refunded, 0))::DOUBLE - revenue AS money
        FROM {case.rows("orders")} LEFT JOIN sums USING (order_id)
        WHERE greatest({booked}, coalesce(refunded, 0)) > revenue + {REFUND_NEAR}""")


def refund_early(case: Case) -> DuckDBPyRelation:
    """Refunds dated before their order was paid."""
    return case.sql(f"""
        SELECT refunded_at::DATE AS day, refund_id, order_id, order_date, refunded_at, amount, amount::DOUBLE AS money
        FROM {case.rows("refunds")} JOIN {case.rows("orders")} USING (order_id)
        WHERE refunded_at < order_date - INTERVAL 1 MINUTE""")


def refund_late(case: Case) -> DuckDBPyRelation:
    """Refunds dated after the last day of sales: they belong to a period that is not in the data."""
    last = max(coverage(case.store)[1], bounds(case.store)[1])
    return case.sql(f"""
        SELECT refunded_at::DATE AS day, refund_id, order_id, refunded_at, amount, amount::DOUBLE AS money
        FROM {case.rows("refunds")} WHERE refunded_at::DATE > DATE '{last}'""")
