"""Samples with one thing changed: what is read is right, or refused, or its loss is told and adds up.

Two thousand changes over every sample, of each kind in turn; `ECOMKIT_FUZZ` tries more. What was not touched must come
out as before, row by row; a cell that cannot be read is told, and takes nothing else with it; a number that was put in
arrives; what was only written otherwise changes nothing. Never a traceback.
"""

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import mutations
import pytest
from mutations import Change

from ecomkit.data.imports.account import FileAccount, account
from ecomkit.data.imports.fields import ROW, Field
from ecomkit.data.imports.gather import gather
from ecomkit.data.imports.look import Look, look
from ecomkit.data.imports.profile import profiles
from ecomkit.data.imports.shape import SUMMED, shape
from ecomkit.data.imports.typed import Typed, read
from ecomkit.data.imports.values import SCALES, macros
from ecomkit.errors import EcomkitError

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
NAMES = [name for name, told in TRUTH["files"].items() if told["format"] in profiles()]
ROUNDS = int(os.environ.get("ECOMKIT_FUZZ", "2000"))
OLDER = ("older state of the same row", "older state of the same line", "older state of the same order")
DERIVED = ("list_amount", "line_id")
Row = tuple[Any, ...]


class Taken(NamedTuple):
    """What became of a file: its account and, per canonical table, the columns and the rows by their number."""

    look: Look
    typed: Typed
    told: FileAccount
    tables: dict[str, tuple[list[str], dict[int, Row]]]

    def rows(self, table: str) -> Counter[Row]:
        return Counter(row[1:] for row in self.tables[table][1].values())

    def orders_at(self, row: int) -> set[str]:
        """The orders that a row of the file has to do with."""
        found = [(columns, rows[row]) for columns, rows in self.tables.values() if row in rows]
        return {at[columns.index("order_id")] for columns, at in found if "order_id" in columns}

    @property
    def lost(self) -> int:
        """How many rows or cells are told to be lost."""
        return sum(r["rows"] for part in (self.told.dropped, self.told.not_parsed) for r in part.values())


@pytest.fixture(scope="module")
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(macros() + "; PRAGMA disable_optimizer; SET threads = 1")  # planning costs most here
        yield connection


def _take(bench: duckdb.DuckDBPyConnection, file: Path, work: Path) -> Taken:
    seen = next(seen for found in gather([file], work) for seen in look(found.file))
    typed = read(bench, seen, work, zone=TRUTH["timezone"], salt="salt")
    tables = {}
    for table in shape(bench, typed):
        found = bench.execute(f"SELECT * FROM new_{table}")
        columns = [d[0] for d in found.description]
        tables[table] = (columns, {row[0]: row for row in found.fetchall()})
    told = account(bench, typed, list(tables), name=file.name, currency="")
    assert told.read == told.written + sum(reason["rows"] for reason in told.dropped.values())
    return Taken(seen, typed, told, tables)


# --- what is wrong ----------------------------------------------------------------------------------------------------


def _wrong(before: Taken, after: Taken, change: Change) -> list[Any]:
    """What came out otherwise than it should."""
    differ = [t for t in before.tables if before.rows(t) != after.rows(t)]
    counts_rows = any(f.source.const == ROW for f in before.typed.fields)
    if change.kind == "same" or (change.kind == "again" and not counts_rows):
        return differ
    if change.kind == "record" and before.told.dropped.keys().isdisjoint(OLDER) and not counts_rows:
        return [t for t in differ if t in _own(before) and _beside(before, after, t, change)]
    if change.kind == "cell":
        moved = [t for t in differ if t in _own(before) and _beside(before, after, t, change)]
        return moved + [told for t in _own(before) for told in _at(before, after, t, change)]
    return [] if _complains(before.told, after.told) else _sums_that_differ(before, after)


def _sums_that_differ(before: Taken, after: Taken) -> list[Any]:
    """The sums of columns of numbers that both have, and that are not equal."""
    wrong = []
    for table in before.tables:
        one, other = (
            dict(zip(t.tables[table][0], zip(*t.tables[table][1].values(), strict=True), strict=False))
            for t in (before, after)
        )
        for column in (one.keys() & other.keys()) - {"row", "unit_price", "price"}:
            sums = [
                round(sum(v for v in values if isinstance(v, int | float)), 2)
                for values in (one[column], other[column])
            ]
            wrong += [(table, column, *sums)] if sums[0] != sums[1] else []
    return wrong


def _complains(before: FileAccount, after: FileAccount) -> bool:
    """Whether the account of a broken file says anything that the account of the whole one does not."""
    keys = ("read", "written", "dropped", "not_parsed", "not_understood", "not_there")
    return any(getattr(before, key) != getattr(after, key) for key in keys)


