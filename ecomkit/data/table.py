"""What a canonical table is: its grain, the columns that identify a row, and each column's kind and meaning."""

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
    "flag": "true or false",
}


@dataclass(frozen=True)
class Column:
    """One column: its kind (a key of `KINDS`), what it means, and whether it must be there and be filled."""

    name: str
    kind: str
    meaning: str
    required: bool = False
    nullable: bool = True
    signed: bool = False  # money and counts may not be negative unless signed


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
    missing in a row, `±` may be negative."""
    parsed = []
    for line in columns.strip().splitlines():
        head, kind, meaning = line.split(maxsplit=2)
        parsed.append(
            Column(
                head.rstrip("*+±"),
                kind,
                meaning,
                required="*" in head or "+" in head,
                nullable="*" not in head,
                signed="±" in head,
            )
        )
    return Table(name, grain, tuple(key.split()), tuple(parsed))
