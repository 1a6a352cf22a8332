"""What a check says: a card in the notebook, a line in the terminal; never a traceback."""

from dataclasses import dataclass

from ecomkit.report.piece import Piece, tag
from ecomkit.report.text import _

SIGNS = {"right": "✓", "wrong": "✗", "todo": "○", "broken": "!", "hint": "→"}
COLOURS = {"right": "#2a7d4f", "wrong": "#b4511f", "todo": "#5c6874", "broken": "#b4511f", "hint": "#14507a"}


@dataclass(frozen=True)
class Outcome:
    """`status` is "right", "wrong", "todo" (not attempted), "broken" (the check itself failed) or "hint"."""

    name: str
    status: str
    said: str
    next: str = ""

    @property
    def passed(self) -> bool:
        return self.status == "right"

    def _piece(self) -> Piece:
        colour = COLOURS[self.status]
        lines = [tag("strong", f"{SIGNS[self.status]} {self.name}", style=f"color:{colour}"), f" {self.said}"]
        further = [tag("div", self.next, style="opacity:.7;font-size:.92em")] if self.next else []
        style = f"border-left:4px solid {colour};padding:.35em .9em;margin:.3em 0;line-height:1.55;max-width:52em"
        return tag("div", *lines, *further, style=style, role="status")

    def _repr_html_(self) -> str:
        return self._piece().html

    def __repr__(self) -> str:
        return " ".join(filter(None, [SIGNS[self.status], self.name, self.said, self.next]))


def spoken(kind: str) -> str:
    """The name of a kind of value, as `answer.kind` tells them, inside a sentence."""
    names = {
        "nothing": _("nothing (None)"),
        "missing": _("a missing number (NaN)"),
        "yes or no": _("True or False"),
        "number": _("a number"),
        "day": _("a day such as 2025-03-01"),
        "text": _("a text"),
        "table": _("a table"),
        "labelled": _("a column with a label per row (a Series)"),
        "several": _("a list"),
    }
    return names.get(kind, _("something else"))
