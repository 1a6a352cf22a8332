"""What is usual, learned from leaves of which some are not."""

import numpy as np
import pytest

from ecomkit.diagnosis import noise

RANDOM = np.random.default_rng(5)
NORMAL = RANDOM.normal(0.1, 0.2, 4000)


# by hand


def test_the_median_counts_weights():
    assert noise.median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0])) == 2


def test_leaves_without_noise_have_the_least():
    fixed, slope = noise.variances(np.zeros(100), np.ones(100), clean=False)
    assert fixed + slope == pytest.approx(noise.LEAST**2)


def test_leaves_of_one_case_are_as_noisy_as_a_toss():
    tossed = np.where(np.arange(400) % 2, 2.0, -2.0)  # one case, on either side
    for clean in (False, True):
        fixed, slope = noise.variances(tossed, np.full(400, 4.0), clean=clean)
        assert fixed + slope * 4 == pytest.approx(4)


# properties


def test_a_third_that_moved_hardly_moves_the_level():
    moved = np.where(np.arange(4000) < 1300, NORMAL - 0.6, NORMAL)
    assert noise.level(moved, np.full(4000, 0.2)) == pytest.approx(0.1, abs=0.06)


def test_a_level_far_off_gives_way_to_0_if_enough_are_there():
    values = np.concatenate([RANDOM.normal(0, 0.05, 400), RANDOM.normal(-0.5, 0.05, 600)])
    assert noise.level(values, np.full(1000, 0.05)) == pytest.approx(0, abs=0.01)
    assert noise.level(values - 0.3, np.full(1000, 0.05)) == pytest.approx(-0.8, abs=0.01)


def test_the_two_parts_of_noise_are_told_apart():
    doubt = RANDOM.exponential(1, 8000)
    values = RANDOM.normal(0, np.sqrt(0.01 + 0.04 * doubt))
    assert noise.variances(values, doubt, clean=True) == pytest.approx((0.01, 0.04), rel=0.25)


# reference: Student's table


def test_the_freedom_of_heavy_tails():
    scale = np.ones(20_000)
    assert noise.freedom(RANDOM.standard_t(4, 20_000), scale) == pytest.approx(4, abs=0.7)
    assert noise.freedom(RANDOM.normal(0, 1, 20_000), scale) > 12
