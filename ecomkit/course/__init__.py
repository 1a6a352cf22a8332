"""The course: exercises that check themselves, a store for each learner, and what they can do by now."""

from ecomkit.course.checking import check, hint
from ecomkit.course.progress import progress
from ecomkit.course.stores import my_store, trouble_store
from ecomkit.course.submission import submit
from ecomkit.report import shown, text

__all__ = ["check", "hint", "my_store", "progress", "speak", "submit", "trouble_store"]


def speak(lang: str) -> None:
    """Sets a lesson up: its language, "zh" or "en", and bare numbers shown as people write them."""
    text.use(lang)
    shown.plainly()
