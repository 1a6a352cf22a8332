"""What a canonical table is: its grain, the columns that identify a row, and each column's kind, meaning and mark.

A mark says how a column's figures add up: a platform's bounce rate, its customers' visits and its sales so far this
month are kept as it states them, and summed by nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

KINDS = {
    "id": "string",
    "text": "string",
    "time": "timestamp without zone, the store's local time",
    "date": "date",
    "money": "float, major units of the store's currency",
    "count": "whole number, 0 or more",
    "rate": "fraction 0-1",
    "number": "float, 0 or more, in the unit that the name says",
    "flag": "true or false",
}
MARKS = {  # mark in the notation below -> how the figures of a column add up
    "": "yes",
    "~": "repeats",  # people: they may be added, but who comes again counts again
    "^": "within a day",  # stocks and sums so far: over products, never over days
    "/": "never",  # rates, means and prices
}


@dataclass(frozen=True)
class Column:
    """One column: its kind (a key of `KINDS`), what it means, whether it must be there and be filled, and how its
    figures add up (a value of `MARKS`)."""

    name: str
    kind: str
    meaning: str
    required: bool = False
    nullable: bool = True
    signed: bool = False  # money and counts may not be negative unless signed
    adds: str = "yes"


@dataclass(frozen=True)
class Table:
    """One canonical table: its grain in words, the columns that identify a row, and its columns."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)

    def key_in(self, have: Iterable[str]) -> tuple[str, ...]:
        """The columns that identify a row of a table with the columns `have`: one platform's need not name it."""
        named = set(have)
        return tuple(k for k in self.key if k != "platform" or k in named)

    @property
    def required(self) -> list[str]:
        return [c.name for c in self.columns if c.required]


def parse(name: str, grain: str, key: str, columns: str) -> Table:
    """Reads the compact notation below: `name* kind  meaning`; `*` required and filled, `+` required but may be
    missing in a row, `±` may be negative; `~`, `^` and `/` are the `MARKS`."""
    parsed = []
    for line in columns.strip().splitlines():
        head, kind, meaning = line.split(maxsplit=2)
        mark = next((m for m in MARKS if m and m in head), "")
        parsed.append(
            Column(
                head.rstrip("*+±~^/"),
                kind,
                meaning,
                required="*" in head or "+" in head,
                nullable="*" not in head,
                signed="±" in head,
                adds=MARKS[mark],
            )
        )
    return Table(name, grain, tuple(key.split()), tuple(parsed))
