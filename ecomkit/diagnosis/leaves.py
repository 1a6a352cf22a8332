"""The finest combinations of a table's dimensions, and how far each deviates from what was expected of it."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

LAYERS = {7: 5, 8: 4, 9: 4}  # so many dimensions, so many of them in one slice at most; under 7 all, over 9 three


@dataclass(frozen=True)
class Leaves:
    """One entry per combination of values.

    `codes` (leaves x dimensions; -1 is missing) index `values`; `expected` and `actual` are amounts of the measure,
    of a ratio the numerator as it would be at the old ratio, and as it is; `deviation` is their difference over their
    mean, -2 to 2; `doubt` is what sampling alone would add to its variance, but for a factor common to all, and
    infinite where a leaf tells nothing. `base` is a ratio's denominator as it is.
    """

    codes: np.ndarray
    values: list[np.ndarray]
    expected: np.ndarray
    actual: np.ndarray
    deviation: np.ndarray
    doubt: np.ndarray
    base: np.ndarray | None


@dataclass(frozen=True)
class Cuboid:
    """All elements of one choice of dimensions: `keys` gives each leaf's element, `first` a leaf of each element."""

    dimensions: tuple[int, ...]
    keys: np.ndarray
    first: np.ndarray


def leaves(table: pd.DataFrame, dimensions: list[str], before: list[str], after: list[str]) -> Leaves:
    """Adds up the rows of one combination; what was missing on one side was 0 there."""
    coded = [pd.factorize(table[d], sort=True) for d in dimensions]
    codes = np.column_stack([c for c, _ in coded]).astype(np.int64)
    whole = _cuboid(tuple(range(len(dimensions))), codes)
    sums = {c: np.bincount(whole.keys, table[c].fillna(0.0).to_numpy(), len(whole.first)) for c in {*before, *after}}
    upper = (sums[before[0]], sums[after[0]])
    base = sums[after[1]] if len(after) == 2 else None
    ones = np.ones(len(whole.first))
    expected, deviation, doubt = _measured(upper, (ones, ones) if base is None else (sums[before[1]], base))
    values = [np.asarray(v, dtype=object) for _, v in coded]
    return Leaves(codes[whole.first], values, expected, upper[1], deviation, doubt, base)


def _measured(upper: tuple[np.ndarray, ...], lower: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """What was expected, the deviation from it, and its doubt: of a plain measure both denominators are 1.

    Had nothing changed, the cases of both periods would be shared out between them as their denominators are.
    The deviation is that of the rates, and its doubt as Mantel and Haenszel weigh them: rare cases in many leaves then
    add up to what they tell, whatever the denominators.
    A leaf without denominator on one side tells nothing of the ratio: it counts as expected.
    """
    is_told = (lower[0] > 0) & (lower[1] > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(is_told, upper[0] / lower[0] * lower[1], upper[1])
        share = lower[1] / (lower[0] + lower[1])
        doubt = 2 / (np.abs(upper[1]) * (1 - share) + np.abs(upper[0]) * share)
        deviation = (upper[1] * (1 - share) - upper[0] * share) * doubt
    is_told &= np.abs(upper[0]) + np.abs(upper[1]) > 0
    return expected, np.where(is_told, deviation, 0.0), np.where(is_told, doubt, np.inf)


def cuboids(codes: np.ndarray) -> list[Cuboid]:
    """Every choice of dimensions, those of one first."""
    width = codes.shape[1]
    deepest = width if width < 7 else LAYERS.get(width, 3)
    chosen = [c for layer in range(1, deepest + 1) for c in combinations(range(width), layer)]
    return [_cuboid(c, codes) for c in chosen]


def _cuboid(dimensions: tuple[int, ...], codes: np.ndarray) -> Cuboid:
    keys = np.zeros(len(codes), dtype=np.int64)
    for d in dimensions:
        size = int(codes[:, d].max(initial=0)) + 2  # one for what is missing
        if keys.max(initial=0) > 2**62 // size:
            keys = np.unique(keys, return_inverse=True)[1]
        keys = keys * size + codes[:, d] + 1
    _, first, keys = np.unique(keys, return_index=True, return_inverse=True)
    return Cuboid(dimensions, keys, first)
