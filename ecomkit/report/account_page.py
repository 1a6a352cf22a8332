"""The account of an import as one HTML page: totals first, then what to look at, then file by file."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

import ecomkit
from ecomkit.data.imports import Imported
from ecomkit.data.imports.keep import write_text
from ecomkit.data.store import Store, open_store
from ecomkit.diagnosis.platforms import by_platform
from ecomkit.report import text
from ecomkit.report.account import HEADS, LOOK_AT, Remark, lead, notes, remarks, row
from ecomkit.report.cards import note
from ecomkit.report.grid import table
from ecomkit.report.piece import Piece, join, tag
from ecomkit.report.refusals import by_hint
from ecomkit.report.text import _, label
from ecomkit.report.values import kind, show

NAME = "import_report.html"
OPEN_MAX = 12  # files whose remarks stand open


def write(done: Imported, lang: str) -> Path:
    """Writes the page beside `import_report.json` in the store and returns its path.

    Parameters
    ----------
    done : as `import_files` returns it.
    lang : "en" or "zh".
    """
    with open_store(done.store) as store:
        write_text(done.store / NAME, page(done.as_dict(), store, lang))
    return done.store / NAME


def page(report: Mapping[str, Any], store: Store, lang: str) -> str:
    """The page as text.

    Parameters
    ----------
    report : as `import_report.json` holds it.
    store : what the files were imported into.
    lang : "en" or "zh".
    """
    before = text.lang(), text.currency()
    text.use(lang, currency=store.currency)
    try:
        body = tag("main", _masthead(store), *_sections(report, store), tag("footer", _made()))
        title = f"{_('What came in')} · {store.name}"
        head = join(
            Piece('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            tag("title", title),
            Piece(f"<style>{_css()}</style>"),
        )
        whole = tag("html", tag("head", head), tag("body", tag("div", body, **{"class": "sheet"})), lang=_tongue(lang))
        return f"<!DOCTYPE html>\n{whole.html}\n"
    finally:
        text.use(before[0], currency=before[1])


def _tongue(lang: str) -> str:
    return {"en": "en", "zh": "zh-CN"}[lang]


def _css() -> str:
    folder = files("ecomkit.report").joinpath("template")
    return "".join(
        folder.joinpath(name).read_text(encoding="utf-8") for name in ("style.css", "cards.css", "account.css")
    )


def _made() -> str:
    return _("Made with ecomkit {version}", version=ecomkit.__version__)


def _masthead(store: Store) -> Piece:
    facts = {_("Store"): _(store.name), _("Currency"): store.currency, _("Time zone"): store.timezone}
    listed = [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts.items()]
    return tag("header", tag("h1", _("What came in")), tag("dl", *listed), **{"class": "masthead"})


def _sections(report: Mapping[str, Any], store: Store) -> Iterator[Piece]:
    yield tag("div", tag("p", lead(report), kind="lead"), kind="headline")
    yield _counts(report)
    yield from (note(said) for said in notes(report))
    if report["refused"]:
        yield note(
            _("Files that could not be imported stand at the end: {count}.", count=len(report["refused"])),
            tone="warning",
        )
    if look_at := _to_look_at(report):
        yield from (tag("h2", _("What to look at")), _remarks(look_at))
    yield tag("h2", _("The store now"))
    if any(store.has(name) and len(store.table(name)) for name in ("orders", "traffic_daily", "product_daily")):
        yield table(by_platform(store).dropna(axis=1, how="all"))
    changes = [
        {"table": name, "rows": n["rows"], "new_rows": n["new"], "changed_rows": n["changed"]}
        for name, n in report["tables"].items()
    ]
    yield table(pd.DataFrame(changes))
    yield from (tag("h2", _("All files")), _files(report))
    yield tag("h2", _("File by file"))
    yield from (_file(told, is_open=len(report["files"]) <= OPEN_MAX) for told in report["files"])
    if report["refused"]:
        yield tag("h2", _("Not imported"))
        for hint, reasons in by_hint(report["refused"]).items():
            yield tag("ul", *(tag("li", why) for why in reasons), kind="refused")
            yield tag("p", hint)


def _files(report: Mapping[str, Any]) -> Piece:
    listed = pd.DataFrame([row(told) for told in report["files"]], columns=HEADS)
    days = {day: pd.to_datetime(listed[day].replace("", None)) for day in ("first_day", "last_day")}
    return table(listed.assign(**days))


def _counts(report: Mapping[str, Any]) -> Piece:
    told = report["files"]
    read, written = (sum(t[key] for t in told) for key in ("read", "written"))
    blind = sum(reason["rows"] for t in told for reason in t["not_parsed"].values())
    counts = {
        "files": len(told),
        "rows_read": read,
        "rows_written": written,
        "rows_dropped": read - written,
        "unreadable_cells": blind,
    }
    cards = [
        tag("div", tag("p", label(name), kind="name"), tag("p", show(n, "count"), kind="value"), kind="kpi")
        for name, n in counts.items()
    ]
    return tag("div", *cards, kind="kpis", style="--columns:5")


def _to_look_at(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"file": told["file"], **_line(remark)}
        for told in report["files"]
        for remark in remarks(told)
        if remark.kind in LOOK_AT
    ]


def _line(remark: Remark) -> dict[str, Any]:
    return {
        "remark": remark.kind,
        "what_it_is": remark.what,
        "row_count": remark.rows,
        "first_rows": remark.places,
    }


def _remarks(listed: list[dict[str, Any]]) -> Piece:
    return table(pd.DataFrame(listed).astype({"row_count": "Int64"}))


def _file(told: Mapping[str, Any], *, is_open: bool) -> Piece:
    """One file: what it is, what it adds up to, and every remark."""
    said = remarks(told)
    listed = row(told)
    facts = {
        label("format"): listed["format"],
        label("encoding"): told["encoding"],
        label("period"): " – ".join(dict.fromkeys(d for d in (listed["first_day"], listed["last_day"]) if d)),
        **{label(name, column="total"): show(value, _unit(name)) for name, value in told["totals"].items()},
    }
    parts = [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts.items() if value]
    body: list[object] = [tag("dl", *parts, kind="facts")]
    if said:
        body.append(_remarks([_line(remark) for remark in said]))
    counts = _("{written} of {read} rows", written=show(told["written"], "count"), read=show(told["read"], "count"))
    head = tag("summary", tag("strong", told["file"]), " ", tag("span", counts))
    shown = is_open or any(remark.kind in LOOK_AT for remark in said)
    return tag("details", head, *body, kind="file", **({"open": ""} if shown else {}))


def _unit(total: str) -> str:
    money = ("revenue", "refund_amount", "refunded", "cost", "day_sales", "day_refunds")
    return "money" if total in money or total.endswith("_revenue") else kind(total) or "count"
