"""The engine door: any table in, the same kind of table out.

Inside, every table is a Narwhals lazy frame. An eager frame (pandas, Polars, PyArrow) is handed to an embedded
DuckDB and handed back; DuckDB relations, Polars lazy frames and PySpark frames stay where they are.
"""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ecomkit.errors import TableError

BATCH = 1 << 18  # rows: a few arrays of this length stay in a core's cache


_thread = threading.local()


def _embedded() -> duckdb.DuckDBPyConnection:
    """One embedded DuckDB a thread, so that tables handed to it can be joined."""
    if not hasattr(_thread, "connection"):
        _thread.connection = duckdb.connect()
        with suppress(duckdb.InvalidInputException):  # refused, and needless, in a kernel that could not draw one
            _thread.connection.execute("SET enable_progress_bar = false")
    return _thread.connection


def _local(frame: nw.LazyFrame[Any] | nw.DataFrame[Any], schema: nw.Schema) -> Any:
    """Zoned times become the wall clock of their own zone: days and months are the store's, not UTC's."""
    zoned = [n for n, t in schema.items() if isinstance(t, nw.Datetime) and t.time_zone is not None]
    if not zoned or frame.implementation.is_pyspark():  # Spark reads the calendar in its session's zone already
        return frame
    if frame.implementation.is_duckdb():
        return frame.with_columns(nw.col(*zoned).cast(nw.Datetime("us")))
    return frame.with_columns(nw.col(*zoned).dt.replace_time_zone(None))


def lazy(table: Any, columns: list[str] | None = None) -> nw.LazyFrame[Any]:
    """Opens the door: a Narwhals lazy frame of the `columns` of any supported table.

    Raises
    ------
    TableError
        The object is no table.
    """
    try:
        frame = nw.from_native(table)
    except TypeError:
        raise TableError(
            f"Expected a table, got {type(table).__name__}.",
            "pass a pandas, Polars or PyArrow table, a DuckDB relation or a PySpark frame.",
        ) from None
    if columns is not None:
        frame = frame.select(columns)
    frame = _local(frame, frame.collect_schema())
    if isinstance(frame, nw.LazyFrame):
        return frame
    arrow = frame.to_arrow() if not frame.implementation.is_pandas() else _arrow(frame.to_native())
    return nw.from_native(_embedded().from_arrow(arrow)).lazy()


def _arrow(frame: pd.DataFrame) -> pa.Table:
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TableError(
            f"A column mixes types: {error}",
            "give each column one type, e.g. orders['order_id'] = orders['order_id'].astype(str).",
        ) from None


def like(result: nw.LazyFrame[Any], table: Any) -> Any:
    """Closes the door: `result` as the kind of table that `table` is."""
    frame = nw.from_native(table)
    native = result.to_native()
    if isinstance(frame, nw.LazyFrame):
        return native
    if frame.implementation.is_polars():
        return native.pl()
    return native.to_arrow_table() if frame.implementation.is_pyarrow() else native.df()


