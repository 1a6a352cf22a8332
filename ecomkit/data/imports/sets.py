"""Exports of which one order lies in several files: a reader knows them, as no profile of one file could."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from duckdb import DuckDBPyConnection

from ecomkit.data import catalog
from ecomkit.data.imports.account import FileAccount, totals
from ecomkit.data.imports.gather import unpack
from ecomkit.data.imports.values import quote
from ecomkit.data.readers import olist
from ecomkit.data.tables import TABLES

READERS = {"olist": olist}  # each names its FILES and reads the folder that holds them


class FileSet(NamedTuple):
    """A folder that holds all the files of one export, what it is, and what the user knows it as."""

    name: str
    folder: Path
    place: Path
    is_named: bool

    @property
    def entry(self) -> dict[str, Any]:
        """What the catalog says of it: `currency`, `timezone`, `title`, `complete`."""
        return catalog.entry(self.name)

    @property
    def size(self) -> int:
        """How many bytes its files have."""
        return sum(file.stat().st_size for file in self.folder.iterdir() if file.is_file())


def find(paths: Sequence[str | Path], work: Path) -> list[FileSet]:
    """Returns what is one export: folders among `paths` or below them, and archives, which are unpacked to `work`."""
    found = []
    for path in [Path(p).expanduser() for p in paths]:
        below = sorted(path.rglob("*")) if path.is_dir() else []
        for place in [path, *below]:
            if place.is_dir() and (name := _named([file.name for file in place.iterdir()])):
                found.append(FileSet(name, place, place, place == path))
            elif place.suffix.lower() == ".zip" and place.is_file():
                found += _packed(place, work, is_named=place == path)
    return found


def _packed(file: Path, work: Path, *, is_named: bool) -> Iterator[FileSet]:
    """The export that an archive holds, unpacked; nothing for another archive, or one that cannot be read."""
    with (
        suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError),
        zipfile.ZipFile(file) as archive,
    ):
        members = {Path(member.filename).name: member for member in archive.infolist() if not member.is_dir()}
        if name := _named(members):
            folder = work / f"set-{len(list(work.iterdir()))}"
            wanted = {*READERS[name].FILES.values(), *READERS[name].REVIEWS}
            for called, member in members.items():
                if Path(called).stem in wanted:
                    unpack(archive, member, folder / called, file.name)
            yield FileSet(name, folder, file, is_named)


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
    told = FileAccount(given.place.name, given.name, given.name, "", given.entry["currency"])
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


def _named(files: Iterable[str]) -> str:
    """The export whose files these are; "" for none."""
    inside = [Path(file).stem for file in files if file.endswith((".csv", ".parquet"))]
    return next((name for name, reader in READERS.items() if {*reader.FILES.values()} <= {*inside}), "")
