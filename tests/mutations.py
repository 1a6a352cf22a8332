"""Samples with one thing changed: a file of rows or of records as bytes, and what is known of the change."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from mutants import Records, Rows

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
