"""A profile: what is known of one export format, as data. One YAML file each, so that users can add theirs."""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from ecomkit.data.imports.header import normalise
from ecomkit.data.tables import TABLES
from ecomkit.errors import ParameterError

UNITS = ("fen", "percent", "negative", "epoch_s", "epoch_ms", "epoch_us", "yymmdd", "whole", "duration")
GRAINS = ("row", "line")
ASIDE = {  # what is read beside the columns of a table: what a line is weighed by, what no campaign's report holds
    "order_lines": {"list_price", "list_amount", "line_discount"},
    "ads_daily": {"commission"},
}
KEYS = {
    *(
        "title",
        "platform",
        "grain",
        "timezone",
        "currency",
        "decimal",
        "times",
        "match",
        "headless",
        "ragged",
        "unquoted",
        "sheet",
    ),
    *("drop", "first_row", "rates", "ignore", "file", "whole", "exported", "summed", *TABLES),
}
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where the C library is there
_FLAGS = {
    first: [(tag, re.compile("true|false") if tag.endswith(":bool") else pattern) for tag, pattern in known]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
LOADER = type("Loader", (_SAFE,), {"yaml_implicit_resolvers": _FLAGS})  # a column may be called No, Y or On


@dataclass(frozen=True)
class Source:
    """Where a canonical column comes from: the first filled of `headers`, plus and minus others, in a unit."""

    headers: tuple[str, ...] = ()
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    times: tuple[str, ...] = ()  # the number is multiplied by the first of these
    pattern: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    const: str = ""
    file: str = ""  # a pattern on the file's name
    each: bool = False  # of an order column: the sum over the order's rows
    other: "Source | None" = None  # where the column comes from in rows that this source leaves empty

    @property
    def all_headers(self) -> tuple[str, ...]:
        return (*self.headers, *self.plus, *self.minus, *self.times, *(self.other.all_headers if self.other else ()))


@dataclass(frozen=True)
class Rule:
    """Rows that are no data: those whose `column` is one of `values`, fits `pattern`, or is missing."""

    why: str
    columns: tuple[str, ...]
    values: tuple[str, ...] = ()
    pattern: str = ""
    missing: bool = False
    unless: tuple[str, ...] = ()
    differs: str = ""  # a column that must say the same
    level: str = ""  # the column of the level above, below which `values` are the sum of the others

    @property
    def all_columns(self) -> tuple[str, ...]:
        return (*self.columns, *filter(None, (self.differs, self.level)))


@dataclass(frozen=True)
class Profile:
    """One format: the columns that tell it, its conventions, and per canonical table where each column comes from."""

    name: str
    match: tuple[tuple[str, ...], ...]
    tables: Mapping[str, Mapping[str, Source]]
    drop: tuple[Rule, ...]
    whole: tuple[Rule, ...]  # rules that concern all rows of an order, told on the row with the order's figures
    rest: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.rest.get(key, "")

    @cached_property
    def signs(self) -> tuple[tuple[frozenset[str], list[str]], ...]:
        """The headers that tell the format, normalised: one of each group must be there; apart, those with `*`."""
        groups = [frozenset(map(normalise, alternatives)) for alternatives in self.match]
        wild = [[name for name in group if "*" in name] for group in groups]
        return tuple(zip(groups, wild, strict=True))

    @cached_property
    def ignored(self) -> re.Pattern[str]:
        """What the normalised headers look like that are knowingly ignored; `*` in one stands for anything."""
        return re.compile("|".join(fnmatch.translate(normalise(h)) for h in self["ignore"] or ()) or r"(?!)")

    @cached_property
    def familiar(self) -> frozenset[str]:
        """Every header that is read or knowingly ignored, normalised."""
        return frozenset(map(normalise, (*self.headers, *(self["ignore"] or ()))))

    @cached_property
    def headers(self) -> set[str]:
        """Every header that is read."""
        read = {h for columns in self.tables.values() for source in columns.values() for h in source.all_headers}
        rates = {h for rule in self["rates"] or () for h in rule.values()}
        return (
            read
            | {h for rule in (*self.drop, *self.whole) for h in rule.all_columns}
            | rates
            | currency_headers(self["currency"])
        )


@cache
def profiles() -> dict[str, Profile]:
    """Returns the profiles that come with ecomkit, by name."""
    folder = files("ecomkit.data").joinpath("profiles")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return {(n := f.name.removesuffix(".yaml")): parse(n, f.read_text(encoding="utf-8")) for f in found}


def profile(name: str | Path) -> Profile:
    """Returns the profile called `name`, or that in the YAML file `name`; raises ParameterError if it will not do."""
    text = str(name)
    if text in profiles():
        return profiles()[text]
    if text.endswith((".yaml", ".yml")) and Path(text).is_file():
        return parse(Path(text).stem, Path(text).read_text(encoding="utf-8"))
    raise ParameterError(f"There is no profile '{text}'.", f"one of {', '.join(profiles())}, or a .yaml file.")


def parse(name: str, text: str) -> Profile:
    """Returns the profile that `text` describes; raises ParameterError that says what is wrong with it."""
    try:
        raw = yaml.load(text, Loader=LOADER)
    except yaml.YAMLError as error:
        raise _bad(name, f"is no YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(raw, dict):
        raise _bad(name, "is no mapping")
    if unknown := sorted(set(raw) - KEYS):
        raise _bad(name, f"has unknown keys {unknown}")
    grain = raw.setdefault("grain", "row")
    if not isinstance(raw.get("match"), list) or not isinstance(raw.get("platform"), str) or grain not in GRAINS:
        raise _bad(name, "needs `match` (a list of headers), `platform` and a `grain` of row or line")
    tables = {table: _table(name, table, raw[table]) for table in TABLES if table in raw}
    if not tables:
        raise _bad(name, f"fills no table; it may fill {', '.join(TABLES)}")
    drop, whole = (tuple(_rule(name, rule) for rule in raw.get(key, ())) for key in ("drop", "whole"))
    match = tuple(_texts(m) for m in raw["match"])
    rest = {k: v for k, v in raw.items() if k not in ("match", "drop", "whole", *TABLES)}
    return Profile(name, match, {t: tables[t] for t in raw if t in tables}, drop, whole, rest)


def _table(name: str, table: str, raw: Any) -> dict[str, Source]:
    if not isinstance(raw, dict):
        raise _bad(name, f"`{table}` is no mapping of columns")
    known = {c.name for c in TABLES[table].columns} | ASIDE.get(table, set())
    if unknown := sorted(set(raw) - known):
        raise _bad(name, f"`{table}` has no columns {unknown}; it may have {sorted(known)}")
    return {column: _source(name, f"{table}.{column}", value) for column, value in raw.items()}


def _source(name: str, where: str, raw: Any) -> Source:
    if isinstance(raw, str | list):
        return Source(headers=_texts(raw))
    if not isinstance(raw, dict):
        raise _bad(name, f"`{where}` is no header, list of headers or mapping")
    known = {"from", "plus", "minus", "times", "pattern", "values", "unit", "is", "file", "each", "else"}
    if unknown := sorted(set(raw) - known):
        raise _bad(name, f"`{where}` has unknown keys {unknown}; it may have {sorted(known)}")
    if raw.get("unit", UNITS[0]) not in UNITS:
        raise _bad(name, f"`{where}` has the unit '{raw['unit']}'; it may be {', '.join(UNITS)}")
    if not any(raw.get(key) for key in ("from", "is", "file")):
        raise _bad(name, f"`{where}` needs `from`, `is` or `file`")
    for key in ("pattern", "file"):
        _require_pattern(name, where, raw.get(key, ""))
    return Source(
        headers=_texts(raw.get("from", ())),
        plus=_texts(raw.get("plus", ())),
        minus=_texts(raw.get("minus", ())),
        times=_texts(raw.get("times", ())),
        pattern=raw.get("pattern", ""),
        values={str(k): str(v) for k, v in raw.get("values", {}).items()},
        unit=raw.get("unit", ""),
        const=str(raw.get("is", "")),
        file=raw.get("file", ""),
        each=bool(raw.get("each", False)),
        other=_source(name, where, raw["else"]) if "else" in raw else None,
    )


def _rule(name: str, raw: Any) -> Rule:
    known = {"why", "column", "is", "pattern", "missing", "unless", "differs", "level"}
    if not isinstance(raw, dict) or set(raw) - known or not {"why", "column"} <= set(raw):
        raise _bad(name, f"a rule under `drop` has `why`, `column` and one of {sorted(known - {'why', 'column'})}")
    _require_pattern(name, "drop", raw.get("pattern", ""))
    return Rule(
        str(raw["why"]),
        _texts(raw["column"]),
        tuple(map(str, _texts(raw.get("is", ())))),
        raw.get("pattern", ""),
        bool(raw.get("missing", False)),
        tuple(map(str, _texts(raw.get("unless", ())))),
        str(raw.get("differs", "")),
        str(raw.get("level", "")),
    )


def _require_pattern(name: str, where: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise _bad(name, f"`{where}` has a pattern that is none: {error}") from None


def currency_headers(currency: Any) -> set[str]:
    """Returns the headers that may tell the currency."""
    return set(_texts(currency["from"])) if isinstance(currency, dict) and "from" in currency else set()


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(v) for v in value)


def _bad(name: str, told: str) -> ParameterError:
    return ParameterError(
        f"The profile '{name}' {told}.", "see datasets/README.md, or the profiles in ecomkit/data/profiles."
    )
