"""New rows into old ones: the same key is updated, not repeated, so that importing twice changes nothing."""

import duckdb
from duckdb import DuckDBPyConnection

from ecomkit.data.imports.values import quote
from ecomkit.data.tables import TABLES


def merged(connection: DuckDBPyConnection, table: str, old: str, new: str) -> str:
    """Returns the query for the rows of `new` laid over those of `old`, both tables or views of one canonical table.

    A new row replaces the old one of its key, except that what it leaves empty stays; an order of whom less was
    refunded is the older state, whenever it comes. The lines of an order are replaced together.
    """
    if not columns(connection, old):
        return f"SELECT * FROM {new}"
    if table == "events":
        return _united(old, columns(connection, old), new, columns(connection, new))
    if table == "order_lines":
        kept = f"SELECT * FROM {old} WHERE order_id NOT IN (SELECT order_id FROM {new})"
        return f"{kept} UNION ALL BY NAME SELECT * FROM {new}"
    have, come = columns(connection, old), columns(connection, new)
    key = TABLES[table].key_in(have)
    is_older = "false"
    if "refund_amount" in have and "refund_amount" in come and table == "orders":
        is_older = "coalesce(o.refund_amount > n.refund_amount, false)"
    parts = []
    for column in dict.fromkeys([*have, *come]):
        if column in key:
            parts.append(f"coalesce(n.{column}, o.{column}) AS {column}")
        elif column in have and column in come:
            both = (
                f"CASE WHEN {is_older} THEN coalesce(o.{column}, n.{column}) ELSE coalesce(n.{column}, o.{column}) END"
            )
            parts.append(f"{both} AS {column}")
        else:
            parts.append(f"{'o' if column in have else 'n'}.{column}")
    same = " AND ".join(f"o.{column} = n.{column}" for column in key)
    if "platform" in key:  # rows that name none are of the same platform
        only = connection.execute(f"SELECT coalesce(min(platform), '') FROM {new}").fetchall()[0][0]
        same = same.replace("o.platform", f"coalesce(o.platform, {quote(only)})")
    return f"SELECT {', '.join(parts)} FROM {old} AS o FULL JOIN {new} AS n ON {same}"


def _united(old: str, have: list[str], new: str, come: list[str]) -> str:
    """The query for rows without a key: of equal ones as many as the table has that has more of them."""
    named = list(dict.fromkeys([*have, *come]))
    there, here = (", ".join(c if c in own else f"NULL AS {c}" for c in named) for own in (have, come))
    return f"SELECT {there} FROM {old} UNION ALL (SELECT {here} FROM {new} EXCEPT ALL SELECT {there} FROM {old})"


def fold(connection: DuckDBPyConnection, table: str) -> None:
    """Lays the rows of `new_<table>` over those that earlier files brought, `fresh_<table>`."""
    connection.execute(f"ALTER TABLE new_{table} DROP COLUMN row")
    if columns(connection, f"fresh_{table}"):
        connection.execute(f"CREATE TABLE next AS {merged(connection, table, f'fresh_{table}', f'new_{table}')}")
        connection.execute(f"DROP TABLE new_{table}; DROP TABLE fresh_{table}; ALTER TABLE next RENAME TO new_{table}")
    connection.execute(f"ALTER TABLE new_{table} RENAME TO fresh_{table}")


SITES = ("shopify", "woocommerce")  # platforms that are the shop's own website, whose visits GA4 counts


def of_site(events: str, orders: str) -> str:
    """Returns the query for `events` whose purchases are called as the website's orders are: where another platform's
    order has a number already, that of the website bears its platform's name."""
    sites = ", ".join(map(quote, SITES))
    renamed = f"""SELECT order_id AS named, regexp_replace(order_id, '^[^:]*:', '') AS number FROM ({orders})
      WHERE split_part(platform, ' ', 1) IN ({sites}) AND starts_with(order_id, platform || ':')"""
    return f"""SELECT DISTINCT e.* REPLACE (coalesce(r.named, e.order_id) AS order_id)
      FROM ({events}) AS e LEFT JOIN ({renamed}) AS r ON ltrim(e.order_id, '#') = ltrim(r.number, '#')"""


def without_sums(query: str, part: str) -> str:
    """Returns the query for a daily table without the rows `<platform>: all` of days whose parts are there, too.

    `part` is the column that names a part: a traffic source, or a campaign.
    """
    return f"""
      SELECT * FROM ({query}) AS t WHERE {part} NOT LIKE '%: all' OR NOT EXISTS (
        SELECT 1 FROM ({query}) AS k WHERE {_IS_PART[part]} AND k.date = t.date
          AND coalesce(k.platform, t.platform, '') = coalesce(t.platform, k.platform, ''))"""


# A source `douyin: live` is one part of many; a campaign may be called anything.
_IS_PART = {
    "source": "k.source NOT LIKE '%: %'",
    "campaign": "k.campaign NOT LIKE '%: all' AND k.campaign NOT LIKE '%: commission'",
}


def allocated(lines: str, orders: str, touched: str = "") -> str:
    """Returns the query for `lines` whose orders' money is shared out: by list amount, to the cent, largest remainder.

    Only lines that have a `list_amount` are weighed; others keep their own revenue. `touched` selects the orders
    whose lines or money are new: by default all.
    """
    is_touched = f"order_id IN ({touched})" if touched else "true"
    return f"""
      WITH sums AS (
        SELECT order_id, sum(round(list_amount * 100)::HUGEINT) AS sum, count(*) AS n
        FROM {lines} WHERE list_amount IS NOT NULL AND {is_touched} GROUP BY order_id
      ),
      weighed AS (
        SELECT l.*, round(o.revenue * 100)::HUGEINT AS cents, sum, n
        FROM {lines} AS l JOIN {orders} AS o USING (order_id) JOIN sums USING (order_id)
        WHERE l.list_amount IS NOT NULL
      ),
      shared AS (
        SELECT *, CASE WHEN sum > 0 THEN round(list_amount * 100)::HUGEINT ELSE 1 END AS w,
          CASE WHEN sum > 0 THEN sum ELSE n END AS whole
        FROM weighed WHERE n > 1
      ),
      floors AS (SELECT *, cents * w // whole AS share, cents * w % whole AS rest FROM shared),
      paid AS (
        SELECT *, share + (row_number() OVER (PARTITION BY order_id ORDER BY rest DESC, line_id)
          <= cents - sum(share) OVER (PARTITION BY order_id))::INTEGER AS mine FROM floors
        UNION ALL BY NAME
        SELECT *, cents AS mine FROM weighed WHERE n = 1
      )
      SELECT * EXCLUDE (cents, w, sum, n, whole, share, rest, mine)
        REPLACE ((mine / 100)::DOUBLE AS revenue, round(mine / 100 / greatest(quantity, 1), 4)::DOUBLE AS unit_price)
      FROM paid
      UNION ALL BY NAME
      SELECT * REPLACE (coalesce(unit_price, round(revenue / greatest(quantity, 1), 4)) AS unit_price)
      FROM {lines} WHERE list_amount IS NULL OR NOT ({is_touched})"""


def columns(connection: DuckDBPyConnection, name: str) -> list[str]:
    """Returns the names of the columns of a table, view or query; none if it is not there."""
    try:
        return [row[0] for row in connection.execute(f"DESCRIBE FROM {name}").fetchall()]
    except duckdb.CatalogException:
        return []
