"""Every reason for which an import refuses a file is told in the language in use."""

import ast
import re
from pathlib import Path

import pytest

import ecomkit
from ecomkit.data.imports import import_files
from ecomkit.errors import TableError
from ecomkit.report import text
from ecomkit.report.refusals import told

HAN = re.compile("[\u4e00-\u9fff]")
IMPORTS = Path(ecomkit.__file__).parent / "data" / "imports"

# by hand


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.csv", b"", "“空.csv”是空文件。\n建议：请重新导出。"),
        (
            "page.xls",
            b"<html><table>",
            "“page.xls”其实是网页，不是表格。\n建议：请用表格软件打开，另存为 .xlsx 或 CSV。",
        ),
        ("x.csv", b"a,b\n1,2\n", "无法识别“x.csv”的格式。\n建议：请导出全部列；或者按"),
        (
            "y.csv",
            "统计日期,访客数,浏览量,支付买家数\n".encode(),
            "无法识别“y.csv”的格式。最接近的格式：sycm_shop （缺少 支付金额, 客单价）",
        ),
        ("z.zip", b"PK\x03\x04nothing", "“z.zip”无法解压。\n建议：请先解压，再导入里面的文件。"),
    ],
)
def test_a_reason_is_told_in_chinese_and_left_in_english(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as caught:
        import_files([tmp_path / name], to=tmp_path / "mine")
    assert told(str(caught.value)) == str(caught.value)
    with text.using("zh"):
        assert told(str(caught.value)).startswith(said)


def test_what_no_template_fits_is_left_as_it_is():
    with text.using("zh"):
        assert told("Something else {happened}.") == "Something else {happened}."


def test_several_files_are_each_told_and_hinted_once(tmp_path):
    for name, content in {"a.csv": b"", "b.csv": b"", "c.csv": b"<html>"}.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as caught:
        import_files([tmp_path], to=tmp_path.parent / "mine")
    with text.using("zh"):
        assert told(str(caught.value)).split("\n") == [
            "没有可以导入的文件。",
            "  “a.csv”是空文件。",
            "  “b.csv”是空文件。",
            "  “c.csv”其实是网页，不是表格。",
            "建议：请重新导出。 请用表格软件打开，另存为 .xlsx 或 CSV。",
        ]


# properties

COMPOSED = {"'X' X.", "No profile knows 'X'.X"}  # of parts: tried by hand above


def _said(node: ast.expr) -> list[str]:
    """The texts that an argument may be, with X for what stands in them."""
    if isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else "X" for p in node.values]
        return ["".join(map(str, parts))]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_refusal_of_the_code_is_told_in_chinese():
    """The message of each TableError that a file may be refused with, and its hint."""
    found = set()
    for path in sorted(IMPORTS.glob("*.py")):
        if path.stem not in ("keep", "profile"):  # of the store, and of a profile: no file is refused for these
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "TableError":
                    found |= {said for argument in node.args for said in _said(argument)}
    assert len(found) > 30
    with text.using("zh"):
        assert {said for said in found - COMPOSED if not HAN.search(told(said))} == set()
