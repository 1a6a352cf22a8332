"""Exports of which one order lies in several files: a reader knows them, as no profile of one file could."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from duckdb import DuckDBPyConnection

from ecomkit.data import catalog
from ecomkit.data.imports.account import FileAccount, totals
from ecomkit.data.imports.values import quote
from ecomkit.data.readers import olist
from ecomkit.data.tables import TABLES

READERS = {"olist": olist}  # each names its FILES and reads the folder that holds them


class FileSet(NamedTuple):
    """A folder that holds all the files of one export, and what it is."""

    name: str
    folder: Path

    @property
    def entry(self) -> dict[str, Any]:
        """What the catalog says of it: `currency`, `timezone`, `title`, `complete`."""
        return catalog.entry(self.name)

    @property
    def size(self) -> int:
        """How many bytes its files have."""
        return sum(file.stat().st_size for file in self.folder.iterdir() if file.is_file())


def split(paths: Sequence[str | Path]) -> tuple[list[FileSet], list[str | Path]]:
    """Returns the folders that are one export, and the other paths."""
    found = [(path, _named(Path(path).expanduser())) for path in paths]
    sets = [FileSet(name, Path(path).expanduser()) for path, name in found if name]
    return sets, [path for path, name in found if not name]


def read(connection: DuckDBPyConnection, given: FileSet, *, salt: str) -> tuple[list[str], FileAccount]:
    """Makes the tables `new_<table>` and returns their names and the account; people are hashed as elsewhere."""
    tables, report = READERS[given.name].read(given.folder, connection)
    secret = f"left(sha256({quote(f'{salt}{given.name}:')} || lower(customer_id)), 16)"
    for table, relation in tables.items():
        rest = f"* REPLACE ({secret} AS customer_id)" if "customer_id" in relation.columns else "*"
        if "platform" in TABLES[table].key and "platform" not in relation.columns:
            rest += f", {quote(given.name)} AS platform"
        connection.execute(f"DROP TABLE IF EXISTS new_{table}")
        relation.project(f"0 AS row, {rest}").create(f"new_{table}")
    told = FileAccount(given.folder.name, given.name, given.name, "", given.entry["currency"])
    told.title = {"en": given.entry["title"], "zh": given.entry["title"]}
    rows = report.groupby("outcome")["rows"].sum()
    told.read, told.written = int(rows["read"]), int(rows.get("kept", 0))
    lost = report[(report["outcome"] == "dropped") & (report["rows"] > 0)]
    told.dropped = {
        what: {"rows": int(n), "first_rows": []} for what, n in zip(lost["what"], lost["rows"], strict=True)
    }
    first, last = connection.execute("SELECT min(order_date), max(order_date) FROM new_orders").fetchall()[0]
    told.first, told.last = str(first or ""), str(last or "")
    told.totals = totals(connection, list(tables))
    return list(tables), told


def _named(folder: Path) -> str:
    """The export that lies in the folder; "" for none."""
    inside = [file.stem for file in folder.glob("*") if file.suffix in (".csv", ".parquet")] if folder.is_dir() else []
    return next((name for name, reader in READERS.items() if {*reader.FILES.values()} <= {*inside}), "")
