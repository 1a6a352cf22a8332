"""What an audit of the data says: a verdict, what to do about each thing found, and the rows that show it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis import quality
from ecomkit.report import text
from ecomkit.report.grid import table
from ecomkit.report.piece import Piece, join, tag
from ecomkit.report.text import _, label
from ecomkit.report.values import NONE, show

__all__ = ["evidence", "found", "steps", "unchecked", "verdict"]


def found(audited: pd.DataFrame) -> pd.DataFrame:
    """The checks that found something, in the audit's order."""
    return audited[audited["severity"].isin(["wrong", "watch"])].reset_index(drop=True)


def verdict(audited: pd.DataFrame, lang: str | None = None) -> Piece:
    """Whether the data can be believed, in two sentences.

    Parameters
    ----------
    audited : as `diagnosis.quality.audit` gives it.
    lang : "en" or "zh"; None is the language in use.
    """
    with text.using(lang):
        count = audited["severity"].value_counts()
        wrong, watch, blind = (int(count.get(severity, 0)) for severity in ("wrong", "watch", "not checked"))
        made = len(audited) - blind
        said = [tag("p", _lead(wrong, watch, made), kind="lead")]
        if wrong + watch:
            said.append(tag("p", _first(found(audited).to_dict("records")[0]), kind="stake"))
        if blind and made:
            want = _("Checks that could not be made, for want of columns: {blind}.", blind=blind)
            said.append(tag("p", want, kind="stake"))
        return tag("div", *said, kind="headline")


def _lead(wrong: int, watch: int, made: int) -> str:
    if not made:
        return _("Nothing could be checked, for want of data.")
    if wrong:
        return _("Not as it is: {wrong} of {made} checks found wrong figures.", wrong=wrong, made=made)
    if watch:
        return _("Yes, but look at {watch} of {made} checks before you rely on it.", watch=watch, made=made)
    return _("Yes: all {made} checks are in order.", made=made)


def _first(row: Mapping[Any, Any]) -> Piece:
    check, money = label(row["check"], column="check"), show(row["money"], "money", short=True)
    if money == NONE or not row["money"]:
        return join(_("Begin with: {check}.", check=check))
    before, _money, after = _("Begin with: {check}, money touched {money}.", check=check, money="\0").partition("\0")
    return join(before, tag("strong", money), after)


def steps(audited: pd.DataFrame, lang: str | None = None) -> Piece:
    """A card for each check that found something: what it found, and what to do.

    Parameters
    ----------
    audited : as `diagnosis.quality.audit` gives it.
    lang : "en" or "zh"; None is the language in use.
    """
    with text.using(lang):
        rows = found(audited).to_dict("records")
        if not rows:
            return tag("div", tag("p", _("There is nothing to do: no check found anything.")), kind="note", role="note")
        return tag("ol", *(_card(rank, row) for rank, row in enumerate(rows, start=1)), kind="findings")


def _card(rank: int, row: Mapping[Any, Any]) -> Piece:
    money, rows = show(row["money"], "money", short=True), show(row["rows"], "count")
    title = tag("h4", label(row["check"], column="check"), _badge(row["severity"]))
    said = tag("p", label(row["check"], column="found").format(rows=rows, money=money))
    action = tag("p", tag("strong", _("What to do")), " ", label(row["advice"], column="advice"), kind="action")
    stake = [tag("span", label("money"), kind="name"), tag("span", money, kind="value")] if money != NONE else []
    body = tag("div", title, said, action, _facts(row), kind="body")
    return tag("li", tag("span", str(rank), kind="rank"), body, tag("div", *stake, kind="money"), kind="finding")


def _badge(severity: str) -> Piece:
    return tag("span", label(severity, column="severity"), kind="badge")


def _facts(row: Mapping[Any, Any]) -> Piece:
    days = [show(row[name]) for name in ("first_day", "last_day")]
    when = NONE if NONE in days else " – ".join(dict.fromkeys(days))
    facts = {_("When"): when, label("share_rate"): show(row["share_rate"], "rate")}
    shown = [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts.items() if value != NONE]
    return tag("dl", *shown, kind="facts")


def evidence(store: Store, check: str, lang: str | None = None, *, limit: int = 8) -> Piece:
    """The rows that a check found, those with most money first, under the check's name.

    Parameters
    ----------
    store : the store that was audited.
    check : a code of the audit's column `check`.
    lang : "en" or "zh"; None is the language in use.
    limit : so many rows at most.
    """
    rows = quality.evidence(store, check, limit=limit).rename(columns={"day": "date"})
    rows = rows.drop(columns="sure", errors="ignore")
    blank = [c for c in rows.columns if rows[c].isna().all() or rows[c].astype("str").eq("").all()]
    blank += [c for c in ("revenue", "amount") if c in rows and rows[c].equals(rows["money"])]
    blank += ["date"] * ("order_date" in rows and rows["order_date"].dt.normalize().equals(rows["date"]))
    with text.using(lang):
        return table(rows.drop(columns=blank), caption=label(check, column="check"))


def unchecked(audited: pd.DataFrame, lang: str | None = None) -> Piece:
    """The checks that could not be made, with the columns that each would need.

    Parameters
    ----------
    audited : as `diagnosis.quality.audit` gives it.
    lang : "en" or "zh"; None is the language in use.
    """
    with text.using(lang):
        rows = audited[audited["severity"] == "not checked"]
        if rows.empty:
            return tag("div", tag("p", _("Every check could be made.")), kind="note", role="note")
        either = rows["missing"].str.replace("|", _(" or "), regex=False)
        return table(rows.assign(missing=either), columns=["check", "missing"])
