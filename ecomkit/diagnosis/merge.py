"""One cause, one finding: what another finding explains is put under it."""

from collections.abc import Sequence
from dataclasses import replace

from ecomkit.diagnosis.causes.finding import Finding

OVERLAP_MIN = 0.5  # of the shorter of two runs of days
ENOUGH = 0.5  # of the other's money: what holds less does not account for it
MINOR = 1 / 3  # of the greater one's money: two sources lost alike are two losses, a small echo is none


def merge(found: Sequence[Finding]) -> list[Finding]:
    """Returns the findings, the most money first, without those that another one explains.

    A finding explains another of the same days if both name the same cause and the other holds less than a third of
    its money: who lost a source misses its visitors at other doors, too. What says in `explained_by` what would be its
    cause is explained where those causes hold at least half of its money together. The explained ones stand in the
    `explains` of the greatest.
    """
    kept: list[Finding] = []
    for one in sorted(found, key=lambda f: (bool(f.explained_by), -f.money)):
        at = _cause_of(one, kept)
        if at is None:
            kept.append(one)
        else:
            kept[at] = replace(kept[at], explains=(*kept[at].explains, one))
    return sorted(kept, key=lambda f: -f.money)


def _cause_of(one: Finding, kept: Sequence[Finding]) -> int | None:
    """The position of the finding that explains this one; None where none does."""
    near = [(i, other) for i, other in enumerate(kept) if _together(other, one)]
    for i, other in near:
        if other.finding == one.finding and other.slice.keys() == one.slice.keys() and one.money < MINOR * other.money:
            return i
    causes = [(i, other) for i, other in near if other.finding in one.explained_by and _is_there(other, one)]
    if not causes or sum(other.money for _i, other in causes) < ENOUGH * one.money:
        return None
    return max(causes, key=lambda pair: pair[1].money)[0]


def _is_there(cause: Finding, other: Finding) -> bool:
    return all(cause.slice[axis] == other.slice[axis] for axis in cause.slice.keys() & other.slice.keys())


def _together(one: Finding, other: Finding) -> bool:
    first, last = max(one.since, other.since), min(one.until, other.until)
    shorter = min((f.until - f.since).days + 1 for f in (one, other))
    return (last - first).days + 1 >= OVERLAP_MIN * shorter
