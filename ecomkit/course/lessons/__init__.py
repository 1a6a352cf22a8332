"""The lessons: for each notebook in `notebooks/lessons/` the exercises that check it, and beside them their words."""

from functools import cache
from types import ModuleType

from ecomkit.course.exercise import Exercise
from ecomkit.course.lessons import (
    branches,
    capstone,
    customers,
    earned,
    forecast,
    funnel,
    kpis,
    lies,
    members,
    offers,
    paid,
    queries,
    repeat,
    review,
    sheets,
    shelf,
    start,
    stock,
    tables,
    trials,
    why,
    wording,
)

LESSONS: dict[str, ModuleType] = {
    "00": start,
    "01": tables,
    "02": kpis,
    "03": lies,
    "04": sheets,
    "05": queries,
    "06": why,
    "07": funnel,
    "08": customers,
    "09": repeat,
    "10": members,
    "11": shelf,
    "12": forecast,
    "13": stock,
    "14": paid,
    "15": offers,
    "16": trials,
    "17": wording,
    "19": earned,
    "20": branches,
    "21": review,
    "22": capstone,
}


@cache
def exercises() -> dict[str, Exercise]:
    """All exercises by name, in the order of the lessons."""
    found = [e for lesson in LESSONS.values() for e in vars(lesson).values() if isinstance(e, Exercise)]
    return {e.name: e for e in found}
