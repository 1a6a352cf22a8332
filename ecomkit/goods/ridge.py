"""Calendar regression: what weekday, season, promotions and events do to a series, and the level that is left.

The regression is on log(value / scale + 0.3), with ridge penalties and with weights that halve in a year; what it
leaves over is followed day by day (`smoothing.follow`). It is fitted anew at each origin: an origin is the number of
days known, and no day from it on is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn, untyped

from ecomkit.goods.design import PARTS, YEARLY_FROM_DAYS, Columns, columns, mega_days
from ecomkit.goods.series import Panel
from ecomkit.goods.smoothing import follow, mad
from ecomkit.goods.windows import CEILING

OFFSET = 0.3  # of the scale, added before the logarithm: days without sales stay finite
HALF_LIFE_DAYS, YEAR_DAYS = 365, 364
HUBER_MADS = 4.0
RATIO_LOW, RATIO_HIGH = 0.8, 1.3  # of what was sold over what one day ahead was expected in the last year
CHUNK = 32  # series at a time, which bounds the memory
RARE = 0.1  # share of days


@dataclass(frozen=True)
class Ahead:
    """The days after each origin in logarithms of the scale, as the sum of parts; once without, once with the year."""

    logs: np.ndarray  # [variants, origins, series, parts, days]
    scale: np.ndarray  # [origins, series]
    ratio: np.ndarray  # [variants, origins, series]: lifts the median to the mean
    weight: np.ndarray  # [variants, origins, series], adding up to 1

    def mean(self) -> np.ndarray:
        """[origins, series, days], never negative."""
        size = np.exp(self.logs.sum(axis=3)) - OFFSET
        worth = self.weight * self.ratio * self.scale
        return (np.maximum(size, 0.0) * worth[..., None]).sum(axis=0)


def forecast(panel: Panel, origins: np.ndarray, horizon: int) -> np.ndarray:
    """The mean of the `horizon` days after each origin, [origins, series, days], closed days not yet at 0."""
    parts = [part.mean() for part in ahead(panel, origins, horizon)]
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(origins), 0, horizon))


def ahead(panel: Panel, origins: np.ndarray, horizon: int) -> Iterator[Ahead]:
    """What `forecast` adds up, for some series after the other."""
    table = columns(panel)
    skipped = mega_days(panel)
    for first in range(0, len(panel.names), CHUNK):
        with threadpool_limits(1):  # of small matrices, two threads spend more time on each other than on the sums
            ahead_of_some = _Fit(panel, table, skipped, first, origins, horizon).ahead()
        yield ahead_of_some


def _scales(value: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """[origins, series]: the mean of each series' last 365 observed days; 1 where that is 0."""
    is_known = np.isfinite(value)
    seen = np.pad(is_known.cumsum(axis=1), ((0, 0), (1, 0)))
    total = np.pad(np.nan_to_num(value).cumsum(axis=1), ((0, 0), (1, 0)))
    scales = np.ones((len(origins), len(value)))
    for i, origin in enumerate(origins):
        for j in range(len(value)):
            start = np.searchsorted(seen[j], seen[j, origin] - HALF_LIFE_DAYS, side="right") - 1
            start = max(start, 0)
            days = seen[j, origin] - seen[j, start]
            mean = (total[j, origin] - total[j, start]) / max(days, 1)
            scales[i, j] = mean if mean > 0 else 1.0
    return scales


