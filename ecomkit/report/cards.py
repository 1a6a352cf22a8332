"""What a report shows besides charts: key figures, findings, tables and notes, as escaped HTML."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.report import text
from ecomkit.report.advice import advise, findings
from ecomkit.report.grid import table
from ecomkit.report.piece import Piece, join, tag
from ecomkit.report.text import _, label
from ecomkit.report.values import NONE, kind, show, signed

__all__ = [
    "findings", "headline", "kpis", "needs", "needs_before", "needs_values", "note", "platforms", "scope", "style",
    "table",
]  # fmt: skip

LOWER_IS_BETTER = {
    "refund_amount",
    "refund_rate",
    "cost",
    "ad_cost",
    "ad_cost_rate",
    "cost_per_click",
    "churn_rate",
    "lost",
}
STANDS_IN = {"amount_per_buyer": "amount_per_order"}  # where no order names its buyer


def kpis(frame: pd.DataFrame, lang: str | None = None, *, metrics: Sequence[str] | None = None) -> Piece:
    """Cards of key figures: the value, how it moved, and what it was before.

    Parameters
    ----------
    frame : one row per metric: `metric, before, after, change_rate`, as `diagnosis.metrics.compare` gives it.
    lang : "en" or "zh"; None is the language in use.
    metrics : which metrics to show, in this order; None shows every row. Where sales per buyer are not known, those per
        order stand in for them.
    """
    rows = {str(row["metric"]): row for row in frame.to_dict("records")}
    wanted = list(rows) if metrics is None else [m if m in rows else STANDS_IN.get(m, m) for m in metrics]
    chosen = [metric for metric in dict.fromkeys(wanted) if metric in rows]
    with text.using(lang):
        cards = [_kpi(metric, rows[metric]) for metric in chosen]
        return tag("div", *cards, kind="kpis", style=f"--columns:{_columns(len(cards))}")


def _columns(count: int) -> int:
    """Columns that leave the fewest gaps in the last row, the more the better."""
    return min((5, 4, 3), key=lambda columns: (-count % columns, -columns)) if count > 5 else max(count, 1)


def _kpi(metric: str, row: Mapping[Any, Any]) -> Piece:
    what = kind(metric)
    before = show(row["before"], what, short=True)
    told = [tag("p", label(metric), kind="name"), tag("p", show(row["after"], what, short=True), kind="value")]
    if before != NONE:
        was = tag("span", _("before: {value}", value=before), kind="before")
        told.append(tag("p", _move(metric, row.get("change_rate")), was, kind="move"))
    return tag("div", *told, kind="kpi")


def _move(metric: str, change: Any) -> Piece:
    """How a metric moved, with an arrow for the direction and a colour for whether that is good."""
    said = show(change, "change_rate")
    if said == NONE or round(float(change), 3) == 0:
        return tag("span", _("no change") if said != NONE else NONE, kind="flat")
    rose = float(change) > 0
    tone = "good" if rose != (metric in LOWER_IS_BETTER) else "bad"
    return tag("span", f"{'▲' if rose else '▼'} {said.lstrip('−')}", kind=tone)


def headline(frame: pd.DataFrame, found: pd.DataFrame | None = None, lang: str | None = None) -> Piece:
    """The report in two sentences: what became of sales, and what the findings put at stake.

    Parameters
    ----------
    frame : as for `kpis`; the row `gmv` is spoken of.
    found : the findings, first one first, as `diagnosis.findings.rank` gives them.
    lang : "en" or "zh"; None is the language in use.
    """
    with text.using(lang):
        rows = frame[frame["metric"] == "gmv"].to_dict("records")
        children = [tag("p", _sales(rows[0]), kind="lead")] if rows else []
        if found is not None and len(found):
            if rows and (found["finding"] == "brushed_orders").any():
                children.append(tag("p", _without_brushing(rows[0], found), kind="stake"))
            children.append(tag("p", _stake(found), kind="stake"))
        return tag("div", *children, kind="headline")


def _without_brushing(row: Mapping[Any, Any], found: pd.DataFrame) -> str:
    """What became of sales without the orders that look brushed: the lead counts them, for it quotes the tables."""
    brushed = float(found.loc[found["finding"] == "brushed_orders", "money_at_stake"].sum())
    now, before = float(row["after"]) - brushed, float(row["before"])
    return _(
        "Without the orders that look brushed, sales came to {now}, {change} against before.",
        now=show(now, "money", short=True),
        change=signed(now / before - 1 if before else None, "change_rate"),
    )


def scope(frame: pd.DataFrame, lang: str | None = None) -> Piece:
    """What was looked for, and what could not be, as `diagnosis.findings.scope` tells."""
    with text.using(lang):
        named = [label(code, column="finding") for code in frame.loc[frame["looked_for"], "finding"]]
        said = [tag("p", _("Looked for: {causes}.", causes=_(", ").join(named)))] if named else []
        for row in frame[~frame["looked_for"]].to_dict("records"):
            cause = label(row["finding"], column="finding")
            said.append(
                tag("p", _("Not looked for: {cause}, for want of {columns}.", cause=cause, columns=row["missing"]))
            )
        return tag("div", *said, kind="note", role="note")


def _sales(row: Mapping[Any, Any]) -> str:
    now, change = show(row["after"], "money", short=True), _number(row.get("change_rate"))
    said = show(change, "change_rate")
    if said == NONE:
        return _("Sales came to {now}.", now=now)
    before = show(row["before"], "money", short=True)
    if change < 0:
        return _("Sales fell {rate} to {now}, from {before}.", rate=said.lstrip("−"), now=now, before=before)
    return _("Sales rose {rate} to {now}, from {before}.", rate=said, now=now, before=before)


def _number(value: Any) -> float:
    return float("nan") if value is None or pd.isna(value) else float(value)


def _stake(found: pd.DataFrame) -> Piece:
    first = advise(found.to_dict("records")[0])
    money = show(found["money_at_stake"].sum(), "money", short=True)
    said = _(
        "Findings: {count}. Money at stake: {money}. Begin with: {title}.",
        count=len(found),
        money="\0",
        title=first.title,
    )
    before, _money, after = said.partition("\0")
    return join(before, tag("strong", money), after)


def note(said: str, *, tone: str = "note") -> Piece:
    """A remark beside the text; `tone` is "note" or "warning"."""
    return tag("div", tag("p", said), kind=f"note {tone}", role="note")


def platforms(frame: pd.DataFrame, lang: str | None = None) -> Piece:
    """The platforms of a store side by side, without the columns that none of them tells; nothing where it has one.

    Parameters
    ----------
    frame : as `diagnosis.metrics.by_platform` gives it.
    lang : "en" or "zh"; None is the language in use.
    """
    if len(frame) < 2:
        return join()
    with text.using(lang):
        said = _("Platforms side by side. Sales per buyer and per order are two figures; what is not known is blank.")
        return table(frame.dropna(axis=1, how="all"), caption=said)


def needs(store: Store, *tables: str) -> bool:
    """True if the store has all `tables`; otherwise a note says what is missing, and the section can be skipped."""
    missing = [name for name in tables if not store.has(name)]
    if missing:
        _say_missing(_(", ").join(f"{label(name, column='table')} ({name})" for name in missing))
    return not missing


def needs_values(store: Store, table: str, column: str) -> bool:
    """True if `column` of `table` is there and filled in some row; otherwise a note says that it is missing."""
    there = store.has(table) and column in store.table(table).columns
    filled = there and bool(store.table(table).filter(f"{column} IS NOT NULL").limit(1).fetchall())
    if not filled:
        _say_missing(f"{label(column)} ({table}.{column})")
    return filled


def needs_before(against: str) -> bool:
    """True if there are days to compare with, as `usual.before` names them; otherwise a note says that there are none,
    and what compares can be skipped."""
    if not against:
        from IPython.display import display

        said = _("No days before these are in the data, so there is nothing to compare with. The report does without.")
        display(note(said))
    return bool(against)


def _say_missing(names: str) -> None:
    from IPython.display import display

    said = _(
        "This section needs {tables}, which this store does not have. The rest of the report stands.", tables=names
    )
    display(note(said))


def style() -> Piece:
    """The style of the cards, for notebooks that are open in JupyterLab; reports bring their own."""
    css = files("ecomkit.report").joinpath("template", "cards.css").read_text(encoding="utf-8")
    return Piece(f'<style data-ecomkit="">{css}</style>')
