"""Does a table hold what its columns may hold? Asked once, at the public door; inner functions trust."""

import re
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd

from ecomkit.data import frames
from ecomkit.data.tables import TABLES, Column, Table
from ecomkit.errors import ParameterError, TableError

FIRST_ROWS = 5


def require(
    table: Any, name: str, columns: list[str], optional: list[str] | None = None, *, instants: bool = False
) -> nw.LazyFrame[Any]:
    """The `columns` (and those `optional` ones that are there) of a table, with their types checked.

    Parameters
    ----------
    table : any table that `frames.lazy` opens
    name : a key of `TABLES`, used in messages
    columns, optional : columns that the caller reads
    instants : zoned times become UTC instead of the clock of their zone

    Raises
    ------
    TableError
        A column is missing, or holds text where times or numbers belong, floats where ids belong, or mixed zones.
    """
    have = frames.schema(table)
    missing = [c for c in columns if c not in have]
    if missing:
        spare = [c for c in have if c not in columns and c not in (optional or [])] or ["yours"]
        raise TableError(
            f"`{name}` has no columns {missing}; it has {list(have)}.",
            f"rename yours first, e.g. {name}.rename(columns={{{spare[0]!r}: {missing[0]!r}}}).",
        )
    wanted = columns + [c for c in optional or [] if c in have]
    for column in wanted:
        _check_type(name, TABLES[name].column(column), have[column])
    frame = frames.lazy(table, wanted, instants=instants)
    numbers = [c for c in wanted if TABLES[name].column(c).kind == "money"]
    return frame.with_columns(nw.col(*numbers).cast(nw.Float64)) if numbers else frame


def _check_type(table: str, column: Column, dtype: Any) -> None:
    where = f"`{table}.{column.name}`"
    if column.kind in ("time", "date"):
        if dtype == nw.String:
            raise TableError(
                f"{where} holds text, not times.",
                f"{table}['{column.name}'] = pd.to_datetime({table}['{column.name}']).",
            )
        if not isinstance(dtype, nw.Datetime | nw.Date) and dtype != nw.Date:
            raise TableError(
                f"{where} holds {dtype}, not times of one time zone.",
                f"bring them to the store's zone, e.g. pd.to_datetime({table}['{column.name}'], utc=True)"
                ".dt.tz_convert('Asia/Shanghai').",
            )
    elif column.kind in ("money", "count", "rate", "number") and not dtype.is_numeric():
        raise TableError(
            f"{where} holds {dtype}, not numbers.",
            f"{table}['{column.name}'] = pd.to_numeric({table}['{column.name}']).",
        )
    elif column.kind == "id" and dtype.is_float():
        raise TableError(
            f"{where} holds floats; an id of more than 15 digits has lost some of them.",
            f"read it as text, e.g. pd.read_csv(..., dtype={{'{column.name}': str}}).",
        )


def fail_on_rows(frame: nw.LazyFrame[Any], bad: nw.Expr, message: str, hint: str) -> None:
    """Raises a `TableError` if `bad` holds in any row; the message says in how many and shows the first."""
    rows = frames.summary(frame.filter(bad).select(nw.len().alias("rows")))
    count = int(rows["rows"].iloc[0])
    if count:
        sample = frames.summary(frame.filter(bad).head(FIRST_ROWS))
        shown = "; ".join(str({k: _shown(v) for k, v in row.items()}) for row in sample.to_dict("records"))
        raise TableError(f"{message} in {count} row{'s' * (count != 1)}, e.g. {shown}.", hint)


def is_amount(column: str) -> nw.Expr:
    """Whether money is there, finite and not negative."""
    amount = nw.col(column)
    return ~amount.is_null() & (amount >= 0) & (amount < nw.lit(float("inf")))


def fail_on_orders(orders: nw.LazyFrame[Any]) -> None:
    """Raises the `TableError` for orders without customer or date, or whose money is missing, negative or infinite."""
    fail_on_rows(
        orders,
        nw.col("customer_id").is_null(),
        "`orders.customer_id` is missing",
        "guest orders have no customer: leave them out on purpose, orders.dropna(subset=['customer_id']).",
    )
    bad = nw.col("order_date").is_null() | ~is_amount("revenue")
    if "refund_amount" in orders.collect_schema().names():
        bad = bad | ~(nw.col("refund_amount").is_null() | is_amount("refund_amount"))
    fail_on_rows(
        orders,
        bad,
        "`orders` has a date that is missing, or money that is missing, negative or not finite,",
        "refunds belong in `refund_amount`, as positive amounts; drop or repair these rows first.",
    )