def _own(taken: Taken) -> list[str]:
    """The tables whose rows are those of the file, or its orders; others are made of what several rows say."""
    profile = taken.look.profile
    if profile["grain"] == "line":
        return [t for t in ("orders", "order_lines") if t in taken.tables]
    first = next(iter(taken.tables))
    return [] if profile["summed"] or first in SUMMED else [first]


def _beside(before: Taken, after: Taken, table: str, change: Change) -> bool:
    """Whether rows that have nothing to do with the touched one are not what they were."""
    row, columns = before.look.skip + change.record, before.tables[table][0]
    old, new = ({n: r for n, r in taken.tables[table][1].items() if n != row} for taken in (before, after))
    if before.look.profile["grain"] == "line":
        order = columns.index("order_id")
        touched = before.orders_at(row) | after.orders_at(row)
        old, new = ({n: r for n, r in rows.items() if r[order] not in touched} for rows in (old, new))
    if change.kind == "cell":
        return old != new
    gone, more = (Counter(r[1:] for r in rows.values()) for rows in (old, after.tables[table][1]))
    return not gone <= more if before.look.profile["grain"] != "line" else False


def _at(before: Taken, after: Taken, table: str, change: Change) -> list[Any]:
    """What came of the touched cell otherwise than it should."""
    row, (columns, rows) = before.look.skip + change.record, before.tables[table]
    old, new = rows.get(row), after.tables[table][1].get(row)
    is_told = after.lost > before.lost
    if old is None or new is None:
        return [(table, "gone in silence")] if old and not is_told else []
    fed = {f.column.name: f for f in before.typed.fields if f.table == table and change.column in _cells(f)}
    sums = {f.column.name for f in before.typed.fields if f.table == table and f.source.each}
    wrong = []
    for name, was, now in list(zip(columns, old, new, strict=True))[1:]:
        field = fed.get(name)
        if field is None:
            is_summed = name in sums and is_told  # of an order, over those of its rows that can be read
            wrong += [(table, name, was, now)] if was != now and not (is_summed or name in DERIVED) else []
        elif field.is_number or field.column.kind in ("time", "date"):
            wrong += [] if _is_right(field, was, now, change, is_told) else [(table, name, was, now)]
    return wrong


def _is_right(field: Field, was: Any, now: Any, change: Change, is_told: bool) -> bool:
    """Whether the value of a touched cell is as it should be."""
    is_plain = len(_cells(field)) == 1 and not (field.source.pattern or field.source.values or field.source.each)
    if not is_plain or now == was:
        return True
    if change.is_number and field.is_number:
        scaled = round(change.number * SCALES.get(field.source.unit, 1), 4)
        return now == pytest.approx(scaled) or (is_told and now is None)
    return now is None and is_told


def _cells(field: Field) -> list[int]:
    """The columns of a file that a canonical column is made of."""
    more = _cells(field.fallback) if field.fallback else []
    return [*field.cells, *(place for _sign, place in field.others), *more]


# --- properties -------------------------------------------------------------------------------------------------------


def _changed(name: str, taken: Taken, dice: random.Random, number: int) -> tuple[str, bytes, Change]:
    """The name of a mutation, the sample `name` after it, and what it was."""
    sample = mutations.opened(SAMPLES / name, taken.look)
    if isinstance(sample, mutations.Records):
        mutation = mutations.OF_RECORDS[number % len(mutations.OF_RECORDS)]
        return mutation.__name__, *mutation(sample, dice)
    mutation = mutations.OF_ROWS[number % len(mutations.OF_ROWS)]
    if mutation not in mutations.OF_CELLS:
        return mutation.__name__, *mutation(sample, dice)
    numbers = [f for f in taken.typed.fields if f.is_number or mutation is not mutations.other_number]
    columns = sorted({place for f in numbers for place in _cells(f)})
    return mutation.__name__, *mutation(sample, dice, columns or [0])


def test_a_changed_sample_is_read_right_or_complained_of(bench: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    whole = {name: _take(bench, SAMPLES / name, tmp_path) for name in NAMES}
    refused, silent = 0, []
    for seed in range(ROUNDS):  # every sample and every mutation in turn
        dice, name = random.Random(seed), NAMES[seed % len(NAMES)]
        mutation, raw, change = _changed(name, whole[name], dice, seed + seed // len(NAMES))
        work = tmp_path / str(seed)
        work.mkdir()
        file = work / Path(name).name
        file.write_bytes(raw)
        try:
            after = _take(bench, file, work)
        except EcomkitError as error:
            refused += 1
            silent += [] if "\nHint: " in str(error) else [(seed, name, mutation, error)]
            continue
        if wrong := _wrong(whole[name], after, change):
            silent.append((seed, name, mutation, change, wrong))
    assert silent == [], "\n".join(map(str, silent))
    assert refused < ROUNDS / 2
