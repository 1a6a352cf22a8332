"""An exercise: a function whose parameters are the learner's variables and whose answers are recomputed."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ecomkit.course.answer import Answer

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
        found = self.judge(*[given[name] for name in self.variables])
        return dict(zip(self.variables, found if isinstance(found, tuple) else (found,), strict=True))


def exercise(name: str) -> Callable[[Judge], Exercise]:
    """Makes an exercise of a function.

    The function's parameters are named as the learner's variables. It returns `close(value, right, mistakes)` for
    each of them, in order; what is right it takes from the ecomkit function that the lesson teaches, on the same data.
    """
    return lambda judge: Exercise(name, judge)
