"""What every reader needs: the files of an export, and the shape of what comes out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from ecomkit.data.folder import literal
from ecomkit.errors import MissingDataError, TableError

REPORT = ["outcome", "what", "rows", "money"]


class Reading(NamedTuple):
    """Canonical tables as lazy relations, and a report: `outcome` (read, kept, dropped), `what`, `rows`, `money`.

    Rows and money of the kept and dropped lines add up to those of the line read.
    """

    tables: dict[str, DuckDBPyRelation]
    report: pd.DataFrame


def scan(connection: DuckDBPyConnection, folder: str | Path, names: Sequence[str]) -> DuckDBPyRelation:
    """Returns the first of `names` that lies in `folder` as .parquet or .csv (whose cells stay text)."""
    for name in names:
        for suffix in (".parquet", ".csv"):
            file = Path(folder) / f"{name}{suffix}"
            if file.is_file() and suffix == ".csv":
                return connection.read_csv(literal(file), header=True, all_varchar=True)
            if file.is_file():
                return connection.read_parquet(literal(file))
    raise MissingDataError(
        f"'{folder}' has no file {names[0]}.parquet or .csv.",
        "get the data set (`catalog.table()` says where); save an .xlsx as .csv, its sheets one after the other.",
    )


def pick(relation: DuckDBPyRelation, aliases: Mapping[str, Sequence[str]]) -> DuckDBPyRelation:
    """Returns the columns under the keys of `aliases`, each found by any of its names."""
    lower = {name.strip().lower(): name for name in relation.columns}
    found = {new: next((lower[n.lower()] for n in old if n.lower() in lower), None) for new, old in aliases.items()}
    missing = [f"{new} ({' or '.join(aliases[new])})" for new, name in found.items() if name is None]
    if missing:
        raise TableError(f"The export lacks the columns {missing}; it has {relation.columns}.", "export all columns.")
    return relation.project(", ".join(f'"{name}" AS {new}' for new, name in found.items()))


def make_report(connection: DuckDBPyConnection, query: str) -> pd.DataFrame:
    """Returns the report whose four columns `query` selects."""
    report = connection.sql(query).df().set_axis(REPORT, axis=1)
    return report.astype({"rows": "int64"}).assign(money=lambda r: r["money"].astype(float).round(2))
