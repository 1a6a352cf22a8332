"""Samples with one thing changed: what is read is right, or refused, or its loss is told and adds up.

Two thousand changes over every sample, of each kind in turn; `ECOMKIT_FUZZ=9000 ECOMKIT_FUZZ_FIRST=5000` tries others.
What was not touched must come out as before, row by row; a cell that cannot be read is told, and takes nothing else
with it; a number that was put in arrives; what was only written otherwise changes nothing. Never a traceback.
"""

import itertools
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import mutants
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
FIRST = int(os.environ.get("ECOMKIT_FUZZ_FIRST", "0"))
OLDER = ("older state of the same row", "older state of the same line", "older state of the same order")
NOTHING = float("inf")  # no cell comes to this: what cannot be read must be missing, and told
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

    def lost_more(self, before: "Taken") -> int:
        """How many rows or cells are told to be lost beyond those of `before`."""
        pairs = [(self.told.dropped, before.told.dropped), (self.told.not_parsed, before.told.not_parsed)]
        counts = [(told["rows"], was.get(why, {"rows": 0})["rows"]) for now, was in pairs for why, told in now.items()]
        return sum(max(now - was, 0) for now, was in counts)


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


def _wrong(before: Taken, after: Taken, changes: list[Change]) -> list[Any]:
    """What came out otherwise than it should."""
    differ = [t for t in before.tables if before.rows(t) != after.rows(t)]
    counts_rows = any(f.source.const == ROW for f in before.typed.fields)
    kind = changes[0].kind
    if kind == "same" or (kind == "again" and not counts_rows):
        return differ
    if kind == "record" and before.told.dropped.keys().isdisjoint(OLDER) and not counts_rows:
        return [t for t in differ if t in _own(before) and _beside(before, after, t, changes)]
    if kind == "cell":
        moved = [t for t in differ if t in _own(before) and _beside(before, after, t, changes)]
        results = [(change, *_at(before, after, t, change, changes)) for t in _own(before) for change in changes]
        gone, told = len({change for change, _said, is_gone in results if is_gone}), after.lost_more(before)
        moved += [said for _change, wrong, _gone in results for said in wrong]
        return moved + [("lost in silence", gone, told)] * (gone > told)
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


def _beside(before: Taken, after: Taken, table: str, changes: list[Change]) -> bool:
    """Whether rows that have nothing to do with the touched ones are not what they were."""
    touched, columns = {before.look.skip + change.record for change in changes}, before.tables[table][0]
    old, new = ({n: r for n, r in taken.tables[table][1].items() if n not in touched} for taken in (before, after))
    is_line = before.look.profile["grain"] == "line"
    if is_line:
        order = columns.index("order_id")
        orders = set().union(*(taken.orders_at(row) for row in touched for taken in (before, after)))
        old, new = ({n: r for n, r in rows.items() if r[order] not in orders} for rows in (old, new))
    if changes[0].kind == "cell":
        return old != new
    return not is_line and not Counter(r[1:] for r in old.values()) <= after.rows(table)


def _at(before: Taken, after: Taken, table: str, change: Change, changes: list[Change]) -> tuple[list[Any], bool]:
    """What came of a touched cell otherwise than it should, and whether something is gone, which must be told."""
    row, (columns, rows) = before.look.skip + change.record, before.tables[table]
    old, new = rows.get(row), after.tables[table][1].get(row)
    if old is None or new is None:
        return [], old is not None
    fed = {f.column.name: f for f in before.typed.fields if f.table == table and change.column in _cells(f)}
    sums = {f.column.name for f in before.typed.fields if f.table == table and f.source.each}
    others = [before.orders_at(before.look.skip + c.record) for c in changes if c.record != change.record]
    is_shared = not before.orders_at(row).isdisjoint(set().union(*others))
    free = {*DERIVED, *(sums if is_shared or after.lost_more(before) else ())}  # sums of an order's rows, if readable
    wrong, is_gone = [], False
    for name, was, now in list(zip(columns, old, new, strict=True))[1:]:
        field = fed.get(name)
        if field is None:
            wrong += [(table, name, was, now)] if was != now and name not in free else []
        elif field.is_number or field.column.kind in ("time", "date"):
            wanted = _wanted(field, was, now, change)
            is_gone |= now is None and wanted is not None
            is_right = now in (None, wanted) or (field.is_number and now == pytest.approx(wanted))
            wrong += [] if is_right else [(table, name, was, now)]
    return wrong, is_gone


def _wanted(field: Field, was: Any, now: Any, change: Change) -> Any:
    """The value that a touched cell should come to; None if it can be none."""
    is_plain = len(_cells(field)) == 1 and not (field.source.pattern or field.source.values or field.source.each)
    if not is_plain:
        return now
    if change.is_number is None:
        return was
    if change.is_number and field.is_number:
        return round(change.number * SCALES.get(field.source.unit, 1), 4)
    return was if now == was else NOTHING


def _cells(field: Field) -> list[int]:
    """The columns of a file that a canonical column is made of."""
    more = _cells(field.fallback) if field.fallback else []
    return [*field.cells, *(place for _sign, place in field.others), *more]


# --- properties -------------------------------------------------------------------------------------------------------


def _changed(name: str, taken: Taken, dice: random.Random, number: int) -> tuple[str, bytes, list[Change]]:
    """The name of a mutation, the sample `name` after it, and what was changed."""
    sample = mutants.opened(SAMPLES / name, taken.look)
    if isinstance(sample, mutants.Records):
        mutation = mutations.OF_RECORDS[number % len(mutations.OF_RECORDS)]
        raw, change = mutation(sample, dice)
        return mutation.__name__, raw, [change]
    place = number % (len(mutations.OF_ROWS) + len(mutations.OF_CELLS))
    if place < len(mutations.OF_ROWS):
        raw, change = mutations.OF_ROWS[place](sample, dice)
        return mutations.OF_ROWS[place].__name__, raw, [change]
    several = mutations.OF_CELLS[place - len(mutations.OF_ROWS)]
    numbers = [f for f in taken.typed.fields if f.is_number or several is not mutations.other_numbers]
    return several.__name__, *several(sample, dice, sorted({p for f in numbers for p in _cells(f)}) or [0])


def test_a_changed_sample_is_read_right_or_complained_of(bench: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    whole = {name: _take(bench, SAMPLES / name, tmp_path) for name in NAMES}
    tried, refused, silent = 0, 0, []
    for seed in itertools.count(FIRST):  # every sample and every mutation in turn
        if tried >= ROUNDS:
            break
        dice, name = random.Random(seed), NAMES[seed % len(NAMES)]
        mutation, raw, changes = _changed(name, whole[name], dice, seed + seed // len(NAMES))
        tried += len(changes)
        work = tmp_path / str(seed)
        work.mkdir()
        file = work / Path(name).name
        file.write_bytes(raw)
        try:
            after = _take(bench, file, work)
        except EcomkitError as error:
            refused += len(changes)
            silent += [] if "\nHint: " in str(error) else [(seed, name, mutation, error)]
            continue
        if wrong := _wrong(whole[name], after, changes):
            silent.append((seed, name, mutation, changes, wrong))
    assert silent == [], "\n".join(map(str, silent))
    assert refused < tried / 2