def once(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Runs the query now if it would otherwise run again at every use (a DuckDB relation keeps no result)."""
    if not frame.implementation.is_duckdb():
        return frame
    return nw.from_native(frame.to_native().materialize()).lazy()


def summary(frame: nw.LazyFrame[Any], *sort: str) -> pd.DataFrame:
    """A small result as pandas, sorted by the columns named."""
    if frame.implementation.is_duckdb():
        result = frame.to_native().df()
    elif frame.implementation.is_pyspark():
        result = pd.DataFrame(
            [row.asDict() for row in frame.to_native().collect()], columns=frame.collect_schema().names()
        )
    else:
        result = frame.collect().to_pandas()
    return result.sort_values(list(sort), ignore_index=True) if sort else result


def is_duckdb(frame: nw.LazyFrame[Any]) -> bool:
    return frame.implementation.is_duckdb()


def sql(frame: nw.LazyFrame[Any], query: str) -> duckdb.DuckDBPyRelation:
    """A query in DuckDB's SQL over the frame, which it calls `t`."""
    return frame.to_native().query("t", query)


def runs(relation: duckdb.DuckDBPyRelation, keys: list[str]) -> Iterator[tuple[pa.Table, np.ndarray]]:
    """A relation sorted by `keys`, streamed in tables that are cut only between two runs of equal keys.

    Yields each table with the offsets of its runs: run i is rows offsets[i] to offsets[i + 1].
    """
    rest: pa.Table | None = None
    for batch in relation.to_arrow_reader(BATCH):
        table = pa.Table.from_batches([batch])
        table = table if rest is None else pa.concat_tables([rest, table]).combine_chunks()
        begins = np.flatnonzero(np.any([_differs(table.column(k)) for k in keys], axis=0)) + 1
        if len(begins):
            yield table.slice(0, begins[-1]), np.append(0, begins)
            table = table.slice(begins[-1])
        rest = table
    if rest is not None and len(rest):
        yield rest, np.array([0, len(rest)])


def _differs(column: pa.ChunkedArray) -> np.ndarray:
    """Whether each value differs from the one before it; missing equals missing."""
    values = column.combine_chunks()
    if values.null_count:
        values = values.dictionary_encode(null_encoding="encode").indices
    return pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)


def count_repeated(frame: nw.LazyFrame[Any], column: str, exactly: int) -> tuple[int, int]:
    """How many rows repeat an earlier value of `column`, and in how many it is missing.

    On DuckDB, of more than `exactly` rows only a hash class of the values is compared: every repetition of a value
    falls into its class, so a table of the wrong grain is found at a fraction of the cost.
    """
    if is_duckdb(frame):
        rows = sql(frame, "SELECT count(*) FROM t").fetchall()[0][0]
        classes = -(-rows // exactly) or 1
        repeated, missing = sql(
            frame,
            f"SELECT count({column}) - count(DISTINCT {column}), count(*) FILTER ({column} IS NULL) "
            f"FROM t WHERE {column} IS NULL OR hash({column}) % {classes} = 0",
        ).fetchall()[0]
        return repeated, missing
    filled = summary(frame.select(nw.len().alias("rows"), nw.col(column).null_count().alias("missing"))).iloc[0]
    values = summary(frame.filter(~nw.col(column).is_null()).select(nw.col(column).n_unique().alias("n")))["n"].iloc[0]
    return int(filled["rows"] - filled["missing"] - values), int(filled["missing"])


def nth_smallest(frame: nw.LazyFrame[Any], columns: list[str], places: list[int], n: int) -> dict[str, list[float]]:
    """The values at the 1-based `places` of each column in ascending order, without sorting the `n` rows."""
    middle = [(place - 0.5) / n for place in places]  # between two places, so that no rounding moves a quantile
    if frame.implementation.is_pyspark():
        spark = frame.to_native()
        terms = [
            f"percentile_disc({q!r}) WITHIN GROUP (ORDER BY {c}) AS {c}{i}"
            for c in columns
            for i, q in enumerate(middle)
        ]
        row = spark.selectExpr(*terms).collect()[0].asDict()
        return {c: [row[f"{c}{i}"] for i in range(len(middle))] for c in columns}
    if not is_duckdb(frame):
        frame = lazy(frame.collect().to_native())
    terms = [f"quantile_disc({c}, {middle})" for c in columns]
    return dict(zip(columns, sql(frame, f"SELECT {', '.join(terms)} FROM t").fetchall()[0], strict=True))


def quote(text: str) -> str:
    """A string as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def days(column: str) -> nw.Expr:
    """The proleptic day number of a time, from the calendar alone: the one way that every engine offers."""
    c = nw.col(column)
    year = c.dt.year().cast(nw.Int64) - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + c.dt.ordinal_day().cast(nw.Int64)
