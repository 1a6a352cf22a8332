"""The files of a store: a manifest and one file (or folder of parts) per table, read lazily, written atomically."""

import datetime as dt
import difflib
import json
import re
import shutil
import tempfile
import zoneinfo
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ecomkit.data import check
from ecomkit.data.tables import TABLES
from ecomkit.errors import MissingTableError, ParameterError, TableError

MANIFEST = "store.json"
TRUTH = "truth.json"  # a simulated store's answers, written beside its tables
TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "time": "TIMESTAMP",
    "date": "DATE",
    "money": "DOUBLE",
    "count": "BIGINT",
    "rate": "DOUBLE",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
}
TEMPLATE = '{"name": "My store", "currency": "CNY", "timezone": "Asia/Shanghai"}'


def read_manifest(path: Path) -> dict[str, Any]:
    """Returns the manifest of the store at `path`; raises ParameterError that says how to make one."""
    if not path.is_dir():
        raise ParameterError(
            f"There is no store at '{path}'.", 'give a folder that holds store.json, or use ek.open_store("demo").'
        )
    file = path / MANIFEST
    if not file.is_file():
        found = sorted(find_tables(path)[0]) or "no tables"
        raise ParameterError(f"'{path}' has no {MANIFEST}; it holds {found}.", f"write one there: {TEMPLATE}")
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
        missing = [key for key in ("name", "currency", "timezone") if not isinstance(manifest[key], str)]
    except (ValueError, KeyError, TypeError) as error:
        raise ParameterError(f"'{file}' is no valid manifest: {error!r}.", f"it should read {TEMPLATE}") from None
    if missing:
        raise ParameterError(f"'{file}': {missing} must be text.", f"it should read {TEMPLATE}")
    _require_place(manifest["currency"], manifest["timezone"])
    return manifest


def complete_days(manifest: Mapping[str, Any]) -> tuple[dt.date, dt.date] | None:
    """Returns the days of the manifest's optional `complete`: ["2025-01-01", "2025-09-30"]."""
    if "complete" not in manifest:
        return None
    try:
        first, last = map(dt.date.fromisoformat, manifest["complete"])
    except (ValueError, TypeError):
        first, last = dt.date.max, dt.date.min
    if first > last:
        raise ParameterError(
            f'"complete": {manifest["complete"]} is no pair of days.', 'write "complete": ["2025-01-01", "2025-09-30"].'
        )
    return first, last


def find_tables(path: Path) -> tuple[dict[str, Path], list[str]]:
    """Returns the canonical tables found in a folder (name -> file or folder of parts), and the other data files."""
    found: dict[str, Path] = {}
    others: list[str] = []
    for item in sorted(path.iterdir(), reverse=True):  # .parquet is met before .csv, and wins
        is_parts = item.is_dir() and any(item.glob("*.parquet"))
        if not is_parts and item.suffix not in (".parquet", ".csv"):
            continue
        name = item.name if is_parts else item.stem
        if name in TABLES and name not in found:
            found[name] = item
        else:
            others.append(item.name)
    return {name: found[name] for name in TABLES if name in found}, sorted(others)


