"""Every lesson: its solutions are right, its untouched edition says so, each classic mistake has its own words."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lessons import LESSONS, SEEDS, read, run, solved

from ecomkit.course import record, words
from ecomkit.course.checking import look
from ecomkit.course.exercise import Exercise
from ecomkit.course.lessons import LESSONS as NUMBERS
from ecomkit.course.lessons import exercises
from ecomkit.report import text
from ecomkit.report.export import title

HAN = re.compile("[\u4e00-\u9fff]")
lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda p: p.stem)
task = pytest.mark.parametrize("task", exercises().values(), ids=lambda e: e.name)
both = pytest.mark.parametrize("lang", ["en", "zh"])
# All stores end on the same day; titles, the lines to scan, the cost of goods and the site are the same for all.
ALIKE = {"00.2", "17.2", "17.3", "17.4", "17.5", "19.6", "20.1", "20.2", "20.4", "20.5"}


def _path(name: str) -> Path:
    return next(p for p in LESSONS if p.name[:2] == name[:2])


def _right(task: Exercise, lang: str = "en") -> dict[str, Any]:
    """The values that the lesson's solutions lead to, for the learner who reads that language."""
    return {v: solved(_path(task.name), lang)[0][v] for v in task.variables}


def _checked(path: Path) -> list[str]:
    """The exercises that a lesson's cells check, in order."""
    calls = [
        node
        for cell in read(path).cells
        if cell.cell_type == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "check"
    ]
    return [ast.literal_eval(call.args[0]) for call in calls]


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_there_is_a_notebook_for_each_lesson_and_a_lesson_for_each_notebook() -> None:
    assert [p.name[:2] for p in LESSONS] == list(NUMBERS)


def test_each_exercise_is_checked_exactly_once() -> None:
    assert Counter(name for path in LESSONS for name in _checked(path)) == Counter(exercises().keys())


@lesson
def test_exercises_are_few_in_order_and_of_their_lesson(path: Path) -> None:
    names = _checked(path)
    assert names == [f"{path.name[:2]}.{n}" for n in range(1, len(names) + 1)]
    assert 3 <= len(names) <= 6


@lesson
@both
def test_each_exercise_is_announced_in_both_languages(path: Path, lang: str) -> None:
    prose = "\n".join(c.source for c in read(path).cells if lang in c.metadata.get("tags", []))
    said = re.findall(r"^### \S+ `(\d\d\.\d)`$", prose, re.MULTILINE)
    assert said == _checked(path)


@lesson
def test_its_title_is_told_once(path: Path) -> None:
    assert {lang: title(read(path), lang) for lang in ("zh", "en")} == words.of_lesson(path.name[:2])["title"]
    assert set(words.of_lesson(path.name[:2])["skills"]) <= words.roles()["skill"].keys()


@lesson
@both
def test_its_solutions_run_to_the_end_and_are_right(path: Path, lang: str) -> None:
    outcomes = [o for o in solved(path, lang)[1] if o.status in ("right", "wrong", "todo", "broken")]
    with text.using(lang):
        assert [(o.name, o.status, o.said) for o in outcomes] == [
            (n, "right", text._("Right.")) for n in _checked(path)
        ]
    assert all(bool(HAN.search(o.said)) == (lang == "zh") for o in outcomes)


@lesson
@both
def test_its_untouched_edition_runs_to_the_end_and_nothing_is_attempted(path: Path, lang: str) -> None:
    outcomes = run(path, learner=True, lang=lang)[1]
    assert [(o.name, o.status) for o in outcomes if "." in o.name] == [(name, "todo") for name in _checked(path)]
    assert all(bool(HAN.search(o.said)) == (lang == "zh") for o in outcomes)


@task
def test_what_a_neighbour_found_is_not_right(task: Exercise) -> None:
    theirs = _right(task)
    record.save(record.Record(SEEDS["zh"]))
    text.use("en")
    assert look(task.name, theirs).passed == (task.name in ALIKE)


@task
@both
def test_each_mistake_has_its_own_words(task: Exercise, lang: str) -> None:
    right = _right(task)
    record.save(record.Record(SEEDS["en"]))
    text.use(lang)
    for variable, answer in task.answers(right).items():
        said = {}
        for code, wrong in answer.telling.items():
            outcome = look(task.name, right | {variable: wrong})
            assert outcome.status == "wrong"
            assert outcome.said.endswith(words.mistake(task.name, code)), code
            assert bool(HAN.search(outcome.said)) == (lang == "zh")
            said[code] = outcome.said
        assert len(set(said.values())) == len(said)


@task
@pytest.mark.parametrize(
    "given", [None, "a text", object(), [], 12345.678], ids=["nothing", "text", "object", "list", "number"]
)
def test_whatever_is_given_is_answered_in_a_sentence(task: Exercise, given: Any) -> None:
    outcome = look(task.name, dict.fromkeys(task.variables, given))
    assert outcome.status == "wrong"
    assert outcome.said
    assert outcome.name in outcome._repr_html_()


def _pairs(table: Any) -> list[dict[str, str]]:
    """Every text of a lesson's file, in both languages."""
    if isinstance(table, dict) and {"zh", "en"} & table.keys():
        return [table]
    parts = table.values() if isinstance(table, dict) else table if isinstance(table, list) else []
    return [pair for part in parts for pair in _pairs(part)]


@pytest.mark.parametrize("number", NUMBERS)
def test_its_words_come_in_both_languages_and_none_is_left_over(number: str) -> None:
    pairs = _pairs(words.of_lesson(number))
    assert all(set(pair) == {"zh", "en"} and all(pair.values()) for pair in pairs)
    assert all(HAN.search(pair["zh"]) or pair["zh"] == pair["en"] for pair in pairs)
    assert not any(HAN.search(pair["en"]) for pair in pairs)
    mine = {name: task for name, task in exercises().items() if name.startswith(number)}
    assert words.of_lesson(number)["exercise"].keys() <= mine.keys()
    for name, exercise in mine.items():
        assert words.hints(name), f"{name} has no hint"
        blank = dict.fromkeys(exercise.variables, ...)
        known = {code for answer in exercise.answers(blank).values() for code in answer.mistakes}
        assert words.of_lesson(number)["exercise"][name].get("mistakes", {}).keys() <= known


def test_the_common_mistakes_come_in_both_languages() -> None:
    pairs = _pairs(words._file("mistakes.toml")) + _pairs(words.roles())
    assert all(set(pair) == {"zh", "en"} and HAN.search(pair["zh"]) and not HAN.search(pair["en"]) for pair in pairs)
    with text.using("zh"):
        assert HAN.search(words.mistake("02.1", "percent"))
