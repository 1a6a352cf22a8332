"""Levels: one step by hand, huge days clipped, unknown days skipped, and demand that fades."""

import numpy as np
import pytest

from ecomkit.goods import smoothing

# by hand


def test_the_robust_deviation_is_that_of_the_middle():
    assert smoothing.mad(np.array([[1.0], [-2.0], [3.0], [np.nan]])).tolist() == [pytest.approx(1.4826 * 2)]
    assert smoothing.mad(np.full((2, 1), np.nan)).tolist() == [0]


def test_a_step_moves_the_mean_of_three_levels():
    before, last = smoothing.follow(np.array([[1.0], [-1.0]]))
    mean = (0.03 + 0.1 + 0.3) / 3
    assert before[:, 0].tolist() == [0, pytest.approx(mean)]
    after = [a + a * (-1 - a) for a in (0.03, 0.1, 0.3)]
    assert last[0] == pytest.approx(np.mean(after))


def test_unknown_days_are_skipped_and_a_huge_one_is_clipped():
    rest = np.random.default_rng(0).normal(0, 0.1, (100, 1))
    plain = smoothing.follow(rest)[1]
    assert smoothing.follow(np.vstack([rest, [[np.nan]]]))[1] == plain
    huge = smoothing.follow(np.vstack([rest, [[50.0]]]))[1]
    assert 0 < (huge - plain).item() < 0.3 * 3 * 0.2


def test_teunter_syntetos_and_babai_by_hand():
    """Four open days: chance 1/2 over the first days, size 4; then both move by a tenth, the chance every open day."""
    value = np.array([[4.0, np.nan, 0.0, 4.0, 0.0, 6.0]])
    chance, size = 3 / 5, 4.0
    for sold in (4, 0, 4, 0, 6):
        chance += 0.1 * ((sold > 0) - chance)
        size += 0.1 * (sold - size) * (sold > 0)
    assert smoothing.sparse(value, np.array([6]))[0, 0] == pytest.approx(chance * size)


def test_demand_of_a_dead_product_fades():
    value = np.hstack([np.full((1, 50), 2.0), np.zeros((1, 60))])
    alive, dead = smoothing.sparse(value, np.array([50, 110]))[:, 0]
    assert alive == pytest.approx(2)
    assert dead == pytest.approx(2 * 0.9**60)
