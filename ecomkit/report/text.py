"""Words: English message ids, translated through the gettext catalogs in `locale/`, and names for codes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

from ecomkit.errors import ParameterError
from ecomkit.report.labels import BY_COLUMN, LABELS

LANGUAGES = ("en", "zh")


@dataclass
class _Voice:
    """The only state of the room: the language that labels speak and the currency that money is in."""

    lang: str = "en"
    currency: str = ""


_voice = _Voice()


def use(lang: str, *, currency: str = "") -> None:
    """Sets the language of labels, cards and charts, and the currency that amounts of money are shown in.

    Parameters
    ----------
    lang : "en" or "zh"
    currency : ISO 4217 code such as "CNY"; "" shows amounts without a symbol.

    Raises
    ------
    ParameterError
        For a language without a catalog.
    """
    _voice.lang, _voice.currency = known(lang), currency


def lang() -> str:
    """The language in use, "en" or "zh"."""
    return _voice.lang


def currency() -> str:
    """The currency in use, an ISO code or ""."""
    return _voice.currency


@contextmanager
def using(lang: str | None) -> Iterator[None]:
    """Speaks `lang` inside the block; None keeps the language in use."""
    before = _voice.lang
    _voice.lang = before if lang is None else known(lang)
    try:
        yield
    finally:
        _voice.lang = before


def known(lang: str) -> str:
    """`lang` itself, if there is a catalog for it; ParameterError otherwise."""
    if lang not in LANGUAGES:
        raise ParameterError(f"Unknown language {lang!r}.", f"use one of {', '.join(LANGUAGES)}.")
    return lang


def system_language() -> str:
    """ "zh" where the computer speaks Chinese, "en" otherwise."""
    named = next((value for key in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(key))), "")
    return "zh" if named.lower().startswith("zh") else "en"


@cache
def catalog(lang: str) -> dict[str, str]:
    """All translations into `lang`: message id -> text; English is its own catalog and has none."""
    if known(lang) == "en":
        return {}
    source = files("ecomkit.report").joinpath(f"locale/{lang}/LC_MESSAGES/ecomkit.po")
    with source.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=lang) if m.id and m.string}


def _(msgid: str, **placeholders: object) -> str:
    """`msgid` in the language in use, with its `{placeholders}` filled.

    >>> _("Rank {rank}", rank=1)
    'Rank 1'
    """
    said = catalog(_voice.lang).get(msgid, msgid)
    return said.format(**placeholders) if placeholders else said


def label(code: str, *, column: str = "") -> str:
    """The name of a column, metric, step, source or device in the language in use.

    `column` says where the code stands, for codes that mean something else there: "lost" is a segment in the column
    "segment", and an unknown value of a column is shown as it is. Other codes without a name are shown as words.

    >>> label("amount_per_buyer"), label("lost", column="segment"), label("some_thing")
    ('Sales per buyer', 'Lost customers', 'Some thing')
    """
    names = BY_COLUMN.get(column, LABELS)
    if code in names or column:
        return _(names.get(code, code))
    words = code.replace("_", " ").strip() if code.islower() and code.isidentifier() else code
    return _(words[:1].upper() + words[1:])


def within(name: str) -> str:
    """A name as it stands inside a sentence: `Traffic source` -> `traffic source`, but `SKU ID` stays.

    >>> within("Traffic source"), within("SKU ID")
    ('traffic source', 'SKU ID')
    """
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
