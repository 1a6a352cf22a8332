"""The words of the lessons: titles, hints and what to say to a mistake, each in Chinese and English, as data."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ecomkit.course.lessons import LESSONS
from ecomkit.report import text


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads(files("ecomkit.course").joinpath(name).read_text(encoding="utf-8"))


def of_lesson(number: str) -> dict[str, Any]:
    """What a lesson's file holds: `title`, `skills`, and `exercise` by name, with `hints` and `mistakes`."""
    return _file(f"lessons/{LESSONS[number].__name__.rpartition('.')[2]}.toml")


def title(number: str) -> str:
    """The lesson's question in the language in use."""
    return _said(of_lesson(number)["title"])


def hints(exercise: str) -> list[str]:
    """The hints of an exercise in the language in use, the gentlest first."""
    return [_said(hint) for hint in _of_exercise(exercise).get("hints", [])]


def mistake(exercise: str, code: str) -> str:
    """What to say to a mistake: the lesson's own words, or else the common ones."""
    own = _of_exercise(exercise).get("mistakes", {})
    return _said(own[code] if code in own else _file("mistakes.toml")[code])


def roles() -> dict[str, Any]:
    """What roles.toml holds: `skill` by code, and `role` by code."""
    return _file("roles.toml")


def named(kind: str, code: str) -> str:
    """The name of a "skill" or "role" in the language in use."""
    return _said(roles()[kind][code]["name"])


def _of_exercise(exercise: str) -> dict[str, Any]:
    found: dict[str, Any] = of_lesson(exercise.partition(".")[0])["exercise"].get(exercise, {})
    return found


def _said(pair: dict[str, str]) -> str:
    return pair[text.lang()]
