"""Safety stock and reorder point: plain numbers in, plain numbers out."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError
from ecomkit.goods import stock_rules

units = st.floats(0.1, 1e4)
days = st.floats(0.5, 90)
levels = st.floats(0.01, 0.999)

# by hand


def test_the_handbook_has_no_buffer():
    assert stock_rules.handbook_safety_stock(20, 7) == 140.0
    assert stock_rules.reorder_point(20, 6, lead_time_days=7, service_level=0.5) == pytest.approx(140.0, abs=1e-12)


def test_one_standard_deviation_is_84_percent():
    assert stock_rules.safety_stock(6, lead_time_days=4, service_level=0.8413447460685429) == pytest.approx(
        12, abs=1e-9
    )


def test_a_series_gives_a_series_and_a_number_a_float():
    sd = pd.Series([3.0, 6.0], index=["a", "b"])
    answer = stock_rules.safety_stock(sd, lead_time_days=pd.Series([9, 4], index=["a", "b"]))
    assert answer.index.tolist() == ["a", "b"]
    assert answer["a"] == pytest.approx(3 * 3 * 1.6448536269514722)
    assert type(stock_rules.safety_stock(6, lead_time_days=4)) is float
    assert isinstance(stock_rules.handbook_safety_stock(np.array([1, 2]), 7), np.ndarray)


# bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"daily_sd": -1}, r"daily_sd=-1 cannot be.\nHint: it is a number of 0 or more"),
        ({"daily_sd": "six"}, "daily_sd='six' cannot be"),
        ({"daily_sd": pd.Series([1.0, np.nan])}, "daily_sd=np.float64.nan. cannot be|daily_sd=nan cannot be"),
        ({"lead_time_days": float("inf")}, "lead_time_days=inf cannot be"),
        ({"service_level": 95}, r"service_level=95 is no rate below 1.\nHint: write 95 % as 0.95"),
        ({"service_level": 0}, "service_level=0 cannot be"),
        ({"lead_time_sd": 2}, "The lead time varies, and daily_sales is 0"),
    ],
)
def test_bad_input_is_named(arguments, message):
    good = {"daily_sd": 6, "lead_time_days": 4}
    with pytest.raises(ParameterError, match=message):
        stock_rules.safety_stock(**(good | arguments))


# properties


@given(units, units, days, st.floats(0, 10), levels)
def test_the_reorder_point_is_expected_demand_plus_safety_stock(sales, sd, lead, lead_sd, level):
    point = stock_rules.reorder_point(sales, sd, lead_time_days=lead, service_level=level, lead_time_sd=lead_sd)
    buffer = stock_rules.safety_stock(
        sd, lead_time_days=lead, service_level=level, daily_sales=sales, lead_time_sd=lead_sd
    )
    assert point == pytest.approx(sales * lead + buffer, rel=1e-12)


@given(units, days, levels, levels)
def test_more_service_never_needs_less_stock(sd, lead, one, other):
    low, high = sorted([one, other])
    few, many = (stock_rules.safety_stock(sd, lead_time_days=lead, service_level=p) for p in (low, high))
    assert few <= many


def test_the_service_level_is_kept_by_drawn_demand():
    """40,000 cycles whose days and lead times are drawn: as many of them end without a stock-out as were asked for."""
    rng = np.random.default_rng(0)
    lead = np.maximum(rng.normal(10, 2, 40_000), 0)
    drawn = rng.normal(50 * lead, 12 * np.sqrt(lead))
    point = stock_rules.reorder_point(50, 12, lead_time_days=10, service_level=0.95, lead_time_sd=2)
    assert (drawn <= point).mean() == pytest.approx(0.95, abs=0.01)


# reference


def test_the_olive_oil_of_nahmias():
    """Nahmias (2009), ch. 5: lead time 4 months (sd 1.5), demand 15 a month (sd 6): mean 60, variance 650.25."""
    buffer = stock_rules.safety_stock(6, lead_time_days=4, service_level=0.95, daily_sales=15, lead_time_sd=1.5)
    assert buffer == pytest.approx(1.6448536269514722 * sqrt(650.25), abs=1e-9)
