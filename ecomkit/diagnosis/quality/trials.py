"""Orders that are only trials, and links that are no goods."""

from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality.check import Case
from ecomkit.diagnosis.quality.totals import words

PAID_SHARE = 0.05  # of the list price, at most: what a tester pays
AMOUNT_SHARE = 0.002  # of the median order, at most, where the list price is not known


def trial_orders(case: Case) -> DuckDBPyRelation:
    """Orders by their status, by a product that is a trial or a link for a difference in price, or by their amount:
    `sign` says which."""
    quoted = {name: ", ".join("'" + w.replace("'", "''") + "'" for w in listed) for name, listed in words().items()}
    orders = case.rows("orders")
    sign, titled = [], ""
    if case.has("orders.status"):
        sign.append(f"WHEN lower(trim(status)) IN ({quoted['test_status']}) THEN 'status'")
    if case.has("products.title") and case.has("order_lines.product_id"):
        pattern = "|".join(words()["test_title"]).replace("'", "''")
        titled = f"""titled AS (
            SELECT order_id FROM {case.rows("order_lines")} JOIN products USING (product_id)
            GROUP BY 1 HAVING bool_and(coalesce(regexp_matches(lower(trim(title)), '{pattern}'), false))),"""
        sign.append("WHEN order_id IN (SELECT order_id FROM titled) THEN 'title'")
    sign.append(f"WHEN revenue <= coalesce({PAID_SHARE} * listed, {AMOUNT_SHARE} * usual) THEN 'amount'")
    return case.sql(f"""
        WITH {titled} listed AS ({_listed(case)}),
        usual AS (SELECT median(revenue) AS usual FROM {orders} WHERE revenue > 0),
        signed AS (
            SELECT order_date::DATE AS day, order_id, customer_id, revenue, listed, CASE {" ".join(sign)} END AS sign,
                revenue::DOUBLE AS money
            FROM {orders} LEFT JOIN listed USING (order_id), usual)
        SELECT *, sign <> 'amount' AS sure FROM signed WHERE sign IS NOT NULL""")


def _listed(case: Case) -> str:
    """What the goods of each order would cost at list price."""
    if not case.has("products.price") or not case.has("order_lines.product_id"):
        return "SELECT NULL::VARCHAR AS order_id, NULL::DOUBLE AS listed WHERE false"
    return f"""
        SELECT order_id, sum(quantity * price)::DOUBLE AS listed
        FROM {case.rows("order_lines")} JOIN products USING (product_id) GROUP BY 1 HAVING count(*) = count(price)"""
