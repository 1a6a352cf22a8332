"""What a learner can do by now, what their role asks for, and which lesson closes the gap: plain tables."""

import pandas as pd

from ecomkit.course import words
from ecomkit.course.lessons import LESSONS, exercises
from ecomkit.course.record import Exercise, Record
from ecomkit.errors import ParameterError


def known_role(role: str) -> str:
    """`role` itself; ParameterError where there is none such."""
    known = list(words.roles()["role"])
    if role not in known:
        raise ParameterError(f"There is no role `{role}`.", f"there are {', '.join(known)}.")
    return role


def path(role: str) -> list[str]:
    """The lessons in the order in which a role best takes them: its own first, then the others."""
    own = [n for n in words.roles()["role"][known_role(role)]["path"] if n in LESSONS]
    return own + [n for n in LESSONS if n not in own]


def lessons(record: Record) -> pd.DataFrame:
    """Returns one row per lesson, in the order of the role's path.

    `lesson`; `title`; `own` (whether it is in the role's path); `exercises`, and of these how many are `right`;
    `tries` and `hints` that it took.
    """
    own = words.roles()["role"][known_role(record.role)]["path"]
    rows = []
    for number in path(record.role):
        done = [record.exercises.get(name, Exercise()) for name in _of(number)]
        counts = (len(done), sum(e.right for e in done), sum(e.tries for e in done), sum(e.hints for e in done))
        rows.append((number, words.title(number), number in own, *counts))
    return pd.DataFrame(rows, columns=["lesson", "title", "own", "exercises", "right", "tries", "hints"])


def skills(record: Record) -> pd.DataFrame:
    """Returns one row per skill that some lesson teaches.

    `skill` (code); `level_rate`: its exercises that are right, as a share of those in the role's own path, 0-1 (so that
    a lesson added beside the path lowers nobody, and one taken beside it counts); `required_rate`: what the role asks
    for; `gap_rate`: what is missing, 0 or more; `lesson`: which one closes the gap, "" where there is none.
    """
    role = words.roles()["role"][known_role(record.role)]
    needed = role["requires"]
    rows = []
    for skill in words.roles()["skill"]:
        taught = [n for n in path(record.role) if skill in words.of_lesson(n)["skills"]]
        names = [name for n in taught for name in _of(n)]
        if names:
            own = sum(len(_of(n)) for n in taught if n in role["path"]) or len(names)
            level = min(sum(_is_right(record, name) for name in names) / own, 1.0)
            gap = max(needed.get(skill, 0.0) - level, 0.0)
            left = [n for n in taught if not all(_is_right(record, name) for name in _of(n))]
            rows.append((skill, level, float(needed.get(skill, 0.0)), gap, left[0] if gap and left else ""))
    return pd.DataFrame(rows, columns=["skill", "level_rate", "required_rate", "gap_rate", "lesson"])


def _of(number: str) -> list[str]:
    return [name for name in exercises() if name.partition(".")[0] == number]


def _is_right(record: Record, name: str) -> bool:
    return record.exercises.get(name, Exercise()).right