class _Fit:
    """The regressions of a few series at all origins."""

    def __init__(
        self, panel: Panel, table: Columns, skipped: np.ndarray, first: int, origins: np.ndarray, horizon: int
    ) -> None:
        self.rows = np.arange(first, min(first + CHUNK, len(panel.names)))
        self.table, self.origins, self.horizon = table, origins, horizon
        self.days = int(origins.max())
        self.value = panel.value[self.rows, : self.days]
        self.skipped = skipped[: self.days]
        self.scale = _scales(self.value, origins)
        age = origins[:, None] - 1 - np.arange(self.days)
        self.weight = np.where(age >= 0, 0.5 ** (np.maximum(age, 0) / HALF_LIFE_DAYS), 0.0)
        is_known = np.isfinite(self.value)
        history = origins[:, None] - np.where(is_known.any(axis=1), is_known.argmax(axis=1), self.days)
        self.yearly = history >= YEARLY_FROM_DAYS

    def ahead(self) -> Ahead:
        plain = np.flatnonzero(~np.array(self.table.yearly))
        variants = [plain, np.arange(len(self.table.parts))][: 1 + bool(self.yearly.any())]
        fits = [self._variant(kept) for kept in variants]
        logs, ratio = (np.stack(part) for part in zip(*fits, strict=True))
        both = np.stack([np.ones_like(self.yearly), self.yearly])[: len(variants)].astype(float)
        return Ahead(logs, self.scale, ratio, both / both.sum(axis=0))

    def _variant(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        shape = len(self.origins), len(self.rows)
        fitted = np.zeros((self.days, *shape))
        rest = np.full((self.days, *shape), np.nan)
        logs = np.zeros((*shape, len(PARTS), self.horizon))
        for j, row in enumerate(self.rows):
            matrix = self.table.matrix(row)[:, kept]
            target, weight = self._target(j)
            past = matrix[: self.days]
            betas = _solve(past, target, weight, np.array(self.table.ridge)[kept])
            lines = betas @ past.T
            fitted[:, :, j] = lines.T
            rest[:, :, j] = np.where((weight > 0) & ~self.skipped, target - lines, np.nan).T
            logs[:, j] = self._parts(matrix, betas, np.array(self.table.parts)[kept])
        before, level = follow(rest)
        logs[:, :, 0] += level[..., None]
        return logs, self._ratio(fitted + before)

    def _target(self, j: int) -> tuple[np.ndarray, np.ndarray]:
        """Logarithms and weights of a series, [origins, days]; what is not known has weight 0."""
        value = self.value[j]
        weight = self.weight * np.isfinite(value)
        return np.log(np.nan_to_num(value) / self.scale[:, j, None] + OFFSET), weight

    def _parts(self, matrix: np.ndarray, betas: np.ndarray, parts: np.ndarray) -> np.ndarray:
        """[origins, parts, days to come]; the level is that of a weekday like the others."""
        days = self.origins[:, None] + np.arange(self.horizon)
        each = matrix[days] * betas[:, None, :]
        logs = np.stack([each[:, :, parts == part].sum(axis=2) for part in range(len(PARTS))], axis=1)
        usual = betas[:, parts == PARTS.index("weekday")].mean(axis=1)[:, None]
        logs[:, 0] += usual
        logs[:, PARTS.index("weekday")] -= usual
        return logs

    def _ratio(self, lines: np.ndarray) -> np.ndarray:
        """What was sold in the last year over what was expected the day before."""
        days = np.arange(self.days)[:, None]
        recent = (days < self.origins) & (days >= self.origins - YEAR_DAYS)
        used = recent[:, :, None] & np.isfinite(self.value.T)[:, None] & ~self.skipped[:, None, None]
        lines = np.where(used, np.maximum(np.exp(np.where(used, lines, 0.0)) - OFFSET, 0.0) * self.scale, 0.0)
        most = CEILING * np.maximum(lines, self.scale)
        sold = np.where(used, np.minimum(np.nan_to_num(self.value.T)[:, None], most), 0.0).sum(axis=0)
        expected = lines.sum(axis=0)
        return np.clip(np.where(expected > 0, sold / np.where(expected > 0, expected, 1.0), 1.0), RATIO_LOW, RATIO_HIGH)


def _solve(matrix: np.ndarray, target: np.ndarray, weight: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """Ridge coefficients at each origin, [origins, columns], fitted once more with far days weighing less.

    References
    ----------
    Hoerl, Kennard (1970), Ridge regression, Technometrics 12(1), 55-67. Huber (1964), Robust estimation of a location
    parameter, Annals of Mathematical Statistics 35(1), 73-101.
    """
    betas = _weighted(matrix, target, weight, ridge)
    rest = np.where(weight > 0, target - betas @ matrix.T, np.nan)
    far = HUBER_MADS * mad(rest.T)[:, None]
    size = np.abs(np.nan_to_num(rest))
    return _weighted(matrix, target, weight * np.where(size > far, far / np.where(size > 0, size, 1.0), 1.0), ridge)


def _weighted(matrix: np.ndarray, target: np.ndarray, weight: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """Most columns are events, 0 on nearly all days: only the others need every row of the normal equations."""
    rare = (matrix != 0).mean(axis=0) < RARE
    days = matrix[:, rare].any(axis=1)
    gram = np.empty((len(weight), len(rare), len(rare)))
    gram[np.ix_(np.arange(len(weight)), ~rare, ~rare)] = _products(matrix[:, ~rare], matrix[:, ~rare], weight)
    mixed = _products(matrix[np.ix_(days, rare)], matrix[days], weight[:, days])
    gram[:, rare] = mixed
    gram[:, :, rare] = mixed.swapaxes(1, 2)
    return np.linalg.solve(gram + np.diag(ridge), ((weight * target) @ matrix)[..., None])[..., 0]


def _products(left: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The weighted sums of products of columns, [origins, left, right]."""
    scaled = (left.T[None] * weight[:, None]).reshape(len(weight) * left.shape[1], len(left))
    return (scaled @ right).reshape(len(weight), left.shape[1], right.shape[1])
