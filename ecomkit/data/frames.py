"""The engine door: any table in, the same kind of table out.

Inside, every table is a Narwhals lazy frame. An eager frame (pandas, Polars, PyArrow) is handed to an embedded
DuckDB; DuckDB relations, Polars lazy frames and PySpark frames stay where they are. As everywhere with DuckDB, one
relation is not for two threads at once.
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
HERE = "__ecomkit"  # what queries call the frame: no table of the user's is called so

_thread = threading.local()


def _embedded() -> duckdb.DuckDBPyConnection:
    """One embedded DuckDB a thread, so that tables handed to it can be joined."""
    if not hasattr(_thread, "connection"):
        _thread.connection = duckdb.connect()
        with suppress(duckdb.InvalidInputException):  # refused, and needless, in a kernel that could not draw one
            _thread.connection.execute("SET enable_progress_bar = false")
    return _thread.connection


def schema(table: Any) -> nw.Schema:
    """Names and types of a table's columns; times of any zone are `Datetime`.

    Raises
    ------
    TableError
        The object is no table, or two of its columns have one name.
    """
    return _opened(table, None, instants=False).collect_schema()


def lazy(table: Any, columns: list[str] | None = None, *, instants: bool = False) -> nw.LazyFrame[Any]:
    """Opens the door: a Narwhals lazy frame of the `columns` of any supported table.

    Zoned times lose their zone: they become the wall clock of that zone, because days and months are the store's, or
    with `instants` that of UTC, because an hour is an hour when the clocks change.

    Raises
    ------
    TableError
        The object is no table, two columns have one name, or a column mixes types.
    """
    frame = _opened(table, columns, instants=instants)
    if isinstance(frame, nw.LazyFrame):
        return frame
    native = frame.to_native()
    arrow = _arrow(native) if isinstance(native, pd.DataFrame) else frame.to_arrow()
    return nw.from_native(_embedded().from_arrow(arrow)).lazy()


def _opened(table: Any, columns: list[str] | None, *, instants: bool) -> Any:
    if isinstance(table, pd.DataFrame):
        table = _unzoned(table, columns, instants=instants)
    try:
        frame = nw.from_native(table)
        names = frame.collect_schema()
    except TypeError:
        raise TableError(
            f"Expected a table, got {type(table).__name__}.",
            "pass a pandas, Polars or PyArrow table, a DuckDB relation or a PySpark frame.",
        ) from None
    except nw.exceptions.DuplicateError as error:
        raise TableError(f"Two columns have one name: {error}", "rename or drop one of them.") from None
    if columns is not None:
        frame = frame.select(columns)
    zoned = [n for n in columns or names if isinstance(names[n], nw.Datetime) and names[n].time_zone is not None]
    if not zoned or frame.implementation.is_pyspark():  # Spark reads the calendar in its session's zone already
        return frame
    if frame.implementation.is_duckdb():
        return _duckdb_unzoned(frame, zoned, instants=instants)
    times = nw.col(*zoned).dt.convert_time_zone("UTC") if instants else nw.col(*zoned)
    return frame.with_columns(times.dt.replace_time_zone(None))


def _unzoned(frame: pd.DataFrame, columns: list[str] | None, *, instants: bool) -> pd.DataFrame:
    """Narwhals does not know every zone that pandas knows."""
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()].tolist()
        raise TableError(f"Two columns have one name: {twice}.", "rename or drop one of them.")
    frame = frame if columns is None else frame[columns]
    zoned = [c for c in frame.columns if isinstance(frame[c].dtype, pd.DatetimeTZDtype)]
    local = {c: (frame[c].dt.tz_convert("UTC") if instants else frame[c]).dt.tz_localize(None) for c in zoned}
    return frame.assign(**local) if zoned else frame


def _duckdb_unzoned(frame: Any, zoned: list[str], *, instants: bool) -> Any:
    """DuckDB keeps instants; a cast shows them on the clock of the session, which is the store's."""
    to_clock = "timezone('UTC', {0})" if instants else "CAST({0} AS TIMESTAMP)"
    changed = ", ".join(f"{to_clock.format(name(c))} AS {name(c)}" for c in zoned)
    return nw.from_native(sql(frame, f"SELECT * REPLACE ({changed}) FROM {HERE}"))


