"""Units mixed up: cents among whole units (in China fen among yuan), and percent among fractions."""

from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality.check import Case, in_hundreds

FEWEST = 3  # orders a day, or a week of one slice, whose median says anything
SLICES = ("platform", "channel", "source")
LOW, HIGH = 40, 250  # a median so many times the usual one is a hundred times it, give or take what was on sale
CLICKS = 5
AD_TIMES = 5  # nobody spends, or owes to ads, so many times the sales of the whole shop
# stated rate -> its parts: what an export says beside the figures it is made of
STATED = {
    "conversion_rate": ("buyers", "visitors"),
    "cart_rate": ("cart_users", "visitors"),
    "amount_per_buyer": ("revenue", "buyers"),
    "value_per_visitor": ("revenue", "visitors"),
}
KEYS = {"traffic_daily": "source", "product_daily": "product_id"}
RATE_NEAR, RATE_DIGITS = 0.02, 0.0006  # exports round to a hundredth of a percent, and not always the right way
NOTHING = (
    "SELECT '' AS table, '' AS against, '' AS slice, NULL::DATE AS day, 0 AS rows, 0.0 AS times, "
    "NULL::DOUBLE AS money WHERE false"
)


def money_units(case: Case) -> DuckDBPyRelation:
    """Stretches of amounts a hundred times too large or too small: `table`, `against` which table, `slice`, `day` (the
    first of a week for a slice), `rows`, `times`, and the `money` as it stands in the table."""
    between = [*_lines(case), *_daily(case)]
    found = case.sql(" UNION ALL ".join(between or [NOTHING]))
    alone = _orders(case) if not found.limit(1).fetchall() else []
    return case.sql(" UNION ALL ".join([*between, *alone, *_ads(case)] or [NOTHING]))


def _row(table: str, against: str, upper: str, lower: str, source: str, where: str) -> str:
    return (
        f"SELECT '{table}' AS table, '{against}' AS against, '' AS slice, day, count(*) AS rows, "
        f"median({upper} / {lower})::DOUBLE AS times, sum({upper})::DOUBLE AS money "
        f"FROM {source} WHERE {where} GROUP BY day"
    )


def _lines(case: Case) -> list[str]:
    """Orders against their lines, and lines against price times quantity."""
    if not case.has("order_lines.order_id") or not case.has("orders.order_id"):
        return []
    lines, orders = case.rows("order_lines"), case.rows("orders")
    sums = f"""(SELECT order_date::DATE AS day, o.revenue, l.revenue AS goods FROM {orders} o
        JOIN (SELECT order_id, sum(revenue)::DOUBLE AS revenue FROM {lines} GROUP BY 1) l USING (order_id))"""
    priced = f"""(SELECT order_date::DATE AS day, l.revenue, quantity * unit_price AS goods
        FROM {lines} l JOIN {orders} o USING (order_id))"""
    where = in_hundreds("revenue", "goods")
    found = [_row("orders", "order_lines", "revenue", "goods", sums, where)]
    if case.has("order_lines.unit_price"):
        found.append(_row("order_lines", "unit_price", "revenue", "goods", priced, where))
    return found


def _daily(case: Case) -> list[str]:
    """Daily tables against orders."""
    if not case.has("orders.order_id"):
        return []
    orders = f"(SELECT order_date::DATE AS day, sum(revenue)::DOUBLE AS revenue FROM {case.rows('orders')} GROUP BY 1)"
    parts = []
    for table in ("traffic_daily", "product_daily"):
        if case.has(f"{table}.revenue"):
            daily = f"(SELECT date::DATE AS day, sum(revenue)::DOUBLE AS there FROM {case.rows(table)} GROUP BY 1)"
            source = f"{daily} JOIN {orders} o USING (day)"
            parts.append(_row(table, "orders", "there", "revenue", source, in_hundreds("there", "revenue")))
    return parts


