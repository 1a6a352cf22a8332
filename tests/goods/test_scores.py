"""Scores of a forecast, by hand."""

import numpy as np
import pytest

from ecomkit.goods import scores

ACTUAL, MEAN = np.array([[10.0, 30.0, np.nan]]), np.array([[12.0, 24.0, 99.0]])

# by hand


def test_what_is_not_known_counts_nowhere():
    assert scores.wape(ACTUAL, MEAN) == 8 / 40
    assert scores.bias(ACTUAL, MEAN) == -4 / 40
    assert scores.mase(ACTUAL, MEAN, np.array([2.0])).tolist() == [2.0]
    assert scores.coverage(ACTUAL, MEAN - 3, MEAN + 3) == 0.5


def test_the_scale_is_the_mean_step_from_week_to_week():
    past = np.array([[1.0, 2, 3, 4, 5, 6, 7, 3, 2, 6], [5.0] * 10])
    assert scores.scale(past).tolist() == [pytest.approx((2 + 0 + 3) / 3), 0.0]
    assert np.isnan(scores.scale(past[:, :7])).all()


def test_nothing_to_score_is_missing():
    none = np.array([[np.nan]])
    assert np.isnan(scores.wape(none, none))
    assert np.isnan(scores.coverage(none, none, none))
    assert np.isnan(scores.pinball(none, none[None], np.array([0.5]), np.array([1.0])))
    assert np.isnan(scores.mase(ACTUAL, MEAN, np.array([0.0]))).all()
    assert np.isnan(scores.average(none))


def test_the_pinball_loss_of_the_median_is_half_the_error():
    assert scores.pinball(ACTUAL, MEAN[None], np.array([0.5]), np.array([1.0])) == 0.5 * (2 + 6) / 2
