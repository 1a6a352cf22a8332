"""What a store should hold after a changed sample: made from the rows of the whole one and what is known of the change.

The rows of the whole sample are as the import reads them (other tests hold them to the truth manifest); everything
after that (which rows count, what an order is made of, what is laid over what) is done here again, in plain Python.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from mutants import Mutant, Origin, Patch

from ecomkit.data.imports.fields import ROW, Field
from ecomkit.data.imports.look import Look
from ecomkit.data.tables import TABLES

SCALES = {"fen": 0.01, "percent": 0.01, "negative": -1}
NUMBERS = ("money", "count")
SECRET = ("customer_id", "address_id", "user_id")
SUMMED = ("ads_daily",)
WEIGHTS = ("list_price", "list_amount", "line_discount", "commission")
ANY = "anything"  # a value of which nothing is known
Row = dict[str, Any]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Sample:
    """A sample as it is read: each row's values by `table.column`, why it is no data, and what its file lost."""

    look: Look
    fields: list[Field]
    rows: dict[int, Row]
    why: dict[int, str]

    @property
    def tables(self) -> list[str]:
        return list(dict.fromkeys(f.table for f in self.fields))

    @property
    def is_line(self) -> bool:
        return self.look.profile["grain"] == "line" and "orders" in self.tables

    @property
    def counts_rows(self) -> bool:
        """Whether a row that stands twice counts twice."""
        return any(f.source.const == ROW for f in self.fields) or "events" in self.tables


class Told(NamedTuple):
    """What the account says: why each lost row is lost, and the rows of the cells that were not read, by header."""

    why: dict[int, str]
    not_parsed: dict[str, set[int]]


def cells(field: Field) -> list[int]:
    """The columns of a file that a canonical column is made of."""
    more = cells(field.fallback) if field.fallback else []
    return [*field.cells, *(place for _sign, place in field.others), *more]


def header(sample: Sample, field: Field) -> str:
    return sample.look.header[field.cells[0]].strip()


def value(sample: Sample, field: Field, origin: Origin, number: int, told: Told, gone: set[int]) -> Any:
    """What a row should hold of a column."""
    was = sample.rows[sample.look.skip + origin.record].get(field.name)
    patches = dict(origin.patches) | dict.fromkeys(gone, Patch("empty"))
    met = [patches[place] for place in cells(field) if place in patches and patches[place].kind != "same"]
    if not met:
        return was if field.source.const != ROW else str(number)
    is_told = any(
        number in told.not_parsed.get(sample.look.header[p].strip(), ()) for p in cells(field) if p in patches
    )
    if len(cells(field)) > 1 or field.source.pattern or field.source.values or any(p.kind == "any" for p in met):
        is_junk = field.is_number and all(p.kind == "nothing" for p in met)
        return was if is_junk and not is_told else ANY
    return _plain(field, met[0])


def _plain(field: Field, patch: Patch) -> Any:
    """What the only cell of a column says."""
    if patch.kind == "empty" or (
        patch.kind == "nothing" and (field.is_number or field.column.kind in ("time", "date"))
    ):
        return None
    if field.is_number and patch.kind == "number":
        return _held(field, patch.number * SCALES.get(field.source.unit, 1))
    if patch.kind == "text" and field.column.kind in ("id", "text"):
        return patch.text if field.column.name not in SECRET else f"secret {patch.text}"
    return ANY


def _held(field: Field, number: float) -> float | None:
    """What a column may hold of a number."""
    number = round(number, 4) if field.column.kind == "money" else round(number, 9)
    if field.source.unit == "whole":
        number = float(round(number))
    if field.column.kind == "count" and (number != int(number) or not 0 <= number < 1e15):
        return None
    return None if abs(number) > 1e15 or (number < 0 and not field.column.signed) else number


def tables(sample: Sample, mutant: Mutant, told: Told) -> Tables:
    """Returns the rows that each canonical table should have of a file."""
    alive: list[Row] = []
    for n, origin in enumerate(mutant.rows or [], 1):
        number = sample.look.skip + mutant.shift + n
        why = told.why.get(number, "")
        if (
            sample.look.skip + origin.record in sample.rows
            and origin.record
            and (not why or why.startswith("no readable "))
        ):
            made = {f.name: value(sample, f, origin, number, told, mutant.gone) for f in sample.fields}
            alive.append({**made, "row": number, "fit": not why})
    made_tables = {}
    for table in sample.tables:
        if sample.is_line and table == "orders":
            made_tables[table] = _orders(sample, alive)
        elif table == "order_lines":
            kept = [row for row in alive if row["fit"]]
            made_tables[table] = [_own(sample, table, row) | {"weight": _weight(row)} for row in kept]
        else:
            made_tables[table] = _rows(sample, table, [row for row in alive if row["fit"]])
            made_tables[table] += [_commission(row) for row in made_tables[table] if row.get("commission")]
    return made_tables


