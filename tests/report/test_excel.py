"""Workbooks: read back with another library, in both languages."""

import base64
import datetime as dt
import io
import re
import zipfile
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from ecomkit.errors import ParameterError
from ecomkit.report import text
from ecomkit.report.excel import TYPE, download, workbook

PLAN = pd.DataFrame(
    {
        "product_id": ["0042", "1e5", "900719925474099312345"],
        "unit_cost": [2.5, 1234.0, None],
        "refund_rate": [0.0312, 0.5, None],
        "date": pd.to_datetime(["2025-09-01", "2025-09-02", None]),
        "title": ["=SUM(A1:A9)", "https://example.com", "@plus"],
        "quantity": [12, 24, 36],
        "is_known": [True, False, True],
    }
)


def rows(file: bytes, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(sheet).to_python()


def part(file: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(file)).read(name).decode()


# by hand


def test_values_come_back_as_what_they_are() -> None:
    head, *body = rows(workbook({"plan": PLAN}))
    assert head == ["Product ID", "Unit cost", "Refund rate", "Date", "Title", "Quantity", "Is known"]
    assert body == [
        ["0042", 2.5, 0.0312, dt.date(2025, 9, 1), "=SUM(A1:A9)", 12.0, "yes"],
        ["1e5", 1234.0, 0.5, dt.date(2025, 9, 2), "https://example.com", 24.0, "no"],
        ["900719925474099312345", "", "", "", "@plus", 36.0, "yes"],
    ]


def test_headings_sheets_and_codes_speak_chinese() -> None:
    frame = pd.DataFrame({"product_id": ["1"], "segment": ["champions"], "category": ["A trade of its own"]})
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook({"metric": frame}, "zh")))
    with text.using("zh"):
        assert book.sheet_names == [text.label("metric")]
        said = [text.label("product_id"), text.label("segment"), text.label("category")]
        assert book.get_sheet_by_index(0).to_python() == [
            said,
            ["1", text.label("champions", column="segment"), "A trade of its own"],
        ]
    assert all("\u4e00" <= name[0] <= "\u9fff" for name in said)
    assert text.lang() == "en"


def test_a_text_that_looks_like_a_formula_or_link_stays_text() -> None:
    sheet = part(workbook({"plan": PLAN}), "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:G4"/>' in sheet


def test_numbers_are_shown_by_their_kind() -> None:
    styles = part(workbook({"plan": PLAN}), "xl/styles.xml")
    assert re.findall('formatCode="([^"]+)"', styles) == ["@", "#,##0.00", "0.00%", "yyyy-mm-dd", "#,##0"]


def test_times_keep_their_clock_and_an_index_its_column() -> None:
    times = pd.to_datetime(["2025-09-01 08:30", "2025-09-02 00:00"]).tz_localize("Asia/Shanghai")
    frame = pd.DataFrame({"order_date": times, "values": [{"a": 1}, [2]], "money": [float("inf"), 1.0]})
    head, *body = rows(workbook({"x": frame.set_index(pd.Index(["a", "b"], name="country"))}))
    assert head[0] == "Country"
    assert body == [
        ["a", dt.datetime(2025, 9, 1, 8, 30), "{'a': 1}", ""],
        ["b", dt.date(2025, 9, 2), "[2]", 1.0],
    ]
    assert 'formatCode="yyyy-mm-dd hh:mm"' in part(workbook({"x": frame}), "xl/styles.xml")


def test_an_id_that_came_as_a_number_is_text() -> None:
    frame = pd.DataFrame({"order_id": [9_007_199_254_740_993, 2], "customer_id": [17.0, None]})
    assert rows(workbook({"x": frame}))[1:] == [["9007199254740993", "17"], ["2", ""]]


def test_the_button_holds_the_very_file() -> None:
    link = BeautifulSoup(download({"plan": PLAN}, "order").html, "html.parser").select_one("p.ek-download > a")
    assert link is not None
    assert link["download"] == "order.xlsx"
    assert link.get_text() == "Save as Excel: order.xlsx"
    kind, _comma, data = str(link["href"]).partition(";base64,")
    assert kind == f"data:{TYPE}"
    assert base64.b64decode(data) == workbook({"plan": PLAN})
    assert "order.xlsx" in download({"plan": PLAN}, "order.xlsx", "zh").html


# bad input


def test_bad_input_is_named() -> None:
    with pytest.raises(ParameterError, match=r"There is no sheet to write.\nHint: pass tables by name"):
        workbook({})
    with pytest.raises(ParameterError, match=r"`plan` has 1,048,576 rows, Excel holds 1,048,575"):
        workbook({"plan": pd.DataFrame(index=range(1_048_576))})
    with pytest.raises(ParameterError, match=r"Two sheets would be called `Plan a`"):
        workbook({"plan/a": PLAN, "Plan A": PLAN})
    with pytest.raises(ParameterError, match="Unknown language 'fr'"):
        workbook({"plan": PLAN}, "fr")


def test_odd_tables_and_names_are_written() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    sheets = {
        "[a]:*?/\\" + "b" * 40: twice,
        "?": PLAN.iloc[:0],
        "empty": pd.DataFrame(),
        "long": pd.DataFrame({0: ["x" * 40_000]}),
    }
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook(sheets)))
    assert len(book.sheet_names[0]) <= 31
    assert book.get_sheet_by_index(0).to_python() == [["A", "A"], [1.0, 2.0]]
    assert len(book.get_sheet_by_index(1).to_python()) == 1
    assert len(book.get_sheet_by_index(3).to_python()[1][0]) == 32_767


# properties


@settings(max_examples=15)
@given(st.lists(st.tuples(st.text(max_size=9), st.integers(-(10**15), 10**15)), max_size=9))
def test_same_tables_same_bytes_and_nothing_is_lost(seen: list[tuple[str, int]]) -> None:
    said = [(name.encode("utf-8", "ignore").decode(), number) for name, number in seen]
    said = [("".join(c for c in name if c.isprintable()), number) for name, number in said]
    frame = pd.DataFrame(said, columns=["sku_id", "order_count"])
    file = workbook({"x": frame})
    assert file == workbook({"x": frame.copy()})
    assert [tuple(row) for row in rows(file)[1:]] == [(name, float(number)) for name, number in said]
    assert all(entry.date_time[0] <= 2000 for entry in zipfile.ZipFile(io.BytesIO(file)).infolist())
