"""How much leaves vary when nothing has happened to them, and around which level, learned from the leaves."""

import numpy as np

BINS, BIN_MIN = 12, 40
FEW = 0.66  # the median deviation of leaves with six cases, were they tossed
LEAST = 1e-3  # of a leaf's size: what noise is at least, so that data without any can be searched too
NORMAL = 1.4826  # times the median absolute deviation makes the standard deviation of normal noise
# The 95 % quantile of |t| over its median, and the degrees of freedom: Student's table; 20 stand for all lighter ones.
TAILS = ([3.03, 3.18, 3.75, 5.27], [20.0, 10.0, 4.0, 2.0])


def variances(deviation: np.ndarray, doubt: np.ndarray, *, clean: bool) -> tuple[float, float]:
    """The variance of a leaf as a + b x doubt, from the spread of leaves of like doubt.

    Where some leaves may belong to causes, the spread is that of the middle half; of `clean` ones it is that of all.
    Leaves of so few cases that most are all on one side are at no one's middle: theirs is Pearson's mean square.
    """
    order = np.argsort(doubt, kind="stable")
    bins = np.array_split(order, int(np.clip(len(order) // BIN_MIN, 1, BINS)))
    few = [np.median(np.abs(deviation[b])) >= FEW for b in bins]
    spread = np.array(
        [
            (deviation[b] ** 2 / doubt[b]).mean() * doubt[b].mean() if is_few else _spread(deviation[b], clean) ** 2
            for b, is_few in zip(bins, few, strict=True)
        ]
    )
    return _line(np.array([doubt[b].mean() for b in bins]), np.maximum(spread, LEAST**2))


def level(deviation: np.ndarray, scale: np.ndarray) -> float:
    """The deviation that most share, whatever the others do: near 0 where enough of them are, or where they crowd."""
    sure = scale <= np.median(scale)
    near, width = deviation[sure], float(np.median(scale[sure]))
    mode = _densest(near)
    if abs(mode) > width and 2 * np.sum(np.abs(near) <= width) >= np.sum(np.abs(near - mode) <= width):
        mode = 0.0
    return mean(deviation, scale, mode, reach=1.0)


def mean(deviation: np.ndarray, scale: np.ndarray, start: float, *, reach: float = 4.0) -> float:
    """The weighted mean of what lies within `reach` standard deviations of it, from `start` on."""
    middle = start
    for _ in range(20):
        near = np.abs(deviation - middle) <= reach * scale
        if not near.any():
            return start
        middle = float(np.average(deviation[near], weights=1 / scale[near] ** 2))
    return middle


def freedom(deviation: np.ndarray, scale: np.ndarray) -> float:
    """The degrees of freedom of Student's distribution with tails as heavy as these."""
    half, most = np.quantile(np.abs(deviation) / scale, [0.5, 0.95])
    return float(np.interp(most / max(half, 1e-12), *TAILS))


def median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(sums, sums[-1] / 2)])


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """y = a + b x with neither negative, by relative errors."""
    if len(y) == 1:
        return float(y[0]), 0.0
    a, b = np.linalg.lstsq(np.column_stack([1 / y, x / y]), np.ones(len(y)), rcond=None)[0]
    if a < 0:
        a, b = 0.0, (x / y).sum() / ((x / y) ** 2).sum()
    if b < 0:
        a, b = (1 / y).sum() / (1 / y**2).sum(), 0.0
    return float(a), float(b)


def _spread(values: np.ndarray, clean: bool) -> float:
    """The standard deviation; that of the middle two thirds where half of many values are one, as small counts are."""
    away = np.abs(values - _half(np.sort(values)).mean())
    half, most = np.quantile(away, [0.5, 0.683])
    if clean:
        return float(values[away <= 4 * max(NORMAL * half, most)].std())
    return float(most if half == 0 and len(values) >= BIN_MIN else NORMAL * half)


def _half(values: np.ndarray) -> np.ndarray:
    """The half of sorted values that lies closest together."""
    half = (len(values) + 1) // 2
    start = int((values[half - 1 :] - values[: len(values) - half + 1]).argmin())
    return values[start : start + half]


def _densest(values: np.ndarray) -> float:
    """The middle of the half that lies closest together, and of its closest half again, down to a tenth."""
    enough, values = max(len(values) // 10, 20), np.sort(values)
    while len(values) > enough:
        values = _half(values)
    return float(values.mean())
