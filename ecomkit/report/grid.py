"""A table as readers expect it: translated headings, aligned numbers, missing values as dashes."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from ecomkit.report import text
from ecomkit.report.piece import Piece, tag
from ecomkit.report.text import _, label
from ecomkit.report.values import kind, show, signed

CODES = {"segment", "owner", "role", "table", "metric", "factor", "step", "confidence", "severity"} | {
    "source",
    "device",
    "campaign",
    "platform",
    "remark",
    "finding",
    "buyer",
    "customer_type",
    "outcome",
    "state",
    "what",
    "paradox",
    "method",
    "event",
    "check",
    "sign",
    "problem",
    "counted",
    "against",
    "stock_status",
    "rule",
    "part",
    "made_of",
    "choice",
    "counted_in",
    "sum_over_days",
    "sum_over_sources",
    "sum_over_products",
}
HASH = 28  # letters and digits without a space, from which a text is a hash
PHRASES = {"action", "category", "title", "product", "reason", "province"}
# In a table of metrics the unit of these is that of the row's metric.
OF_THE_ROW = {
    "before",
    "after",
    "change",
    "low",
    "high",
    "year_before",
    "orders_table",
    "traffic_daily",
    "difference",
} | {"forecast", "needed"}


def table(
    frame: pd.DataFrame,
    lang: str | None = None,
    *,
    columns: Sequence[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    bars: Sequence[str] = (),
    limit: int | None = None,
    caption: str = "",
) -> Piece:
    """A table with translated headings, formatted values and right-aligned numbers.

    Parameters
    ----------
    frame : any table; a named index becomes its first column.
    lang : "en" or "zh"; None is the language in use.
    columns : which columns to show, in this order; None shows all.
    kinds : what a column holds where its name does not say: "money", "rate", "change_rate", "count", "number", "text",
        "estimate" (money in whole units); "signed money" and the like show a plus, too.
    bars : columns of numbers that also get a bar, the largest value being full.
    limit : show so many rows and say how many more there are.
    caption : a line above the table.
    """
    flat = frame.reset_index() if frame.index.name or frame.index.nlevels > 1 else frame
    flat = flat[list(columns)] if columns is not None else flat
    shown = flat if limit is None else flat.head(limit)
    with text.using(lang):
        cells = {str(c): _cells(shown, str(c), dict(kinds or {}), c in bars) for c in flat.columns}
        heads = [tag("th", label(c), **_align(flat, c), scope="col") for c in cells]
        body = [tag("tr", *row) for row in zip(*cells.values(), strict=True)]
        children = [tag("caption", caption)] if caption else []
        grid = tag("table", *children, tag("thead", tag("tr", *heads)), tag("tbody", *body), kind="table")
        more = len(flat) - len(shown)
        rest = [tag("p", _("{count} more rows", count=show(more, "count")), kind="more")] if more else []
        rest = rest if len(flat) else [tag("p", _("There is nothing to list here."), kind="more")]
        return tag("div", grid, *rest, kind="grid")


def _align(frame: pd.DataFrame, column: str) -> dict[str, str]:
    return {"kind": "number"} if _is_number(frame[column]) else {}


def _is_number(values: "pd.Series[Any]") -> bool:
    return is_numeric_dtype(values) and not is_bool_dtype(values)


def _cells(frame: pd.DataFrame, column: str, kinds: Mapping[str, str], has_bar: bool) -> list[Piece]:
    values = frame[column]
    if not _is_number(values):
        is_date = is_datetime64_any_dtype(values) or isinstance(next(iter(values), None), dt.date)
        say, style = _speaker(column), {"kind": "code"} if column in CODES or is_date else {}  # stays on one line
        return [tag("td", say(value), **(_id(value) or style)) for value in values]
    what = kinds.get(column) or kind(column)
    if what == "count" and bool((values % 1 > 0).any()) and bool((values.abs() < 1000).all()):
        what = "decimal"  # a mean of counts
    metrics = next((frame[name] for name in ("metric", "factor") if name in frame), None)
    whats = [_row_kind(str(m), column) for m in metrics] if metrics is not None and column in OF_THE_ROW else None
    largest = float(values.abs().max()) if has_bar and len(values) else 0.0
    cells = []
    for i, value in enumerate(values):
        unit = whats[i] if whats else what
        is_change = column in ("change", "change_rate", "contribution", "difference") or unit.startswith("signed ")
        said = signed(value, unit.removeprefix("signed ")) if is_change else show(value, unit)
        cells.append(tag("td", said, kind="number", **_bar(value, largest)))
    return cells


def _id(value: Any) -> dict[str, str]:
    """A hash for an id would push the figures off the page: its end is cut, but for the pointer and the clipboard."""
    is_hash = isinstance(value, str) and len(value) >= HASH and value.isalnum()
    return {"kind": "id", "title": value} if is_hash else {}


def _row_kind(metric: str, column: str) -> str:
    what = kind(metric)
    return "points" if what == "rate" and column == "change" else what


def _bar(value: Any, largest: float) -> dict[str, str]:
    if not largest or pd.isna(value):
        return {}
    return {"style": f"--share:{abs(float(value)) / largest:.1%}", "data_bar": ""}


def _speaker(column: str) -> Callable[[Any], str]:
    """How a column of texts is said: codes by their names, stock phrases translated, all else as it is."""

    codes = "segment" if column in ("before", "after") else column  # in a migration table
    what = kind(column)

    def say(value: Any) -> str:
        if isinstance(value, str) and (codes in CODES):
            return label(value, column=codes)
        if isinstance(value, str):
            return _(value) if value and column in PHRASES else show(value, what)
        return show(value)

    return say
