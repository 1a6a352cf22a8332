"""The course: exercises that check themselves, a store for each learner, and what they can do by now."""

from ecomkit.course.checking import check, hint
from ecomkit.course.progress import progress
from ecomkit.course.stores import my_store, trouble_store
from ecomkit.course.submission import submit
from ecomkit.report.text import use as speak

__all__ = ["check", "hint", "my_store", "progress", "speak", "submit", "trouble_store"]
