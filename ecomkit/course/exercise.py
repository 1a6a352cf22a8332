"""An exercise: a function whose parameters are the learner's variables and whose answers are recomputed."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ecomkit.course import record
from ecomkit.course.answer import Answer
from ecomkit.report import text

Judge = Callable[..., Answer | tuple[Answer, ...]]


@dataclass(frozen=True)
class Exercise:
    """`name` such as "02.3"; `variables` are those that the learner fills in; `judge` takes their values."""

    name: str
    judge: Judge

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(inspect.signature(self.judge).parameters)

    def answers(self, given: dict[str, Any]) -> dict[str, Answer]:
        """The learner's values, each beside the right one: variable -> answer."""
        known = _answers(self, record.load().seed, text.lang())
        return {name: replace(known[name], got=given[name]) for name in self.variables}


@cache
def _answers(task: Exercise, _seed: int, _lang: str) -> dict[str, Answer]:
    """What is right in the store of a learner, worked out once: a check is asked again and again."""
    found = task.judge(*(...,) * len(task.variables))
    return dict(zip(task.variables, found if isinstance(found, tuple) else (found,), strict=True))


def exercise(name: str) -> Callable[[Judge], Exercise]:
    """Makes an exercise of a function.

    The function's parameters are named as the learner's variables. It returns `close(value, right, mistakes)` for
    each of them, in order; what is right it takes from the ecomkit function that the lesson teaches, on the same data.
    It is asked once per store, so that what is right depends on the store alone and never on what is given.
    """
    return lambda judge: Exercise(name, judge)
