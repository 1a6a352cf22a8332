"""Tables as an Excel workbook that a colleague can work in: translated headings, real numbers, frozen heads."""

import base64
import datetime as dt
import io
import math
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xlsxwriter
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ecomkit.errors import ParameterError
from ecomkit.report import text
from ecomkit.report.grid import CODES, PHRASES
from ecomkit.report.piece import Piece, tag
from ecomkit.report.text import _, label
from ecomkit.report.values import kind, show

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {
    "money": "#,##0.00",
    "count": "#,##0",
    "rate": "0.00%",
    "share": "0.0%",
    "change_rate": "+0.0%;-0.0%",
    "certainty": "0%",
}
ROWS_MAX = 1_048_575  # what a sheet holds below its heading
LETTERS_MAX = 32_767  # what a cell holds
WIDTH_MAX = 60  # characters


def workbook(sheets: Mapping[str, pd.DataFrame], lang: str | None = None) -> bytes:
    """Returns the tables as one .xlsx, a sheet each; the same tables always give the same bytes.

    Parameters
    ----------
    sheets : name of the sheet -> table; a named index becomes its first column. Ids are text with all their digits,
        dates are dates, rates are percentages, missing and infinite values are empty cells, and a text that looks
        like a formula stays text.
    lang : "en" or "zh"; None is the language in use.

    Raises
    ------
    ParameterError
        There is no sheet, two have one name, or one has more rows than Excel can hold.

    Examples
    --------
    >>> file = workbook({"plan": pd.DataFrame({"product_id": ["0042"], "order_quantity": [12]})})
    >>> pd.read_excel(io.BytesIO(file), dtype=str, engine="calamine")
      Product ID Units to order
    0       0042             12
    """
    if not sheets:
        raise ParameterError("There is no sheet to write.", 'pass tables by name, e.g. {"plan": plan}.')
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with text.using(lang), xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # else the bytes tell the time
        for name, said in zip(sheets, _sheet_names(sheets), strict=True):
            frame = sheets[name]
            if len(frame) > ROWS_MAX:
                raise ParameterError(f"`{name}` has {len(frame):,} rows, Excel holds {ROWS_MAX:,}.", "keep fewer rows.")
            is_indexed = bool(frame.index.name) or frame.index.nlevels > 1
            _fill(book, book.add_worksheet(said), frame.reset_index() if is_indexed else frame)
    return made.getvalue()


def download(sheets: Mapping[str, pd.DataFrame], name: str, lang: str | None = None) -> Piece:
    """Returns a button that saves the tables as the Excel file `name`; the file is in the page itself."""
    data = base64.b64encode(workbook(sheets, lang)).decode()
    with text.using(lang):
        file = f"{name.removesuffix('.xlsx')}.xlsx"
        link = tag("a", _("Save as Excel: {file}", file=file), href=f"data:{TYPE};base64,{data}", download=file)
        return tag("p", link, kind="download")


def _fill(book: Any, sheet: Any, frame: pd.DataFrame) -> None:
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for at, column in enumerate(str(c) for c in frame.columns):
        values = frame.iloc[:, at]
        style = book.add_format({"num_format": _format(column, values)})
        said = [_cell(value, column) for value in values]
        sheet.write_string(0, at, label(column), head)
        for row, value in enumerate(said, start=1):
            if value is not None:
                sheet.write(row, at, value, style)
        sheet.set_column(at, at, _width(label(column), said))
    sheet.freeze_panes(1, 0)
    if len(frame.columns):
        sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)


def _format(column: str, values: "pd.Series[Any]") -> str:
    days = [value for value in values if isinstance(value, dt.date) and not pd.isna(value)]
    if days:
        return "yyyy-mm-dd hh:mm" if any(_has_time(day) for day in days) else "yyyy-mm-dd"
    if not is_numeric_dtype(values) or is_bool_dtype(values) or column.endswith("_id"):
        return "@"
    is_whole = bool((values.dropna() % 1 == 0).all())
    return FORMATS.get(kind(column), "#,##0" if is_whole else "#,##0.00")


def _has_time(day: dt.date) -> bool:
    return isinstance(day, dt.datetime) and day.time() != dt.time()


def _cell(value: Any, column: str) -> Any:
    """What stands in the cell: codes by their names; None where there is nothing."""
    if isinstance(value, str) and kind(column) == "money":
        return show(value, "money")[:LETTERS_MAX]
    if isinstance(value, str):
        said = label(value, column=column) if column in CODES else _(value) if column in PHRASES and value else value
        return said[:LETTERS_MAX]
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return _("yes") if value else _("no")
    if isinstance(value, dt.date):
        return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
    plain = value.item() if hasattr(value, "item") else value
    if not isinstance(plain, int | float) or column.endswith("_id"):
        return str(int(plain) if isinstance(plain, float) and plain.is_integer() else plain)[:LETTERS_MAX]
    return plain if math.isfinite(plain) else None


def _width(heading: str, cells: list[Any]) -> float:
    """Wide enough for nearly all; Chinese takes two columns a letter, and a heading may break into two lines."""
    seen = (str(c)[:10] if isinstance(c, dt.date) else f"{c:,.2f}" if isinstance(c, float) else str(c) for c in cells)
    longest = max([_length(heading) * 0.7, *(_length(said) for said, _row in zip(seen, range(200), strict=False))])
    return float(min(max(longest, 8) + 2, WIDTH_MAX))


def _length(said: str) -> int:
    return len(said) + sum(letter > "\u2e7f" for letter in said)


def _sheet_names(sheets: Mapping[str, pd.DataFrame]) -> list[str]:
    """The names as Excel allows them: at most 31 letters, none of them []:*?/\\, and no two alike."""
    said = [re.sub(r"[\[\]:*?/\\]", " ", label(name)).strip("' ")[:31] or _("Table") for name in sheets]
    small = [name.lower() for name in said]
    twice = next((name for name in said if small.count(name.lower()) > 1), "")
    if twice:
        raise ParameterError(
            f"Two sheets would be called `{twice}`.", "name them apart, within 31 letters and without []:*?/\\."
        )
    return said
