"""What a sample is made of: one YAML file per format, and one per kind of rows that formats are written from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ecomkit.errors import ParameterError


@dataclass(frozen=True)
class Rows:
    """A table of rows drawn from the canonical tables, with what its totals mean; the SQL of `rows/<name>.yaml`."""

    needs: list[str]  # canonical tables
    sql: str
    sort: str
    totals: dict[str, str]  # name -> aggregate over the rows that are data
    marked: dict[str, str] = field(default_factory=dict)  # column that may not be added up -> its figure in a row
    time: str = ""  # the column that says when, if any
    uses: list[str] = field(default_factory=list)  # other rows


@dataclass(frozen=True)
class Sample:
    """One file of one format: `formats/<name>.yaml`, with one of its variants laid over it."""

    name: str
    variant: str
    platform: str
    known: str  # full: the header was seen as it is; partial: some of its columns
    grain: str  # what a row is
    rows: str
    file: str
    cells: dict[str, str]  # header -> SQL over the columns of the rows
    totals: list[str]  # those of the rows' totals that this file can tell
    marked: list[str] = field(default_factory=list)  # those of the rows' marked columns that it states
    header: list[str] = field(default_factory=list)  # the cells' own order where empty
    headless: bool = False
    currency: str = ""  # what the file's money is in; "store" where the file says the store's
    kind: str = "csv"  # csv, xlsx, json, jsonl, parquet
    encoding: str = "utf-8"
    bom: bool = False
    delimiter: str = ","
    quote: str = "minimal"  # minimal, all, never, or bare: ids written ="..." stay outside quotes
    line_end: str = "\r\n"
    ragged: bool = False  # empty cells at the end of a row are left out
    row_end: str = ""  # after every row of data, not after the header
    blank: str = ""  # for a missing value, and for columns that the store cannot fill
    sheet: str = "Sheet1"
    twin_sheet: str = ""  # the name of a second sheet that tells the same again
    mixed: bool = False  # a workbook's texts that look like plain numbers become numbers
    preamble: list[list[str]] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)  # a row between header and data
    where: str = "true"
    noise: list[str] = field(default_factory=list)  # kinds of rows that are no data, kept
    last_days: int = 0  # only the rows of so many last days; 0 is all
    a_day: bool = False  # a file for each day
    repeats: int = 0  # so many of the last rows are written twice
    closing: list[dict[str, str]] = field(default_factory=list)  # total rows: header -> SQL aggregate
    total_first: bool = False  # the total rows stand above the data
    zipped: bool = False
    together: bool = False  # the variants are files of one export, and lie in one folder

    @property
    def columns(self) -> list[str]:
        return self.header or list(self.cells)

    @property
    def head(self) -> list[list[str]]:
        """The rows above the data: preamble, header and explanation, with `{...}` to be filled in."""
        header = [] if self.headless else [self.columns]
        return [*self.preamble, *header, *([self.explained] if self.explained else [])]


def list_formats() -> list[str]:
    """Returns the names of the formats, sorted."""
    folder = files("ecomkit.data.samples").joinpath("formats")
    return sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))


@cache
def load_rows(name: str) -> Rows:
    """Returns the rows called `name`."""
    return Rows(**_read(f"rows/{name}.yaml"))


def load_samples(name: str) -> list[Sample]:
    """Returns the samples of a format, one per variant; raises ParameterError for a name that is no format."""
    if name not in list_formats():
        raise ParameterError(f"There is no format `{name}`.", f"choose from {', '.join(list_formats())}.")
    read = _read(f"formats/{name}.yaml")
    variants = read.pop("variants", {"": {}})
    return [Sample(name=name, variant=variant, **_lay(read, over)) for variant, over in variants.items()]


def _lay(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Returns `base` with a variant's settings over it; its cells are added to those of the base."""
    merged = {**base, **over}
    if "cells" in over:
        merged["cells"] = {**base["cells"], **over["cells"]}
    return merged


def _read(path: str) -> dict[str, Any]:
    return yaml.safe_load(files("ecomkit.data.samples").joinpath(path).read_text(encoding="utf-8"))
