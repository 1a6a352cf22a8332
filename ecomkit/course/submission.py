"""`submit`: what a learner's findings are worth, beside the truth and what the automatic diagnosis found."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecomkit.course import grade as grading
from ecomkit.course import stores
from ecomkit.course.grade import COLUMNS, Grade
from ecomkit.course.outcome import Outcome
from ecomkit.errors import EcomkitError
from ecomkit.report.cards import style, table
from ecomkit.report.piece import Piece, join, tag
from ecomkit.report.text import _, label

MOST = sum(grading.POINTS.values())


@dataclass(frozen=True)
class Submission:
    """A graded submission; `mine` and `automatic` are the grades of the learner and of the automatic diagnosis."""

    mine: Grade
    automatic: Grade
    automatic_findings: pd.DataFrame

    def _sentences(self) -> list[str]:
        whole = int((self.mine.marks[["cause", "place"]] > 0).all(axis=1).sum())
        said = [
            _("Score: {rate}.", rate=f"{self.mine.score_rate:.0%}"),
            _("Found: {found} of {all}, with cause and place.", found=whole, all=len(self.mine.marks)),
        ]
        if len(self.mine.false_alarms):
            alarms = _(", ").join(_named(row) for row in self.mine.false_alarms.to_dict("records"))
            said.append(_("False alarms, each of which costs points: {alarms}.", alarms=alarms))
        said.append(_("The automatic diagnosis would have scored {rate}.", rate=f"{self.automatic.score_rate:.0%}"))
        return said

    def _repr_html_(self) -> str:
        said = [tag("p", sentence, style="margin:.2em 0") for sentence in self._sentences()]
        truth = tag("p", _("What really happened, and the points you were given"), style="margin:1em 0 .3em")
        found = tag("p", _("What the automatic diagnosis found"), style="margin:1em 0 .3em")
        return join(style(), *said, truth, _marks(self.mine), found, _findings(self.automatic_findings)).html

    def __repr__(self) -> str:
        return "\n".join(self._sentences())


def submit(findings: Any, *, seed: int | None = None) -> Submission | Outcome:
    """Grades findings about the learner's store in trouble, or about that of `seed`; never raises.

    Parameters
    ----------
    findings : pandas.DataFrame with the columns `finding, slice, since, money, action`; `...` is not handed in yet
    """
    if findings is ...:
        return Outcome("22", "todo", _("Nothing is handed in yet: fill in `findings`, then run this cell again."))
    chosen = stores.trouble_seed() if seed is None else seed
    try:
        mine = grading.grade(findings, grading.truth(chosen))
    except EcomkitError as error:
        return Outcome("22", "broken", str(error))
    found = grading.automatic(chosen)
    return Submission(mine, grading.grade(found, grading.truth(chosen)), found)


def _named(row: dict[Any, Any]) -> str:
    return f"{label(str(row['finding']), column='finding')} ({row['slice']})"


def _marks(graded: Grade) -> Piece:
    marks = graded.marks.rename(columns={"cause": "c", "place": "p", "day": "d", "money_points": "m", "points": "s"})
    marks["s"] = [f"{points} / {MOST}" for points in marks["s"]]
    most = grading.POINTS
    named = {
        "c": _("Points for the cause (of {most})", most=most["cause"]),
        "p": _("Points for the place (of {most})", most=most["place"]),
        "d": _("Points for the first day (of {most})", most=most["day"]),
        "m": _("Points for the money (of {most})", most=most["money"]),
        "s": _("Points together"),
    }
    return table(marks.rename(columns=named))


def _findings(found: pd.DataFrame) -> Piece:
    return table(found[[c for c in COLUMNS if c != "action"]])
