"""JSON and Parquet: nested records as a table of text, a row for each item of the one list that a profile opens."""

import re
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ecomkit.data.folder import literal
from ecomkit.errors import TableError

LISTS = ("line_items", "items")  # a record has a row for each item of these
PAIRS = "event_params"  # a list of keys and values becomes a column for each key that is read
KEYS = ("ga_session_id", "page_location", "transaction_id")


def flatten(file: Path, connection: DuckDBPyConnection | None = None) -> DuckDBPyRelation:
    """Returns the records of a .json, .jsonl or .parquet file, every leaf a text column called by its dotted path.

    Raises
    ------
    TableError
        The file cannot be read.
    """
    there: DuckDBPyConnection = connection or duckdb.connect()
    path = literal(file)
    try:
        with file.open("rb") as stream:
            is_parquet = stream.read(4) == b"PAR1"
        if is_parquet:
            raw = there.read_parquet(path)
        else:
            raw = there.read_json(path, maximum_object_size=1 << 27, sample_size=20480)
        return _flat(raw)
    except duckdb.Error as error:
        told = re.sub(r'".*"', "...", str(error).splitlines()[0])[:120]
        raise TableError(f"'{file.name}' cannot be read: {told}", "export it again.") from None


def _flat(raw: DuckDBPyRelation) -> DuckDBPyRelation:
    types = dict(zip(raw.columns, raw.types, strict=True))
    opened = next((name for name in LISTS if name in types and types[name].id == "list"), None)
    if opened:
        numbered = raw.project("*, row_number() OVER () AS __record")
        raw = numbered.project(
            f'* EXCLUDE ("{opened}", __record), __record AS record, '
            f'unnest(CASE WHEN len("{opened}") > 0 THEN "{opened}" ELSE [NULL] END) AS "{opened}"'
        )
        types = dict(zip(raw.columns, raw.types, strict=True))
    leaves: list[str] = []
    for name, kind in types.items():
        leaves += _leaves(f'"{name}"', name, kind)
    return raw.project(", ".join(leaves))


def _leaves(expression: str, path: str, kind: Any) -> list[str]:
    if kind.id == "struct":
        return [
            leaf for name, child in kind.children for leaf in _leaves(f'{expression}."{name}"', f"{path}.{name}", child)
        ]
    if kind.id == "list" and path == PAIRS:
        return [_pair(expression, path, key, kind) for key in KEYS]
    if kind.id == "list" and "total" in _members(kind):
        return [f'list_sum([x.total::DOUBLE FOR x IN {expression}])::VARCHAR AS "{path}.total"']
    text = f"strftime({expression}, '%Y-%m-%d %H:%M:%S')" if kind.id == "timestamp" else f"{expression}::VARCHAR"
    return [f'{text} AS "{path}"']


def _members(kind: Any) -> list[str]:
    """The names in the records of a list."""
    inner = kind.children[0][1]
    return [name for name, _kind in inner.children] if inner.id == "struct" else []


def _pair(expression: str, path: str, key: str, kind: Any) -> str:
    """The value under a key: the first that is filled of those of its types."""
    inner = dict(kind.children[0][1].children)
    found = f"list_filter({expression}, lambda x: x.key = '{key}')[1].value"
    texts = ", ".join(f'{found}."{name}"::VARCHAR' for name, _kind in inner["value"].children)
    return f'coalesce({texts}, NULL) AS "{path}.{key}"'
