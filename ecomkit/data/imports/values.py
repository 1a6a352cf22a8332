"""From the text of a cell to a value, in SQL: numbers, times, ids and secrets as exports write them."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from ecomkit.data.imports.profile import Profile, Source
from ecomkit.data.tables import Column

SECRET = ("customer_id", "address_id", "user_id")  # people: only a salted hash of these is kept
NUMBERS = ("money", "count", "rate", "number")
MACROS = {"t": "cell_text", "b": "cell_trimmed", "n": "cell_digits"}  # how a cell is unwrapped
EPOCHS = {"epoch_s": "epoch_ms({0}::BIGINT * 1000)", "epoch_ms": "epoch_ms({0}::BIGINT)"}
EPOCHS["epoch_us"] = "make_timestamp({0}::BIGINT)"
SCALES = {"fen": 0.01, "percent": 0.01, "negative": -1}
_SPACE = " \t\r\n\u00a0\u3000\u200b\ufeff\u202f"

_MACROS = """
CREATE OR REPLACE TEMP MACRO cell_is_bare(x) AS (
  regexp_matches(x, '^[0-9A-Za-z#\\p{{Han}}](.*[0-9A-Za-z\\p{{Han}}])?$'));
CREATE OR REPLACE TEMP MACRO cell_trimmed(x) AS (
  CASE WHEN x = '' THEN NULL WHEN cell_is_bare(x) THEN x ELSE trim(x, {space_and_marks}) END);
CREATE OR REPLACE TEMP MACRO cell_text(x) AS (
  CASE WHEN x = '' THEN NULL WHEN cell_is_bare(x) THEN x WHEN x[1] = '=' THEN trim(x, {space_and_marks})
    ELSE trim(x, {space}) END);
CREATE OR REPLACE TEMP MACRO cell_digits(x) AS (
  CASE WHEN x = '' THEN NULL WHEN isfinite(try_cast(x AS DOUBLE)) THEN x ELSE trim(x, {space_and_marks}) END);
CREATE OR REPLACE TEMP MACRO cell_filled(t) AS (
  CASE WHEN (t < '0' OR t > '9z') AND strlen(t) <= 6 AND lower(t) IN ({missing}) THEN NULL ELSE t END);
CREATE OR REPLACE TEMP MACRO cell_plain(b, grouping) AS (
  regexp_replace(regexp_replace(translate(b, {wide}), '(\\d)[\\s\u00a0\u202f]+(\\d)', '\\1' || grouping || '\\2', 'g'),
    '[{signs}()\\s\u00a0\u202f]+', '', 'g'));
CREATE OR REPLACE TEMP MACRO cell_scale(b) AS (
  CASE WHEN b[1] = '(' THEN -1 ELSE 1 END *
  CASE {scales} WHEN contains(b, '%') OR contains(b, '\uff05') THEN 0.01 ELSE 1 END);
CREATE OR REPLACE TEMP MACRO cell_number(b) AS (
  CASE WHEN isfinite(try_cast(b AS DOUBLE)) THEN try_cast(b AS DOUBLE)
    ELSE cell_scale(b) * try_cast(replace(
      regexp_extract(cell_plain(b, ','), '^([-+]?(\\d{{1,3}}(,\\d{{2,3}})*,\\d{{3}}|\\d+)?(\\.\\d*)?)[{units}%]?$', 1),
      ',', '') AS DOUBLE) END);
CREATE OR REPLACE TEMP MACRO cell_comma_number(b) AS (
  cell_scale(b) * try_cast(replace(replace(
    regexp_extract(cell_plain(b, '.'), '^([-+]?(\\d{{1,3}}([.]\\d{{3}})+|\\d+)?(,\\d*)?)[{units}%]?$', 1),
    '.', ''), ',', '.') AS DOUBLE));
CREATE OR REPLACE TEMP MACRO cell_naive(b) AS (
  CASE WHEN try_cast(b AS TIMESTAMP) IS NOT NULL THEN try_cast(b AS TIMESTAMP) ELSE try_strptime(b, [{times}]) END);
CREATE OR REPLACE TEMP MACRO cell_is_zoned(b) AS (
  length(b) > 19 AND regexp_matches(b, '\\d\\s*(Z|UTC|GMT|[+-]\\d\\d:?\\d\\d)$'));
CREATE OR REPLACE TEMP MACRO cell_instant(b) AS (
  try_cast(regexp_replace(b, '\\s*([+-]\\d\\d):?(\\d\\d)$', '\\1:\\2') AS TIMESTAMPTZ));
