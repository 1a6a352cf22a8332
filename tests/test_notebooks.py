"""The rhythm of the notebooks: what every one of them keeps to, so that they read alike in both languages."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from ecomkit.report.contract import parameters

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
CHINESE = re.compile("[\u4e00-\u9fff]")
QUESTION = {"en": "?", "zh": "\uff1f"}
RECAP = {"en": "In short", "zh": "\u5c0f\u7ed3"}
LINES_MAX = 6

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.relative_to(ROOT / "notebooks").as_posix())


@cache
def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _code(path: Path) -> list[Any]:
    return [c for c in _read(path).cells if c.cell_type == "code"]


def _prose(path: Path, lang: str) -> list[str]:
    return [c.source for c in _read(path).cells if c.cell_type == "markdown" and lang in _tags(c)]


def _nodes(path: Path) -> list[ast.AST]:
    return [node for cell in _code(path) for node in ast.walk(ast.parse(cell.source))]


def _parameters(path: Path) -> Any:
    cells = [c for c in _code(path) if "parameters" in _tags(c)]
    assert len(cells) == 1
    return cells[0]


def test_it_is_valid_and_opens_with_any_python(path: Path) -> None:
    nbformat.validate(_read(path))
    assert _read(path).metadata["kernelspec"]["name"] == "python3"
    assert _read(path).metadata["language_info"] == {"name": "python"}


def test_outputs_are_stripped(path: Path) -> None:
    assert [c.id for c in _code(path) if c.outputs or c.execution_count is not None] == []
    assert {key for c in _read(path).cells for key in c.metadata} <= {"tags"}


def test_cells_have_stable_ids_in_reading_order(path: Path) -> None:
    ids = [c.id for c in _read(path).cells]
    assert len(set(ids)) == len(ids)
    assert [i for i in ids if not re.fullmatch(r"c\d\d(-zh|-en)?", i)] == []
    numbers = [int(i[1:3]) for i in ids]
    assert all(b - a in (0, 1) for a, b in pairwise(numbers))


def test_prose_comes_in_pairs_of_one_language_each(path: Path) -> None:
    cells = _read(path).cells
    zh = [i for i, c in enumerate(cells) if c.cell_type == "markdown" and _tags(c) == ["zh"]]
    en = [i for i, c in enumerate(cells) if c.cell_type == "markdown" and _tags(c) == ["en"]]
    assert len(zh) + len(en) == sum(c.cell_type == "markdown" for c in cells)
    assert [i + 1 for i in zh] == en
    assert [cells[i].id.removesuffix("-zh") for i in zh] == [cells[i].id.removesuffix("-en") for i in en]
    assert all(CHINESE.search(cells[i].source) for i in zh)
    assert not any(CHINESE.search(cells[i].source) for i in en)


def test_headings_match_in_both_languages(path: Path) -> None:
    levels = [[re.match(r"#*", text)[0] for text in _prose(path, lang)] for lang in ("zh", "en")]  # type: ignore[index]
    assert levels[0] == levels[1]
    assert levels[0][0] == "#"
    assert levels[0].count("#") == 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_asks_a_question_and_ends_in_a_recap(path: Path, lang: str) -> None:
    texts = _prose(path, lang)
    assert texts[0].startswith("# ")
    assert texts[0].splitlines()[0].endswith(QUESTION[lang])
    assert not texts[1].startswith("#")  # what the reader will be able to say
    assert texts[-1].startswith(f"## {RECAP[lang]}\n")
    assert len(texts[-1].splitlines()) > 1
    assert [c.cell_type for c in _read(path).cells[-2:]] == ["markdown"] * 2


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_prose_carries_no_typed_figure(path: Path, lang: str) -> None:
    assert [text for text in _prose(path, lang) if re.search(r"\d", re.sub(r"`[^`]*`", "", text))] == []


def test_parameters_are_what_papermill_and_the_contract_see(path: Path) -> None:
    cell = _parameters(path)
    body = ast.parse(cell.source).body
    assert all(isinstance(s, ast.AnnAssign) for s in body)
    names = {s.target.id: ast.unparse(s.annotation) for s in body}  # type: ignore[attr-defined]
    values = {s.target.id: ast.literal_eval(s.value) for s in body}  # type: ignore[attr-defined]
    seen = papermill.inspect_notebook(str(path))
    assert {name: p["inferred_type_name"] for name, p in seen.items()} == names
    assert {name: ast.literal_eval(p["default"]) for name, p in seen.items()} == values
    assert {p.name: p.help for p in parameters(cell.source)} == {name: p["help"] for name, p in seen.items()}
    assert all(p["help"] for p in seen.values())


def test_the_parameters_come_before_any_code(path: Path) -> None:
    assert _code(path)[0].id == _parameters(path).id


def test_cells_are_short(path: Path) -> None:
    long = {c.id: len(c.source.splitlines()) for c in _code(path) if c.id != _parameters(path).id}
    assert {i: lines for i, lines in long.items() if lines > LINES_MAX} == {}
    assert [c.id for c in _code(path) if not c.source.strip()] == []


def test_nothing_is_defined_or_printed_in_it(path: Path) -> None:
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert [ast.unparse(n) for n in _nodes(path) if isinstance(n, defined)] == []
    assert [n.lineno for n in _nodes(path) if isinstance(n, ast.Name) and n.id == "print"] == []


def test_lines_end_without_semicolons_and_run_no_magic(path: Path) -> None:
    lines = [line for c in _code(path) for line in c.source.splitlines()]
    assert [line for line in lines if line.rstrip().endswith(";") or line.lstrip().startswith(("%", "!"))] == []


def test_an_identity_is_shown_as_an_assert(path: Path) -> None:
    asserted = [n.test for n in _nodes(path) if isinstance(n, ast.Assert)]
    assert asserted
    assert [ast.unparse(test) for test in asserted if not any(isinstance(n, ast.Compare) for n in ast.walk(test))] == []
