"""The fewest elements that explain how leaves deviate: each is paid for by what it costs to name it among all others.

An element is a combination of values in one cuboid, such as (device=ios, source=search). The leaves of a cause
deviate alike (the ripple effect), so an element is worth the log-likelihood that is won by measuring its leaves from
their own mean instead of the common level, under Student's distribution, less its price.
"""

from dataclasses import dataclass, field
from math import comb, log

import numpy as np

from ecomkit.diagnosis.leaves import Cuboid

RARE = 0.1  # how often chance may name any element at all
APART = 5.0  # times the usual drift of whole elements, which is no cause
ELEMENTS_MAX = 40
SURE, FEW = 0.5, 10  # drift is told from elements whose error is at most so much, or from so many of the surest
HALF = 0.6745  # standard deviations from the mean within which half of a normal distribution lies


@dataclass(frozen=True)
class Element:
    """The element `key` of cuboid number `cuboid`; `members` are the leaves that it explains, and no other does."""

    cuboid: int
    key: int
    worth: float  # twice the log-likelihood ratio, less the price
    members: np.ndarray = field(compare=False)


@dataclass(frozen=True)
class Noise:
    """What is usual: each leaf's `weight` (1 / variance; 0 tells nothing), the degrees of freedom of the tails, and
    the least deviation of an element that is looked at."""

    weight: np.ndarray
    freedom: float
    least: float


@dataclass(frozen=True)
class Moments:
    """Per element: how many leaves, and the sums of their weights, of weight x deviation, and of its square."""

    count: np.ndarray
    weight: np.ndarray
    first: np.ndarray
    second: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        met = self.count > 0.5  # what was taken out leaves a rest of rounding in the sums
        return np.divide(self.first, self.weight, out=np.zeros_like(self.first), where=met)


def price(shape: Cuboid, width: int) -> float:
    """What it costs to name one element of a cuboid among all others of as many dimensions."""
    layer = len(shape.dimensions)
    return 2 * log(len(shape.first) * comb(width, layer) * (layer + 1) / RARE)


class Search:
    """Looks for elements among leaves of known `deviation` from the common level."""

    def __init__(self, shapes: list[Cuboid], codes: np.ndarray, deviation: np.ndarray, noise: Noise) -> None:
        self.shapes, self.deviation, self.noise = shapes, deviation, noise
        self.prices = [price(c, codes.shape[1]) for c in shapes]
        self.nameable = [np.all(codes[c.first][:, c.dimensions] >= 0, axis=1) for c in shapes]
        self.free = noise.weight > 0
        self.moments = [self._moments(c, np.flatnonzero(self.free)) for c in shapes]
        drift = self._drift()
        self.leasts = [max(noise.least, APART * drift[len(c.dimensions)]) for c in shapes]

    def run(self) -> list[Element]:
        """Greedily, then each element anew in the light of all others, the least first."""
        found: list[Element] = []
        while len(found) < ELEMENTS_MAX and (new := self._next()):
            found += new
        for element in sorted(found, key=lambda e: e.worth):
            self._change(element.members, 1)
            found.remove(element)
            found += self._next()
        return found

    def _next(self) -> list[Element]:
        best = (0.0, -1, -1)
        for i, moments in enumerate(self.moments):
            worths = self._worth(i, moments)
            key = int(worths.argmax())
            best = max(best, (float(worths[key]), i, key))
        worth, i, key = best
        if i < 0:
            return []
        members = np.flatnonzero((self.shapes[i].keys == key) & self.free)
        elements = self._refined(Element(i, key, worth, members))
        for element in elements:
            self._change(element.members, -1)
        return elements

    def _refined(self, element: Element) -> list[Element]:
        """The element, or those of its parts that explain it better although they cost more to name."""
        members, inside = element.members, self.shapes[element.cuboid].dimensions
        second = self.noise.weight[members] @ self.deviation[members] ** 2 + self.noise.freedom
        best, parts = element.worth, [element]
        for i, shape in enumerate(self.shapes):
            if set(inside) < set(shape.dimensions):
                chosen, saved = self._parts(i, members)
                left = max(second - saved, self.noise.freedom)
                worth = (len(members) + self.noise.freedom) * log(second / left) - len(chosen) * self.prices[i]
                if chosen and worth > best:
                    best, parts = worth, chosen
        return parts if parts == [element] else [p for part in parts for p in self._refined(part)]

    def _parts(self, i: int, members: np.ndarray) -> tuple[list[Element], float]:
        """The elements of cuboid `i` among the members that are worth naming, and the squares that they explain."""
        keys = self.shapes[i].keys[members]
        moments = self._moments(self.shapes[i], members)
        worth = self._worth(i, moments)
        chosen = np.flatnonzero(worth > 0)
        saved = float((moments.first * moments.mean)[chosen].sum())
        return [Element(i, int(k), float(worth[k]), members[keys == k]) for k in chosen], saved

    def _worth(self, i: int, moments: Moments) -> np.ndarray:
        """Twice the log-likelihood ratio of each element of cuboid `i`, less its price; none if it is too near."""
        second = np.maximum(moments.second, 0.0) + self.noise.freedom
        within = np.maximum(second - moments.first * moments.mean, self.noise.freedom)
        worth = (moments.count + self.noise.freedom) * np.log(second / within) - self.prices[i]
        return np.where(self.nameable[i] & (np.abs(moments.mean) >= self.leasts[i]), worth, -np.inf)

    def _drift(self) -> dict[int, float]:
        """Per layer, how far whole elements stray from one another beyond what the noise of their leaves would do."""
        layers: dict[int, list[np.ndarray]] = {}
        for shape, moments in zip(self.shapes, self.moments, strict=True):
            known = moments.count > 0
            away = moments.mean[known] - np.median(moments.mean[known])
            layers.setdefault(len(shape.dimensions), []).append(np.array([away, moments.weight[known]]))
        drift = {}
        for layer, parts in layers.items():
            away, weight = np.concatenate(parts, axis=1)
            sure = weight >= min(SURE**-2, np.sort(weight)[-min(FEW, len(weight))])
            drift[layer] = _beyond(np.abs(away[sure]), 1 / weight[sure])
        return drift

    def _moments(self, shape: Cuboid, members: np.ndarray) -> Moments:
        keys, size = shape.keys[members], len(shape.first)
        weight, deviation = self.noise.weight[members], self.deviation[members]
        columns = (np.ones(len(keys)), weight, weight * deviation, weight * deviation**2)
        return Moments(*[np.bincount(keys, column, size) for column in columns])

    def _change(self, members: np.ndarray, sign: int) -> None:
        """Takes leaves out of what is to be explained (-1), or puts them back."""
        self.free[members] = sign > 0
        for i, (shape, whole) in enumerate(zip(self.shapes, self.moments, strict=True)):
            part = self._moments(shape, members)
            self.moments[i] = Moments(
                whole.count + sign * part.count,
                whole.weight + sign * part.weight,
                whole.first + sign * part.first,
                whole.second + sign * part.second,
            )


def _beyond(away: np.ndarray, variance: np.ndarray) -> float:
    """The standard deviation that must be added to each one's own, for half of them to lie within what halves a normal
    distribution: the small ones, of which most stray far by chance alone, do not speak for the large."""
    low, high = 0.0, float(away.max())
    if np.median(away / np.sqrt(variance)) <= HALF:
        return 0.0
    for _ in range(30):
        middle = (low + high) / 2
        too_low = np.median(away / np.sqrt(variance + middle**2)) > HALF
        low, high = (middle, high) if too_low else (low, middle)
    return low