CREATE OR REPLACE TEMP MACRO cell_id(b) AS (
  CASE WHEN regexp_matches(b, '^\\d([.]\\d+)?[eE][+]\\d+$') THEN NULL ELSE b END);
"""


@cache
def words() -> dict[str, Any]:
    """Returns how exports write what is missing, numbers and times."""
    return yaml.safe_load(files("ecomkit.data.imports").joinpath("words.yaml").read_text(encoding="utf-8"))


@cache
def macros() -> str:
    """Returns the SQL that defines the macros which `value` uses."""
    known = words()
    scales = " ".join(f"WHEN contains(b, '{unit}') THEN {factor}" for unit, factor in known["scales"].items())
    return _MACROS.format(
        space=quote(_SPACE),
        space_and_marks=quote(_SPACE + "='\""),
        missing=", ".join(map(quote, ["", *known["missing"]])),
        wide=", ".join(map(quote, known["wide"])),
        signs=known["signs"],
        scales=scales,
        units="".join(known["scales"]),
        times=", ".join(map(quote, known["times"])),
    )


def bare(column: Column, cell: str) -> str:
    """Returns the SQL for a cell without its wrapping."""
    return f"{MACROS[letter(column)]}({cell})"


def letter(column: Column) -> str:
    """Returns the key of `MACROS` for a column: cells read in the same way are read once."""
    return "n" if column.kind in NUMBERS and column.name not in SECRET else "t" if column.kind == "text" else "b"


def value(column: Column, source: Source, cell: str, profile: Profile, *, comma: bool, zone: str, salt: str) -> str:
    """Returns the SQL for the value of the bare `cell` of one canonical column; NULL where it cannot be read."""
    if source.pattern:
        cell = f"nullif(regexp_extract({cell}, {quote(source.pattern)}, 1), '')"
    if source.values:
        mapped = " ".join(f"WHEN {quote(k)} THEN {quote(v)}" for k, v in source.values.items())
        cell = f"CASE {cell} {mapped} ELSE {cell} END"
    if column.name in SECRET:
        own = f"CASE WHEN contains({cell}, '@') THEN '' ELSE {quote(profile['platform'] + ':')} END"
        hashed = f"left(sha256({quote(salt)} || {own} || lower({cell})), 16)"  # an address is a person's everywhere
        return f"CASE WHEN regexp_matches({cell}, {quote(words()['masked'])}) THEN NULL ELSE {hashed} END"
    if column.kind == "id":
        return f"cell_id({cell})"
    if column.kind == "text":
        return cell
    if column.kind in ("time", "date"):
        return _time(column, source, cell, profile, zone)
    return number(source, cell, comma=comma) if column.kind != "flag" else cell


def number(source: Source, cell: str, *, comma: bool) -> str:
    """Returns the SQL for the number in the bare `cell`, in the canonical unit."""
    read = f"cell_comma_number({cell})" if comma else f"cell_number({cell})"
    if source.unit == "whole":
        return f"round({read})"
    if source.unit == "duration":  # 00:01:30, or seconds
        return f"coalesce({read}, epoch(try_cast({cell} AS INTERVAL)))"
    return f"{read} * {SCALES[source.unit]}" if source.unit in SCALES else read


def _time(column: Column, source: Source, cell: str, profile: Profile, zone: str) -> str:
    own = profile["timezone"] or zone
    if source.unit in EPOCHS:
        moment = (
            f"timezone({quote(zone)}, timezone('UTC', {EPOCHS[source.unit].format(f'try_cast({cell} AS DOUBLE)')}))"
        )
    elif source.unit == "yymmdd":
        moment = f"try_strptime({cell}, '%y%m%d')"
    else:
        formats = ", ".join(map(quote, profile["times"] or ()))
        naive = f"coalesce(try_strptime({cell}, [{formats}]), cell_naive({cell}))" if formats else f"cell_naive({cell})"
        if own != zone and column.kind == "time":
            naive = f"timezone({quote(zone)}, timezone({quote(own)}, {naive}))"
        there = f"timezone({quote(zone)}, cell_instant({cell}))"
        moment = f"CASE WHEN cell_is_zoned({cell}) THEN {there} ELSE {naive} END"
    return f"({moment})::DATE" if column.kind == "date" else moment


def quote(text: str) -> str:
    """Returns `text` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
