"""What an import did, in words: the remarks on each file, and the account as a table for the terminal."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ecomkit.report import text
from ecomkit.report.refusals import by_hint
from ecomkit.report.text import _, label
from ecomkit.report.values import show

LOOK_AT = ("not_parsed", "rates", "not_there", "not_understood", "unread", "cleaned")  # remarks that ask for a look
READABLE = "no readable "
HEADS = ("file", "format", "rows_read", "rows_written", "rows_dropped", "first_day", "last_day", "currency")
NUMBERS = ("rows_read", "rows_written", "rows_dropped")
WIDTH = 44  # of a file's name in the terminal


class Remark(NamedTuple):
    """One thing to say of a file: its `kind`, the column or reason, in how many rows (None: all), and the first."""

    kind: str
    what: str
    rows: int | None
    first_rows: Sequence[int] = ()

    @property
    def places(self) -> str:
        """The first rows, as "5, 9, 13, …"."""
        more = self.rows is not None and self.rows > len(self.first_rows)
        return ", ".join(map(str, self.first_rows)) + (", …" if more and self.first_rows else "")


def remarks(told: Mapping[str, Any]) -> list[Remark]:
    """The remarks on one file of an `import_report.json`: what to look at, what was left out, what was converted."""
    found = [
        Remark(kind, what, reason["rows"], reason["first_rows"])
        for kind in ("not_parsed", "rates")
        for what, reason in told[kind].items()
    ]
    found += [Remark(kind, what, None) for kind in ("not_there", "not_understood", "unread") for what in told[kind]]
    found += [Remark("cleaned", show(told["cleaned"], "count"), None)] * bool(told["cleaned"])
    found += [Remark("left_out", what, None) for what in told["left_out"]]
    found += [
        Remark("dropped", why(r), told["dropped"][r]["rows"], told["dropped"][r]["first_rows"]) for r in told["dropped"]
    ]
    found += [Remark("converted", _pair(what, how(done)), None) for what, done in told["converted"].items()]
    return found + [
        Remark("marked", _pair(label(mark, column="adds"), _(", ").join(headers)), None)
        for mark, headers in told["marked"].items()
    ]


def _pair(kind: str, what: str) -> str:
    return _("{kind}: {what}", kind=kind, what=what)


def why(reason: str) -> str:
    """Why a row was left out, in the language in use; a profile's own reason as it is."""
    for head, said in (
        (f"its order has {READABLE}", _("Its order has no readable {column}", column="\0")),
        (READABLE, _("No readable {column}", column="\0")),
    ):
        if reason.startswith(head):
            return said.replace("\0", text.within(label(reason.removeprefix(head))))
    return label(reason, column="why")


def how(done: Mapping[str, Any]) -> str:
    """How a column was converted."""
    said = [label(done["unit"], column="unit")] if done["unit"] else []
    if done["texts"] and done["comma"]:
        said.append(_("cells with a decimal comma: {count}", count=show(done["texts"], "count")))
    elif done["texts"]:
        said.append(_("cells with separators, signs, % or units: {count}", count=show(done["texts"], "count")))
    return _("; ").join(said)


def row(told: Mapping[str, Any]) -> dict[str, Any]:
    """What the table of files says of one: `HEADS`."""
    return {
        "file": told["file"],
        "format": told["title"].get(text.lang(), told["profile"]),
        "rows_read": told["read"],
        "rows_written": told["written"],
        "rows_dropped": told["read"] - told["written"],
        "first_day": told["first"][:10],
        "last_day": told["last"][:10],
        "currency": told["currency"],
    }


def lead(report: Mapping[str, Any]) -> str:
    """The account in one sentence."""
    read, written = (sum(told[key] for told in report["files"]) for key in ("read", "written"))
    counts = {"read": read, "written": written, "dropped": read - written}
    return _(
        "Of {read} rows read, {written} are in the store and {dropped} were left out.",
        **{key: show(value, "count") for key, value in counts.items()},
    )


def notes(report: Mapping[str, Any]) -> list[str]:
    """What else is to be known of an import."""
    said = {
        "source_gave_way": _(
            "Days on which the figures of the shop as a whole gave way to those of its traffic sources: {count}."
        ),
        "campaign_gave_way": _(
            "Days on which the ad spend of the shop as a whole gave way to that of its campaigns: {count}."
        ),
        "currency_taken": _("Files that do not say their currency, which is taken to be the store's: {count}."),
        "no_currency": _("Files whose currency is not known, as they do not say it: {count}. Give --currency."),
        "no_zone": _("The files do not say in which time zone the store is: days are those of UTC. Give --tz."),
    }
    return [said[code].format(count=count) for code, count in report["notes"].items()]


def lines(report: Mapping[str, Any], lang: str | None = None) -> list[str]:
    """The account for a terminal: the totals first, then a table of the files, each with its remarks.

    Parameters
    ----------
    report : as `import_report.json` holds it.
    lang : "en" or "zh"; None is the language in use.
    """
    with text.using(lang):
        rows = [row(told) for told in report["files"]]
        cells = [[label(head) for head in HEADS], *([_cell(r[head]) for head in HEADS] for r in rows)]
        widths = [max(map(_wide, column)) for column in zip(*cells, strict=True)]
        table = [
            "  ".join(_pad(c, w, head in NUMBERS) for c, w, head in zip(line, widths, HEADS, strict=True)).rstrip()
            for line in cells
        ]
        said = [lead(report), "", table[0]]
        for told, line in zip(report["files"], table[1:], strict=True):
            said += [line, *(f"  {_remark(remark)}" for remark in remarks(told))]
        for hint, reasons in by_hint(report["refused"]).items():
            said += ["", *(_("not imported: {why}", why=why) for why in reasons), hint]
        said += ["", *(_store(table, n) for table, n in report["tables"].items()), *notes(report)]
        return said


def _remark(remark: Remark) -> str:
    said = {"kind": label(remark.kind, column="remark"), "what": remark.what}
    if remark.rows is None:
        return _("{kind}: {what}", **said)
    count = show(remark.rows, "count")
    if not remark.places:
        return _("{kind}: {count} × {what}", **said, count=count)
    return _("{kind}: {count} × {what} (row {places})", **said, count=count, places=remark.places)


def _store(table: str, n: Mapping[str, int]) -> str:
    counts = {key: show(n[key], "count") for key in ("rows", "new", "changed")}
    return f"{_pad(table, 16)}" + _("{rows} rows, {new} new, {changed} changed", **counts)


def _cell(value: Any) -> str:
    said = show(value, "count") if isinstance(value, int) else str(value)
    if _wide(said) <= WIDTH:
        return said
    head, tail = said[: len(said) // 2], said[len(said) // 2 :]
    while _wide(head + tail) > WIDTH - 1:
        head, tail = (head[:-1], tail) if _wide(head) >= _wide(tail) else (head, tail[1:])
    return f"{head}…{tail}"


def _wide(said: str) -> int:
    """The columns of a terminal that a text takes: a Chinese character two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in said)


def _pad(said: str, width: int, is_number: bool = False) -> str:
    space = " " * (width - _wide(said))
    return space + said if is_number else said + space
