"""A store: the canonical tables of one shop, lazy, on one DuckDB connection."""

import datetime as dt
import difflib
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ecomkit.data import check, folder
from ecomkit.data.readers import READERS
from ecomkit.data.tables import TABLES
from ecomkit.errors import MissingTableError, TableError

DATED = {"orders": "order_date", "product_daily": "date", "traffic_daily": "date"}  # which tell the days of a store


class Store:
    """The tables of one store as lazy relations; `store.orders.df()` gives pandas.

    Attributes
    ----------
    name, currency, timezone : str
        The store's name, ISO 4217 currency and IANA time zone; times in the tables are local to that zone.
    tables : list of str
        The canonical tables that this store has.
    others : list of str
        Files of the folder that are no canonical table; they are left alone.
    connection : duckdb.DuckDBPyConnection
        The connection on which every relation of the store lives.
    complete : pair of dates or None
        The first and last day on which the data is whole, where that is known (`"complete"` in `store.json`).
    report : pandas.DataFrame or None
        For a public data set: what its reader read, kept and dropped, and why.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        tables: list[str],
        *,
        name: str,
        currency: str,
        timezone: str,
        complete: tuple[dt.date, dt.date] | None = None,
        others: list[str] | None = None,
        report: pd.DataFrame | None = None,
    ) -> None:
        self.connection, self.tables, self.others, self.report = connection, tables, others or [], report
        self.name, self.currency, self.timezone, self.complete = name, currency, timezone, complete

    def has(self, table: str) -> bool:
        """Returns whether the store has `table`."""
        return table in self.tables

    def table(self, name: str) -> DuckDBPyRelation:
        """Returns the table called `name` as a lazy relation; raises MissingTableError where there is none."""
        if name not in self.tables:
            near = difflib.get_close_matches(name, self.tables, 1)
            hint = f"import an export that has it; store.has('{name}') tells beforehand."
            hint = f"did you mean `{near[0]}`?" if near and name not in TABLES else hint
            raise MissingTableError(f"The store '{self.name}' has no table `{name}`; it has {self.tables}.", hint)
        return self.connection.table(name)

    def __getattr__(self, name: str) -> DuckDBPyRelation:
        if name in TABLES:
            return self.table(name)
        near = difflib.get_close_matches(name, [*self.__dict__.get("tables", ()), "start", "end", "name"], 1)
        hint = f"\nHint: did you mean `{near[0]}`?" if near else ""
        raise AttributeError(f"A store has no attribute or table `{name}`.{hint}")

    @cached_property
    def _days(self) -> tuple[dt.date, dt.date]:
        table, when = next(((t, c) for t, c in DATED.items() if self.has(t)), ("orders", "order_date"))
        check.require(self.table(table), table, [when])
        try:
            first, last = self.table(table).aggregate(f"min({when})::date, max({when})::date").fetchall()[0]
        except duckdb.ConversionException as error:  # a file of text is read only now
            raise TableError(
                f"The days of '{self.name}' cannot be read: {str(error).splitlines()[0]}",
                "write times as 2025-09-30 20:15:00, in the store's zone.",
            ) from None
        if first is None:
            raise TableError(f"The table `{table}` of '{self.name}' is empty.", "import a period that has sales.")
        return first, last

    @property
    def start(self) -> dt.date:
        """The first day of orders; of daily figures where the store has no orders."""
        return self._days[0]

    @property
    def end(self) -> dt.date:
        """The last day of orders; of daily figures where the store has no orders."""
        return self._days[1]

    def summary(self) -> pd.DataFrame:
        """Returns one row per table: `table`, `rows`, and the `first` and `last` day of its time column, if any."""
        return pd.DataFrame(self._extents(), columns=["table", "rows", "first", "last"])

    def _extents(self) -> list[tuple[str, int, dt.date | None, dt.date | None]]:
        rows = []
        for name in self.tables:
            when = [c.name for c in TABLES[name].columns if c.kind in ("time", "date") and c.required]
            days = f"min({when[0]})::date, max({when[0]})::date" if when else "NULL, NULL"
            rows.append((name, *self.table(name).aggregate(f"count(*), {days}").fetchall()[0]))
        return rows

    def __repr__(self) -> str:
        lines = [f"{self.name} ({self.currency}, {self.timezone})"]
        lines += [
            f"  {table:<14}{count:>14,}  {f'{first} .. {last}' if first else ''}".rstrip()
            for table, count, first, last in self._extents()
        ]
        return "\n".join(lines + ([f"  not used: {', '.join(self.others)}"] if self.others else []))

    def close(self) -> None:
        """Closes the connection; relations taken from the store stop working."""
        self.connection.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(path: str | Path = "demo") -> Store:
    """Returns the store at `path`, its tables not yet read.

    Parameters
    ----------
    path
        A folder that holds `store.json` and, per table, `<table>.parquet`, `<table>.csv` or a folder `<table>/` of
        .parquet parts; or "demo"; or the name of a public data set that has a reader (`catalog.table()` lists them).

    Raises
    ------
    ParameterError
        No such folder, or no readable `store.json` in it.
    TableError, MissingTableError
        A table cannot be read, or is named in `store.json` and not there.
    """
    if path == "demo":
        from ecomkit.data.demo import demo_path

        return _open_folder(demo_path())
    if isinstance(path, str) and path in READERS:
        return _open_public(path)
    return _open_folder(Path(path).expanduser())


def write_store(
    path: str | Path,
    tables: Mapping[str, Any],
    *,
    name: str,
    currency: str,
    timezone: str,
    complete: tuple[dt.date | str, dt.date | str] | None = None,
) -> Path:
    """Writes the tables as a store and returns its folder; where anything fails, `path` stays as it was.

    Parameters
    ----------
    path
        The folder to write. A store that is there already is replaced; any other folder with files is refused.
    tables
        Canonical table name -> pandas, Polars or PyArrow frame, or DuckDB relation.
    name, currency, timezone
        What `Store` shows; currency in ISO 4217 (CNY), timezone an IANA name (Asia/Shanghai).
    complete
        The first and last day on which the data is whole, where it is not from the first order to the last.

    Raises
    ------
    TableError
        A table is unknown, or holds what its columns may not hold (all problems are listed).
    ParameterError
        The currency, the time zone, the days or the folder will not do.
    """
    place = Path(path).expanduser().absolute()
    return folder.write(place, tables, name=name, currency=currency, timezone=timezone, complete=complete)


def _open_folder(path: Path) -> Store:
    manifest = folder.read_manifest(path)
    connection = _connect()
    tables, others = folder.attach(connection, path, manifest)
    return Store(
        connection,
        tables,
        name=manifest["name"],
        currency=manifest["currency"],
        timezone=manifest["timezone"],
        complete=folder.complete_days(manifest),
        others=others,
    )


def _open_public(name: str) -> Store:
    from ecomkit.data import catalog

    connection = _connect()
    tables, report = catalog.read(name, connection)
    for table, relation in tables.items():
        relation.create(table)
    for (work,) in connection.sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
        connection.execute(f'DROP TABLE temp."{work}"')  # the reader's working tables are as large as the data
    entry = catalog.entry(name)
    return Store(
        connection,
        [t for t in TABLES if t in tables],
        name=entry["title"],
        currency=entry["currency"],
        timezone=entry["timezone"],
        complete=folder.complete_days(entry),
        report=report,
    )


def _connect() -> DuckDBPyConnection:
    connection = duckdb.connect()
    with suppress(duckdb.InvalidInputException):  # refused, and needless, in a kernel that could not draw one
        connection.execute("SET enable_progress_bar = false")
    return connection