def _commission(row: Row) -> Row:
    """What affiliates are paid, which stands beside what campaigns cost."""
    return {"date": row["date"], "campaign": ": commission", "cost": row["commission"]}


def _own(sample: Sample, table: str, row: Row) -> Row:
    return {f.column.name: row[f.name] for f in sample.fields if f.table == table}


def _weight(row: Row) -> Any:
    """What a line is weighed by where it does not say what was paid for it."""
    have = {name: row.get(f"order_lines.{name}", "no column") for name in WEIGHTS[:3]}
    if ANY in have.values():
        return ANY
    amount = have["list_amount"]
    if amount == "no column" and have["list_price"] != "no column":
        quantity = row.get("order_lines.quantity")
        amount = None if have["list_price"] is None or quantity is None else have["list_price"]
        amount = ANY if quantity == ANY else amount
    return None if amount == "no column" else amount


def _orders(sample: Sample, alive: list[Row]) -> list[Row]:
    """An order's own figures stand on the first of its rows that has money; others are the sum of its rows."""
    fields = [f for f in sample.fields if f.table == "orders"]
    groups: dict[Any, list[Row]] = {}
    for row in alive:
        groups.setdefault(row["orders.order_id"], []).append(row)
    found = []
    for order_id, rows in groups.items():
        has_revenue = any(f.column.name == "revenue" and not f.source.each for f in fields)
        head = next((r for r in rows if not has_revenue or r["orders.revenue"] is not None), None)
        if head is None or order_id is None:
            continue
        made: Row = {}
        for f in fields:
            each = [r[f.name] for r in rows if r["fit"]]
            made[f.column.name] = _sum(each) if f.source.each else head[f.name]
        if all(made[f.column.name] is not None for f in fields if f.is_required):
            found.append(made | {"order_id": order_id})
    return found


def _sum(values: Iterable[Any]) -> Any:
    there = [v for v in values if v is not None]
    return ANY if ANY in there else sum(there) if there else None


def _rows(sample: Sample, table: str, kept: list[Row]) -> list[Row]:
    needed = [f.name for f in sample.fields if f.table == table and f.is_required]
    found = [_own(sample, table, row) for row in kept if all(row[name] is not None for name in needed)]
    for row in found:
        if any(row[name.partition(".")[2]] == ANY for name in needed):  # whether it is one is not known
            row |= dict.fromkeys(TABLES[table].key, ANY)
    is_first = table == sample.tables[0]
    if table in SUMMED or (is_first and sample.look.profile["summed"]):
        return _added(table, found)
    return found if table == "events" or is_first else list(keyed(table, found).values())


def _added(table: str, rows: list[Row]) -> list[Row]:
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(table, row), []).append(row)
    return [{c: _sum(r[c] for r in rs) if _is_number(table, c) else rs[0][c] for c in rs[0]} for rs in groups.values()]


def _is_number(table: str, column: str) -> bool:
    return column not in WEIGHTS and column != "weight" and TABLES[table].column(column).kind in NUMBERS


def key(table: str, row: Row) -> tuple[Any, ...]:
    """The values that identify a row, of one platform."""
    return tuple(row.get(k) for k in TABLES[table].key if k != "platform")


