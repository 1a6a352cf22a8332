"""Where it happened: the fewest slices of a table that explain the change."""

from math import exp
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ecomkit.data import frames
from ecomkit.diagnosis import noise
from ecomkit.diagnosis.leaves import Cuboid, Leaves, cuboids, leaves
from ecomkit.diagnosis.search import Element, Noise, Search, price
from ecomkit.errors import ParameterError, TableError

__all__ = ["locate"]
ROUNDS = 5
LEAVES_MIN = 5
NEAR, OUTLIER = 0.03, 16.0  # levels so near are one; a leaf's square counts at most so much between two levels
SURE = 0.25  # the standard deviation of cells from which the common level can be read
ALL_MIN, ALL_SURE = 0.05, 6.0  # the deviation at which everything moved, and how many standard errors it must be
DEEP, HEAVY = 0.1, 0.05  # of the deepest slice, and of all that slices explain: a slice must be one of the two
Measure = str | tuple[str, str]


def locate(table: Any, *, dimensions: list[str], before: Measure = "before", after: Measure = "after") -> pd.DataFrame:
    """The smallest set of slices that explains how a measure moved, the heaviest first; empty if chance explains it.

    Parameters
    ----------
    table : one row per combination of dimensions (several are added)
        The dimensions, and the measure before (or as forecast) and after. A combination that is missing on one side
        was 0 there. A row whose dimension is missing counts, but no slice is named by it.
    dimensions
        The columns to slice by. Slices of any number of dimensions are looked at up to six of them, then fewer.
    before, after
        A column each, of a measure that can be added, e.g. sales or orders; or a pair each for a ratio, numerator and
        denominator, e.g. before=("buyers_before", "visitors_before").

    Returns
    -------
    pandas.DataFrame, one row per slice
        A column per dimension, missing where any value belongs to the slice (in all of them: everything moved alike);
        `expected` and `actual`: the measure before and after, of a ratio the slice's as it would be had no part of it
        changed its ratio, and as it is; `share`, of the whole change (below 0 against it; of a ratio's numerator, so
        that the mix is left out); `confidence`, 0.5-1: the probability of the slice against none if both were as likely
        before, with its penalised likelihood, given the noise learned; not that its neighbours are wrong.

    Raises
    ------
    TableError
        A column is missing, text, infinite, or a denominator is negative.
    ParameterError
        No dimension is named, one twice, or `before` and `after` are not both columns or both pairs.

    References
    ----------
    The ripple effect and the deviation score: Li et al., Generic and robust localization of multi-dimensional root
    causes (Squeeze), ISSRE 2019; layers and elements of cuboids: Sun et al., HotSpot, IEEE Access 2018. The search is
    not theirs: elements are weighed by a penalised likelihood whose noise is learned from the leaves.

    Examples
    --------
    >>> device = ["ios", "android", "pc"] * 4
    >>> source = ["ads"] * 3 + ["search"] * 3 + ["live"] * 3 + ["direct"] * 3
    >>> table = pd.DataFrame({"device": device, "source": source, "before": 100.0, "after": 101.0})
    >>> table.loc[table["device"] == "ios", "after"] = 60.0
    >>> locate(table, dimensions=["device", "source"])[["device", "source", "expected", "actual"]]
      device  source  expected  actual
    0    ios     NaN     400.0   240.0
    """
    sides = [[side] if isinstance(side, str) else list(side) for side in (before, after)]
    found = leaves(_checked(table, dimensions, *sides), dimensions, *sides)
    shapes = cuboids(found.codes)
    told = np.isfinite(found.doubt)
    best = _search(found, shapes, told) if told.sum() >= LEAVES_MIN else Told([], 0.0, 0.0, 0.0, 0.0)
    total = found.actual.sum() - found.expected.sum()
    rows = [_row(found, shapes[e.cuboid].keys == e.key, shapes[e.cuboid], e.worth, total) for e in best.elements]
    if not rows and best.everything:
        rows = [_row(found, np.ones(len(told), dtype=bool), None, best.everything, total)]
    columns = [*dimensions, "moved", "expected", "actual", "share", "confidence"]
    slices = pd.DataFrame(rows, columns=columns).sort_values("moved", key=abs, ascending=False, ignore_index=True)
    depth = (slices["actual"] / slices["expected"] - 1).abs()
    matters = (depth >= DEEP * depth.max()) | (slices["moved"].abs() >= HEAVY * slices["moved"].abs().sum())
    return slices[matters].drop(columns="moved").reset_index(drop=True)


class Told(NamedTuple):
    """What a search from one common level came to; `fixed` and `slope` are the noise that it left."""

    elements: list[Element]
    level: float
    everything: float  # the worth of the whole as one slice
    fixed: float
    slope: float


def _search(found: Leaves, shapes: list[Cuboid], told: np.ndarray) -> Told:
    """From each level that may be the common one; where some are far from it, that which leaves least to explain."""
    fixed, slope = noise.variances(found.deviation[told], found.doubt[told], clean=False)
    scale = np.sqrt(np.maximum(fixed + slope * np.where(told, found.doubt, 0.0), noise.LEAST**2))
    whole = float(np.average(found.deviation[told], weights=scale[told] ** -2))
    tries = list[Told]()
    for level in (noise.level(*_cells(shapes, found.deviation, scale, told)), 0.0, whole):
        if all(abs(level - other.level) > NEAR for other in tries):
            tries.append(_settled(found, shapes, told, level))
    least = min(tries, key=lambda t: t.fixed + t.slope * np.median(found.doubt[told]))
    weight = 1 / np.maximum(least.fixed + least.slope * found.doubt[told], noise.LEAST**2)
    return min(tries, key=lambda t: _cost(t, found, shapes, told, weight))


