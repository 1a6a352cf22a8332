"""From typed rows to canonical rows: duplicates found, orders put together from their lines, every lost row told."""

from duckdb import DuckDBPyConnection

from ecomkit.data.folder import TYPES
from ecomkit.data.imports.fields import ROW, Field
from ecomkit.data.imports.typed import Typed
from ecomkit.data.imports.values import NUMBERS, quote
from ecomkit.data.tables import TABLES

SUMMED = ("ads_daily",)  # exports of these (and of `summed` profiles) may have several rows for a key: they add up
WEIGHTS = ("list_price", "list_amount", "line_discount", "commission")


def shape(connection: DuckDBPyConnection, read: Typed) -> list[str]:
    """Makes a table `new_<table>` for each canonical table that the file fills, and `dropped (row, why)`.

    Returns the names of the canonical tables.
    """
    connection.execute("CREATE OR REPLACE TABLE dropped AS SELECT row, why FROM typed WHERE why IS NOT NULL")
    if not any(f.source.const == ROW for f in read.fields):
        _drop(connection, _DUPLICATES)
    tables = list(dict.fromkeys(f.table for f in read.fields))
    if read.look.profile["grain"] == "line" and "orders" in tables:
        _orders(connection, read)
    elif "order_lines" in tables:
        _lines(connection, read, whole=False)
    for table in tables:
        if table == "order_lines" or (table == "orders" and read.look.profile["grain"] == "line"):
            continue
        _rows(connection, read, table, is_primary=table == tables[0])
    return tables


def _drop(connection: DuckDBPyConnection, query: str) -> None:
    connection.execute(f"INSERT INTO dropped {query}")


KEPT = "(SELECT * FROM typed WHERE row NOT IN (SELECT row FROM dropped))"

# The same row twice: only the first of them counts. Looked for among equal hashes of all cells.
_DUPLICATES = """
SELECT row, 'exact duplicate' FROM (
  SELECT row, row_number() OVER (PARTITION BY h ORDER BY row) AS n FROM typed
  WHERE why IS NULL AND h IN (SELECT h FROM typed WHERE why IS NULL GROUP BY h HAVING count(*) > 1)
) WHERE n > 1"""


def _orders(connection: DuckDBPyConnection, read: Typed) -> None:
    """Makes `new_orders` from the rows of lines: an order's own figures stand on one row, others are summed."""
    columns = [f for f in read.fields if f.table == "orders"]
    summed = [f for f in columns if f.source.each]
    own = [f for f in columns if not f.source.each and f.column.name != "order_id"]
    anchor = next((f'"{f.name}" IS NOT NULL' for f in own if f.column.name == "revenue"), "true")
    if any(f.name == "order_lines.line_id" for f in read.fields):
        _drop(connection, _superseded("order_lines", "line"))  # before anything is summed over an order's lines
    connection.execute(f"CREATE OR REPLACE VIEW bodies AS {_BODIES}")
    if read.look.profile["first_row"]:
        _drop(connection, _OLDER_HEADS.format(anchor=anchor))
    sums = "".join(f', round(sum("{f.name}") FILTER (fit), 4) AS "{f.name}"' for f in summed)
    picked = "".join(f', t."{f.name}"' for f in own) + "".join(f', g."{f.name}"' for f in summed)
    connection.execute(f"""CREATE OR REPLACE TABLE heads AS
      WITH g AS (SELECT "orders.order_id" AS id, min(row) FILTER ({anchor}) AS head{sums} FROM bodies GROUP BY 1)
      SELECT g.id AS "orders.order_id", g.head AS row{picked}, t.whole_why
      FROM g LEFT JOIN typed AS t ON t.row = g.head""")
    checks = ["WHEN whole_why IS NOT NULL THEN whole_why"] + [
        f"WHEN \"{f.name}\" IS NULL THEN 'its order has no readable {f.column.name}'" for f in columns if f.is_required
    ]
    connection.execute(_GONE.format(checks=" ".join(checks)))
    _drop(connection, _THEIR_LINES)
    _create(connection, read, "orders", '(SELECT * FROM heads WHERE "orders.order_id" NOT IN (SELECT id FROM gone))')
    if any(f.table == "order_lines" for f in read.fields):
        _lines(connection, read, whole=True)


# An order's own figures may stand on a row whose line cannot be read (which is then not `fit`).
_BODIES = """
SELECT *, why IS NULL AS fit FROM typed WHERE (why IS NULL OR why LIKE 'no readable %')
  AND row NOT IN (SELECT row FROM dropped WHERE why = 'exact duplicate' OR why LIKE 'older state of %')"""

# Where an order's figures stand on its first row only, a second such row is another export of the same order.
_OLDER_HEADS = """
SELECT row, 'older state of the same order' FROM (
  SELECT row, row_number() OVER (PARTITION BY "orders.order_id" ORDER BY row DESC) AS n FROM bodies
  WHERE {anchor} AND fit
) WHERE n > 1"""

_GONE = """
CREATE OR REPLACE TABLE gone AS
SELECT * FROM (SELECT "orders.order_id" AS id, CASE {checks} END AS why FROM heads) WHERE why IS NOT NULL"""

_THEIR_LINES = """
SELECT row, gone.why FROM typed JOIN gone ON typed."orders.order_id" = gone.id
WHERE row NOT IN (SELECT row FROM dropped)"""


