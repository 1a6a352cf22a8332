"""The lessons, run without a kernel each: their code in one namespace."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from ecomkit.course import edition, record
from ecomkit.course.outcome import Outcome

SEEDS = {"en": 20, "zh": 24}  # of the two learners whose stores all tests share
LESSONS = sorted((Path(__file__).resolve().parents[1] / "notebooks" / "lessons").glob("*.ipynb"))


@cache
def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def run(path: Path, *, learner: bool, lang: str) -> tuple[dict[str, Any], list[Outcome]]:
    """Runs a lesson's code as a kernel would, showing what each cell ends in; returns its variables, and what its
    checks said."""
    notebook = edition.edition(read(path), lang) if learner else read(path)
    outcomes: list[Outcome] = []
    space: dict[str, Any] = {"__name__": "__main__", "display": str}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            where = f"{path.name}:{cell.id}"
            body = ast.parse(edition.in_language(cell.source, lang), where)
            last = body.body.pop() if body.body and isinstance(body.body[-1], ast.Expr) else None
            exec(compile(body, where, "exec"), space)
            if last is not None:
                shown = eval(compile(ast.Expression(last.value), where, "eval"), space)
                outcomes += [shown] if isinstance(shown, Outcome) else []
                _show(shown)
    return space, outcomes


def _show(value: Any) -> None:
    html = getattr(value, "_repr_html_", None)
    assert html() if html else repr(value)


@cache
def solved(path: Path, lang: str) -> tuple[dict[str, Any], list[Outcome]]:
    """A lesson run with its solutions, once for all tests: the learner who reads English has another store than the
    one who reads Chinese."""
    record.save(record.Record(SEEDS[lang]))
    return run(path, learner=False, lang=lang)
