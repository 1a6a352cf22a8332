"""`check` and `hint`: what a learner calls after an exercise."""

import sys
from collections.abc import Mapping
from typing import Any

from ecomkit.course import record, words
from ecomkit.course.answer import Verdict
from ecomkit.course.exercise import Exercise
from ecomkit.course.lessons import exercises
from ecomkit.course.outcome import Outcome, spoken
from ecomkit.report.text import _


def check(name: str) -> Outcome:
    """Says whether an exercise is not attempted, right, or wrong and which classic mistake it was.

    Parameters
    ----------
    name : the exercise, e.g. "02.3"; its variables are those of whoever calls. Never raises.
    """
    frame = sys._getframe(1)
    return look(name, {**frame.f_globals, **frame.f_locals})


def look(name: str, variables: Mapping[str, Any]) -> Outcome:
    """As `check`, on the given variables."""
    known = exercises()
    if not isinstance(name, str) or name not in known:
        return _unknown(str(name), list(known))
    task = known[name]
    left = [v for v in task.variables if variables.get(v, ...) is ...]
    if left:
        names = _(", ").join(f"`{v}`" for v in left)
        return Outcome(name, "todo", _("Not attempted yet: replace the ... after {names}.", names=names), _stuck(name))
    try:
        outcome = _judged(task, {v: variables[v] for v in task.variables})
    except Exception as error:  # whatever happens in here, the learner reads a sentence
        said = _("This could not be checked: {error}.", error=f"{type(error).__name__}: {error}".rstrip("."))
        return Outcome(name, "broken", said, _("Run the notebook from the top (Run > Run All Cells), then try again."))
    record.tried(name, right=outcome.passed)
    return outcome


def _judged(task: Exercise, given: dict[str, Any]) -> Outcome:
    for variable, answer in task.answers(given).items():
        verdict = answer.judge()
        if not verdict.right:
            return Outcome(task.name, "wrong", _explained(task.name, variable, verdict), _stuck(task.name))
    return Outcome(task.name, "right", _("Right."))


def _explained(name: str, variable: str, verdict: Verdict) -> str:
    if verdict.code == "kind":
        needed, seen = spoken(verdict.needed), spoken(verdict.seen)
        said = _("`{variable}` is {seen}; needed is {needed}.", variable=variable, seen=seen, needed=needed)
        return said + _one_cell(verdict)
    if verdict.code == "wrong":
        return _("`{variable}` is not right yet.", variable=variable)
    return f"`{variable}`{_(': ')}{words.mistake(name, verdict.code)}"


def _one_cell(verdict: Verdict) -> str:
    if verdict.needed == "number" and verdict.seen in ("table", "labelled", "several"):
        return " " + _("To take one number out of a table, write e.g. table['orders'].sum() or .iloc[0].")
    if verdict.needed == "number" and verdict.seen == "text":
        return " " + _("Write numbers without quotation marks, and 3 % as 0.03.")
    return ""


def hint(name: str, number: int = 1) -> Outcome:
    """Shows a numbered hint of an exercise, the gentlest first: hint("02.3"), then hint("02.3", 2). Never raises."""
    known = exercises()
    if not isinstance(name, str) or name not in known:
        return _unknown(str(name), list(known))
    said = words.hints(name)
    if not said:
        return Outcome(name, "hint", _("This exercise has no hint: the text above it says it all."))
    at = min(max(number, 1), len(said)) if isinstance(number, int) else 1
    record.hinted(name, at)
    more = _("One more: {call}", call=f'hint("{name}", {at + 1})') if at < len(said) else _("This is the last hint.")
    return Outcome(
        name, "hint", _("Hint {number} of {count}: {said}", number=at, count=len(said), said=said[at - 1]), more
    )


def _stuck(name: str) -> str:
    return _("Stuck? {call}", call=f'hint("{name}")') if words.hints(name) else ""


def _unknown(name: str, known: list[str]) -> Outcome:
    lesson = [k for k in known if k.partition(".")[0] == name.partition(".")[0]] or known
    said = _("There is no such exercise; there are {names}.", names=_(", ").join(lesson))
    return Outcome(name, "broken", said)
