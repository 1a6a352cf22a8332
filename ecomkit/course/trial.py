"""Tests to learn on: two whose truth is known, and many in which nothing differs but luck."""

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ecomkit.course import record
from ecomkit.course.stores import my_store

PEOPLE, LIFT, LOST = 240_000, 0.12, 0.12
TESTS, LOOKS = 400, 10


def delivery_trial() -> pd.DataFrame:
    """Returns a test that was done well: who sees the day of delivery buys more. One row per person: `variant`,
    `value` (1: bought), `amount` (what they paid, 0 for those who did not buy)."""
    lot = np.random.default_rng([record.load().seed, 0xAB])
    is_new = lot.random(PEOPLE) < 0.5
    bought = lot.random(PEOPLE) < _rate() * (1 + LIFT * is_new)
    return _table(is_new, bought, lot)


def page_trial() -> pd.DataFrame:
    """Returns a test that went wrong, like `delivery_trial`: the new page sells no better, but it is slow,
    and loses people before they are counted: those who would not have bought anyway."""
    lot = np.random.default_rng([record.load().seed, 0xBA])
    is_new, bought = lot.random(PEOPLE) < 0.5, lot.random(PEOPLE) < _rate()
    stayed = ~is_new | bought | (lot.random(PEOPLE) >= LOST)
    return _table(is_new[stayed], bought[stayed], lot)


def no_difference() -> pd.DataFrame:
    """Returns tests in which nothing differs: the visitors of the learner's store, each time split by lot anew.

    One row per test, one column per look at it (after a tenth of the visitors, two tenths, ...): the p-value.
    """
    visitors = (
        my_store().events.aggregate("user_id, min(event_time) AS came, max((event_name = 'purchase')::INT) AS bought")
    )  # fmt: skip
    bought = visitors.order("came, user_id").df()["bought"].to_numpy(dtype=np.float32)
    lot = np.random.default_rng([record.load().seed, 0xAA])
    until = np.linspace(0, len(bought), LOOKS + 1).round().astype(int)[1:]
    sides = lot.integers(0, 2, (TESTS, len(bought)), dtype=np.int8).astype(np.float32)
    many, buyers = ((np.cumsum(part, axis=1)[:, until - 1]).astype(float) for part in (sides, sides * bought))
    rate = np.cumsum(bought)[until - 1] / until
    other = (np.cumsum(bought)[until - 1] - buyers) / (until - many)
    error = np.sqrt(rate * (1 - rate) * (1 / many + 1 / (until - many)))
    chance = 2 * ndtr(-np.abs(buyers / many - other) / error)
    return pd.DataFrame(chance, columns=range(1, LOOKS + 1)).rename_axis(index="test", columns="look")


def _rate() -> float:
    """The conversion of the old variant; another one for each learner."""
    return 0.03 + 0.001 * (record.load().seed % 7)


def _table(is_new: np.ndarray, bought: np.ndarray, lot: np.random.Generator) -> pd.DataFrame:
    paid = np.where(bought, np.exp(lot.normal(4.6, 0.7, len(bought))).round(2), 0.0)
    return pd.DataFrame({"variant": np.where(is_new, "new", "old"), "value": bought.astype(int), "amount": paid})
