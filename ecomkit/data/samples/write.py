"""The files: rows of cells written as text, workbook, JSON or Parquet, with the format's encoding and habits."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from duckdb import DuckDBPyConnection

from ecomkit.data.samples.spec import Sample

Row = Sequence[Any]
NUMBER = re.compile(r"-?\d+(\.\d+)?")
EPOCH = (1980, 1, 1, 0, 0, 0)  # zip members and workbooks carry no other time: the same store gives the same file


def write_file(
    connection: DuckDBPyConnection, sample: Sample, source: str, sort: str, file: Path, head: Sequence[Row]
) -> int:
    """Writes the rows of the SQL `source` as the sample has them, below `head`; returns how many were repeated."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if sample.kind in ("json", "jsonl", "parquet"):
        _write_nested(connection, sample, source, sort, file)
        return 0
    repeated = 0
    body = _body(connection, sample, source, sort)
    if sample.repeats:
        rows = list(body)
        repeated = min(sample.repeats, len(rows))
        body = iter(rows + rows[len(rows) - repeated :])
    total = [_total(connection, sample, source, cells) for cells in sample.closing]
    if sample.total_first:
        head, total = [*head, *total], []
    if sample.kind == "xlsx":
        _write_workbook(sample, head, body, total, file)
    else:
        _write_text(sample, head, body, total, file)
    if sample.zipped:
        _pack(file)
    return repeated


def _body(connection: DuckDBPyConnection, sample: Sample, source: str, sort: str) -> Iterator[Row]:
    cells = ", ".join(_cell(sample, sample.cells.get(column)) for column in sample.columns)
    result = connection.execute(f"SELECT {cells} FROM ({source}) ORDER BY {sort}")
    while rows := result.fetchmany(20_000):
        yield from rows


def _cell(sample: Sample, expression: str | None) -> str:
    blank = sample.blank.replace("'", "''")
    if expression is None:
        return f"'{blank}'"
    if sample.kind == "xlsx":
        return f"({expression})"
    return f"coalesce(({expression})::VARCHAR, '{blank}')"


def _total(connection: DuckDBPyConnection, sample: Sample, source: str, cells: dict[str, str]) -> Row:
    expressions = ", ".join(_cell(sample, cells.get(column)) for column in sample.columns)
    return list(connection.execute(f"SELECT {expressions} FROM ({source}) WHERE noise IS NULL").fetchall()[0])


def _write_nested(connection: DuckDBPyConnection, sample: Sample, source: str, sort: str, file: Path) -> None:
    cells = ", ".join(f'({expression}) AS "{column}"' for column, expression in sample.cells.items())
    how = {"json": "FORMAT json, ARRAY true", "jsonl": "FORMAT json", "parquet": "FORMAT parquet, COMPRESSION zstd"}
    target = str(file).replace("'", "''")
    connection.execute(f"COPY (SELECT {cells} FROM ({source}) ORDER BY {sort}) TO '{target}' ({how[sample.kind]})")


def _write_text(sample: Sample, head: Sequence[Row], body: Iterable[Row], total: Sequence[Row], file: Path) -> None:
    with file.open("w", encoding=sample.encoding, errors="replace", newline="") as stream:
        stream.write("\ufeff" if sample.bom else "")
        stream.writelines(_line(sample, row) + sample.line_end for row in head)
        stream.writelines(_line(sample, row) + sample.row_end + sample.line_end for row in body)
        stream.writelines(_line(sample, row) + sample.line_end for row in total)


def _line(sample: Sample, row: Row) -> str:
    special = (sample.delimiter, '"', "\n", "\r")

    def text(cell: str) -> str:
        if sample.quote == "bare" and cell.startswith('="'):
            return cell
        if sample.quote == "all" or (sample.quote != "never" and any(mark in cell for mark in special)):
            return '"' + cell.replace('"', '""') + '"'
        return cell

    line = sample.delimiter.join(map(text, row))
    return line.rstrip(sample.delimiter) if sample.ragged else line


def _write_workbook(sample: Sample, head: Sequence[Row], body: Iterable[Row], total: Sequence[Row], file: Path) -> None:
    book = xlsxwriter.Workbook(str(file), {"strings_to_numbers": False, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime(*EPOCH)})
    days, times = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    rows = [*head, *body, *total]
    for name in filter(None, [sample.sheet, sample.twin_sheet]):
        sheet = book.add_worksheet(name)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, str) and not (sample.mixed and NUMBER.fullmatch(cell)):
                    sheet.write_string(y, x, cell)
                elif isinstance(cell, dt.date):
                    sheet.write_datetime(y, x, cell, times if isinstance(cell, dt.datetime) else days)
                elif cell is None:
                    sheet.write_string(y, x, sample.blank) if sample.blank else None
                else:
                    sheet.write_number(y, x, float(cell) if isinstance(cell, str | Decimal) else cell)
    book.close()


def _pack(file: Path) -> None:
    """Replaces a file by a zip of it, named after it."""
    with zipfile.ZipFile(file.with_suffix(".zip"), "w") as archive:
        archive.writestr(zipfile.ZipInfo(file.name, EPOCH), file.read_bytes())
    file.unlink()
