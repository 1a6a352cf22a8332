"""Samples with one thing changed: a file as bytes, and what each of its rows is now."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet
import xlsxwriter

from ecomkit.data.imports.excel import sheets
from ecomkit.data.imports.look import Look
from ecomkit.data.imports.records import LISTS


class Patch(NamedTuple):
    """What a touched cell says now: `same` in other words, a `number`, a `text`, `nothing` that can be read,
    `empty`, or `any`thing."""

    kind: str
    number: float = 0.0
    text: str = ""


class Origin(NamedTuple):
    """Where a row of data comes from: the record of the sample, the first being 1, and the cells that were touched;
    record 0 is a row that says nothing."""

    record: int
    patches: tuple[tuple[int, Patch], ...] = ()
    is_moved: bool = False


@dataclass
class Mutant:
    """A file after a change, what its rows of data are (unknown, where bytes were broken), how many lines more stand
    before them, which columns are gone, and how many changes these are."""

    raw: bytes
    rows: list[Origin] | None = None
    shift: int = 0
    gone: set[int] = field(default_factory=set)
    changes: int = 1


@dataclass
class Rows:
    """A text, a workbook or an archive with one text, as rows of cells that can be written again."""

    name: str
    look: Look
    rows: list[list[str]]
    delimiter: str = ","
    mark: str = ""
    others: tuple[tuple[str, list[list[str]]], ...] = ()  # further sheets

    def __post_init__(self) -> None:
        self.head = -1 if self.look.profile["headless"] else self.rows.index(list(self.look.header))

    @property
    def origins(self) -> list["Origin"]:
        """Where each row of data comes from, as long as nothing was changed."""
        return [Origin(i - self.head) for i in range(self.head + 1, len(self.rows))]

    @property
    def whole(self) -> list[int]:
        """The places of the rows of data that have a cell for each column."""
        return [i for i in range(self.head + 1, len(self.rows)) if len(self.rows[i]) >= len(self.look.header)]

    def parse(self, raw: bytes) -> list[list[str]]:
        """The rows of a text like this one."""
        text = raw.decode(self.look.encoding, errors="ignore").removeprefix("\ufeff")
        quoting = csv.QUOTE_NONE if self.look.profile["unquoted"] else csv.QUOTE_MINIMAL
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter, quoting=quoting))

    def write(self, encoding: str = "") -> bytes:
        if self.name.endswith(".xlsx"):
            return self._book()
        target = io.StringIO(newline="")
        if self.look.profile["unquoted"]:
            target.writelines(self.delimiter.join(row) + "\r\n" for row in self.rows)
        else:
            csv.writer(target, delimiter=self.delimiter, lineterminator="\r\n").writerows(self.rows)
        raw = (self.mark + target.getvalue()).encode(encoding or self.look.encoding)
        return raw if not self.name.endswith(".zip") else _zipped(raw)

    def _book(self) -> bytes:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
            for name, rows in ((self.look.sheet, self.rows), *self.others):
                sheet = book.add_worksheet(name)
                for place, row in enumerate(rows):
                    for column, cell in enumerate(row):
                        sheet.write_string(place, column, cell)
        return target.getvalue()


@dataclass
class Records:
    """A JSON or Parquet file as records that can be written again."""

    name: str
    look: Look
    records: list[dict[str, Any]]
    schema: pa.Schema | None = None
    is_lines: bool = False

    @property
    def origins(self) -> list[list[Origin]]:
        """The rows that each record is: one for each item of its list."""
        lengths = [next((max(len(r[key] or ()), 1) for key in LISTS if key in r), 1) for r in self.records]
        firsts = [sum(lengths[:place]) + 1 for place in range(len(lengths))]
        return [[Origin(first + n) for n in range(length)] for first, length in zip(firsts, lengths, strict=True)]

    def write(self) -> bytes:
        if self.schema is not None:
            target = io.BytesIO()
            pyarrow.parquet.write_table(pa.Table.from_pylist(self.records, self.schema), target)
            return target.getvalue()
        told = [json.dumps(record, ensure_ascii=False) for record in self.records]
        return ("\n".join(told) if self.is_lines else f"[{','.join(told)}]").encode()


def opened(file: Path, look: Look) -> Rows | Records:
    """Returns a sample in a form that can be changed and written again."""
    if file.suffix == ".parquet":
        table = pyarrow.parquet.read_table(file)
        return Records(file.name, look, table.to_pylist(), table.schema)
    if file.suffix == ".json":
        text = file.read_text(encoding="utf-8")
        is_lines = not text.startswith("[")
        return Records(file.name, look, [json.loads(t) for t in text.splitlines()] if is_lines else json.loads(text))
    if file.suffix == ".xlsx":
        found = {name: list(rows) for name, rows in sheets(file)}
        return Rows(file.name, look, found.pop(look.sheet), others=tuple(found.items()))
    raw = file.read_bytes()
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            raw = archive.read(archive.namelist()[0])
    text = raw.decode(look.encoding)
    mark = "\ufeff" * text.startswith("\ufeff")
    quoting = csv.QUOTE_NONE if look.profile["unquoted"] else csv.QUOTE_MINIMAL
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    rows = list(csv.reader(lines, delimiter=look.delimiter, quoting=quoting))
    return Rows(file.name, look, rows, look.delimiter, mark)


def _zipped(raw: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", raw)
    return target.getvalue()


Mutation = Callable[[Any, random.Random], Mutant]


def truncate(sample: Rows | Records, dice: random.Random) -> Mutant:
    """The end of the file is not there: of a text it is known what is left."""
    raw = sample.write()
    cut = raw[: dice.randrange(len(raw))]
    if isinstance(sample, Records) or sample.name.endswith((".xlsx", ".zip")) or sample.delimiter == " ":
        return Mutant(cut)
    rows = sample.parse(cut)
    if len(rows) < sample.head + 3:
        return Mutant(cut)
    whole, last = rows[: -1 if rows[-1] != sample.rows[len(rows) - 1] else None], len(rows) - 1
    found = [Origin(place - sample.head) for place in range(sample.head + 1, len(whole))]
    if len(whole) < len(rows):
        left = range(len(rows[-1]) - 1, len(sample.rows[last]))
        found.append(Origin(last - sample.head, tuple((column, Patch("any")) for column in left)))
    return Mutant(cut, found)


def break_bytes(sample: Rows | Records, dice: random.Random) -> Mutant:
    raw = sample.write()
    place = dice.randrange(len(raw))
    raw = raw[:place] + dice.choice([b'"', b",", b"\t", b"\n", b"\0", b"\xff\xfe"]) + raw[place:]
    if isinstance(sample, Records) or sample.name.endswith((".xlsx", ".zip")) or sample.delimiter == " ":
        return Mutant(raw)
    rows, origins = sample.parse(raw), sample.origins
    differ = [place for place, (one, other) in enumerate(zip(rows, sample.rows, strict=False)) if one != other]
    if len(rows) != len(sample.rows) or len(differ) != 1 or differ[0] <= sample.head:
        return Mutant(raw)
    one, other = rows[differ[0]], sample.rows[differ[0]]
    first = next((c for c, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)) - 1)
    last = first + 1 if len(one) == len(other) else len(other)
    patches = tuple((column, Patch("any")) for column in range(first, last))
    origins[differ[0] - sample.head - 1] = Origin(differ[0] - sample.head, patches)
    return Mutant(raw, origins)


# --- rows ------------------------------------------------------------------------------------------------------------


def drop_row(table: Rows, dice: random.Random) -> Mutant:
    place, origins = dice.choice(table.whole), table.origins
    del table.rows[place], origins[place - table.head - 1]
    return Mutant(table.write(), origins)


def repeat_row(table: Rows, dice: random.Random) -> Mutant:
    place, origins = dice.choice(table.whole), table.origins
    again = dice.randrange(place, len(table.rows)) + 1
    table.rows.insert(again, list(table.rows[place]))
    origins.insert(again - table.head - 1, Origin(place - table.head))
    return Mutant(table.write(), origins)


def move_row(table: Rows, dice: random.Random) -> Mutant:
    place, to, origins = dice.choice(table.whole), dice.choice(table.whole), table.origins
    table.rows.insert(to, table.rows.pop(place))
    origins.insert(to - table.head - 1, origins.pop(place - table.head - 1)._replace(is_moved=True))
    return Mutant(table.write(), origins)


def cut_row(table: Rows, dice: random.Random) -> Mutant:
    place, origins = dice.choice(table.whole), table.origins
    row = table.rows[place]
    left = dice.randrange(1, len(row))
    gone = tuple((column, Patch("empty")) for column in range(left, len(row)))
    table.rows[place], origins[place - table.head - 1] = row[:left], Origin(place - table.head, gone)
    return Mutant(table.write(), origins)


def lengthen_row(table: Rows, dice: random.Random) -> Mutant:
    """A cell too many at the end, or within, where it shifts those behind it."""
    place, origins = dice.choice(table.whole), table.origins
    row = table.rows[place]
    at = dice.choice([len(row), dice.randrange(len(row))])
    table.rows[place] = [*row[:at], "9", *row[at:]]
    shifted = tuple((column, Patch("any")) for column in range(at, len(row)))
    origins[place - table.head - 1] = Origin(place - table.head, shifted, is_moved=True)
    return Mutant(table.write(), origins)


def junk_row(table: Rows, dice: random.Random) -> Mutant:
    """A row that is no data: blank, a remark, a total, the header again."""
    wide, origins = len(table.look.header), table.origins
    total = [dice.choice(["Total", "\u5408\u8ba1", "\u603b\u8ba1"]), *["999"] * (wide - 1)]
    rows = [[""] * wide, ["made with care"], ["x"] * wide, total, list(table.look.header)]
    rows = rows[: 4 if table.head < 0 else 5]
    if "products" in list(table.look.profile.tables)[:1]:  # of which any row is one
        del rows[2:4]
    at = dice.randrange(table.head + 1, len(table.rows) + 1)
    table.rows.insert(at, dice.choice(rows))
    origins.insert(at - table.head - 1, Origin(0))
    return Mutant(table.write(), origins)


# --- columns ---------------------------------------------------------------------------------------------------------


def _all(table: Rows) -> Iterable[list[str]]:
    return (table.rows[place] for place in [*({table.head} - {-1}), *table.whole])


def swap_columns(table: Rows, dice: random.Random) -> Mutant:
    a, b = dice.randrange(len(table.look.header)), dice.randrange(len(table.look.header))
    for row in _all(table):
        row[a], row[b] = row[b], row[a]
    is_whole = table.head >= 0 and not table.look.profile["ragged"]  # rows that end early have no such cells to swap
    return Mutant(table.write(), table.origins if is_whole else None)


def swap_headers(table: Rows, dice: random.Random) -> Mutant:
    """Two columns whose headers were mistaken for each other: no reader can know."""
    head = table.rows[max(table.head, 0)]
    a, b = dice.randrange(len(head)), dice.randrange(len(head))
    head[a], head[b] = head[b], head[a]
    other = ((a, Patch("any")), (b, Patch("any")))
    return Mutant(table.write(), [o._replace(patches=other) for o in table.origins] if table.head >= 0 else None)


def drop_column(table: Rows, dice: random.Random) -> Mutant:
    place = dice.randrange(len(table.look.header))
    for row in table.rows[max(table.head, 0) :]:
        del row[place : place + 1]
    return Mutant(table.write(), table.origins if table.head >= 0 else None, gone={place})


def rename_column(table: Rows, dice: random.Random) -> Mutant:
    place, header = dice.randrange(len(table.look.header)), table.rows[max(table.head, 0)]
    header[place] += "X"
    return Mutant(table.write(), table.origins if table.head >= 0 else None, gone={place})


def double_column(table: Rows, dice: random.Random) -> Mutant:
    place = dice.randrange(len(table.look.header))
    for row in _all(table):
        row.append(row[place])
    return Mutant(table.write(), table.origins if table.head >= 0 else None)


# --- files -----------------------------------------------------------------------------------------------------------


def other_encoding(table: Rows, dice: random.Random) -> Mutant:
    with suppress(UnicodeEncodeError):
        table.mark = ""
        return Mutant(table.write(dice.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16", "cp1252"])), table.origins)
    return Mutant(table.write(), table.origins)


def other_delimiter(table: Rows, dice: random.Random) -> Mutant:
    if table.delimiter != " " and not table.look.profile["unquoted"]:
        table.delimiter = dice.choice(",\t;|")
    return Mutant(table.write(), table.origins)


def other_line_ends(table: Rows, dice: random.Random) -> Mutant:
    raw = table.write()
    if table.name.endswith((".xlsx", ".zip")) or table.look.encoding.startswith("utf-16"):
        return Mutant(raw, table.origins)
    return Mutant(raw.replace(b"\r\n", dice.choice([b"\n", b"\r", b"\n\n"])), None)


def preamble(table: Rows, dice: random.Random) -> Mutant:
    if table.head < 0:
        return Mutant(table.write(), table.origins)
    lines = [["Exported on 2025-09-30"], [""], ["# shop", "all"]][: dice.randrange(1, 4)]
    table.rows[0:0] = lines
    return Mutant(table.write(), table.origins, shift=len(lines))


def trailing_comma(table: Rows, dice: random.Random) -> Mutant:
    for place in table.whole:
        table.rows[place] = [*table.rows[place], ""]
    if table.head >= 0 and dice.random() < 0.5:
        table.rows[table.head] = [*table.rows[table.head], ""]
    return Mutant(table.write(), table.origins if table.delimiter != " " else None)


def twice(table: Rows, dice: random.Random) -> Mutant:
    """The file appended to itself, with its header or without."""
    body, origins = [list(row) for row in table.rows[table.head + 1 :]], table.origins
    header = [list(table.look.header)] if table.head >= 0 and dice.random() < 0.5 else []
    table.rows += header + body
    return Mutant(table.write(), [*origins, *[Origin(0)] * len(header), *(o._replace(is_moved=True) for o in origins)])


def add_sheet(table: Rows, dice: random.Random) -> Mutant:
    if not table.name.endswith(".xlsx"):
        return Mutant(table.write(), table.origins)
    other = dice.choice([[["notes"], ["made with care"]], [], table.rows])
    table.others = (*table.others, ("another", [list(row) for row in other]))
    return Mutant(table.write(), table.origins)


# --- records ---------------------------------------------------------------------------------------------------------


def drop_record(table: Records, dice: random.Random) -> Mutant:
    place, origins = dice.randrange(len(table.records)), table.origins
    del table.records[place], origins[place]
    return Mutant(table.write(), [o for part in origins for o in part])


def repeat_record(table: Records, dice: random.Random) -> Mutant:
    place, origins = dice.randrange(len(table.records)), table.origins
    table.records.append(table.records[place])
    return Mutant(table.write(), [o for part in [*origins, origins[place]] for o in part])


def spoil_value(table: Records, dice: random.Random) -> Mutant:
    """A value that is gone, is text, or is a list where none belongs."""
    record = dice.choice(table.records)
    key = dice.choice([k for k, value in record.items() if not isinstance(value, list | dict)] or [""])
    if table.schema is None and key:
        record[key] = dice.choice(["abc", "1.2.3", None, [], {"a": 1}, "", -5, 1e300])
    return Mutant(table.write())


OF_ROWS: list[Mutation] = [
    truncate, drop_row, repeat_row, break_bytes, move_row, cut_row, lengthen_row, junk_row, swap_columns, swap_headers,
    drop_column, rename_column, double_column, other_encoding, other_delimiter, other_line_ends, preamble,
    trailing_comma, twice, add_sheet,
]  # fmt: skip
OF_RECORDS: list[Mutation] = [truncate, break_bytes, drop_record, repeat_record, spoil_value]
