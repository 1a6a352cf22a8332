"""The cells of a file as text in DuckDB, each row with its number: what is read, before anything is understood."""

import codecs
import csv
import re
from pathlib import Path
from typing import NamedTuple

import duckdb
from duckdb import DuckDBPyConnection

from ecomkit.data.folder import literal
from ecomkit.data.imports.excel import sheets
from ecomkit.data.imports.look import Look
from ecomkit.data.imports.merge import columns
from ecomkit.data.imports.records import flatten
from ecomkit.data.imports.values import quote
from ecomkit.errors import TableError

BLOCK = 1 << 20
LINE_MAX = 16 << 20  # bytes of the longest row that is read
REASONS = {
    "MISSING COLUMNS": "fewer cells than the header",
    "TOO MANY COLUMNS": "more cells than the header",
    "UNQUOTED VALUE": "a quote that is not closed",
    "INVALID ENCODING": "bytes that are no text",
    "LINE SIZE OVER MAXIMUM": "too long",
}


class Lost(NamedTuple):
    """Rows that could not be read at all: why, how many, and the numbers of the first thousand."""

    why: str
    rows: int
    numbers: list[int]


def scan(connection: DuckDBPyConnection, look: Look, work: Path, *, clean: bool = False) -> str:
    """Returns SQL for the rows of data of a file as `c0`, `c1`, ... and, where a row ends early, NULL.

    With `clean`, NUL characters are taken out, and a text file is first copied as UTF-8 with one kind of line end.
    """
    if look.kind == "records":
        relation = flatten(look.file, connection)
        form = "replace({}, chr(0), '')" if clean else "{}"
        names = ", ".join(f"{form.format(_quoted(name))} AS c{i}" for i, name in enumerate(relation.columns))
        relation.project(names).create_view("records", replace=True)
        return "records"
    file, skip, delimiter = look.file, look.skip, look.delimiter
    if look.kind == "sheet":
        file, skip, delimiter = _copy_sheet(look, work), 0, ","
    elif clean or look.encoding != "utf-8" or look.delimiter == " ":
        file = _copy_text(look, work)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(look.width + bool(look.profile["ragged"])))
    mark = "" if look.profile["unquoted"] else '"'
    padded = "null_padding = true, parallel = false, " if look.profile["ragged"] else ""
    return (
        f"read_csv({quote(literal(file))}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = '{delimiter}', quote = '{mark}', escape = '{mark}', columns = {{{columns}}}, "
        f"nullstr = '\\0', {padded}"
        f"max_line_size = {LINE_MAX}, buffer_size = {2 * LINE_MAX}, ignore_errors = true, store_rejects = true, "
        "rejects_table = 'lost_rows', rejects_scan = 'lost_scans', strict_mode = true)"
    )


def lost(connection: DuckDBPyConnection) -> list[Lost]:
    """Returns the rows that the last scan could not read, and forgets them: their text is no one's business."""
    if not columns(connection, "lost_rows"):
        return []
    found = connection.execute("""
        SELECT kind, sum(1 + length(text) - length(replace(text, chr(10), '')))::BIGINT, min(line, 1000)
        FROM (SELECT line, any_value(error_type)::VARCHAR AS kind, any_value(rtrim(csv_line, chr(10))) AS text
          FROM lost_rows GROUP BY line, byte_position) GROUP BY kind ORDER BY kind""").fetchall()
    connection.execute("DROP TABLE IF EXISTS lost_rows; DROP TABLE IF EXISTS lost_scans")
    return [Lost(REASONS.get(kind, kind.lower()), rows, lines) for kind, rows, lines in found]


def _copy_text(look: Look, work: Path) -> Path:
    decoder = codecs.getincrementaldecoder(look.encoding)(errors="replace")
    copy = work / "text.csv"
    with look.file.open("rb") as source, copy.open("w", encoding="utf-8", newline="") as target:
        held = ""
        while block := source.read(BLOCK):
            text = held + decoder.decode(block)
            held = "\r" if text.endswith("\r") else ""  # half of a line end, perhaps
            target.write(_plain(text[: len(text) - len(held)], look))
        target.write(_plain(held + decoder.decode(b"", final=True), look))
    return copy


def nuls(look: Look) -> int:
    """Returns how many characters of a file are NUL, which is none: a disk or a transfer has put them there."""
    if look.kind == "sheet":
        return 0
    if look.kind == "records":
        return _nuls_of_records(look.file)
    decoder = codecs.getincrementaldecoder(look.encoding)(errors="replace")
    with look.file.open("rb") as stream:
        blocks = iter(lambda: stream.read(BLOCK), b"")
        if not look.encoding.startswith("utf-16"):
            return sum(block.count(b"\0") for block in blocks)
        return sum(decoder.decode(block).count("\0") for block in blocks)


def _nuls_of_records(file: Path) -> int:
    """In JSON the character has a spelling of its own; in Parquet, the cells that hold it are counted."""
    with file.open("rb") as stream:
        blocks = iter(lambda: stream.read(BLOCK), b"")
        if stream.read(4) != b"PAR1":
            return sum(block.count(b"\\u0000") for block in blocks)
    relation = flatten(file)
    held = " + ".join(f"count(*) FILTER (contains({_quoted(name)}, chr(0)))" for name in relation.columns)
    try:
        return int(relation.aggregate(held).fetchall()[0][0])
    except duckdb.Error:
        raise TableError(f"'{file.name}' cannot be read as a table.", "export it again.") from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(text: str, look: Look) -> str:
    """Text with one kind of line end and, where columns have a fixed width, one space between them."""
    text = text.replace("\ufeff", "").replace("\0", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"(?m)^ +| +$|(?<= ) +", "", text) if look.delimiter == " " else text


def _copy_sheet(look: Look, work: Path) -> Path:
    copy = work / "sheet.csv"
    with copy.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        rows = next(rows for name, rows in sheets(look.file) if name == look.sheet)
        for number, row in enumerate(rows):
            if number >= look.skip:
                writer.writerow([*row, *[""] * (look.width - len(row))][: look.width])
    return copy
