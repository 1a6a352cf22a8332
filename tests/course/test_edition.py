"""The learner's edition: one language, no solutions, and never over their own work."""

import json
from pathlib import Path

import nbformat
import pytest
from lessons import LESSONS, read

from ecomkit.course import edition
from ecomkit.errors import ParameterError

# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("rate = a / b  # solution", "rate = ..."),
        ("  rate = a == b # solution", "  rate = ..."),
        ("t['x'] = 1  # solution\ny = 2", "t['x'] = ...\ny = 2"),
        ("a, b = 1, 2  # solution", "a, b = ..."),
        ("rate = a / b  # the solution of all", "rate = a / b  # the solution of all"),
        ("x = 1\n# >>> solution\ny = 2\nz = 3\n# <<< solution\nw = 4", "x = 1\nw = 4"),
        ("assert a == b", "assert a == b"),
    ],
)
def test_solutions_are_taken_out(source: str, left: str) -> None:
    assert edition.blank(source) == left


def test_one_language_and_no_solution_remain() -> None:
    lesson = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("zh", metadata={"tags": ["zh"]}),
            nbformat.v4.new_markdown_cell("en", metadata={"tags": ["en"]}),
            nbformat.v4.new_markdown_cell("both"),
            nbformat.v4.new_code_cell('lang: str = "en"  # zh or en', metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("assert True", metadata={"tags": ["solution"]}),
            nbformat.v4.new_code_cell("x = 1  # solution", execution_count=3),
        ]
    )
    before = nbformat.writes(lesson)
    mine = edition.edition(lesson, "zh")
    assert [c.source for c in mine.cells] == ["zh", "both", 'lang: str = "zh"  # zh or en', "x = ..."]
    assert mine.cells[-1].execution_count is None
    assert nbformat.writes(lesson) == before


@pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
def test_the_editions_differ_in_words_only(path: Path) -> None:
    zh, en = (edition.edition(read(path), lang) for lang in ("zh", "en"))
    code = [[c.source for c in nb.cells if c.cell_type == "code"] for nb in (zh, en)]
    assert [s.replace('lang: str = "zh"', 'lang: str = "en"') for s in code[0]] == code[1]
    assert "solution" not in "\n".join(code[0])
    assert 'lang: str = "zh"' in code[0][0]
    assert [c.cell_type for c in zh.cells] == [c.cell_type for c in en.cells]


def test_a_second_time_only_what_is_new_is_added(tmp_path: Path) -> None:
    folder = tmp_path / "my course"
    first = edition.write(folder, "zh")
    assert first.new == [*[p.name for p in LESSONS], "glossary.ipynb", "readings.ipynb"]
    assert first.kept == []
    assert first.first.name == LESSONS[0].name
    (folder / LESSONS[1].name).write_text("my own work", encoding="utf-8")
    (folder / LESSONS[2].name).unlink()
    second = edition.write(folder, "en")
    assert second.new == [LESSONS[2].name]
    assert (folder / LESSONS[1].name).read_text(encoding="utf-8") == "my own work"
    assert len(list(folder.iterdir())) == len(first.new)  # nothing half-written is left
    nbformat.validate(json.loads((folder / LESSONS[2].name).read_text(encoding="utf-8")))


def test_what_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ParameterError, match=r"cannot be written.*\nHint: choose another folder"):
        edition.write(tmp_path / "file", "en")
    with pytest.raises(ParameterError, match="Unknown language 'fr'"):
        edition.write(tmp_path / "new", "fr")
    monkeypatch.setenv("ECOMKIT_NOTEBOOKS", str(tmp_path))
    with pytest.raises(ParameterError, match=r"No lessons in .*lessons\.\nHint: run from a checkout"):
        edition.write(tmp_path / "new", "en")
