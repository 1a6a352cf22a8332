"""The columns that a profile reads from one file: where each stands, and the SQL of its value."""

import re
from dataclasses import dataclass

from ecomkit.data.imports import values
from ecomkit.data.imports.header import normalise
from ecomkit.data.imports.look import Look
from ecomkit.data.imports.profile import Source
from ecomkit.data.imports.values import quote
from ecomkit.data.tables import TABLES, Column
from ecomkit.errors import TableError

MOST = 1e15  # no figure of a shop is larger, and below it every cent is exact
ROW = "{row}"  # the constant that stands for the number of the row
WEIGHTS = {name: Column(name, "money", "what an order line is weighed by") for name in ("list_price", "line_discount")}
WEIGHTS["list_amount"] = Column("list_amount", "money", "list price of the line", signed=False)
WEIGHTS["commission"] = Column("commission", "money", "paid to affiliates, which no campaign's report holds")


@dataclass(frozen=True)
class Field:
    """One canonical column of one file: `cells` are the places of its alternatives, `others` (sign, place) to add."""

    table: str
    column: Column
    source: Source
    cells: tuple[int, ...]
    others: tuple[tuple[str, int], ...]
    fallback: "Field | None" = None

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column.name}"

    @property
    def is_number(self) -> bool:
        return self.column.kind in values.NUMBERS and self.column.name not in values.SECRET

    @property
    def is_required(self) -> bool:
        return _is_needed(self.column)


def fields(look: Look) -> list[Field]:
    """Returns the fields of a file; raises TableError where a column that a table must have is not there.

    A daily table that is not the profile's first is left out where the file has no such column, or nothing but its key.
    """
    found: list[Field] = []
    for table, columns in look.profile.tables.items():
        made = {name: _field(look, table, name, source) for name, source in columns.items()}
        lacking = [n for n, f in made.items() if f is None and n not in WEIGHTS and _is_needed(TABLES[table].column(n))]
        if lacking and (not found or not table.endswith("_daily")):
            raise TableError(
                f"'{look.file.name}' has no column {' or '.join(columns[lacking[0]].headers)}, "
                f"which `{table}.{lacking[0]}` needs.",
                "export all columns.",
            )
        if not (lacking or (found and _is_bare(table, made))):
            found += filter(None, made.values())
    return found


def _is_bare(table: str, made: dict[str, Field | None]) -> bool:
    """Whether a daily table would have nothing but its key."""
    return table.endswith("_daily") and all(name in TABLES[table].key for name, field in made.items() if field)


def _is_needed(column: Column) -> bool:
    return column.required and not column.nullable


def _field(look: Look, table: str, name: str, source: Source) -> Field | None:
    column = WEIGHTS[name] if name in WEIGHTS else TABLES[table].column(name)
    cells = tuple(p for h in source.headers if (p := look.place(h)) is not None)
    if not (cells or source.const or source.file):
        return None
    others = [("+", look.place(h)) for h in source.plus] + [("-", look.place(h)) for h in source.minus]
    others += [("*", p) for h in source.times if (p := look.place(h)) is not None][:1]
    at = tuple((sign, place) for sign, place in others if place is not None)
    return Field(table, column, _dated(look, source), cells, at, _fallback(look, table, column, source))


def absent(look: Look, found: list[Field]) -> list[str]:
    """Returns the headers that should add to figures of the file, or be taken from them, and are not there."""
    wanted = [header for field in found for header in (*field.source.plus, *field.source.minus)]
    return [header for header in dict.fromkeys(wanted) if look.place(header) is None]


def other_places(found: list[Field]) -> list[int]:
    """Returns the columns that are only added to figures, taken from them or multiplied with them."""
    main = {place for f in found for place in f.cells}
    others = dict.fromkeys(place for f in found for _sign, place in f.others)
    return [place for place in others if place not in main]


def unknown_headers(look: Look) -> list[str]:
    """Returns the headers of a file that its profile neither reads nor knowingly ignores."""
    read = {look.place(h) for h in look.profile.headers}
    strange = [h for i, h in enumerate(look.header) if i not in read and h.strip()]
    return [h.strip() for h in strange if not look.profile.ignored.match(normalise(h))]


def _fallback(look: Look, table: str, column: Column, source: Source) -> Field | None:
    cells = tuple(p for h in source.other.headers if (p := look.place(h)) is not None) if source.other else ()
    return Field(table, column, source.other, cells, ()) if source.other and cells else None


def _dated(look: Look, source: Source) -> Source:
    """Where a value stands in the file's name, the source that gives it."""
    if not source.file:
        return source
    found = sorted(set(re.findall(source.file, look.file.name)))
    if not found:
        raise TableError(
            f"The rows of '{look.file.name}' have no date, and its name has none.",
            "put the day into the file's name, e.g. report_2025-09-30.csv.",
        )
    if len(found) > 1:
        raise TableError(
            f"'{look.file.name}' sums several days ({found[0]} to {found[-1]}), which cannot be told apart.",
            "export one day per file.",
        )
    return Source(const=found[0], unit=source.unit)


def raw(field: Field) -> str:
    """Returns the SQL for the bare cell of a field, the first that is filled."""
    if field.source.const:
        return "row::VARCHAR" if field.source.const == ROW else quote(field.source.const)
    kind = values.letter(field.column)
    cells = [f"{kind}{place}" for place in field.cells]
    return cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})"


def bares(field: Field) -> dict[str, str]:
    """Returns the SQL of the bare cells that a field reads, by name."""
    kind = values.letter(field.column)
    made = {f"{kind}{place}": values.bare(field.column, f"c{place}") for place in field.cells}
    made |= bares(field.fallback) if field.fallback else {}
    return made | {f"n{place}": f"cell_digits(c{place})" for _sign, place in field.others}


def typed(field: Field, look: Look, *, zone: str, salt: str) -> str:
    """Returns the SQL for the value of a field from its bare cell `r`; NULL where it cannot be read."""
    made = values.value(field.column, field.source, "{r}", look.profile, comma=look.comma, zone=zone, salt=salt)
    for sign, place in field.others:
        there = values.number(field.source, f"n{place}", comma=look.comma)
        made += f" * {there}" if sign == "*" else f" {sign} coalesce({there}, 0)"
    if field.fallback:
        there = values.value(
            field.column,
            field.fallback.source,
            raw(field.fallback),
            look.profile,
            comma=look.comma,
            zone=zone,
            salt=salt,
        )
        made = f"CASE WHEN {{r}} IS NULL THEN {there} ELSE {made} END"
    if field.column.kind == "money":
        made = f"round({made}, 4)"
    if field.column.kind == "rate":
        made = f"round({made}, 8)"
    return made


def held(field: Field, name: str) -> str:
    """Returns the SQL for what the column may hold of the value `name`: else NULL."""
    if field.column.kind in ("time", "date"):
        return f"CASE WHEN year({name}) BETWEEN 1990 AND 2100 THEN {name} END"
    if field.column.kind == "count":
        return f"CASE WHEN {name} >= 0 AND {name} = floor({name}) AND {name} < {MOST:g} THEN {name}::BIGINT END"
    if field.column.kind == "rate":
        return f"CASE WHEN {name} BETWEEN 0 AND 1 THEN {name} END"
    if field.is_number:
        least = f"-{MOST:g}" if field.column.signed else "0"
        return f"CASE WHEN {name} BETWEEN {least} AND {MOST:g} THEN {name} END"
    return name
