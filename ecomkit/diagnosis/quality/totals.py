"""Total rows left in: a row per day that holds the sum of the others, under a name like any other."""

import tomllib
from functools import cache
from importlib.resources import files

from ecomkit.data.store import Store

# table -> its day, what names a row in it, and the figures that a total would add up
PARTS = {
    "traffic_daily": ("date", "source", ("visitors", "page_views", "orders", "revenue")),
    "product_daily": ("date", "product_id", ("units", "revenue", "visitors")),
    "ads_daily": ("date", "campaign", ("cost", "clicks", "impressions")),
}
DAYS_SHARE = 0.8  # of the days of a label on which it is the sum of the others
NEAR = 0.005  # visitors of several sources are not quite the store's: some come by two
FEWEST_ROWS = 10  # a total among fewer orders is chance


@cache
def words() -> dict[str, list[str]]:
    """Lists of words, by what they tell."""
    text = files("ecomkit.diagnosis.quality").joinpath("words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def total_labels(store: Store) -> dict[str, list[str]]:
    """The labels (for orders, the ids) of rows that hold the sum of the others, by table."""
    found = {table: _daily(store, table) for table in PARTS if store.has(table)}
    if store.has("orders"):
        found["orders"] = _overall(store)
    return {table: labels for table, labels in found.items() if labels}


def _daily(store: Store, table: str) -> list[str]:
    day, key, wanted = PARTS[table]
    known = [column for column in wanted if column in store.table(table).columns][:2]
    if not known:
        return []
    sums = ", ".join(f"sum({c}) OVER (PARTITION BY {day}) AS all_{c}" for c in known)
    is_sum = " AND ".join(f"abs(2 * {c} - all_{c}) <= {NEAR} * all_{c}" for c in known)
    rows = store.connection.execute(
        f"""
        WITH parts AS (SELECT {key} AS label, *, count(*) OVER (PARTITION BY {day}) AS n, {sums} FROM {table})
        SELECT label FROM parts WHERE label IS NOT NULL AND (n > 2 OR lower(trim(label)) IN $words)
        GROUP BY label
        HAVING sum({known[0]}) > 0
            AND (avg(({is_sum})::INT) >= {DAYS_SHARE} AND count(*) > 1 OR lower(trim(label)) IN $words)
        ORDER BY label""",
        {"words": words()["total"]},
    ).fetchall()
    return [label for (label,) in rows]


def _overall(store: Store) -> list[str]:
    """The id of the one order that is as large as all others."""
    total = store.connection.sql(f"""
        SELECT max_by(order_id, revenue) FROM orders
        HAVING count(*) >= {FEWEST_ROWS} AND abs(2 * max(revenue) - sum(revenue)) < 0.0001 * sum(revenue)""").fetchall()
    return [order for (order,) in total]
