"""Changed samples imported, several independent files at once, and what came of each held against what should have."""

import itertools
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import expected
import mutants
import mutated_cells
import pytest
from expected import ANY, Sample, Told
from mutants import Mutant

from ecomkit.data.imports import Imported, account, import_files, keep, typed
from ecomkit.data.imports.account import FileAccount
from ecomkit.data.imports.fields import ROW
from ecomkit.data.imports.gather import gather
from ecomkit.data.imports.look import look
from ecomkit.data.imports.profile import profiles
from ecomkit.data.tables import TABLES
from ecomkit.errors import EcomkitError

NEEDS = {"taobao_items": "taobao_orders/46/ExportOrderList202509292300.csv"}  # lines whose orders are in another export
ALL_ROWS = 10_000  # row numbers that the account tells
CENTS = 0.006
CELLS = 3  # that are touched in a file, each in another row
COMPLAINTS = ("read", "written", "dropped", "not_parsed", "not_understood", "not_there")


class Case(NamedTuple):
    """One changed sample: its name, that of the change, and the file."""

    name: str
    change: str
    mutant: Mutant


@dataclass
class Bench:
    """Samples under `folder`, and one connection for all imports: opening one for each would cost most."""

    folder: Path
    truth: dict[str, Any]
    work: Path
    connection: duckdb.DuckDBPyConnection
    samples: dict[str, Sample] = field(default_factory=dict)
    stores: dict[tuple[str, ...], tuple[Path, dict[str, FileAccount]]] = field(default_factory=dict)
    wholes: dict[str, expected.Tables] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def names(self) -> list[str]:
        return [name for name, told in self.truth["files"].items() if told["format"] in profiles()]

    def sample(self, name: str) -> Sample:
        if name not in self.samples:
            work = self._folder()
            seen = next(seen for found in gather([self.folder / name], work) for seen in look(found.file))
            read = typed.read(self.connection, seen, work, zone=self.truth["timezone"], salt="salt")
            found = self.connection.execute("SELECT * FROM typed")
            columns = [d[0] for d in found.description]
            rows = {row[0]: dict(zip(columns, row, strict=True)) for row in found.fetchall()}
            why = {number: row["why"] for number, row in rows.items() if row["why"]}
            self.samples[name] = Sample(seen, read.fields, rows, why)
            self._clear()
        return self.samples[name]

    def _folder(self) -> Path:
        (work := self.work / str(next(self.numbers))).mkdir(parents=True)
        return work

    def _clear(self) -> None:
        for kind, name in (("VIEW", "view_name"), ("TABLE", "table_name")):
            query = f"SELECT {name} FROM duckdb_{kind.lower()}s() WHERE NOT internal"
            for (one,) in self.connection.execute(query).fetchall():
                self.connection.execute(f'DROP {kind} IF EXISTS "{one}"')

    # --- importing ---------------------------------------------------------------------------------------------------

    def clean(self, batch: tuple[str, ...]) -> tuple[Path, dict[str, FileAccount]]:
        """A store of the samples as they are, and the account of each."""
        if batch not in self.stores:
            done = self._import([(name, (self.folder / name).read_bytes()) for name in batch], store=None)
            assert not done.refused, done.refused
            self.stores[batch] = done.store, {name: self.told(done, i, name) for i, name in enumerate(batch)}
        return self.stores[batch]

    def told(self, done: Imported, place: int, name: str) -> Any:
        """The account of a file of an import; None where it was refused."""
        sheet = self.sample(name).look.sheet
        mine = [told for told in done.files if told.file.startswith(f"{place:02}/")]
        return next((told for told in mine if told.file.endswith(f" / {sheet}")), mine[0] if mine else None)

    def _import(self, files: list[tuple[str, bytes]], *, store: Path | None) -> Imported:
        work = self._folder()
        for place, (name, raw) in enumerate(files):
            file = work / "in" / f"{place:02}" / Path(name).name
            file.parent.mkdir(parents=True)
            file.write_bytes(raw)
        if store:
            shutil.copytree(store, work / "store")
        try:
            return import_files(
                [work / "in"], to=work / "store", timezone=self.truth["timezone"], currency=self._currency(files[0][0])
            )
        finally:
            self._clear()

    def totals(self, store: Path, name: str) -> dict[tuple[str, str], Any]:
        """What the store holds of the platform of a sample, by table and column."""
        sample, found = self.sample(name), {}
        for table in sample.tables[:1] + [t for t in sample.tables[1:] if t != "products"]:  # which many files fill
            files = list(store.glob(f"tables-*/{table}.parquet"))
            if not files:
                continue
            relation = self.connection.read_parquet(str(files[0]))
            columns = [
                c.name for c in TABLES[table].columns if c.name in relation.columns and c.kind in expected.NUMBERS
            ]
            sums = "".join(f", sum({column})" for column in columns)
            mine = f"WHERE platform = '{sample.look.profile['platform']}'"
            if "platform" not in relation.columns:
                orders = files[0].with_stem("orders")
                mine = f"WHERE order_id IN (SELECT order_id FROM read_parquet('{orders}') {mine})" * (
                    table == "order_lines"
                )
            row = self.connection.execute(f"SELECT count(*){sums} FROM read_parquet('{files[0]}') {mine}").fetchall()[0]
            found |= {(table, column): figure for column, figure in zip(["rows", *columns], row, strict=True)}
        return found

    # --- what is wrong -----------------------------------------------------------------------------------------------

    def wrong(self, batch: tuple[str, ...], cases: list[Case], *, is_over: bool) -> list[Any]:
        """What came of changed samples otherwise than it should; those of `batch` without a change lie beside them."""
        changed = {case.name: case for case in cases}
        files = [
            (name, changed[name].mutant.raw if name in changed else (self.folder / name).read_bytes()) for name in batch
        ]
        store, before = self.clean(batch)
        try:
            done = self._import(files, store=store if is_over else None)
        except EcomkitError as error:
            if len(cases) == 1:
                return [] if "\nHint: " in str(error) else [(cases[0].change, cases[0].name, "no hint", str(error))]
            return [w for case in cases for w in self.wrong(batch, [case], is_over=is_over)]
        found = []
        for place, name in enumerate(batch):
            if name in changed:
                told = self.told(done, place, name)
                said = self._wrong(changed[name], before[name], told, done, is_over=is_over)
                if said and len(cases) > 1:  # by itself, beside the others as they are
                    found += self.wrong(batch, [changed[name]], is_over=is_over)
                    continue
                found += [(changed[name].change, name, *one) for one in said]
        return found

    def _wrong(self, case: Case, before: FileAccount, after: Any, done: Imported, *, is_over: bool) -> list[Any]:
        sample, have = self.sample(case.name), self.totals(done.store, case.name)
        if case.name not in self.wholes:
            self.wholes[case.name] = expected.tables(sample, Mutant(b"", self._origins(sample)), told_of(before))
        whole = self.wholes[case.name]
        if after is None:
            should = expected.totals(whole) if is_over else {}
            return _differ(should, have if is_over else {})
        lost = any(f.source.const == ROW for f in sample.fields) and told_of(after).why
        is_unknown = case.mutant.rows is None and sample.look.kind == "records"
        if is_over and (lost or is_unknown):  # rows that are known by their number only, and are numbered otherwise now
            return []
        if case.mutant.rows is None:
            says = any(getattr(before, key) != getattr(after, key) for key in COMPLAINTS)
            return [] if says else _differ(expected.totals(whole), have)
        made = expected.tables(sample, case.mutant, told_of(after))
        should = expected.totals(expected.laid_over(whole, made) if is_over else made)
        gave_way = [("traffic_daily", "source_gave_way"), ("ads_daily", "campaign_gave_way")]
        skipped = [table for table, note in gave_way if note in done.notes]
        if case.name.split("/")[0] in NEEDS:  # whose orders another file brings
            skipped.append("orders")
        differ = [d for d in _differ(should, have) if d[0] not in skipped]
        return differ + expected.undue(
            sample, case.mutant, told_of(before), told_of(after), is_short=bool(after.not_there)
        )

    def _origins(self, sample: Sample) -> list[mutants.Origin]:
        return [mutants.Origin(row - sample.look.skip) for row in sorted(sample.rows)]

    # --- what is tried -----------------------------------------------------------------------------------------------

    def change(self, name: str, seed: int) -> Case:
        """A change of a sample, drawn by `seed`."""
        dice, sample = random.Random(f"{seed} {name}"), self.sample(name)
        file = mutants.opened(self.folder / name, sample.look)
        if isinstance(file, mutants.Records):
            mutation = mutants.OF_RECORDS[seed % len(mutants.OF_RECORDS)]
        elif dice.random() < 0.5:
            mutation = mutants.OF_ROWS[seed % len(mutants.OF_ROWS)]
        else:
            rules = rule_columns(sample)
            mutation = mutated_cells.of_cells(sample.fields, rules=rules, most=CELLS)
        return Case(name, mutation.__name__, mutation(file, dice))

    def batches(self, names: list[str]) -> list[tuple[str, ...]]:
        """The samples in groups of files that have nothing to do with each other: no two fill the same table of a
        platform."""
        groups: list[tuple[list[str], set[Any]]] = []
        for name in names:
            fills = self._fills(name)
            for group, taken in groups:
                if taken & fills == {"CNY"}:
                    group.append(name)
                    taken |= fills
                    break
            else:
                groups.append(([name], fills))
        return [
            tuple(dict.fromkeys([*group, *(NEEDS[f] for n in group if (f := n.split("/")[0]) in NEEDS)]))
            for group, _t in groups
        ]

    def _fills(self, name: str) -> set[Any]:
        sample = self.sample(name)
        platform = sample.look.profile["platform"]
        fills: set[Any] = {(platform, table) for table in sample.tables if table != "products"}
        fills |= {("", "events")} & {("", sample.tables[0])}
        fills |= {(platform, "orders")} if "order_lines" in sample.tables else set()
        return fills | {self._currency(name) if sample.tables != ["products"] else name}

    def _currency(self, name: str) -> str:
        own = self.sample(name).look.profile["currency"]
        return own if isinstance(own, str) and own else "CNY"


