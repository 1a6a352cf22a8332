"""One cause, one finding: what another finding explains is put under it."""

from collections.abc import Sequence
from dataclasses import replace

from ecomkit.diagnosis.causes.finding import Finding

OVERLAP_MIN = 0.5  # of the shorter of two runs of days
ENOUGH = 0.5  # of the other's money: what holds less does not account for it
MINOR = 1 / 3  # of the greater one's money: two sources lost alike are two losses, a small echo is none


def merge(found: Sequence[Finding]) -> list[Finding]:
    """Returns the findings, the most money first, without those that another one explains.

    A finding explains another of the same days if the other says so in `explained_by` and does not hold more than
    twice its money, or if both name the same cause and the other holds less than a third of its money: who lost a
    source misses its visitors at other doors, too. The explained ones stand in `explains`.
    """
    kept: list[Finding] = []
    for one in sorted(found, key=lambda f: (bool(f.explained_by), -f.money)):
        at = next((i for i, other in enumerate(kept) if _explains(other, one)), None)
        if at is None:
            kept.append(one)
        else:
            named = {"finding": one.finding, **one.slice}
            kept[at] = replace(kept[at], explains=(*kept[at].explains, named))
    return sorted(kept, key=lambda f: -f.money)


def _explains(cause: Finding, other: Finding) -> bool:
    if not _together(cause, other):
        return False
    if cause.finding == other.finding:
        return cause.slice.keys() == other.slice.keys() and other.money < MINOR * cause.money
    shared = cause.slice.keys() & other.slice.keys()
    is_there = all(cause.slice[axis] == other.slice[axis] for axis in shared)
    return cause.finding in other.explained_by and is_there and cause.money >= ENOUGH * other.money


def _together(one: Finding, other: Finding) -> bool:
    first, last = max(one.since, other.since), min(one.until, other.until)
    shorter = min((f.until - f.since).days + 1 for f in (one, other))
    return (last - first).days + 1 >= OVERLAP_MIN * shorter
