import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data.simulate.chance import Chance, _mix
from ecomkit.data.simulate.season import demand, mega_sale

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_double_11_and_the_lunar_new_year_move_demand():
    assert mega_sale(dt.date(2024, 11, 10), 3).tolist() == [0.45, 1.0, 0.15]
    november, plain = demand(dt.date(2024, 11, 11), 1)[0], demand(dt.date(2024, 10, 14), 1)[0]
    assert november / plain == pytest.approx(3.4, abs=0.3)
    for new_year in (dt.date(2024, 2, 10), dt.date(2025, 1, 29), dt.date(2026, 2, 17)):  # all three by the lunar date
        around = demand(new_year - dt.timedelta(days=14), 29)
        assert around[14] / around[0] < 0.55
        assert around[28] / around[0] > 0.9


# --- properties ------------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 2**40), low=st.floats(0, 500), more=st.floats(0, 500))
def test_counts_never_fall_when_their_mean_rises(seed, low, more):
    chance, each = Chance(seed), np.arange(40)
    few, many = chance.count("x", np.array([low]), each), chance.count("x", np.array([low + more]), each)
    assert (few >= 0).all()
    assert (many >= few).all()


def test_draws_hang_on_the_entity_alone():
    chance, keys = Chance(5), np.arange(1000)
    assert (Chance(5).uniform("pay", keys[::-1])[::-1] == chance.uniform("pay", keys)).all()
    assert not (chance.uniform("pay", keys) == chance.uniform("refund", keys)).any()
    assert not (Chance(6).uniform("pay", keys) == chance.uniform("pay", keys)).any()
    assert not (chance.uniform("pay", keys, 1) == chance.uniform("pay", keys, 2)).any()


# --- reference -------------------------------------------------------------------------------------------------------


def test_mixing_is_splitmix64():
    # first three outputs for the seed 0: Vigna, splitmix64.c, as printed in the test vectors of OpenJDK and Rust
    golden = 0x9E3779B97F4A7C15
    states = np.array([golden * i % 2**64 for i in (1, 2, 3)], dtype=np.uint64)
    assert [hex(x) for x in _mix(states)] == ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f"]
