"""The page that an owner pins to the wall: why sales moved, and what happened, since when, how much, what first."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ecomkit.report import text
from ecomkit.report.advice import advise
from ecomkit.report.piece import Piece, join, tag
from ecomkit.report.text import _, label
from ecomkit.report.values import show, signed

ROWS = 6  # what goes on a wall is what can be begun this week


def page(tree: pd.DataFrame, found: pd.DataFrame, lang: str | None = None) -> Piece:
    """One line for why, and a row for each of the first findings.

    Parameters
    ----------
    tree : as `metrics.tree` gives it: `factor, contribution`, the first row being the whole.
    found : the findings, first one first, as `diagnosis.findings.rank` gives them.
    lang : "en" or "zh"; None is the language in use.
    """
    with text.using(lang):
        rows = [_row(n, row) for n, row in enumerate(found.head(ROWS).to_dict("records"), start=1)]
        more = len(found) - len(rows)
        heads = [_("What happened, and where"), _("When"), label("money_at_stake"), _("First step"), label("owner")]
        ranked = tag("table", tag("thead", tag("tr", *map(_head, heads))), tag("tbody", *rows), kind="table")
        left = [tag("p", _("And {count} more, below.", count=more), kind="more")] if more > 0 else []
        return tag("div", _why(tree), *([ranked] if rows else []), *left, kind="front grid")


def _head(said: str) -> Piece:
    return tag("th", said, scope="col")


def _why(tree: pd.DataFrame) -> Piece:
    """The factors with what each did to sales, the one that did most first."""
    parts = tree.iloc[1:].sort_values("contribution", key=abs, ascending=False)
    said = [
        f"{label(row['factor'])} {signed(row['contribution'], 'money', short=True)}" for row in parts.to_dict("records")
    ]
    return tag("p", tag("strong", _("Why sales moved:")), " ", "  ·  ".join(said), kind="why") if said else join()


def _row(rank: int, row: Mapping[Any, Any]) -> Piece:
    words = advise(row)
    first = words.action.split(_("; ").strip())[0]
    days = _("{since} to {until}", since=f"{row['since']:%m-%d}", until=f"{row['until']:%m-%d}")
    money = show(row["money_at_stake"], "estimate")
    who = tag("td", label(row["owner"], column="owner"), tag("br"), tag("span", f"{row['due']:%m-%d}", kind="flat"))
    cells = (f"{rank}. {words.title}", days, money, first)
    return tag("tr", *(tag("td", cell, **({"kind": "number"} if cell is money else {})) for cell in cells), who)


def place(series: str, lang: str | None = None) -> str:
    """The name of a part of the store, of which `anomaly.series` has the figures.

    >>> place("device=android", "en")
    'Device: Android'
    """
    axis, _sign, value = series.partition("=")
    with text.using(lang):
        return _("{axis}: {value}", axis=label(axis), value=label(value, column=axis))