def _lines(connection: DuckDBPyConnection, read: Typed, *, whole: bool) -> None:
    """Makes `new_order_lines`, each with what it is weighed by (`list_amount`) where no amount paid is told."""
    have = {f.column.name for f in read.fields if f.table == "order_lines"}
    if "line_id" in have and not whole:
        _drop(connection, _superseded("order_lines", "line"))
    if "list_amount" in have:
        weight = '"order_lines.list_amount"'
    elif "list_price" in have:
        weight = '"order_lines.list_price" * "order_lines.quantity"'
    else:
        weight = "NULL::DOUBLE"
    if "line_discount" in have:
        weight = f'greatest({weight} - coalesce("order_lines.line_discount", 0), 0)'
    made = {"list_amount": f"round({weight}, 4)"}
    if "line_id" not in have:
        made["line_id"] = 'row_number() OVER (PARTITION BY "order_lines.order_id" ORDER BY row)::VARCHAR'
    if "revenue" not in have:
        made["revenue"] = "NULL::DOUBLE"
    kept = KEPT if not whole else f'(SELECT * FROM {KEPT} WHERE "orders.order_id" IN (SELECT order_id FROM new_orders))'
    _create(connection, read, "order_lines", kept, made)


def _rows(connection: DuckDBPyConnection, read: Typed, table: str, *, is_primary: bool) -> None:
    """Makes `new_<table>` from rows that are each one of the table's."""
    columns = [f for f in read.fields if f.table == table]
    key = _key(table)
    adds_up = table in SUMMED or (is_primary and bool(read.look.profile["summed"]))
    if is_primary and table != "events" and not adds_up:
        _drop(connection, _superseded(table, "row"))
    needed = [f'"{f.name}" IS NOT NULL' for f in columns if f.is_required]
    kept = f"(SELECT * FROM {KEPT} WHERE {' AND '.join(needed) or 'true'})"
    if not is_primary:
        listed = ", ".join(f'"{table}.{k}"' for k in key)
        kept = f"(SELECT * FROM {kept} QUALIFY row_number() OVER (PARTITION BY {listed} ORDER BY row DESC) = 1)"
    if adds_up:
        kept = _summed(columns, table, kept)
    _create(connection, read, table, kept)
    if any(f.name == "ads_daily.commission" for f in columns):
        connection.execute(_COMMISSION.format(kept=kept))


# What affiliates are paid is no part of what campaigns cost: it stands beside them, as a campaign of its own.
_COMMISSION = """
INSERT INTO new_ads_daily BY NAME
SELECT n.row, n.date, n.platform, n.platform || ': commission' AS campaign, k."ads_daily.commission" AS cost
FROM new_ads_daily AS n JOIN {kept} AS k USING (row) WHERE k."ads_daily.commission" > 0"""


def _key(table: str) -> tuple[str, ...]:
    """The columns that identify a row within one file, which is of one platform."""
    return TABLES[table].key_in(())


def _superseded(table: str, what: str) -> str:
    """The query for rows that come again later in the file with other figures: the last is the latest."""
    listed = ", ".join(f'"{table}.{k}"' for k in _key(table))
    return f"""SELECT row, 'older state of the same {what}' FROM (
      SELECT row, row_number() OVER (PARTITION BY {listed} ORDER BY row DESC) AS n FROM {KEPT}
      WHERE ({listed}) IN (SELECT ({listed}) FROM {KEPT} GROUP BY ALL HAVING count(*) > 1)) WHERE n > 1"""


def _summed(columns: list[Field], table: str, kept: str) -> str:
    picked = []
    for f in columns:
        if f.column.name in _key(table):
            picked.append(f'"{f.name}"')
        elif f.column.adds in ("never", "within a day"):
            picked.append(f'CASE WHEN count(*) = 1 THEN any_value("{f.name}") END AS "{f.name}"')
        elif f.column.kind in NUMBERS:
            cast = "::BIGINT" if f.column.kind == "count" else ""
            picked.append(f'round(sum("{f.name}"), 4){cast} AS "{f.name}"')
        else:
            picked.append(f'any_value("{f.name}") AS "{f.name}"')
    listed = ", ".join(f'"{table}.{k}"' for k in _key(table))
    return f"(SELECT min(row) AS row, {', '.join(picked)} FROM {kept} GROUP BY {listed})"


def _create(
    connection: DuckDBPyConnection, read: Typed, table: str, kept: str, made: dict[str, str] | None = None
) -> None:
    have = {f.column.name: f'"{f.name}"' for f in read.fields if f.table == table and f.column.name not in WEIGHTS}
    have |= made or {}
    if any(c.name == "platform" for c in TABLES[table].columns):
        have["platform"] = quote(read.look.profile["platform"])
    have |= {c.name: "NULL" for c in TABLES[table].columns if c.required and c.nullable and c.name not in have}
    parts = [f"CAST({have[c.name]} AS {TYPES[c.kind]}) AS {c.name}" for c in TABLES[table].columns if c.name in have]
    if "list_amount" in have:
        parts.append(f"{have['list_amount']}::DOUBLE AS list_amount")
    if table == "order_lines" and "unit_price" not in have:
        parts.append("NULL::DOUBLE AS unit_price")
    connection.execute(f"CREATE OR REPLACE TABLE new_{table} AS SELECT row, {', '.join(parts)} FROM {kept}")