def day(name: str, value: Any) -> date:
    """A parameter that is a date or a time, or text like 2025-01-31."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
        with suppress(ValueError):
            return date.fromisoformat(value.strip())
    elif isinstance(value, datetime) and not pd.isna(value):
        return value.date()
    elif isinstance(value, date) and not pd.isna(value):
        return value
    elif isinstance(value, np.datetime64) and not np.isnat(value):
        return pd.Timestamp(value).date()
    raise ParameterError(f"{name}={value!r} is not a date.", "write it as YYYY-MM-DD.")


def _shown(value: Any) -> Any:
    return None if pd.isna(value) else str(value) if isinstance(value, pd.Timestamp) else value


def _conditions(column: Column, dtype: str) -> list[tuple[str, str]]:
    """(problem, SQL condition that a bad row meets) for one column."""
    name = f'"{column.name}"'
    found = []
    if not column.nullable:
        found.append(("missing", f"{name} IS NULL"))
    if column.kind in ("money", "rate", "number") and dtype in ("DOUBLE", "FLOAT"):
        found.append(("not finite", f"NOT isfinite({name})"))
    if column.kind in ("money", "count", "number") and not column.signed:
        found.append(("negative", f"{name} < 0"))
    if column.kind == "rate":
        found.append(("not within 0-1", f"{name} NOT BETWEEN 0 AND 1"))
    if column.kind in ("id", "text"):
        found.append(("empty text", f"{name}::VARCHAR < '!' AND trim({name}::VARCHAR) = ''"))
    return found


_TYPES = {
    "id": ("VARCHAR",),
    "text": ("VARCHAR", "ENUM"),
    "time": ("TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"),
    "date": ("DATE",),
    "money": ("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT"),
    "count": ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"),
    "rate": ("DOUBLE", "FLOAT", "DECIMAL"),
    "number": ("DOUBLE", "FLOAT", "DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT"),
    "flag": ("BOOLEAN",),
}


def problems(table: Any, name: str) -> pd.DataFrame:
    """What is wrong with a table, as a table: empty if nothing is.

    Parameters
    ----------
    table : any eager table or DuckDB relation
    name : a key of `TABLES`

    Returns
    -------
    pandas.DataFrame
        A row per problem: `column` (or the key's columns joined by a comma), `problem`, `rows` (how many rows have
        it; missing where the whole column is concerned), `first_rows` (up to five row numbers, from 0).
    """
    if name not in TABLES:
        raise ParameterError(f"There is no canonical table `{name}`.", f"one of {', '.join(TABLES)}.")
    spec = TABLES[name]
    relation = frames.lazy(table).to_native()
    if not isinstance(relation, duckdb.DuckDBPyRelation):
        raise TableError(
            "Only tables on this machine can be checked row by row.", "collect it first, or check its files."
        )
    types = dict(zip(relation.columns, [str(t).split("(")[0] for t in relation.types], strict=True))
    found: list[tuple[str, str, int | None, list[int]]] = []
    for column in spec.columns:
        dtype = types.get(column.name)
        if dtype is None:
            if column.required:
                found.append((column.name, "no such column", None, []))
        elif dtype not in _TYPES[column.kind] and dtype != '"NULL"':
            found.append((column.name, f"holds {dtype}, not {column.kind}", None, []))
    broken = {f[0] for f in found}
    found += _row_problems(relation, spec, types, broken)
    return _listed(found) if found else _nothing().copy()


def _listed(found: list[tuple[str, str, int | None, list[int]]]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=["column", "problem", "rows", "first_rows"]).astype({"rows": "Int64"})


@cache
def _nothing() -> pd.DataFrame:
    """What nearly every table comes to."""
    return _listed([])


def _row_problems(
    relation: duckdb.DuckDBPyRelation, spec: Table, types: dict[str, str], broken: set[str]
) -> list[tuple[str, str, int | None, list[int]]]:
    checks = [
        (column.name, problem, condition)
        for column in spec.columns
        if column.name in types and column.name not in broken
        for problem, condition in _conditions(column, types[column.name])
    ]
    hints = [f"SELECT 1 FROM {frames.HERE} WHERE {' OR '.join(c for *_, c in checks)}"] if checks else []
    key = spec.key_in(types)
    if set(key) <= set(types) and spec.name != "events":  # a visitor may do the same thing twice in a moment
        listed = ", ".join(f'"{k}"' for k in key)
        checks.append((", ".join(key), "duplicate", f"count(*) OVER (PARTITION BY {listed}) > 1"))
        hints.append(f"SELECT 1 FROM {frames.HERE} GROUP BY {listed} HAVING count(*) > 1")
    frame = nw.from_native(relation)
    any_hint = " UNION ALL ".join(f"({hint} LIMIT 1)" for hint in hints)
    if not hints or not frames.sql(frame, any_hint).fetchall():
        return []  # as nearly always, and cheaply
    flags = ", ".join(f"coalesce({condition}, false) AS c{i}" for i, (_, _, condition) in enumerate(checks))
    counts = ", ".join(f"count(*) FILTER (c{i}), min(__row, {FIRST_ROWS}) FILTER (c{i})" for i in range(len(checks)))
    numbered = f"SELECT *, row_number() OVER () - 1 AS __row FROM {frames.HERE}"
    row = frames.sql(frame, f"SELECT {counts} FROM (SELECT {flags}, __row FROM ({numbered}))").fetchall()[0]
    return [
        (column, problem, row[2 * i], row[2 * i + 1]) for i, (column, problem, _) in enumerate(checks) if row[2 * i]
    ]