def attach(connection: DuckDBPyConnection, path: Path, manifest: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Makes each table of the store a view on `connection`; returns the tables and the files left alone."""
    found, others = find_tables(path / manifest.get("generation", ""))  # an imported store has its tables in a folder
    lost = [name for name in manifest.get("tables", ()) if name in TABLES and name not in found]
    if lost:
        raise MissingTableError(
            f"'{path / MANIFEST}' lists the tables {lost}, which are not in the folder.",
            "put their files back, or take their names out of store.json.",
        )
    for name, file in found.items():
        try:
            _read(connection, file, name, manifest["timezone"]).create_view(name)
        except duckdb.Error as error:
            raise TableError(
                f"The table `{name}` cannot be read from '{file}': {str(error).splitlines()[0]}",
                "export or write the file again.",
            ) from None
    return list(found), others


def write(
    path: Path,
    tables: Mapping[str, Any],
    *,
    name: str,
    currency: str,
    timezone: str,
    complete: tuple[dt.date | str, dt.date | str] | None = None,
) -> Path:
    """Writes a store in a temporary folder and renames it to `path`; see `store.write_store`."""
    _require_place(currency, timezone)
    whole = {} if complete is None else {"complete": [str(day) for day in complete]}
    complete_days(whole)
    _require_replaceable(path)
    _require_known(tables)
    ready = {table: _local(_relation(frame), table, timezone) for table, frame in tables.items()}
    _require_valid(ready)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    except OSError as error:
        raise ParameterError(f"Cannot write to {path.parent}: {error.strerror}.", "choose another place.") from None
    try:
        new = work / "new"
        new.mkdir()
        rows = {t: _write_table(relation, t, new / f"{t}.parquet") for t, relation in ready.items()}
        manifest = {"name": name, "currency": currency, "timezone": timezone, **whole, "tables": rows}
        (new / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        _swap(new, path, work / "old")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return path


def _swap(new: Path, path: Path, old: Path) -> None:
    if path.exists():
        path.rename(old)
    try:
        new.rename(path)
    except OSError:
        if old.exists():
            old.rename(path)
        raise


def _read(connection: DuckDBPyConnection, file: Path, table: str, timezone: str) -> DuckDBPyRelation:
    if file.suffix == ".csv":
        raw = connection.read_csv(literal(file), header=True, all_varchar=True)
    else:
        raw = connection.read_parquet(literal(file / "*.parquet" if file.is_dir() else file))
    return _typed(_local(raw, table, timezone), table)


def literal(path: Path) -> str:
    """Returns `path` for DuckDB, with what it would take for a pattern in the folder's name escaped."""
    return re.sub(r"([\[\]?*])", r"[\1]", str(path.parent)) + f"/{path.name}"


def _local(raw: DuckDBPyRelation, table: str, timezone: str) -> DuckDBPyRelation:
    """Turns times with a zone into the store's wall clock, and the midnights of a date column into dates."""
    kinds = {c.name: c.kind for c in TABLES[table].columns if c.kind in ("time", "date")}
    parts = []
    for name, have in zip(raw.columns, map(str, raw.types), strict=True):
        moment = f"timezone('{timezone}', {_quoted(name)})" if have == "TIMESTAMP WITH TIME ZONE" else _quoted(name)
        if name in kinds and have.startswith("TIMESTAMP"):
            moment = f"CAST({moment} AS {TYPES[kinds[name]]})"
        parts.append(f"{moment} AS {_quoted(name)}")
    return raw.project(", ".join(parts))


def _typed(raw: DuckDBPyRelation, table: str) -> DuckDBPyRelation:
    """Casts each canonical column to its kind's type."""
    kinds = {c.name: c.kind for c in TABLES[table].columns}
    parts = []
    for name, have in zip(raw.columns, map(str, raw.types), strict=True):
        if kinds.get(name) == "id" and have in ("DOUBLE", "FLOAT"):
            raise TableError(f"`{table}.{name}` holds decimals, so long ids have lost digits.", "read ids as text.")
        is_cast = name in kinds and TYPES[kinds[name]] != have
        parts.append(f"CAST({_quoted(name)} AS {TYPES[kinds[name]]}) AS {_quoted(name)}" if is_cast else _quoted(name))
    return raw.project(", ".join(parts))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _relation(frame: Any) -> DuckDBPyRelation:
    native = nw.from_native(frame)
    if not isinstance(native, nw.LazyFrame):
        return duckdb.connect().from_arrow(native.to_arrow())
    if native.implementation.is_duckdb():
        return frame
    return duckdb.connect().from_arrow(native.collect("pyarrow").to_native())


def _write_table(relation: DuckDBPyRelation, table: str, file: Path) -> int:
    _typed(relation, table).write_parquet(str(file), compression="zstd")
    return duckdb.connect().read_parquet(literal(file)).aggregate("count(*)").fetchall()[0][0]


def _require_place(currency: str, timezone: str) -> None:
    if not re.fullmatch("[A-Z]{3}", currency):
        raise ParameterError(f"currency='{currency}' is no ISO 4217 code.", 'use three capitals, e.g. "CNY".')
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ParameterError(f"timezone='{timezone}' is no IANA time zone.", 'use e.g. "Asia/Shanghai".') from None


def _require_replaceable(path: Path) -> None:
    if path.is_file():
        raise ParameterError(f"'{path}' is a file.", "give the name of a folder.")
    if not path.exists():
        return
    ours = {MANIFEST, TRUTH, *(file.name for file in find_tables(path)[0].values())}
    strangers = sorted({item.name for item in path.iterdir()} - ours)
    if strangers:
        raise ParameterError(
            f"'{path}' holds other files ({strangers[:3]}), and writing a store would remove them.",
            "write to a new folder.",
        )


def _require_known(names: Iterable[str]) -> None:
    unknown = sorted(set(names) - set(TABLES))
    if unknown:
        near = difflib.get_close_matches(unknown[0], TABLES, 1)
        hint = f"did you mean `{near[0]}`?" if near else "rename or leave them out."
        raise TableError(f"A store has no tables {unknown}; it may have {list(TABLES)}.", hint)


def _require_valid(tables: Mapping[str, DuckDBPyRelation]) -> None:
    found = {name: check.problems(relation, name) for name, relation in tables.items()}
    listed = [f"`{name}`:\n{problems.to_string(index=False)}" for name, problems in found.items() if len(problems)]
    if listed:
        raise TableError("\n".join(["The tables cannot be stored.", *listed]), "mend or leave out these rows first.")
