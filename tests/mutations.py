"""Samples with one thing changed: a file of rows or of records as bytes, and what is known of the change."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet
import xlsxwriter

from ecomkit.data.imports.excel import sheets
from ecomkit.data.imports.look import Look

NO_NUMBER = ["abc", "1.2.3", "12,34,5", "1e999", "#REF!", "九", "--5--", "5 of 9", "1 2", "0x1F", "3+4", "NaN5"]
CELLS = 4  # that are touched in one file
WRAPPED = ["{} ", " {}", "\t{}", "{}\t", '="{}"', "'{}", "\u3000{}"]  # what exports put around a cell


class Change(NamedTuple):
    """What was changed. `same`: nothing that counts; `record`: one is gone or broken; `again`: one stands twice;
    `cell`: one says something else (`is_number`, if it is a number; None, if it says the same in other words);
    `other`: anything."""

    kind: str
    record: int = 0  # the first after the header is 1
    column: int = -1
    is_number: bool | None = False
    number: float = 0.0


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
    def whole(self) -> list[int]:
        """The places of the rows of data that have a cell for each column."""
        return [i for i in range(self.head + 1, len(self.rows)) if len(self.rows[i]) >= len(self.look.header)]

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


def truncate(sample: Rows | Records, dice: random.Random) -> tuple[bytes, Change]:
    raw = sample.write()
    return raw[: dice.randrange(len(raw))], Change("other")


def break_bytes(sample: Rows | Records, dice: random.Random) -> tuple[bytes, Change]:
    raw = sample.write()
    place = dice.randrange(len(raw))
    return raw[:place] + dice.choice([b'"', b",", b"\t", b"\n", b"\0", b"\xff\xfe"]) + raw[place:], Change("other")


def drop_row(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    place = dice.choice(table.whole)
    del table.rows[place]
    return table.write(), Change("record", place - table.head)


def repeat_row(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    place = dice.choice(table.whole)
    table.rows.insert(dice.randrange(place, len(table.rows)) + 1, list(table.rows[place]))
    return table.write(), Change("again", place - table.head)


def resize_row(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    place = dice.choice(table.whole)
    row = table.rows[place]
    row[:] = row[: len(row) // 2] if dice.random() < 0.5 else [*row, "9", "9"]
    return table.write(), Change("record", place - table.head)


def swap_columns(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    a, b = dice.randrange(len(table.look.header)), dice.randrange(len(table.look.header))
    for place in ({table.head} - {-1}) | set(table.whole):
        row = table.rows[place]
        row[a], row[b] = row[b], row[a]
    is_whole = table.head >= 0 and not table.look.profile["ragged"]  # rows that end early have no such cells to swap
    return table.write(), Change("same" if is_whole else "other")


def drop_column(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    place = dice.randrange(len(table.look.header))
    for row in table.rows[max(table.head, 0) :]:
        del row[place : place + 1]
    return table.write(), Change("other")


def rename_column(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    header = table.rows[max(table.head, 0)]
    header[dice.randrange(len(header))] += "X"
    return table.write(), Change("other")


def other_encoding(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    with suppress(UnicodeEncodeError):
        return table.write(dice.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16", "cp1252"])), Change("same")
    return table.write(), Change("same")


def junk_row(table: Rows, dice: random.Random) -> tuple[bytes, Change]:
    wide = len(table.look.header)
    table.rows.insert(dice.randrange(len(table.rows)), dice.choice([[], [""] * wide, ["made with care"], ["x"] * wide]))
    return table.write(), Change("other")


Touch = Callable[[list[str], int], Change]
Mutation = Callable[..., tuple[bytes, Change]]


def _cells(table: Rows, dice: random.Random, columns: list[int], touch: Touch) -> tuple[bytes, list[Change]]:
    """Touches a cell in each of a few rows: what is not touched must not mind."""
    changes = []
    single = [place for place in table.whole if table.rows.count(table.rows[place]) == 1]  # not one that stands twice
    for place in dice.sample(single, min(CELLS, len(single))):
        change = touch(table.rows[place], column := dice.choice(columns))
        changes.append(change._replace(record=place - table.head, column=column))
    if table.delimiter == " ":  # columns of fixed width: a cell more or less moves all others
        changes = [change._replace(kind="other") for change in changes]
    return table.write(), changes


def spoil_cells(table: Rows, dice: random.Random, columns: list[int]) -> tuple[bytes, list[Change]]:
    junk = dice.sample(NO_NUMBER, CELLS)  # each another: two orders may not come to share their number

    def touch(row: list[str], column: int) -> Change:
        row[column] = junk.pop()
        return Change("cell")

    return _cells(table, dice, columns, touch)


def wrap_cells(table: Rows, dice: random.Random, columns: list[int]) -> tuple[bytes, list[Change]]:
    bare = table.delimiter if table.look.profile["unquoted"] else "\0"  # would end a cell that no quotes hold
    wrapped = [form for form in WRAPPED if bare not in form]

    def touch(row: list[str], column: int) -> Change:
        if row[column]:
            row[column] = dice.choice(wrapped).format(row[column])
        return Change("cell", is_number=None)

    return _cells(table, dice, columns, touch)


def other_numbers(table: Rows, dice: random.Random, columns: list[int]) -> tuple[bytes, list[Change]]:
    def touch(row: list[str], column: int) -> Change:
        number = dice.randrange(1, 10 ** dice.randrange(1, 6))
        percent = "%" * row[column].strip().endswith("%")
        said = f"{number:,}".replace(",", "." if table.look.comma else ",") if dice.random() < 0.5 else str(number)
        row[column] = said + percent
        return Change("cell", is_number=True, number=number / 100 if percent else float(number))

    return _cells(table, dice, columns, touch)


def drop_record(table: Records, dice: random.Random) -> tuple[bytes, Change]:
    del table.records[dice.randrange(len(table.records))]
    return table.write(), Change("other")


def repeat_record(table: Records, dice: random.Random) -> tuple[bytes, Change]:
    table.records.append(dice.choice(table.records))
    return table.write(), Change("other")


def spoil_value(table: Records, dice: random.Random) -> tuple[bytes, Change]:
    record = dice.choice(table.records)
    key = dice.choice([k for k, value in record.items() if not isinstance(value, list | dict)] or [""])
    if table.schema is None and key:
        record[key] = dice.choice(NO_NUMBER)
    return table.write(), Change("other")


OF_ROWS: list[Mutation] = [
    truncate, drop_row, repeat_row, break_bytes, resize_row, swap_columns, drop_column, rename_column, other_encoding,
    junk_row,
]  # fmt: skip
OF_CELLS = [spoil_cells, other_numbers, wrap_cells, spoil_cells, other_numbers]
OF_RECORDS: list[Mutation] = [
    truncate, break_bytes, drop_record, repeat_record, spoil_value,
]  # fmt: skip