def tried(bench: Bench, names: list[str], *, rounds: int, first: int) -> tuple[int, list[Any]]:
    """How many changes of the samples were tried, from the seed `first` on, and what came of them that should not.

    A change of rows, columns or bytes is a file of its own; of cells, three rows of a file have one each. Files that
    have nothing to do with each other are imported together: every other time into a new store, and over a store of
    the same samples as they are.
    """
    count, found = 0, []
    batches = bench.batches(names)
    for seed, batch in enumerate(itertools.cycle(batches), first):
        if count >= rounds:
            break
        companions = {NEEDS[format_] for name in batch if (format_ := name.split("/")[0]) in NEEDS}
        cases = [bench.change(name, seed) for name in batch if name not in companions]
        is_over = bool(seed // len(batches) % 2)
        found += [(seed, *one) for one in bench.wrong(batch, cases, is_over=is_over)]
        count += sum(case.mutant.changes for case in cases)
    return count, found


def rule_columns(sample: Sample) -> set[int]:
    """The columns that rules look at, which rows are data."""
    profile = sample.look.profile
    headers = [h for rule in (*profile.drop, *profile.whole) for h in rule.all_columns]
    return {place for h in headers if (place := sample.look.place(h)) is not None}


def told_of(said: FileAccount) -> Told:
    why = {row: reason for reason, told in said.dropped.items() for row in told["first_rows"]}
    return Told(why, {header: set(told["first_rows"]) for header, told in said.not_parsed.items()})


def _differ(should: dict[tuple[str, str], Any], have: dict[tuple[str, str], Any]) -> list[Any]:
    found = []
    for at in [at for at in should if at in have or at[0] != "products"]:
        one, other = should[at] or 0, have.get(at) or 0
        if one != ANY and other != pytest.approx(float(one), abs=CENTS, rel=1e-9):
            found.append((*at, "should be", one, "is", other))
    return found


@contextmanager
def bench(folder: Path, truth: dict[str, Any], work: Path, patch: pytest.MonkeyPatch) -> Iterator[Bench]:
    (work / "spilled").mkdir(parents=True)
    with keep.connect(work, size=0) as connection:
        connection.execute("SET threads = 1; PRAGMA disable_optimizer")  # planning costs most here

        @contextmanager
        def again(*_args: Any, **_options: Any) -> Iterator[duckdb.DuckDBPyConnection]:
            yield connection

        patch.setattr(keep, "connect", again)
        patch.setattr(account, "FIRST", ALL_ROWS)
        yield Bench(folder, truth, work, connection)
