"""Panels with planted root causes, in the manner of the papers, and in the manner of a store's counts."""

import numpy as np
import pandas as pd

SIZES = (10, 12, 10, 8)  # 9,600 leaves
LARGE = (12, 10, 10, 8, 5, 2)  # 96,000 leaves, six dimensions
Causes = set[frozenset[tuple[str, str]]]
Panel = tuple[pd.DataFrame, Causes, str | tuple[str, str], str | tuple[str, str]]


def forecast(
    seed: int, causes: int, *, noise: float = 0.15, alike: bool = False, drift: float = 0.0, sizes: tuple = SIZES
) -> Panel:
    """A measure against its forecast, as in Squeeze (2019) and RiskLoc (2022): Weibull leaves, of which 15 % are 0,
    forecasts that are off by normal noise, causes of one to three layers that lose 20 to 100 %.

    With `alike`, the causes of a panel share a cuboid and a size; with `drift`, every value of every dimension has
    moved a little on its own, which is no cause.
    """
    random = np.random.default_rng(seed)
    codes = _codes(sizes)
    value = random.weibull(random.uniform(0.5, 1), len(codes)) * 100 * (random.random(len(codes)) > 0.15)
    before = np.maximum(value * random.normal(1, noise, len(codes)), 0)
    planted = _planted(random, codes, causes, alike, np.ones(len(codes)), 0)
    losses = np.full(len(planted), random.uniform(0.2, 1)) if alike else random.uniform(0.2, 1, len(planted))
    uneven = random.uniform(0, 0.1)
    for inside, loss in zip(planted.values(), losses, strict=True):
        value = np.where(inside, value * (1 - np.clip(random.normal(loss, uneven, len(codes)), 0, 1)), value)
    for dimension, size in enumerate(sizes):
        value = value * random.lognormal(0, drift, size)[codes[:, dimension]]
    return _table(codes, before=before, after=value), set(planted), "before", "after"


def counts(seed: int, causes: int, *, mean: float = 20.0, growth: float = 0.0) -> Panel:
    """Two periods of Poisson counts in leaves of very different size, which all grew by `growth`; causes of at least
    1 % of the volume lose 25 to 100 %, one in five gains as much."""
    random = np.random.default_rng(seed)
    codes = _codes(SIZES)
    size = _uneven(random, codes, mean) * random.lognormal(0, 0.5, len(codes))
    planted = _planted(random, codes, causes, False, size, 0.01)
    now = size * (1 + growth) * random.lognormal(0, random.uniform(0, 0.1), len(codes))
    for inside in planted.values():
        change = random.uniform(0.25, 1) * random.choice([-1, 1], p=[0.8, 0.2])
        now = np.where(inside, now * (1 + change), now)
    table = _table(codes, before=random.poisson(size), after=random.poisson(now))
    return table, set(planted), "before", "after"


def ratios(seed: int, causes: int, *, mean: float = 200.0) -> Panel:
    """Buyers of visitors in two periods, with traffic that shifts between leaves; causes lose 25 to 100 % of a rate."""
    random = np.random.default_rng(seed)
    codes = _codes(SIZES)
    size = _uneven(random, codes, mean)
    rate = np.clip(random.uniform(0.05, 0.5) * random.lognormal(0, 0.3, len(codes)), 0.01, 0.95)
    planted = _planted(random, codes, causes, False, size, 0.01)
    now = rate
    for inside in planted.values():
        now = np.where(inside, now * (1 - random.uniform(0.25, 1)), now)
    below = [random.poisson(size), random.poisson(size * random.lognormal(0, 0.2, len(codes)))]
    above = [random.binomial(visitors, share) for visitors, share in zip(below, (rate, now), strict=True)]
    table = _table(codes, n0=above[0], d0=below[0], n1=above[1], d1=below[1])
    return table, set(planted), ("n0", "d0"), ("n1", "d1")


def f1(found: pd.DataFrame, truth: Causes) -> float:
    """Of exact sets: a slice counts only if it is one of the causes, word for word."""
    named = [c for c in found.columns if c.startswith("x")]
    slices = {frozenset((c, row[c]) for c in named if isinstance(row[c], str)) for row in found.to_dict("records")}
    return 2 * len(slices & truth) / (len(slices) + len(truth)) if slices or truth else 1.0


def _codes(sizes: tuple) -> np.ndarray:
    return np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), -1).reshape(-1, len(sizes))


def _uneven(random: np.random.Generator, codes: np.ndarray, mean: float) -> np.ndarray:
    shares = [random.dirichlet(np.full(size, 1.5))[codes[:, d]] for d, size in enumerate(SIZES)]
    size = np.prod(shares, axis=0)
    return size / size.mean() * mean


def _planted(
    random: np.random.Generator, codes: np.ndarray, count: int, alike: bool, size: np.ndarray, least: float
) -> dict[frozenset[tuple[str, str]], np.ndarray]:
    """Cause -> its leaves; no cause lies in another, each has 4 leaves and the share `least` of the size."""
    found: dict[frozenset[tuple[str, str]], np.ndarray] = {}
    dimensions: np.ndarray | None = None
    while len(found) < count:
        if dimensions is None or not alike:
            dimensions = random.choice(codes.shape[1], random.integers(1, 4), replace=False)
        row = codes[random.integers(len(codes))]
        inside = np.all(codes[:, dimensions] == row[dimensions], axis=1)
        cause = frozenset((f"x{d}", f"{d}-{row[d]}") for d in dimensions)
        is_new = not any(cause <= other or other <= cause for other in found)
        if is_new and inside.sum() >= 4 and size[inside].sum() >= least * size.sum():
            found[cause] = inside
    return found


def _table(codes: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    names = {f"x{d}": [f"{d}-{code}" for code in codes[:, d]] for d in range(codes.shape[1])}
    return pd.DataFrame(names).assign(**{name: column.astype(float) for name, column in columns.items()})
