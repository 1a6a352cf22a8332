"""The store that is imported into: opened under a lock, written beside itself, and switched to by one rename.

The tables lie in a folder `tables-N` that `store.json` names. A new generation is written as `tables-N+1`; replacing
`store.json` is the switch, so that whoever is interrupted before it leaves the store as it was.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from ecomkit.data import check, folder
from ecomkit.data.imports.merge import columns
from ecomkit.data.imports.values import macros, quote
from ecomkit.data.tables import TABLES
from ecomkit.errors import ParameterError, TableError

WORK = ".import"
REPORT = "import_report.json"
MEMORY = "1500MB"
SMALL = 64 << 20  # bytes of files whose tables are kept in memory
LONG_MS = 2000  # a query that takes longer draws a bar


@contextmanager
def opened(path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Locks the store at `path` and yields a work folder and its manifest, which is empty for a store that is new.

    The work folder, in which files are unpacked, is removed at the end; what a killed import left is removed first.
    """
    if path.is_file():
        raise ParameterError(f"'{path}' is a file.", "give the name of a folder.")
    is_new = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path / WORK, ignore_errors=True)
        manifest = _manifest(path)
        (path / WORK).mkdir()
        yield path / WORK, manifest
    except BlockingIOError:
        raise ParameterError(f"Another import is writing to '{path}'.", "wait until it has ended.") from None
    finally:
        shutil.rmtree(path / WORK, ignore_errors=True)
        if is_new and not any(path.iterdir()):
            path.rmdir()
        os.close(handle)


def _manifest(path: Path) -> dict[str, Any]:
    if (path / folder.MANIFEST).exists():
        return folder.read_manifest(path)
    strangers = sorted(item.name for item in path.iterdir() if not item.name.startswith("tables-"))
    if strangers:
        raise ParameterError(f"'{path}' is no store, and holds files ({strangers[:3]}).", "import to a new folder.")
    return {}


def connect(work: Path, *, size: int, shows_progress: bool = False) -> DuckDBPyConnection:
    """Returns a connection that knows how to read cells, with a bound on its memory.

    The tables of files of more than `SMALL` bytes lie in the work folder; those of less lie in memory, where no
    statement waits for the disk.
    With `shows_progress`, a query that takes long draws a bar on the standard output.
    """
    connection = duckdb.connect(str(work / "work.duckdb") if size > SMALL else ":memory:")
    connection.execute(f"""
      SET memory_limit = '{MEMORY}'; SET temp_directory = {quote(str(work / "spilled"))}; SET TimeZone = 'UTC';
      SET progress_bar_time = {LONG_MS}; SET enable_progress_bar = {shows_progress}""")
    connection.execute(macros())
    connection.execute("SET disabled_optimizers = 'in_clause'")  # it would join each cell with a list of words
    return connection


def new_salt() -> str:
    """Returns a secret that makes the hashes of this store's people its own."""
    return secrets.token_hex(16)


def write(
    connection: DuckDBPyConnection, path: Path, manifest: dict[str, Any], queries: dict[str, str]
) -> dict[str, int]:
    """Writes the tables that `queries` select as a new generation of the store, and switches to it.

    Raises
    ------
    TableError
        A table holds what it may not hold (all problems are listed); the store is as it was.
    """
    old = manifest.get("generation", "")
    generation = f"tables-{int(old.rpartition('-')[2] or 0) + 1}"
    target = path / generation
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    kept, _others = folder.find_tables(path / old)
    rows: dict[str, int] = {}
    try:
        for table, query in queries.items():
            rows[table] = _write_table(connection, table, query, target / f"{table}.parquet")
        for table, file in kept.items():
            if table not in queries:
                rows[table] = (
                    manifest.get("tables", {}).get(table, 0) if isinstance(manifest.get("tables"), dict) else 0
                )
                _link(file, target / file.name)
        tables = {name: rows[name] for name in TABLES if name in rows}
        _switch(path / folder.MANIFEST, {**manifest, "generation": generation, "tables": tables})
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    for item in path.glob("tables-*"):
        if item != target:
            shutil.rmtree(item, ignore_errors=True)
    return rows


def _write_table(connection: DuckDBPyConnection, table: str, query: str, file: Path) -> int:
    have = columns(connection, f"({query})")
    known = [c.name for c in TABLES[table].columns if c.name in have]
    listed = ", ".join([*known, *(name for name in have if name not in known)])
    key = ", ".join(column for column in TABLES[table].key if column in have)  # events of a site may name no product
    rows = connection.execute(
        f"COPY (SELECT {listed} FROM ({query}) ORDER BY {key}) TO {quote(str(file))} (FORMAT parquet, COMPRESSION zstd)"
    ).fetchall()[0][0]
    problems = check.problems(connection.read_parquet(folder.literal(file)), table)
    if len(problems):
        raise TableError(
            f"`{table}` cannot be stored:\n{problems.to_string(index=False)}",
            "import the files one by one to see which.",
        )
    return rows


def _link(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=os.link)
    else:
        os.link(source, target)


def _switch(file: Path, manifest: dict[str, Any]) -> None:
    write_json(file, manifest)


def write_json(file: Path, content: Any) -> None:
    """Writes `content` to `file`, at once or not at all."""
    write_text(file, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def write_text(file: Path, said: str) -> None:
    """Writes `said` to `file`, at once or not at all."""
    beside = file.with_name(f".{file.name}.new")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(said)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
