"""Stores to learn on: the learner's own, one to review week by week, and one in trouble for the last lesson."""

import datetime as dt
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import TypeVar

import numpy as np

from ecomkit.course import record
from ecomkit.data import demo
from ecomkit.data.simulate import CURRENCY, TIMEZONE, Incident, Simulation, draw_incidents, simulate
from ecomkit.data.store import Store, open_store, write_store

START = dt.date(2024, 10, 1)
DAYS = 182  # half a year, so that there are cohorts to look at
VISITORS_PER_DAY = 400.0
TROUBLE_START = dt.date(2025, 6, 25)  # no festival in its eight last weeks, which are compared
TROUBLE_DAYS = 84
TROUBLE_VISITORS = 1000.0  # enough for a week's trouble to stand out from chance
REVIEW_START, REVIEW_DAYS = dt.date(2025, 7, 23), 56
# kind, first and last day from the end, size, and in which of these slices it is, by lot
REVIEW: list[tuple[str, int, int, float, str, tuple[str, str]]] = [
    ("source_lost", -14, -1, 0.75, "source", ("recommend", "search")),
    ("checkout_fault", -14, -8, 0.9, "device", ("android", "ios")),
    ("ad_waste", -7, -1, 4.5, "campaign", ("social-lookalike", "search-category")),
]
T = TypeVar("T")


def my_store() -> Store:
    """Returns the learner's own store, half a year of a small shop in which nothing goes wrong.

    It is simulated from the seed in their progress file, so that figures differ from learner to learner while the
    method does not; the first call takes about a second, later ones open what is there.
    """
    seed = record.load().seed
    return open_store(demo.kept(f"my-store-{seed}", lambda path: _write_mine(seed, path)))


def once_per_store(compute: Callable[..., T]) -> Callable[..., T]:
    """Computes each answer on a learner's store once: a check that is asked again, as it will be, answers at once."""

    @cache
    def of_seed(_seed: int, *arguments: str) -> T:
        return compute(*arguments)

    @wraps(compute)
    def known(*arguments: str) -> T:
        return of_seed(record.load().seed, *arguments)

    return known


def trouble_store(seed: int | None = None) -> Store:
    """Returns a store in which something goes wrong in the last four weeks; by default the learner's own."""
    chosen = trouble_seed() if seed is None else seed
    return open_store(demo.kept(f"trouble-{chosen}", lambda path: write_trouble(chosen, path)))


def review_store() -> Store:
    """Returns a store of eight weeks for the weekly review; in its last two weeks things go wrong, and one is mended.

    From the first of the two on fewer come through one source; in that week payments fail on one kind of phone; in
    the second, one campaign spends several times as much for nothing. Which ones differs from learner to learner.
    """
    seed = record.load().seed
    return open_store(demo.kept(f"weekly-{seed}", lambda path: _write_review(seed, path)))


def trouble_seed() -> int:
    """Which store in trouble is the learner's; another one than their own store."""
    return record.load().seed + record.SEEDS


def troubles(seed: int) -> list[Incident]:
    """Three incidents of different kinds, drawn by lot."""
    return draw_incidents(seed=seed, start=TROUBLE_START, days=TROUBLE_DAYS, visitors_per_day=TROUBLE_VISITORS, count=3)


@cache
def live_trouble(seed: int) -> Simulation:
    """Returns the store in trouble with its truth."""
    return simulate(
        seed=seed,
        start=TROUBLE_START,
        days=TROUBLE_DAYS,
        visitors_per_day=TROUBLE_VISITORS,
        incidents=troubles(seed),
    )


def write_trouble(seed: int, path: Path) -> Path:
    """Writes the store in trouble, without its truth."""
    tables = live_trouble(seed).tables
    return write_store(path, tables, name="Store in trouble", currency=CURRENCY, timezone=TIMEZONE)


def _write_review(seed: int, path: Path) -> Path:
    end = REVIEW_START + dt.timedelta(days=REVIEW_DAYS)
    lot = np.random.default_rng([seed, 7]).integers(0, 2, len(REVIEW))
    incidents = [
        Incident(kind, end + dt.timedelta(days=first), end + dt.timedelta(days=last), size, **{column: names[drawn]})
        for (kind, first, last, size, column, names), drawn in zip(REVIEW, lot, strict=True)
    ]
    lived = simulate(
        seed=seed, start=REVIEW_START, days=REVIEW_DAYS, visitors_per_day=TROUBLE_VISITORS, incidents=incidents
    )
    return write_store(path, lived.tables, name="Store under review", currency=CURRENCY, timezone=TIMEZONE)


def _write_mine(seed: int, path: Path) -> Path:
    lived = simulate(seed=seed, start=START, days=DAYS, visitors_per_day=VISITORS_PER_DAY, incidents=[])
    return write_store(path, lived.tables, name="My store", currency=CURRENCY, timezone=TIMEZONE)
