"""The usual of a day, its noise, and the run that is farthest from it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.diagnosis import baseline
from ecomkit.diagnosis.baseline import LONGEST, Days, farthest, usual


def _days(actual: np.ndarray, load: float | np.ndarray = 1.0, quiet: np.ndarray | None = None) -> Days:
    n = len(actual)
    loads = np.broadcast_to(np.asarray(load, dtype=float), n).copy()
    return Days(np.asarray(actual, dtype=float), loads, np.arange(n) % 7, np.ones(n, bool) if quiet is None else quiet)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_the_usual_is_level_times_weekday() -> None:
    week = np.array([80.0, 90, 100, 100, 100, 110, 120])
    load, level = usual(_days(np.tile(week, 10)))
    assert (load * level).tolist() == pytest.approx(np.tile(week, 10).tolist(), rel=0.01)


def test_the_level_follows_the_denominator() -> None:
    load, level = usual(_days(np.tile([10.0, 40.0], 35), np.tile([100.0, 400.0], 35)))
    assert (load * level).tolist() == pytest.approx(np.tile([10.0, 40.0], 35).tolist(), rel=0.02)


def test_eighteen_strange_days_do_not_move_the_level() -> None:
    actual = np.full(120, 50.0)
    actual[60:78] = 500.0
    _, level = usual(_days(actual))
    assert level.tolist() == [50.0] * 120


def test_the_farthest_run_is_the_planted_one_and_then_there_is_none() -> None:
    actual = np.full(84, 100.0)
    actual[40:44] = 160.0
    run = farthest(_days(actual))
    assert run is not None
    assert (run.first, run.last, run.expected, run.actual) == pytest.approx((40, 43, 400.0, 640.0))
    quiet = np.ones(84, bool)
    quiet[40:44] = False
    left = farthest(_days(actual, quiet=quiet))
    assert left is None or left.z == 0


def test_a_run_goes_on_while_its_days_lie_at_least_half_as_far() -> None:
    expected = np.full(9, 100.0)
    actual = np.array([100.0, 104, 111, 120, 120, 110, 109, 115, 100])
    days = _days(actual)
    sums = [baseline._run_sums(values, days) for values in (expected, actual)]
    assert baseline._grown(3, 4, *sums, days) == (2, 5)  # 109 is less than half of 20 %, what lies beyond it is apart
    assert baseline._grown(3, 4, *sums, replace(days, turns=(0, 3))) == (3, 5)  # not into another usual


def test_rare_counts_have_no_weekdays() -> None:
    """Seven in six months, all on weekends by chance, made weekends promise 400 times what a Tuesday did."""
    actual = np.zeros(182)
    actual[[5, 6, 40, 55, 61, 89, 90]] = 1
    load, _level = usual(_days(actual))
    assert load.tolist() == [1.0] * 182


def test_a_figure_without_quiet_days_has_no_run() -> None:
    assert farthest(_days(np.full(60, 5.0), quiet=np.zeros(60, bool))) is None


def test_a_figure_too_rare_to_tell_weekdays_by_still_has_a_level() -> None:
    actual = np.zeros(42)
    actual[[0, 2, 4, 8, 11, 16, 25, 31, 34, 41]] = [1, 2, 2, 2, 1, 1, 1, 1, 1, 1]
    run = farthest(_days(actual))
    assert run is not None
    assert np.isfinite(run.z)


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.sampled_from([0.3, 2.0, 30.0, 3000.0]), st.integers(42, 200))
def test_a_run_is_of_quiet_days_and_no_longer_than_four_weeks(seed: int, level: float, n: int) -> None:
    chance = np.random.default_rng(seed)
    actual, quiet = chance.poisson(level, n).astype(float), chance.random(n) < 0.9
    run = farthest(_days(actual, quiet=quiet))
    assert run is not None
    assert 0 <= run.first <= run.last < n
    assert run.last - run.first < LONGEST
    assert quiet[[run.first, run.last]].all()
    inside = slice(run.first, run.last + 1)
    assert run.actual == actual[inside][quiet[inside]].sum()
    assert np.sign(run.z) == np.sign(run.actual - run.expected) or run.z == 0


def test_chance_alone_reaches_four_standard_errors_seldom() -> None:
    chance = np.random.default_rng(4)
    far = [farthest(_days(chance.poisson(level, 182).astype(float))) for level in [1.0, 8.0, 90.0] * 40]
    assert sum(abs(run.z) >= 4.5 for run in far if run) <= 3
