"""The public data sets that ecomkit knows: origin, licence, files, and where they lie on this machine."""

import difflib
import hashlib
import os
import tomllib
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pandas as pd
from duckdb import DuckDBPyConnection

from ecomkit.data.readers import READERS
from ecomkit.data.readers.source import Reading
from ecomkit.errors import MissingDataError, ParameterError

VARIABLE = "ECOMKIT_DATA"
_COLUMNS = [
    "title",
    "what",
    "period",
    "publisher",
    "page",
    "doi",
    "licence",
    "currency",
    "timezone",
    "originals",
    "know",
]


@cache
def _sets() -> dict[str, dict[str, Any]]:
    return tomllib.loads((resources.files("ecomkit.data") / "catalog.toml").read_text(encoding="utf-8"))


def table() -> pd.DataFrame:
    """Returns one row per public data set.

    Columns: `name`, `title`, `what`, `period`, `publisher`, `page`, `doi`, `licence`, `currency` and `timezone`
    (empty where the data has none), `originals` (file names of the publisher's download), `know` (its traps),
    `files` (count), `has_reader` (`open_store(name)` works) and `is_here` (found on this machine).
    """
    rows = [
        {"name": name}
        | {column: data[column] for column in _COLUMNS}
        | {"files": len(data["files"]), "has_reader": name in READERS, "is_here": _find(name) is not None}
        for name, data in _sets().items()
    ]
    return pd.DataFrame(rows).assign(originals=lambda t: t["originals"].str.join(", "))


def entry(name: str) -> dict[str, Any]:
    """Returns what the catalog says about the data set `name`; `files` maps file name to sha256."""
    if name not in _sets():
        near = difflib.get_close_matches(name, _sets(), 1)
        hint = f"did you mean '{near[0]}'?" if near else "ek.catalog.table() lists them."
        raise ParameterError(f"There is no public data set '{name}' in the catalog.", hint)
    return dict(_sets()[name])


def path(name: str) -> Path:
    """Returns the folder of the data set `name`: below $ECOMKIT_DATA or, without it, ../shared/data.

    Raises
    ------
    ParameterError
        The catalog has no such data set.
    MissingDataError
        The folder is not there; the message says how to get it.
    """
    data, folder = entry(name), _find(name)
    if folder is None:
        where = f"'{_home() / name}'" if VARIABLE in os.environ else f"a folder '{name}'"
        excel = any(file.endswith(".xlsx") for file in data["originals"])
        how = " (the .xlsx saved as .csv, its sheets one after the other)" if excel else ""
        source = f"{data['publisher']} ({data['page']})" if data["page"] else data["publisher"]
        raise MissingDataError(
            f"The data set '{name}' ({data['title']}, {data['licence']}) is not on this machine.",
            f"put {', '.join(data['originals'])} of {source}{how} into {where} "
            f"and set {VARIABLE} to the folder above it.",
        )
    return folder


def read(name: str, connection: DuckDBPyConnection | None = None) -> Reading:
    """Returns the canonical tables of the data set `name`, lazily on `connection`, and its reader's report."""
    folder = path(name)
    if name not in READERS:
        raise ParameterError(f"The data set '{name}' has no reader yet.", f"these have one: {', '.join(READERS)}.")
    module = import_module(f"ecomkit.data.readers.{READERS[name]}")
    return module.read(folder, connection)


def verify(name: str) -> pd.DataFrame:
    """Returns one row per file of the data set: `file`, `expected` and `seen` sha256 (missing: no file), `is_same`."""
    folder = path(name)
    rows = []
    for file, expected in entry(name)["files"].items():
        here = folder / file
        seen = hashlib.sha256(here.read_bytes()).hexdigest() if here.is_file() else None
        rows.append((file, expected, seen, seen == expected))
    return pd.DataFrame(rows, columns=["file", "expected", "seen", "is_same"])


def _home() -> Path:
    named = os.environ.get(VARIABLE)
    return Path(named).expanduser() if named else Path(__file__).parents[2].parent / "shared" / "data"


def _find(name: str) -> Path | None:
    folder = _home() / name
    return folder if folder.is_dir() else None
