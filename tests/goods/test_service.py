"""Fill rate and cycle service level, each the inverse of the other."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError
from ecomkit.goods import service

sizes = st.floats(0.2, 50)  # order quantity in standard deviations

# by hand


def test_half_the_cycles_may_still_be_nine_tenths_of_the_demand():
    """At z = 0 the expected shortage is sd / sqrt(2 pi) = 9.97 of an order of 100."""
    assert service.fill_rate(0.5, demand_sd=25, order_quantity=100) == pytest.approx(
        1 - 25 / (2 * np.pi) ** 0.5 / 100, abs=1e-5
    )


def test_a_series_gives_a_series():
    wanted = pd.Series([0.9, 0.98], index=["a", "b"])
    levels = service.service_level(wanted, demand_sd=25, order_quantity=100)
    assert levels.index.tolist() == ["a", "b"]
    assert service.service_level(0.9, demand_sd=pd.Series([5.0, 25.0]), order_quantity=100).is_monotonic_increasing


# bad input


def test_bad_input_is_named():
    with pytest.raises(ParameterError, match=r"fill_rate=1.0 is no rate below 1"):
        service.service_level(1.0, demand_sd=25, order_quantity=100)
    with pytest.raises(ParameterError, match="demand_sd=0 cannot be"):
        service.fill_rate(0.9, demand_sd=0, order_quantity=100)
    with pytest.raises(ParameterError, match="order_quantity=-5 cannot be"):
        service.fill_rate(0.9, demand_sd=1, order_quantity=-5)


# properties


@given(st.floats(0.001, 0.99999), sizes)
def test_the_way_there_and_back_is_exact(wanted, size):
    level = service.service_level(wanted, demand_sd=1, order_quantity=size)
    if 1e-12 < level < 1 - 1e-12:
        assert service.fill_rate(level, demand_sd=1, order_quantity=size) == pytest.approx(wanted, abs=1e-9)


@given(st.floats(0.1, 0.999), sizes)
def test_and_the_other_way(level, size):
    share = service.fill_rate(level, demand_sd=1, order_quantity=size)
    assert 0 < share < 1
    assert service.service_level(share, demand_sd=1, order_quantity=size) == pytest.approx(level, abs=1e-9)


@given(st.floats(0.05, 0.99), sizes)
def test_larger_orders_serve_more(level, size):
    one = service.fill_rate(level, demand_sd=1, order_quantity=size)
    assert service.fill_rate(level, demand_sd=1, order_quantity=size * 1.5) > one


# reference


def test_the_mustard_of_nahmias():
    """Nahmias (2009), ch. 5: a fill rate of 98 % with Q = 100 and sd 25 needs L(z) = .08, z = 1.02, R = 126."""
    from scipy.stats import norm

    z = norm.ppf(service.service_level(0.98, demand_sd=25, order_quantity=100))
    assert z == pytest.approx(1.02, abs=0.005)
    assert np.ceil(100 + 25 * z) == 126


def test_the_shortage_agrees_with_an_integral():
    """The expected shortage of a cycle is the integral of what demand exceeds the stock by, from s to s + Q."""
    from scipy import integrate
    from scipy.stats import norm

    level, size = 0.8, 1.5
    z = norm.ppf(level)
    short = integrate.quad(norm.sf, z, z + size)[0]
    assert service.fill_rate(level, demand_sd=1, order_quantity=size) == pytest.approx(1 - short / size, abs=1e-9)
