"""Samples with one thing broken: a total is either that of the truth, or the account complains.

What is allowed in every case: the file is refused with an error of ours. What never is: a traceback, or a total that
differs while the account reads as that of the whole file. CI tries a hundred and fifty; `ECOMKIT_FUZZ=2000` tries more.
"""

import csv
import io
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ecomkit.data.imports.account import FileAccount, account
from ecomkit.data.imports.look import look
from ecomkit.data.imports.profile import profiles
from ecomkit.data.imports.shape import shape
from ecomkit.data.imports.typed import read
from ecomkit.data.imports.values import macros
from ecomkit.errors import EcomkitError

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
TEXTS = [
    name
    for name, told in TRUTH["files"].items()
    if told["format"] in profiles() and name.endswith((".csv", ".txt")) and told["format"] != "taobao_items"
]
ROUNDS = int(os.environ.get("ECOMKIT_FUZZ", "150"))
NO_NUMBER = ["abc", "1.2.3", "12,34,5", "1e999", "#REF!", "九", "--5--", "5 of 9"]


class Table:
    """A sample as rows of cells that can be written again."""

    def __init__(self, name: str) -> None:
        self.encoding = TRUTH["files"][name]["encoding"]
        text = (SAMPLES / name).read_bytes().decode(self.encoding)
        counts = {mark: text.count(mark) for mark in ",\t;"}
        self.delimiter = max(counts, key=lambda mark: counts[mark])
        self.bom = text.startswith("\ufeff")
        self.rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=self.delimiter))
        self.header = next(i for i, row in enumerate(self.rows) if len(row) > 4 or name.startswith("cdnow"))

    def write(self, encoding: str = "") -> bytes:
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=self.delimiter, lineterminator="\r\n").writerows(self.rows)
        text = ("\ufeff" if self.bom else "") + target.getvalue()
        return text.encode(encoding or self.encoding, errors="replace")


def _truncate(table: Table, dice: random.Random) -> bytes:
    raw = table.write()
    return raw[: dice.randrange(len(raw))]


def _drop_rows(table: Table, dice: random.Random) -> bytes:
    del table.rows[dice.randrange(len(table.rows))]
    return table.write()


def _repeat_row(table: Table, dice: random.Random) -> bytes:
    place = dice.randrange(len(table.rows))
    table.rows.insert(dice.randrange(place, len(table.rows)) + 1, list(table.rows[place]))
    return table.write()


def _break_bytes(table: Table, dice: random.Random) -> bytes:
    raw = table.write()
    place = dice.randrange(len(raw))
    return raw[:place] + dice.choice([b'"', table.delimiter.encode(), b"\n", b"\0", b"\xff\xfe"]) + raw[place:]


def _swap_columns(table: Table, dice: random.Random) -> bytes:
    width = min(len(row) for row in table.rows[table.header :])
    a, b = dice.randrange(width), dice.randrange(width)
    for row in table.rows[table.header :]:
        row[a], row[b] = row[b], row[a]
    return table.write()


def _drop_column(table: Table, dice: random.Random) -> bytes:
    place = dice.randrange(len(table.rows[table.header]))
    for row in table.rows[table.header :]:
        del row[place : place + 1]
    return table.write()


def _rename_column(table: Table, dice: random.Random) -> bytes:
    header = table.rows[table.header]
    header[dice.randrange(len(header))] += "X"
    return table.write()


def _spoil_cell(table: Table, dice: random.Random) -> bytes:
    row = table.rows[dice.randrange(table.header + 1, len(table.rows))]
    if row:
        row[dice.randrange(len(row))] = dice.choice(NO_NUMBER)
    return table.write()


def _other_encoding(table: Table, dice: random.Random) -> bytes:
    return table.write(dice.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16", "cp1252"]))


def _blank_and_junk_rows(table: Table, dice: random.Random) -> bytes:
    junk = [[], [""] * len(table.rows[-1]), ["made with care"], ["x"] * len(table.rows[-1])]
    table.rows.insert(dice.randrange(len(table.rows)), dice.choice(junk))
    return table.write()


def _fewer_or_more_cells(table: Table, dice: random.Random) -> bytes:
    row = table.rows[dice.randrange(table.header + 1, len(table.rows))]
    row[:] = row[: len(row) // 2] if dice.random() < 0.5 else [*row, "9", "9"]
    return table.write()


MUTATIONS: list[Callable[[Table, random.Random], bytes]] = [
    _truncate, _drop_rows, _repeat_row, _break_bytes, _swap_columns, _drop_column, _rename_column, _spoil_cell,
    _other_encoding, _blank_and_junk_rows, _fewer_or_more_cells,
]  # fmt: skip


@pytest.fixture(scope="module")
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(macros() + "; PRAGMA disable_optimizer; SET threads = 1")  # planning costs most here
        yield connection


def _take(bench: duckdb.DuckDBPyConnection, file: Path, work: Path) -> tuple[dict[str, Any], FileAccount]:
    """The totals of the canonical tables that a file becomes, and the account of it."""
    seen = look(file)[0]
    typed = read(bench, seen, work, zone=TRUTH["timezone"], salt="salt")
    tables = shape(bench, typed)
    told = account(bench, typed, tables, name=file.name, currency="")
    totals: dict[str, Any] = {}
    for table in tables:
        for column, kind in bench.execute(f"SELECT column_name, column_type FROM (DESCRIBE new_{table})").fetchall():
            if kind in ("DOUBLE", "BIGINT") and column not in ("row", "unit_price", "price"):
                (totals[f"{table}.{column}"],) = bench.execute(f"SELECT sum({column}) FROM new_{table}").fetchall()[0]
        (totals[table],) = bench.execute(f"SELECT count(*) FROM new_{table}").fetchall()[0]
    return {name: round(float(value or 0), 2) for name, value in totals.items()}, told


def _complains(told: FileAccount, whole: FileAccount) -> bool:
    """Whether the account of a broken file says anything that the account of the whole one does not."""
    one, other = told.as_dict(), whole.as_dict()
    keys = ("read", "written", "dropped", "not_parsed", "not_understood", "not_there")
    return any(one[key] != other[key] for key in keys)


def test_a_broken_sample_is_read_right_or_complained_of(bench: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    whole = {name: _take(bench, SAMPLES / name, tmp_path) for name in TEXTS}
    refused, silent = 0, []
    for seed in range(ROUNDS):  # every sample and every mutation in turn
        dice = random.Random(seed)
        name, mutation = TEXTS[seed % len(TEXTS)], MUTATIONS[(seed + seed // len(TEXTS)) % len(MUTATIONS)]
        file = tmp_path / Path(name).name
        file.write_bytes(mutation(Table(name), dice))
        try:
            totals, told = _take(bench, file, tmp_path)
        except EcomkitError:
            refused += 1
            continue
        wanted, account_of_whole = whole[name]
        wrong = {key: (totals[key], wanted[key]) for key in totals if key in wanted and totals[key] != wanted[key]}
        if mutation is _spoil_cell:  # another text in an id is another id: rows are counted otherwise, sums must hold
            wrong = {key: both for key, both in wrong.items() if "." in key}
        if wrong and not _complains(told, account_of_whole):
            silent.append((seed, name, mutation.__name__, wrong))
    assert silent == [], "\n".join(map(str, silent))
    assert refused < ROUNDS / 2
