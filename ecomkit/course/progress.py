"""`progress()`: the lessons, the skills against what the role asks for, and where to go on."""

import math
from dataclasses import dataclass

import pandas as pd

from ecomkit.course import record, skills, words
from ecomkit.report.cards import style, table
from ecomkit.report.piece import Piece, join, tag
from ecomkit.report.text import _

SIZE, RADIUS, RINGS = 360, 116, 4
SIDE = 104  # room beside the radar for the longest name of a skill
BAR = 10  # characters of a full bar in the terminal


@dataclass(frozen=True)
class Progress:
    """A learner's progress as two tables, `lessons` and `skills`; shown as a table and a radar."""

    role: str
    lessons: pd.DataFrame
    skills: pd.DataFrame
    saved: bool

    @property
    def next(self) -> str:
        """The lesson to go on with: the first of the role's path that is not all right; "" where all is done."""
        left = self.lessons[self.lessons["right"] < self.lessons["exercises"]]
        return str(left["lesson"].iloc[0]) if len(left) else ""

    def _sentence(self) -> str:
        done, all_ = int(self.lessons["right"].sum()), int(self.lessons["exercises"].sum())
        said = _("{role}: {done} of {all} exercises right.", role=words.named("role", self.role), done=done, all=all_)
        where = _("Go on with: {lesson}", lesson=_named(self.next)) if self.next else _("All done. Well worked!")
        lost = (
            ""
            if self.saved
            else " " + _("Your progress cannot be saved on this computer; the lessons work all the same.")
        )
        return f"{said} {where}{lost}"

    def _repr_html_(self) -> str:
        flex = "display:flex;flex-wrap:wrap;gap:1.5em;align-items:flex-start"
        tables = tag("div", _lessons(self.lessons), _gaps(self.skills), style="flex:1 1 28em")
        shown = [radar(self.skills), tables] if len(self.skills) > 2 else [tables]
        said = tag("p", self._sentence(), style="margin:.2em 0 .8em")
        return join(style(), said, tag("div", *shown, style=flex)).html

    def __repr__(self) -> str:
        lines = [self._sentence(), ""]
        for row in self.lessons.to_dict("records"):
            done, all_ = row["right"], row["exercises"]
            lines.append(f"{_bar(done / all_)}  {done}/{all_}  {row['lesson']} {row['title']}")
        lines += ["", _("Skill: what you have, what the role asks for, and the lesson that closes the gap")]
        for row in self.skills.to_dict("records"):
            closes = f"  → {_named(row['lesson'])}" if row["lesson"] else ""
            level = f"{row['level_rate']:4.0%} / {row['required_rate']:4.0%}"
            lines.append(f"{_bar(row['level_rate'])}  {level}  {words.named('skill', row['skill'])}{closes}")
        return "\n".join(lines)


def progress() -> Progress:
    """What the learner has done, and what they can do against what their role asks for."""
    mine = record.load()
    role = mine.role if mine.role in words.roles()["role"] else record.ROLE
    known = record.Record(mine.seed, role, mine.exercises)
    return Progress(role, skills.lessons(known), skills.skills(known), record.is_saved())


def _named(lesson: str) -> str:
    return f"{lesson} {words.title(lesson)}"


def _bar(rate: float) -> str:
    full = round(rate * BAR)
    return "█" * full + "░" * (BAR - full)


def _lessons(frame: pd.DataFrame) -> Piece:
    named = frame.assign(title=frame["lesson"] + " " + frame["title"])
    named.columns = ["lesson", _("Lesson"), "own", _("Exercises"), _("Right"), _("Tries"), _("Hints read")]
    return table(named, columns=[c for c in named.columns if c not in ("lesson", "own")])


def _gaps(frame: pd.DataFrame) -> Piece:
    left = frame[frame["lesson"] != ""]
    if left.empty:
        return join()
    shown = pd.DataFrame(
        {
            _("Skill"): [words.named("skill", s) for s in left["skill"]],
            _("Still missing"): [f"{gap:.0%}" for gap in left["gap_rate"]],
            _("The lesson that closes it"): [_named(n) for n in left["lesson"]],
        }
    )
    return table(shown)


def radar(frame: pd.DataFrame) -> Piece:
    """The skills as a radar: filled what is there, dashed what the role asks for."""
    count = len(frame)
    rings = [_polygon([k / RINGS] * count, stroke="currentColor", opacity=".18") for k in range(1, RINGS + 1)]
    spokes = [_spoke(i, count) for i in range(count)]
    required = _polygon(list(frame["required_rate"]), stroke="#b4511f", stroke_dasharray="5 4", stroke_width="1.6")
    level = _polygon(list(frame["level_rate"]), stroke="#14507a", fill="#14507a", fill_opacity=".28", stroke_width="2")
    names = [_label(i, count, words.named("skill", s)) for i, s in enumerate(frame["skill"])]
    key = _key(("#14507a", _("you")), ("#b4511f", _("the role")))
    box = f"{-SIDE} 0 {SIZE + 2 * SIDE} {SIZE}"
    title = tag("title", _("Skills: what you have, and what the role asks for"))
    return tag(
        "svg",
        title,
        *rings,
        *spokes,
        required,
        level,
        *names,
        *key,
        viewBox=box,
        width=f"{SIZE + 2 * SIDE}",
        role="img",
    )


def _at(i: int, count: int, rate: float) -> tuple[float, float]:
    angle = 2 * math.pi * i / count - math.pi / 2
    return SIZE / 2 + RADIUS * rate * math.cos(angle), SIZE / 2 + RADIUS * rate * math.sin(angle)


def _polygon(rates: list[float], **style: str) -> Piece:
    points = " ".join("{:.1f},{:.1f}".format(*_at(i, len(rates), rate)) for i, rate in enumerate(rates))
    return tag("polygon", points=points, **{"fill": "none", **style})


def _spoke(i: int, count: int) -> Piece:
    x, y = _at(i, count, 1.0)
    middle = f"{SIZE / 2}"
    return tag("line", x1=middle, y1=middle, x2=f"{x:.1f}", y2=f"{y:.1f}", stroke="currentColor", opacity=".18")


def _label(i: int, count: int, name: str) -> Piece:
    x, y = _at(i, count, 1.12)
    side = round(math.cos(2 * math.pi * i / count - math.pi / 2), 6)
    anchor = "middle" if side == 0 else ("start" if side > 0 else "end")
    return tag("text", name, x=f"{x:.1f}", y=f"{y + 4:.1f}", text_anchor=anchor, font_size="12", fill="currentColor")


def _key(*entries: tuple[str, str]) -> list[Piece]:
    pieces = []
    for i, (colour, name) in enumerate(entries):
        x, y = SIZE / 2 - 70 + 80 * i, SIZE - 8
        pieces.append(tag("rect", x=f"{x}", y=f"{y - 9}", width="10", height="10", fill=colour, opacity=".8"))
        pieces.append(tag("text", name, x=f"{x + 15}", y=f"{y}", font_size="12", fill="currentColor"))
    return pieces