def _arrow(frame: pd.DataFrame) -> pa.Table:
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
        raise TableError(
            f"A column mixes types or holds what no table can: {error}",
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
    """Runs a DuckDB query now, because a relation would run it again at every use; elsewhere nothing is done."""
    if not is_duckdb(frame):
        return frame
    return nw.from_native(frame.to_native().materialize()).lazy()


def summary(frame: nw.LazyFrame[Any], *sort: str) -> pd.DataFrame:
    """A small result as pandas, sorted by the columns named."""
    if is_duckdb(frame):
        result = frame.to_native().df()
    elif frame.implementation.is_pyspark():
        rows = [row.asDict() for row in frame.to_native().collect()]
        result = pd.DataFrame(rows, columns=frame.collect_schema().names())
    else:
        result = frame.collect().to_pandas()
    return result.sort_values(list(sort), ignore_index=True) if sort else result


def is_duckdb(frame: nw.LazyFrame[Any]) -> bool:
    return frame.implementation.is_duckdb()


def sql(frame: Any, query: str) -> duckdb.DuckDBPyRelation:
    """A query in DuckDB's SQL over a frame of DuckDB's, which the query calls `HERE`."""
    return frame.to_native().query(HERE, query)


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


def count_repeated(frame: nw.LazyFrame[Any], column: str) -> tuple[int, int]:
    """How many rows repeat an earlier value of `column`, and in how many it is missing."""
    if is_duckdb(frame) and _is_unique(frame, column):
        return 0, 0
    value = nw.col(column)
    known = frame.filter(~value.is_null()).select(nw.len().alias("rows"), value.n_unique().alias("values"))
    rows, values = summary(known).iloc[0].fillna(0).astype(int)
    missing = summary(frame.filter(value.is_null()).select(nw.len().alias("rows")))["rows"].iloc[0]
    return int(rows - values), int(missing)


def _is_unique(frame: nw.LazyFrame[Any], column: str) -> bool:
    """Whether no value is missing and no two are equal, or have one 64-bit hash where they are not 64-bit numbers:
    numbers can be compared at a fraction of the cost of a table of ids."""
    value = name(column)
    if not frame.collect_schema()[column].is_signed_integer():
        value = f"CASE WHEN {value} IS NOT NULL THEN hash({value}) END"
    parts = []
    for batch in sql(frame, f"SELECT {value} AS h FROM {HERE}").to_arrow_reader(BATCH):
        if batch.column(0).null_count:
            return False
        parts.append(batch.column(0).to_numpy())
    if not parts:
        return True
    values = np.concatenate(parts)
    values = values if values.dtype == np.uint64 else values.astype(np.int64)
    low, span = values.min(), int(values.max()) - int(values.min())
    if span < 8 * len(values):  # dense, as running numbers are: a flag for each possible one
        met = np.zeros(span + 1, dtype=bool)
        met[values - low] = True
        return int(met.sum()) == len(values)
    values.sort()
    return not bool((values[1:] == values[:-1]).any())


def nth_smallest(frame: nw.LazyFrame[Any], columns: list[str], places: list[int], n: int) -> dict[str, list[float]]:
    """The values at the 1-based `places` of each column in ascending order, without sorting the `n` rows."""
    middle = [(place - 0.5) / n for place in places]  # between two places, so that no rounding moves a quantile
    if frame.implementation.is_pyspark():
        terms = [
            f"percentile_disc({q!r}) WITHIN GROUP (ORDER BY {c}) AS {c}{i}"
            for c in columns
            for i, q in enumerate(middle)
        ]
        row = frame.to_native().selectExpr(*terms).collect()[0].asDict()
        return {c: [row[f"{c}{i}"] for i in range(len(middle))] for c in columns}
    if not is_duckdb(frame):
        frame = lazy(frame.collect().to_native())
    terms = [f"quantile_disc({c}, {middle})" for c in columns]
    return dict(zip(columns, sql(frame, f"SELECT {', '.join(terms)} FROM {HERE}").fetchall()[0], strict=True))


def name(column: str) -> str:
    """A column's name in SQL."""
    return '"' + column.replace('"', '""') + '"'


def quote(text: str) -> str:
    """A string as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def days(column: str) -> nw.Expr:
    """The proleptic day number of a time, from the calendar alone: the one way that every engine offers."""
    c = nw.col(column)
    year = c.dt.year().cast(nw.Int64) - 1
    return year * 365 + year // 4 - year // 100 + year // 400 + c.dt.ordinal_day().cast(nw.Int64)
