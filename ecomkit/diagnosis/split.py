"""The change of a product shared out among its factors, in cents that add up."""

from collections.abc import Callable, Sequence
from itertools import product
from math import comb, isnan, log, prod

from ecomkit.errors import ParameterError

FACTORS_MAX = 12
Pairs = list[tuple[float, float]]


def split(before: Sequence[float], after: Sequence[float], method: str = "shapley") -> list[float]:
    """Returns what each factor of a product contributes to its change, in cents that add up exactly.

    Parameters
    ----------
    before, after
        The factors. One that is undefined (missing) in one period has not moved: that of the other stands for it.
    method
        "shapley": the change of the product when the factor alone moves, averaged over every order in which the
        factors can move. "lmdi": the logarithmic mean of the product, times the factor's change in logarithms.
        "ordered": the factors move one after the other as listed (chain substitution), so that the order counts.

    References
    ----------
    Shapley, L. (1953). A value for n-person games. Contributions to the Theory of Games II, 307-317.
    Ang, B., Zhang, F. & Choi, K. (1998). Factorizing changes in energy and environmental indicators through
    decomposition. Energy 23, 489-495; zeros as their limit: Ang & Liu (2007), Energy Policy 35, 238-246.

    Examples
    --------
    >>> split([100, 0.1, 50], [80, 0.1, 60])  # 500 -> 480
    [-110.0, 0.0, 90.0]
    >>> split([100, 0.1, 50], [80, 0.1, 60], "ordered")
    [-100.0, 0.0, 80.0]
    """
    pairs = [defined(low, high) for low, high in zip(before, after, strict=True)]
    change = round(100 * prod(high for _, high in pairs)) - round(100 * prod(low for low, _ in pairs))
    return [cent / 100 for cent in whole([100 * part for part in METHODS[method](pairs)], change)]


def shapley(pairs: Pairs) -> list[float]:
    """A factor's own step times the others' product, averaged over the sets of those that have moved before it."""
    n = len(pairs)
    parts = []
    for i, (low, high) in enumerate(pairs):
        others = pairs[:i] + pairs[i + 1 :]
        held = 0.0
        for moved in product((0, 1), repeat=n - 1):
            held += prod(pair[m] for pair, m in zip(others, moved, strict=True)) / comb(n - 1, sum(moved))
        parts.append((high - low) * held / n)
    return parts


def lmdi(pairs: Pairs) -> list[float]:
    """The logarithmic mean of the product times each factor's log change; a product of 0 is the limit towards 0."""
    if any(value < 0 for pair in pairs for value in pair):
        raise ParameterError("method='lmdi' takes logarithms, and a factor is negative.", 'use method="shapley".')
    low, high = (prod(pair[side] for pair in pairs) for side in (0, 1))
    if low == 0 or high == 0:
        zeros = [(pair[1 if low else 0] == 0) for pair in pairs]
        shares = [is_zero / max(sum(zeros), 1) for is_zero in zeros]
        return [(high - low) * share for share in shares]
    mean = low if high == low else (high - low) / log(high / low)
    return [mean * log(b / a) for a, b in pairs]


def ordered(pairs: Pairs) -> list[float]:
    current = [low for low, _ in pairs]
    parts = []
    for i, (_, high) in enumerate(pairs):
        held = prod(current)
        current[i] = high
        parts.append(prod(current) - held)
    return parts


METHODS: dict[str, Callable[[Pairs], list[float]]] = {"shapley": shapley, "lmdi": lmdi, "ordered": ordered}


def whole(parts: Sequence[float], total: int) -> list[int]:
    """Rounds the parts to whole numbers that add up to `total`: the nearest ones give way."""
    rounded = [round(part) for part in parts]
    rest = total - sum(rounded)
    step = 1 if rest > 0 else -1
    by_nearness = sorted(range(len(parts)), key=lambda i: (round(step * (rounded[i] - parts[i]), 6), i))
    for i in by_nearness[: abs(rest)]:
        rounded[i] += step
    return rounded


def defined(low: float, high: float) -> tuple[float, float]:
    """The pair of a factor; what is undefined in one period is held at the other's level, in both at 0."""
    low, high = (high if isnan(low) else low), (low if isnan(high) else high)
    return (0.0, 0.0) if isnan(low) else (low, high)
