"""Cells as exports never write them, or hardly ever, and what each of them says."""

import random
import re

from expected import cells
from mutants import Mutant, Mutation, Origin, Patch, Rows

from ecomkit.data.imports.fields import Field

WIDE = str.maketrans("0123456789.,", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff0e\uff0c")
EMPTY = ["", " ", "-", "--", "N/A", "\u2014", "null"]
NO_NUMBER = [
    "abc", "1.2.3", "12,34,5", "1e999", "#REF!", "\u4e5d", "--5--", "5 of 9", "1 2 3 x", "0x1F", "3+4", "NaN5", "=1+2",
    "=SUM(A1:A9)", 'a"b', "12\n34x", "5;6", "TRUE", "inf", "1e", "%", "\u4e07",
]  # fmt: skip
NO_TIME = [
    "abc",
    "2025-13-45",
    "2025-02-30 10:00:00",
    "0000-00-00",
    "yesterday",
    "9999-12-31 00:00:00",
    "1",
    "1899-12-30",
]
WRAPPED = ["{} ", " {}", "\t{}", "{}\t", '="{}"', "'{}", "\u3000{}", "\ufeff{}", "{}\u00a0"]
PADDED = ["{} ", " {}", "\t{}", "\u3000{}"]  # around text, which may begin with a quote


def _number(dice: random.Random, was: str, comma: str) -> tuple[str, Patch]:
    """A number in one of the ways in which people and programs write it."""
    n = dice.randrange(1, 10 ** dice.randrange(1, 7))
    grouping, point = (".", ",") if comma else (",", ".")
    cents = f"{n // 100}{point}{n % 100:02}"
    percent = "%" if was.strip().endswith("%") else ""
    ways: list[tuple[str, float]] = [
        (f"{n}", n), (f"{n:,}".replace(",", grouping), n), (f"{n}".translate(WIDE), n), (cents, n / 100),
        (f"{n}\u4e07", n * 10_000), (f"\u00a5{n}", n), (f"\uffe5{n:,}".replace(",", grouping), n), (f"({n})", -n),
        (f"-{n}", -n),
        (f"+{n}", n), (f"{n}\u5143", n), (f'="{n}"', n), (f" {n} ", n), (f"{n}\n", n), ("123456789012", 123456789012),
        (f"\u2212{n}", -n), ("0", 0), (f"{n}\u4ebf", n * 1e8),
    ]  # fmt: skip
    said, number = dice.choice(ways)
    return (f"{n}%", Patch("number", n / 100)) if percent else (said, Patch("number", float(number)))


def _time(dice: random.Random, was: str) -> tuple[str, Patch]:
    found = re.fullmatch(r"\s*(\d{4})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d))?\s*", was)
    if not found or dice.random() < 0.5:
        return dice.choice(NO_TIME), Patch("nothing")
    year, month, day, clock = found.groups()
    ways = [f"{year}/{month}/{day}", f"{year}.{month}.{day}", f"{year}\u5e74{month}\u6708{day}\u65e5"]
    return f"{dice.choice(ways)} {clock or ''}".strip(), Patch("same")


def _spoiled(dice: random.Random, was: str, field: Field | None, comma: str) -> tuple[str, Patch]:
    """Another cell in the place of `was`, which feeds `field`."""
    if field is None:
        return dice.choice([was + "x", "", "junk", "1", "\n", '"']), Patch("any")
    if dice.random() < 0.15:
        return dice.choice(EMPTY), Patch("empty")
    if dice.random() < 0.2 and was.strip():
        return dice.choice(PADDED if field.column.kind == "text" else WRAPPED).format(was), Patch("same")
    if field.is_number:
        return _number(dice, was, comma) if dice.random() < 0.6 else (dice.choice(NO_NUMBER), Patch("nothing"))
    if field.column.kind in ("time", "date"):
        return _time(dice, was)
    return (other := str(dice.randrange(10**6)) + dice.choice(["", "x", "\u5355"])), Patch("text", text=other)


def of_cells(fields: list[Field], *, rules: set[int], most: int) -> Mutation:
    """Returns the mutation of `most` cells of a sample with these fields; what `rules` look at may be anything."""
    feeds = {place: field for field in reversed(fields) for place in cells(field)}

    def spoil(table: Rows, dice: random.Random) -> Mutant:
        origins, columns = table.origins, sorted(feeds) or [0]
        numbers = [p for p in columns if feeds[p].is_number] or columns
        for place in dice.sample(table.whole, min(most, len(table.whole))):
            column = dice.choice(dice.choice([columns, numbers, numbers, list(range(len(table.look.header)))]))
            row = table.rows[place]
            row[column], patch = _spoiled(dice, row[column], feeds.get(column), "," if table.look.comma else "")
            if table.look.profile["unquoted"]:  # where a line ends, a row ends
                row[column] = row[column].replace("\n", "").replace("\t", "")
            patch = Patch("any") if column in rules and patch.kind != "same" else patch
            origins[place - table.head - 1] = Origin(place - table.head, ((column, patch),))
        changes = sum(bool(origin.patches) for origin in origins)
        return Mutant(table.write(), origins if table.delimiter != " " else None, changes=changes)

    return spoil
