"""The rows of a file with typed values, each with what is wrong with it: one pass over the text."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb
from duckdb import DuckDBPyConnection

from ecomkit.data.imports import cells, level, rules, values
from ecomkit.data.imports.fields import Field, bares, fields, held, other_places, raw, typed
from ecomkit.data.imports.look import Look
from ecomkit.data.imports.profile import Source, currency_headers
from ecomkit.data.imports.values import quote
from ecomkit.errors import TableError

SMALL = 4 << 20  # bytes of a file whose cells are read as lists
_HASHES: dict[int, tuple[int, ...]] = {}


class Typed(NamedTuple):
    """What `read` made: the table `typed` on the connection, its fields, and the rows that could not be read."""

    look: Look
    fields: list[Field]
    lost: list[cells.Lost]
    header_rows: int
    cleaned: int  # characters that were taken out of the text


def read(connection: DuckDBPyConnection, look: Look, work: Path, *, zone: str, salt: str) -> Typed:
    """Makes the table `typed`: `row`, a hash `h`, `why` a row is no data, and the columns `table.column`.

    Beside the values stand `bad` and `odd`, a bit for each field: its cell cannot be read; its number was text.
    """
    found = fields(look)
    size, empty = look.file.stat().st_size, _empty(connection, _width(look))
    cleaned = cells.nuls(look)
    for clean in (cleaned > 0, True):
        connection.execute("DROP TABLE IF EXISTS typed")
        try:
            source = cells.scan(connection, look, work, clean=clean)
            connection.execute("CREATE TABLE typed AS " + _query(look, found, source, empty, zone=zone, salt=salt))
            break
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            connection.execute("DROP TABLE IF EXISTS lost_rows; DROP TABLE IF EXISTS lost_scans")
            if clean or look.kind != "text":
                raise TableError(f"'{look.file.name}' cannot be read as a table.", "export it again.") from None
    if look.file.stat().st_size != size:
        raise TableError(f"'{look.file.name}' grew while it was read.", "import it when its download has ended.")
    return Typed(look, found, cells.lost(connection), look.skip, cleaned)


def _width(look: Look) -> int:
    """How many cells a row is read as."""
    return len(look.header) if look.kind == "records" else look.width + bool(look.profile["ragged"])


class _Part(NamedTuple):
    """What a field is called on its way: its bare cell, the value of that, and the value that the column may hold."""

    field: Field
    raw: str
    value: str
    held: str


def _query(look: Look, found: list[Field], source: str, empty: tuple[int, ...], *, zone: str, salt: str) -> str:
    stacks = look.file.stat().st_size <= SMALL
    names = list(dict.fromkeys([*(name for field in found for name in bares(field)), *_rule_cells(look)]))
    raws, cell = _named([raw(f) for f in found], "r")
    made = [typed(f, look, zone=zone, salt=salt).replace("{r}", r) for f, r in zip(found, raws, strict=True)]
    made, value = _named(made, "v")
    kept, may = _named([held(f, v) for f, v in zip(found, made, strict=True)], "w")
    parts = [_Part(*four) for four in zip(found, raws, made, kept, strict=True)]
    last = ", ".join(f'{p.held} AS "{p.field.name}"' for p in parts)
    rows = f"""
      SELECT *, h IN {empty} AS blank, {_again(look)} AS again, {_spare(look, _width(look))} AS spare,
        {_summed(look)} AS summed FROM (
        SELECT row_number() OVER () + {look.skip} AS row, hash(*COLUMNS(*)) AS h, * FROM {source})"""
    cells_ = f"SELECT *{cell} FROM ({level.bare(names, rows, stacks=stacks)})"
    rates = _extra_rates(look)
    bad = [*map(_bad, parts), *(_bad_part(look, place) for place in other_places(found))]
    if stacks:
        cells_, (value, rates) = level.numbers(cells_, [value, rates])
    return f"""
      SELECT row, h, {_why(look, parts)} AS why, {rules.whole(look)} AS whole_why, {_currency(look)} AS currency,
        {last}, {_bits(bad)} AS bad, {_bits(map(_odd, parts))} AS odd{rates}
      FROM (SELECT *{may} FROM (SELECT *{value} FROM ({cells_})))"""


def _named(expressions: list[str], letter: str) -> tuple[list[str], str]:
    """Returns a name for each expression, equal ones sharing theirs, and the SQL that defines the names."""
    names: dict[str, str] = {}
    for sql in expressions:
        if not sql.isidentifier():
            names.setdefault(sql, f"{letter}{len(names)}")
    return [names.get(sql, sql) for sql in expressions], "".join(f", {sql} AS {name}" for sql, name in names.items())


def _bits(tests: Iterable[str]) -> str:
    """Returns the SQL for a number whose bits say which of the tests, by their places, are met."""
    bits = [f"CASE WHEN {test} THEN {1 << place} ELSE 0 END" for place, test in enumerate(tests) if test]
    return f"({' + '.join(['0', *bits])})::BIGINT"


def _bad(part: _Part) -> str:
    """Whether a cell cannot be read."""
    field = part.field
    if field.source.const or not field.cells or field.column.kind == "text":
        return ""
    if field.source.pattern or field.column.name in values.SECRET:  # what is masked, or does not fit, is missing
        return ""
    negative = "" if not field.others else f" AND {part.value} IS NULL"  # a difference below 0 is no cell's fault
    return f"{part.held} IS NULL AND {part.raw} IS NOT NULL{negative}"


def _bad_part(look: Look, place: int) -> str:
    """Whether the cell of such a column cannot be read."""
    return f"n{place} IS NOT NULL AND {values.number(Source(), f'n{place}', comma=look.comma)} IS NULL"


def _odd(part: _Part) -> str:
    """Whether a number was text."""
    is_read = part.field.is_number and part.field.cells
    return f"{part.value} IS NOT NULL AND try_cast({part.raw} AS DOUBLE) IS NULL" if is_read else ""


def _rule_cells(look: Look) -> list[str]:
    rules = [*look.profile.drop, *look.profile.whole]
    places = {p for rule in rules for h in rule.all_columns if (p := look.place(h)) is not None}
    own = look.profile["currency"]
    places |= {place for h in currency_headers(own) if (place := look.place(h)) is not None}
    rates = {p for rule in look.profile["rates"] or () for h in rule.values() if (p := look.place(h)) is not None}
    return [*(f"t{p}" for p in places), *(f"n{p}" for p in rates)]


def _why(look: Look, parts: list[_Part]) -> str:
    whens = [
        "WHEN blank THEN 'blank row'",
        "WHEN again THEN 'header row'",
        "WHEN spare THEN 'more cells than the header'",
        "WHEN summed THEN 'total row'",
    ]
    whens += rules.dropped(look)
    total = quote(values.words()["total"])
    whens += [
        f"WHEN {p.value} IS NULL AND regexp_matches(lower({p.raw}), {total}) THEN 'total row'"
        for p in parts
        if p.field.cells and p.field.is_required and p.field.column.kind in ("date", "time")
    ]
    table = "order_lines" if look.profile["grain"] == "line" else parts[0].field.table
    whens += [
        f"WHEN {p.held} IS NULL THEN {quote(f'no readable {p.field.column.name}')}"
        for p in parts
        if p.field.table == table and p.field.is_required and not p.field.source.const
    ]
    return f"CASE {' '.join(whens)} END"


def _currency(look: Look) -> str:
    """The currency that a row, or the header of a money column, tells."""
    own = look.profile["currency"]
    for header in currency_headers(own):
        if (place := look.place(header)) is not None:
            return f"t{place}"
    if isinstance(own, dict) and "header" in own:
        found = next((hit[1] for h in look.header if (hit := re.search(own["header"], h))), None)
        return quote(found) if found else "NULL::VARCHAR"
    return "NULL::VARCHAR"


def _empty(connection: DuckDBPyConnection, wide: int) -> tuple[int, ...]:
    """The hashes of the rows whose cells are all empty, or all missing."""
    if wide not in _HASHES:
        hashes = [f"hash({', '.join([nothing] * wide)})" for nothing in ("''", "NULL::VARCHAR")]
        _HASHES[wide] = connection.execute(f"SELECT {', '.join(hashes)}").fetchall()[0]
    return _HASHES[wide]


def _again(look: Look) -> str:
    if look.profile["headless"]:
        return "false"
    place = next(p for h in look.profile.match[0] if (p := look.place(h)) is not None)
    return f"c{place} = {quote(look.header[place])}"


def _summed(look: Look) -> str:
    """Whether a row of products says that it is their total: the day, which would not be one, is in the file's name."""
    columns = look.profile.tables.get("product_daily", {})
    is_asked = "date" in columns and bool(columns["date"].file)
    return f"coalesce(regexp_matches(lower(c0), {quote(values.words()['total'])}), false)" if is_asked else "false"


def _spare(look: Look, width: int) -> str:
    """Whether a cell beyond the header is filled: then the cells have shifted."""
    beyond = [f"coalesce(cell_filled(cell_trimmed(c{i})), '') <> ''" for i in range(len(look.header), width)]
    return f"({' OR '.join(beyond)})" if beyond and not look.profile["ragged"] else "false"


def _extra_rates(look: Look) -> str:
    """The platform's own rate and the two figures that it is made of, for each rule under `rates`."""
    made = ""
    for i, rule in enumerate(look.profile["rates"] or ()):
        for key in ("rate", "over", "under"):
            place = look.place(rule[key])
            number = f"cell_number(n{place})" if place is not None else "NULL::DOUBLE"
            if key == "rate" and rule.get("unit") == "percent":  # a number of percent, without its sign
                number += " * 0.01"
            made += f', {number} AS "{key}{i}"'
    return made


def rate_rules(look: Look) -> list[tuple[int, str]]:
    """Returns (number, header) of the rates that the file tells together with what they are made of."""
    rules = enumerate(look.profile["rates"] or ())
    return [(i, r["rate"]) for i, r in rules if all(look.place(r[k]) is not None for k in ("rate", "over", "under"))]