def _cost(tried: Told, found: Leaves, shapes: list[Cuboid], told: np.ndarray, weight: np.ndarray) -> float:
    """What is left unexplained, outliers counting no more than they must, and what it costs to name the elements."""
    rest = found.deviation - tried.level
    for element in tried.elements:
        members = element.members
        rest[members] -= np.average(rest[members], weights=1 / found.doubt[members])
    left = np.minimum(weight * rest[told] ** 2, OUTLIER).sum()
    return float(left) + sum(price(shapes[e.cuboid], found.codes.shape[1]) for e in tried.elements)


def _settled(found: Leaves, shapes: list[Cuboid], told: np.ndarray, level: float) -> Told:
    """The elements, searched again while what they leave unexplained tells better what is usual."""
    normal, seen = told, list[set[tuple[int, int]]]()
    for turn in range(ROUNDS):
        fixed, slope = noise.variances(found.deviation[normal], found.doubt[normal], clean=turn > 0)
        scale = np.sqrt(np.maximum(fixed + slope * np.where(told, found.doubt, 0.0), noise.LEAST**2))
        if turn:
            level = noise.mean(found.deviation[normal], scale[normal], level)
        least = max((0.1 if turn else 0.5) * np.sqrt(fixed), 0.01)  # the first level may be that much off
        freedom = noise.freedom(found.deviation[normal] - level, scale[normal])
        usual = Noise(np.where(told, scale**-2, 0.0), freedom, float(least))
        elements = Search(shapes, found.codes, found.deviation - level, usual).run()
        names = {(e.cuboid, e.key) for e in elements}
        normal = _normal(elements, found.deviation - level, scale, told)
        if names in seen or normal.sum() < told.sum() / 10:
            break
        seen.append(names)
    errors = abs(level) * np.sqrt((scale[normal] ** -2).sum())
    everything = float(errors) if abs(level) >= ALL_MIN and errors >= ALL_SURE else 0.0
    return Told(elements, level, everything, fixed, slope)


def _cells(
    shapes: list[Cuboid], deviation: np.ndarray, scale: np.ndarray, normal: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The mean deviation and its error in each element of the finest cuboid whose elements are mostly sure."""
    weight = scale[normal] ** -2
    cells = []
    for shape in sorted(shapes, key=lambda s: -len(s.first)):
        weights = np.bincount(shape.keys[normal], weight)
        sums = np.bincount(shape.keys[normal], weight * deviation[normal])
        is_met = weights > 0
        cells.append((sums[is_met] / weights[is_met], weights[is_met] ** -0.5))
        if np.median(cells[-1][1]) <= SURE:
            return cells[-1]
    return min(cells, key=lambda cell: float(np.median(cell[1])))


def _normal(elements: list[Element], deviation: np.ndarray, scale: np.ndarray, told: np.ndarray) -> np.ndarray:
    """The leaves to which nothing happened: those that no element explains, or, where the level was taken so ill that
    elements explain most of them, those that elements put where most are."""
    fitted = np.zeros(len(told))
    covered = np.zeros(len(told), dtype=bool)
    for element in elements:
        fitted[element.members] = np.average(deviation[element.members], weights=scale[element.members] ** -2)
        covered[element.members] = True
    common = noise.median(fitted[told], scale[told] ** -2)
    if 0 < abs(common) <= np.median(scale[told]):
        return told & (np.abs(fitted - common) <= abs(common) * (1 + 1e-9))
    return told & ~covered


def _row(found: Leaves, inside: np.ndarray, shape: Cuboid | None, worth: float, total: float) -> tuple[object, ...]:
    named = shape.dimensions if shape else ()
    codes = found.codes[inside.argmax()]
    values = [found.values[d][codes[d]] if d in named else np.nan for d in range(len(found.values))]
    expected, actual = found.expected[inside].sum(), found.actual[inside].sum()
    base = 1.0 if found.base is None else found.base[inside].sum()
    share = (actual - expected) / total if total else np.nan
    confidence = 1 / (1 + exp(-min(worth, 100.0) / 2))
    return *values, actual - expected, expected / base, actual / base, share, confidence


def _checked(table: Any, dimensions: list[str], before: list[str], after: list[str]) -> pd.DataFrame:
    if isinstance(dimensions, str) or not dimensions or len(set(dimensions)) < len(dimensions):
        raise ParameterError(f"dimensions={dimensions!r} is no list of columns.", 'e.g. ["device", "source"].')
    if len(before) != len(after) or len(before) not in (1, 2):
        raise ParameterError(
            f"before={before} and after={after} are neither a column nor a (numerator, denominator) pair each.",
            'e.g. before="before", after="after".',
        )
    have = frames.schema(table)
    wanted = [*dimensions, *dict.fromkeys([*before, *after])]
    missing = [c for c in wanted if c not in have]
    if missing:
        raise TableError(f"The table has no columns {missing}; it has {list(have)}.", "name columns it has.")
    text = [c for c in wanted[len(dimensions) :] if not have[c].is_numeric()]
    if text:
        raise TableError(f"The columns {text} hold no numbers.", "pd.to_numeric makes numbers of text.")
    rows = frames.summary(frames.lazy(table, wanted))
    figures = rows[wanted[len(dimensions) :]].astype("float64")
    lower = [*before[1:], *after[1:]]
    if np.isinf(figures.to_numpy()).any() or (figures[lower] < 0).any(axis=None):
        raise TableError(f"{list(figures)} hold an infinite number, or a denominator below 0.", "drop such rows.")
    return pd.concat([rows[dimensions], figures], axis=1)
