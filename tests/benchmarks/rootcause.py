"""Measures how often `rootcause.locate` names the planted causes, and what it costs; prints Markdown.

PANELS is the number of panels of each kind (100). F1 is that of exact sets of slices, averaged over panels; CPU
seconds are those of `locate` alone.
"""

import os
import statistics
import time
from collections.abc import Callable

import panels

from ecomkit.diagnosis.rootcause import locate

PANELS = int(os.environ.get("PANELS", "100"))
FIRST = 10_000  # no seed of the tests


def measure(make: Callable[[int], panels.Panel], count: int) -> tuple[float, float, float]:
    scores, spent = [], []
    for seed in range(FIRST, FIRST + count):
        table, truth, before, after = make(seed)
        dimensions = [c for c in table.columns if c.startswith("x")]
        begun = time.process_time()
        found = locate(table, dimensions=dimensions, before=before, after=after)
        spent.append(time.process_time() - begun)
        scores.append(panels.f1(found, truth))
    return statistics.mean(scores), statistics.mean(spent), max(spent)


CASES: list[tuple[str, Callable[[int, int], panels.Panel], list[int]]] = [
    ("forecast, noise 5 %", lambda seed, n: panels.forecast(seed, n, noise=0.05), [1, 2, 3]),
    ("forecast, noise 10 %", lambda seed, n: panels.forecast(seed, n, noise=0.10), [1, 2, 3]),
    ("forecast, noise 15 %", lambda seed, n: panels.forecast(seed, n), [0, 1, 2, 3]),
    ("forecast, noise 15 %, one cuboid and size", lambda seed, n: panels.forecast(seed, n, alike=True), [2, 3]),
    ("forecast, noise 10 %, drift 4 %", lambda seed, n: panels.forecast(seed, n, noise=0.1, drift=0.04), [0, 1, 3]),
    ("counts, 20 a leaf", lambda seed, n: panels.counts(seed, n), [0, 1, 3]),
    ("counts, 20 a leaf, all grew by 30 %", lambda seed, n: panels.counts(seed, n, growth=0.3), [1, 3]),
    ("counts, 1 a leaf", lambda seed, n: panels.counts(seed, n, mean=1), [0, 1, 2]),
    ("ratio, 200 visitors a leaf", lambda seed, n: panels.ratios(seed, n), [0, 1, 3]),
    ("ratio, 20 visitors a leaf", lambda seed, n: panels.ratios(seed, n, mean=20), [1, 3]),
]  # fmt: skip

if __name__ == "__main__":
    print("| panels | causes | mean F1 | CPU s, mean | CPU s, most |\n|---|---|---|---|---|")
    for name, make, numbers in CASES:
        for number in numbers:
            score, mean, most = measure(lambda seed, m=make, n=number: m(seed, n), PANELS)
            print(f"| {name} | {number} | {score:.3f} | {mean:.2f} | {most:.2f} |", flush=True)
    score, mean, most = measure(lambda seed: panels.forecast(seed, 3, noise=0.1, sizes=panels.LARGE), PANELS // 20 + 1)
    print(f"| forecast, noise 10 %, six dimensions, 96,000 leaves | 3 | {score:.3f} | {mean:.2f} | {most:.2f} |")
