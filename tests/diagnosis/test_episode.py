"""The run of days on which a figure left its usual level: found to the day where planted, and not found in noise."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.diagnosis import episode
from ecomkit.diagnosis.period import Period

FLAT = np.full(14, 100.0)
NOISE = np.full(14, 10.0)


def _dip(*days: int, to: float = 40.0) -> np.ndarray:
    actual = FLAT.copy()
    actual[list(days)] = to
    return actual


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [range(5, 9), range(4), range(10, 14), range(14), range(7, 8)], ids=repr)
def test_a_dip_is_found_with_its_exact_days(days: range) -> None:
    found = episode.find(FLAT, _dip(*days), NOISE)
    assert found is not None
    assert (found.first, found.last) == (days[0], days[-1])
    assert found.days == slice(days[0], days[-1] + 1)
    assert found.missing == 60.0 * len(days)
    assert found.depth == pytest.approx(0.6)
    assert found.error == pytest.approx(10 * len(days) ** 0.5)
    assert found.z == pytest.approx(6 * len(days) ** 0.5)


def test_the_greater_of_two_dips_is_found() -> None:
    found = episode.find(FLAT, _dip(0, 10, 11, 12), NOISE)
    assert found
    assert (found.first, found.last, found.missing) == (10, 12, 180.0)


def test_a_good_day_between_two_bad_ones_does_not_end_the_run() -> None:
    found = episode.find(FLAT, _dip(4, 5, 7, 8), NOISE)
    assert found
    assert (found.first, found.last, found.missing) == (4, 8, 240.0)


def test_a_very_good_day_does_end_it() -> None:
    actual = _dip(4, 5, 7, 8, 9)
    actual[6] = 400.0
    found = episode.find(FLAT, actual, NOISE)
    assert found
    assert (found.first, found.last) == (7, 9)


@pytest.mark.parametrize(
    ("actual", "noise"),
    [
        (FLAT, NOISE),  # nothing is missing
        (FLAT * 3, NOISE),  # more than expected
        (_dip(5, 6, to=85.0), NOISE / 1000),  # certain, but too shallow to be an incident
        (_dip(5, to=40.0), NOISE * 1.3),  # deep, but within what chance does
        (_dip(5, to=40.0), NOISE * np.inf),
        (FLAT * np.nan, NOISE),
    ],
)
def test_what_is_shallow_or_chance_is_no_episode(actual: np.ndarray, noise: np.ndarray) -> None:
    assert episode.find(FLAT, actual, noise) is None


@pytest.mark.parametrize("length", [0, 1, 14])
def test_where_nothing_is_expected_nothing_is_missing(length: int) -> None:
    nothing = np.zeros(length)
    assert episode.find(nothing, nothing, nothing + 1) is None
    assert episode.find(nothing, nothing + 5, nothing + 1) is None


def test_too_much_is_found_with_the_signs_turned() -> None:
    found = episode.find(-FLAT, -_dip(3, 4, to=300.0), NOISE)
    assert found
    assert (found.first, found.last, found.missing, found.depth) == (3, 4, 400.0, 2.0)


def test_a_run_without_noise_has_no_z() -> None:
    assert episode.Episode(0, 1, 10.0, 0.5, 0.0).z == 0.0


def test_the_usual_level_is_that_of_the_same_weekday() -> None:
    before = pd.Series([10.0, 20, 30, 40, 50, 60, 70] * 2, index=pd.date_range("2025-01-06", periods=14))
    before.iloc[7:] += 4  # 2025-01-06 is a Monday
    expected, noise = episode.usual(before, pd.date_range("2025-01-22", periods=3))  # a Wednesday
    assert expected.tolist() == [32.0, 42.0, 52.0]
    assert noise.tolist() == pytest.approx(np.sqrt([48.0, 63.0, 78.0]).tolist())  # a count, and a level of two weeks


def test_days_that_vary_more_than_counts_are_noisier() -> None:
    before = pd.Series([100.0] * 7 + [160.0] * 7, index=pd.date_range("2025-01-06", periods=14))
    expected, noise = episode.usual(before, pd.date_range("2025-01-20", periods=2))
    assert expected.tolist() == [130.0, 130.0]
    # 14 squared differences of 30, 7 degrees of freedom, and a level that is the mean of two weeks
    assert noise.tolist() == pytest.approx([(30**2 * 14 / 7 * 1.5) ** 0.5] * 2)


def test_a_weekday_that_was_not_there_is_expected_as_the_mean() -> None:
    before = pd.Series([10.0, 20.0], index=pd.to_datetime(["2025-01-06", "2025-01-07"]))
    expected, noise = episode.usual(before, pd.date_range("2025-01-13", periods=3))
    assert expected.tolist() == [10.0, 20.0, 15.0]
    assert noise.tolist() == pytest.approx(np.sqrt(2 * expected).tolist())


def test_without_a_past_nothing_is_expected_and_nothing_found() -> None:
    before = pd.Series([], dtype=float, index=pd.DatetimeIndex([]))
    expected, noise = episode.usual(before, pd.date_range("2025-01-13", periods=3))
    assert np.isnan(expected).all()
    assert np.isinf(noise).all()
    assert episode.find(expected, np.zeros(3), noise) is None


def test_both_periods_hold_their_first_and_last_day() -> None:
    period = Period(dt.date(2025, 3, 1), dt.date(2025, 3, 2), dt.date(2025, 2, 26), dt.date(2025, 2, 28))
    assert [str(d.date()) for d in episode.days(period)] == ["2025-03-01", "2025-03-02"]
    assert [str(d.date()) for d in episode.days_before(period)] == ["2025-02-26", "2025-02-27", "2025-02-28"]


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_no_other_run_misses_more(values: list[int]) -> None:
    actual, expected = np.array(values, dtype=float), np.full(len(values), 100.0)
    gain = expected * (1 - episode.SLACK) - actual
    best = max(gain[i : j + 1].sum() for i in range(len(gain)) for j in range(i, len(gain)))
    found = episode.find(expected, actual, np.full(len(values), 0.01))
    if found is None:
        assert best <= 0.1 * 100 * len(values)  # nothing, or too shallow
    else:
        assert gain[found.days].sum() == pytest.approx(best)
        assert found.missing == pytest.approx((expected - actual)[found.days].sum())


@given(st.integers(0, 27), st.integers(1, 14), st.floats(0.35, 1.0), st.integers(0, 2**32 - 1))
def test_a_planted_dip_is_found_in_noise(first: int, length: int, depth: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    level = 900 * np.tile([1.0, 0.9, 0.9, 1.0, 1.1, 1.3, 1.2], 8)
    counts = chance.poisson(level).astype(float)
    last = min(first + length, 28) - 1
    counts[28 + first : 28 + last + 1] *= 1 - depth
    dates = pd.date_range("2025-01-06", periods=56)
    expected, noise = episode.usual(pd.Series(counts[:28], index=dates[:28]), dates[28:])
    found = episode.find(expected, counts[28:], noise)
    assert found
    # A neighbour day that happens to lie beyond the slack may join; what is missing stays what was planted.
    assert (found.first, found.last) == pytest.approx((first, last), abs=2)
    planted = depth * level[28 + first : 28 + last + 1].sum()
    assert found.missing == pytest.approx(planted, abs=6 * found.error + episode.SLACK * level.max())


def _alarms(level: float, spread: float) -> int:
    """In how many of 1,000 quiet series an episode is found: counts around a weekly rhythm, days up and down by
    `spread`."""
    chance = np.random.default_rng(2025)
    rhythm = level * np.tile([1.0, 0.9, 0.9, 1.0, 1.1, 1.3, 1.2], 8)
    dates = pd.date_range("2025-01-06", periods=56)
    alarms = 0
    for _ in range(1000):
        counts = chance.poisson(rhythm * np.exp(chance.normal(0, spread, 56))).astype(float)
        expected, noise = episode.usual(pd.Series(counts[:28], index=dates[:28]), dates[28:])
        alarms += episode.find(expected, counts[28:], noise) is not None
    return alarms


@pytest.mark.parametrize("level", [10, 100, 1000])
def test_a_thousand_quiet_series_raise_no_alarm(level: float) -> None:
    assert _alarms(level, 0.0) == 0


def test_days_that_go_up_and_down_raise_hardly_any() -> None:
    """The noise itself is known from 28 days only, so that five standard errors are a little fewer."""
    assert _alarms(1000, 0.15) < 3
