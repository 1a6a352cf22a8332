"""A look at a file: what it is, where its header stands, and which profile knows it."""

import csv
import fnmatch
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path

from ecomkit.data.imports.excel import sheets
from ecomkit.data.imports.header import normalise
from ecomkit.data.imports.profile import Profile, profiles
from ecomkit.data.imports.records import flatten
from ecomkit.errors import TableError

HEAD_BYTES = 1 << 19
HEADER_ROWS = 20  # the header stands in one of the first so many
COLUMNS_MAX = 1000
DELIMITERS = ",\t;|"
SPACED = re.compile(r" *\d+ +[\d. ]+\n")  # columns of fixed width
OLD_BOOKS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")  # without a compound file around them
PACKED = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
COMMA_NUMBER = re.compile(r"-?\d{1,3}([.\s\u00a0\u202f]\d{3})*,\d\d?|-?\d+,\d\d?")
POINT_NUMBER = re.compile(r"-?\d{1,3}(,\d{3})*\.\d\d?|-?\d+\.\d\d?")
WEB_PAGE = re.compile(rb"\s*(<!doctype|<html|<\?xml|<table|<meta|<head)", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """How a file (or one sheet of it) is read: `kind` text, sheet or records; the first `skip` lines are not data."""

    file: Path
    kind: str
    header: tuple[str, ...]
    profile: Profile
    skip: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    width: int = 0  # cells in the longest of the first rows of data
    comma: bool = False  # whether decimals are written with a comma
    places: dict[str, int] = field(default_factory=dict)
    unread: tuple[str, ...] = ()  # other sheets of the workbook, which hold something and are not read

    def place(self, header: str) -> int | None:
        """Returns where the column `header` stands; `*` in it stands for anything."""
        name = normalise(header)
        if "*" not in name:
            return self.places.get(name)
        return next((place for have, place in self.places.items() if fnmatch.fnmatchcase(have, name)), None)


@dataclass(frozen=True)
class _Try:
    """One way to read the head of a file."""

    rows: list[tuple[int, list[str]]]  # (lines up to and with the row, cells)
    kind: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def look(file: Path, *, profile: Profile | None = None) -> list[Look]:
    """Returns how to read a file: one `Look`, or one per sheet that a profile knows.

    Raises
    ------
    TableError
        No profile knows it (the message names the nearest and what is missing), or it cannot be read at all.
    """
    known = [profile] if profile else list(profiles().values())
    tries, by_sign = list(_tries(file)), _by_sign(known)
    found: dict[str, tuple[tuple[float, ...], _Try, int, Profile]] = {}
    for order, attempt in enumerate(tries):
        for place, (_skip, cells) in enumerate(attempt.rows[:HEADER_ROWS]):
            names = {normalise(cell) for cell in cells}
            for candidate in _likely(known, by_sign, names):
                score = _score(candidate, names, place, attempt)
                if score and (attempt.sheet not in found or (*score, -order) > found[attempt.sheet][0]):
                    found[attempt.sheet] = ((*score, -order), attempt, place, candidate)
    if not found:
        raise _unknown(file, tries, known)
    asked = {sheet for sheet, (_rank, _attempt, _place, best) in found.items() if sheet and best["sheet"] == sheet}
    found = {sheet: what for sheet, what in found.items() if not asked or sheet in asked}
    unread = tuple(
        t.sheet for t in tries if t.sheet and t.sheet not in found and any(map(any, (r for _n, r in t.rows)))
    )
    looks = [_look(file, attempt, place, candidate) for _rank, attempt, place, candidate in found.values()]
    return [replace(looks[0], unread=unread), *looks[1:]]


def _tries(file: Path) -> Iterator[_Try]:
    with file.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip(b"\0\r\n\t "):
        raise TableError(f"'{file.name}' is empty.", "export it again.")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        for name, rows in sheets(file):
            yield _Try([(i + 1, row) for i, row in zip(range(200), rows, strict=False)], "sheet", sheet=name)
    elif head.startswith(b"PAR1") or head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{"):
        yield _Try([(0, flatten(file).columns)], "records")
    elif head.startswith(PACKED):
        raise TableError(f"'{file.name}' is an archive, and no .zip.", "unpack it, and import the files in it.")
    elif head.startswith(OLD_BOOKS):
        raise TableError(
            f"'{file.name}' is a workbook of Excel 4 or older.", "open it in a spreadsheet and save it as .xlsx or CSV."
        )
    elif WEB_PAGE.match(head[:200]):
        raise TableError(f"'{file.name}' is a web page.", "open it in a spreadsheet and save it as .xlsx or CSV.")
    else:
        yield from _texts(head)


def _texts(head: bytes) -> Iterator[_Try]:
    for encoding in encodings(head):
        text = head.decode(encoding, errors="replace").replace("\0", "")
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        if len(head) == HEAD_BYTES:
            text = text[: text.rfind("\n") + 1]
        for delimiter in DELIMITERS:
            yield _Try(_head_rows(text, delimiter), "text", encoding, delimiter)
        if SPACED.match(text):
            rows = [(i + 1, line.split()) for i, line in enumerate(text.splitlines())]
            yield _Try(rows, "text", encoding, " ")


def _head_rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    rows = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
    except csv.Error:  # a cell of more than 131,072 characters
        pass
    return rows


def encodings(head: bytes) -> list[str]:
    """Returns the encodings that the bytes may be in, the likeliest first."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return [name]
    sample = head[:4096]
    for name, part in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if part.count(0) > 0.3 * len(part):
            return [name]
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return ["gb18030", "cp1252", "utf-8"]
    return ["utf-8"]


def _by_sign(known: Sequence[Profile]) -> dict[str, list[int]]:
    """The places of the profiles by each header of which one must be there; under "", those that any row may be."""
    found: dict[str, list[int]] = {}
    for place, profile in enumerate(known):
        group, wild = profile.signs[0] if profile.signs and not profile["headless"] else ((), ["*"])
        for name in [""] if wild else group:
            found.setdefault(name, []).append(place)
    return found


def _likely(known: Sequence[Profile], by_sign: dict[str, list[int]], names: set[str]) -> list[Profile]:
    """The profiles, in their order, that a row of cells may be the header of."""
    places = {place for name in (*names, "") for place in by_sign.get(name, ())}
    return [known[place] for place in sorted(places)]


def _score(profile: Profile, names: set[str], place: int, attempt: _Try) -> tuple[float, ...] | None:
    """How well a row of cells is the header of a profile; None if a column that tells it is missing."""
    if profile["headless"]:
        fits = place == 0 and _fits(profile, attempt.rows[0][1])
        return (0.5, 1.0) if fits else None
    if not all(map(_has, repeat(names), profile.signs)):
        return None
    return (len(profile.match), len(names & profile.familiar) / len(names))


def _fits(profile: Profile, cells: list[str]) -> bool:
    """Whether a row is data of a format without a header: each cell fits the pattern of its column."""
    patterns = [alternatives[0] for alternatives in profile.match]
    return len(cells) == len(patterns) and all(map(re.fullmatch, patterns, (c.strip() for c in cells)))


def _has(names: set[str], signs: tuple[frozenset[str], list[str]]) -> bool:
    """Whether one of the normalised headers is among `names`; `*` in it stands for anything."""
    group, wild = signs
    return not names.isdisjoint(group) or (bool(wild) and any(fnmatch.filter(names, name) for name in wild))


def _look(file: Path, attempt: _Try, place: int, profile: Profile) -> Look:
    if profile["headless"]:
        skip, header, body = 0, list(profile["headless"]), attempt.rows
    else:
        (skip, header), body = attempt.rows[place], attempt.rows[place + 1 :]
    names = [normalise(cell) for cell in header]
    if len(names) > COLUMNS_MAX:
        raise TableError(f"'{file.name}' has {len(names)} columns.", "export the columns you need.")
    places: dict[str, int] = {}
    for number, name in enumerate(names):
        places.setdefault(name, number)
    twice = sorted({h for h in profile.headers if names.count(normalise(h)) > 1})
    if twice:
        raise TableError(f"'{file.name}' has the columns {twice} twice.", "export each column once.")
    body = body[:100]
    lengths = [len(row) for _skip, row in body][: -1 if len(body) > 1 else None]  # the last may be cut off
    wide = max(lengths, default=0)
    return Look(
        *(file, attempt.kind, tuple(header), profile, skip, attempt.encoding, attempt.delimiter, attempt.sheet),
        width=max(len(header), wide if len(set(lengths)) == 1 else 0),
        comma=profile["decimal"] == "," or _has_commas(body, attempt.delimiter),
        places=places,
    )


def _has_commas(body: Sequence[tuple[int, list[str]]], delimiter: str) -> bool:
    """Whether decimals are written with a comma: some can be nothing else, and none is written with a point."""
    cells = [cell.strip("\"'\u00a0\u202f \u20ac%") for _skip, row in body for cell in row if "," in cell or "." in cell]
    with_comma = sum(bool(COMMA_NUMBER.fullmatch(c)) for c in cells)
    with_point = sum(bool(POINT_NUMBER.fullmatch(c)) for c in cells)
    return with_comma > with_point and (delimiter != "," or with_point == 0)


def _unknown(file: Path, tries: Sequence[_Try], known: Sequence[Profile]) -> TableError:
    """The error for a file that no profile knows: the nearest profiles, and what the file lacks for each."""
    rows = [{normalise(c) for c in cells} for attempt in tries for _skip, cells in attempt.rows[:HEADER_ROWS]]
    scored = []
    for profile in known:
        if profile["headless"]:
            continue
        best = max(rows, key=lambda names: sum(map(_has, repeat(names), profile.signs)), default=set())
        lacking = [match[0] for match, signs in zip(profile.match, profile.signs, strict=True) if not _has(best, signs)]
        scored.append((len(lacking) / len(profile.match), profile.name, lacking))
    near = [f"{name} (lacks {', '.join(lacking)})" for share, name, lacking in sorted(scored)[:3] if share < 1]
    told = f" Nearest: {'; '.join(near)}." if near else ""
    return TableError(
        f"No profile knows '{file.name}'.{told}",
        "export all columns; or describe the format in a profile (datasets/README.md) and give it with --as FILE.yaml.",
    )