def _orders(case: Case) -> list[str]:
    """Days on which the median order is a hundred times that of all days, or else weeks of a slice."""
    if not case.has("orders.order_id"):
        return []
    whole = _cells(case, "''", "order_date::DATE")
    if case.sql(whole).limit(1).fetchall():
        return [whole]
    known = [c for c in SLICES if case.has(f"orders.{c}")]
    return [_cells(case, f"'{c}=' || {c}", "date_trunc('week', order_date)::DATE") for c in known]


def _cells(case: Case, part: str, day: str) -> str:
    return f"""
        SELECT * FROM (
            WITH cells AS (
                SELECT {part} AS slice, {day} AS day, count(*) AS n, median(revenue)::DOUBLE AS amount,
                    sum(revenue)::DOUBLE AS revenue
                FROM {case.rows("orders")} WHERE revenue > 0 GROUP BY ALL),
            usual AS (SELECT median(amount) AS amount FROM cells WHERE n >= {FEWEST})
            SELECT 'orders' AS table, 'orders' AS against, slice, day, n AS rows, c.amount / u.amount AS times,
                c.revenue AS money
            FROM cells c, usual u
            WHERE n >= {FEWEST} AND slice IS NOT NULL
                AND (c.amount / u.amount BETWEEN {LOW} AND {HIGH} OR u.amount / c.amount BETWEEN {LOW} AND {HIGH}))"""


def _ads(case: Case) -> list[str]:
    """Campaigns' days with clicks at a hundred times their usual price, or a whole table that outweighs the shop."""
    if not case.has("ads_daily.cost"):
        return []
    ads, parts = case.rows("ads_daily"), []
    if case.has("ads_daily.clicks"):
        parts.append(f"""
        SELECT * FROM (
            WITH paid AS (SELECT campaign, date::DATE AS day, cost, cost / clicks AS price FROM {ads}
                WHERE clicks >= {CLICKS} AND cost > 0),
            usual AS (SELECT campaign, median(price) AS usual FROM paid GROUP BY 1)
            SELECT 'ads_daily' AS table, 'ads_daily' AS against, 'campaign=' || campaign AS slice, day, 1 AS rows,
                (price / usual)::DOUBLE AS times, cost::DOUBLE AS money
            FROM paid JOIN usual USING (campaign)
            WHERE price / usual BETWEEN {LOW} AND {HIGH} OR usual / price BETWEEN {LOW} AND {HIGH})""")
    if case.sales:
        parts.append(f"""
            SELECT 'ads_daily', 'orders', '', min(date)::DATE, count(*), sum(cost)::DOUBLE / {case.sales},
                sum(cost)::DOUBLE
            FROM {ads} HAVING sum(cost) > {AD_TIMES * case.sales}""")
    return parts


def stated_rates(case: Case) -> DuckDBPyRelation:
    """Rows whose stated rate is not that of the figures beside it; `times` near 100 or 0.01 is percent for fraction."""
    parts = []
    for table, key in KEYS.items():
        money = "revenue::DOUBLE" if case.has(f"{table}.revenue") else "NULL::DOUBLE"
        for rate, (upper, lower) in STATED.items():
            if all(case.has(f"{table}.{c}") for c in (rate, upper, lower)):
                parts.append(f"""
                SELECT '{table}' AS table, date::DATE AS day, {key} AS label, '{rate}' AS metric,
                    {rate}::DOUBLE AS stated_rate, {upper}::DOUBLE / {lower} AS expected_rate,
                    {rate}::DOUBLE / nullif({upper}::DOUBLE / {lower}, 0) AS times, {money} AS money
                FROM {case.rows(table)}
                WHERE {lower} > 0
                    AND abs({rate} - {upper} / {lower}) > {RATE_NEAR} * ({upper} / {lower}) + {RATE_DIGITS}""")
    return case.sql(" UNION ALL ".join(parts))


STATED_NEEDS = "|".join(f"{table}.{rate}" for table in KEYS for rate in STATED)