def keyed(table: str, rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    return {key(table, row): row for row in rows}


def laid_over(old: Tables, new: Tables) -> Tables:
    """Returns what is there when `new` was imported after `old`."""
    both = {}
    for table in dict.fromkeys([*old, *new]):
        before, after = old.get(table, []), new.get(table, [])
        if table == "events":
            counts = [
                Counter(tuple(sorted((c, str(v)) for c, v in row.items())) for row in rows) for rows in (before, after)
            ]
            both[table] = [dict(row) for row in (counts[0] | counts[1]).elements()]
        elif table == "order_lines":
            replaced = {row["order_id"] for row in after}
            both[table] = [row for row in before if row["order_id"] not in replaced] + after
        else:
            there, come = keyed(table, before), keyed(table, after)
            both[table] = [_newer(table, there.get(k, {}), come.get(k, {})) for k in dict.fromkeys([*there, *come])]
    return both


def _newer(table: str, old: Row, new: Row) -> Row:
    """A row of a key: what the newer says, or leaves empty; of an order, the state of which more was refunded."""
    refunds = [row.get("refund_amount") for row in (old, new)]
    if table == "orders" and ANY in refunds:
        return {column: ANY if _is_number(table, column) else v for column, v in {**old, **new}.items()}
    is_older = table == "orders" and None not in refunds and refunds[0] > refunds[1]
    first, second = (old, new) if is_older else (new, old)
    return {c: first[c] if first.get(c) is not None else second.get(c) for c in dict.fromkeys([*old, *new])}


def totals(made: Tables) -> dict[tuple[str, str], Any]:
    """Returns what a store should add up to, by table and column; `rows` counts them."""
    found: dict[tuple[str, str], Any] = {}
    for table, rows in made.items():
        is_known = not any(ANY in key(table, row) for row in rows)
        found[table, "rows"] = len(rows) if is_known else ANY
        columns = dict.fromkeys(c for row in rows for c in row if _is_number(table, c))
        for column in columns.keys() - {"unit_price"}:
            found[table, column] = _sum(row.get(column) for row in rows) if is_known else ANY
    if "orders" in made and "order_lines" in made and "revenue" not in {c for r in made["order_lines"] for c in r}:
        weights: dict[Any, list[Any]] = {}
        for line in made["order_lines"]:
            weights.setdefault(line["order_id"], []).append(line["weight"])
        paid = [(o["revenue"], weights.get(o["order_id"], [])) for o in made["orders"]]
        is_known = ANY not in weights and not any(ANY in w for w in weights.values())
        sums = [r for r, w in paid if any(one is not None for one in w)]
        found["order_lines", "revenue"] = _sum(sums) if is_known else ANY
    return found


# --- what is told ----------------------------------------------------------------------------------------------------


def undue(sample: Sample, mutant: Mutant, before: Told, after: Told, *, is_short: bool) -> list[Any]:
    """Returns what the account says of rows that nothing was done to, and what it does not say of those touched."""
    found: list[Any] = []
    rows = {sample.look.skip + mutant.shift + n: o for n, o in enumerate(mutant.rows or [], 1)}
    near = _near(sample, rows)
    for number, origin in rows.items():
        was, now = before.why.get(sample.look.skip + origin.record, ""), after.why.get(number, "")
        if was != now and number not in near and not (mutant.gone and (now or is_short)):
            found.append((number, "was told as", was, "is told as", now))
        for f in sample.fields:
            found += _unsaid(sample, f, number, origin, mutant, before, after)
    strange = set(after.why) - set(rows)
    return found + ([("rows that are not there", sorted(strange)[:5])] if strange else [])


def _near(sample: Sample, rows: dict[int, Origin]) -> set[int]:
    """The rows that were touched, or have an order or a key with one of these in common."""
    seen = Counter(origin.record for origin in rows.values())
    touched = {n for n, o in rows.items() if o.patches or o.is_moved or not o.record or seen[o.record] > 1}
    keys = {n: _keys(sample, o) for n, o in rows.items()}
    theirs = set().union(*(keys[n] for n in touched)) if touched else set()
    gone = set(range(1, len(sample.rows) + 1)) - set(seen)
    theirs |= set().union(*(_keys(sample, Origin(record)) for record in gone)) if gone else set()
    return {n for n in rows if n in touched or keys[n] & theirs}


def _keys(sample: Sample, origin: Origin) -> set[Any]:
    row = sample.rows.get(sample.look.skip + origin.record, {}) if origin.record else {}
    found = {("order", row[name]) for name in ("orders.order_id", "order_lines.order_id") if row.get(name) is not None}
    found |= {("order", patch.text) for _place, patch in origin.patches if patch.kind == "text"}
    first = sample.tables[0]
    values = tuple(row.get(f"{first}.{k}") for k in TABLES[first].key if k != "platform")
    return found | ({("key", values)} if any(v is not None for v in values) else set())


def _unsaid(
    sample: Sample, f: Field, number: int, origin: Origin, mutant: Mutant, before: Told, after: Told
) -> list[Any]:
    """What is wrong with what is told of the cells of one column in one row."""
    if f.column.kind in ("text", "rate") or not f.cells or number in after.why or not origin.record:
        return []
    is_told = number in after.not_parsed.get(header(sample, f), ())
    patches = [patch for place, patch in origin.patches if place in cells(f)]
    was = sample.look.skip + origin.record in before.not_parsed.get(header(sample, f), ())
    if not patches:
        return [(number, header(sample, f), "is told, was not touched")] if is_told and not (was or mutant.gone) else []
    is_read = (
        len(cells(f)) > 1 or f.source.pattern or f.column.name in SECRET or patches[0].kind in ("any", "text", "empty")
    )
    if is_read or patches[0].kind == "same":
        return [] if is_read or not is_told else [(number, header(sample, f), "is told, says the same")]
    lost = value(sample, f, origin, number, after, set()) is None
    return [] if lost == is_told else [(number, f.name, "is lost" if lost else "is there", "and told:", is_told)]
