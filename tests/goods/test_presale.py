"""The stock for a presale, and how far it depends on what nobody knows yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError
from ecomkit.goods import presale

# by hand


def test_the_handbook_s_own_numbers():
    """1,000 deposits x 1.2 + daily sales x 7."""
    assert presale.presale_stock(1000, daily_sales=0) == 1200.0
    assert presale.presale_stock(1000, daily_sales=50) == 1550.0


def test_balances_not_paid_and_late_buyers_pull_apart():
    table = presale.presale_sensitivity(100, daily_sales=10, uplifts=[1.0, 1.5], balance_rates=[0.8, 1.0])
    assert table["quantity"].tolist() == [150.0, 170.0, 190.0, 220.0]
    assert table["difference"].tolist() == [-40.0, -20.0, 0.0, 30.0]


# bad input


def test_bad_input_is_named():
    with pytest.raises(ParameterError, match="deposits=-1 cannot be"):
        presale.presale_stock(-1, daily_sales=0)
    with pytest.raises(ParameterError, match=r"balance_rates=\[1.2\] cannot be.\nHint: they lie between 0 and 1"):
        presale.presale_sensitivity(100, daily_sales=10, balance_rates=[1.2])
    with pytest.raises(ParameterError, match=r"uplifts=\[0.9\] cannot be"):
        presale.presale_sensitivity(100, daily_sales=10, uplifts=[0.9])


# properties


@given(st.integers(0, 10**6), st.floats(0, 1e4), st.floats(0, 30))
def test_every_deposit_paid_and_no_late_buyer_is_deposits_plus_ordinary_days(deposits, sales, days):
    table = presale.presale_sensitivity(deposits, daily_sales=sales, days=days, uplifts=[1.0], balance_rates=[1.0])
    assert table["quantity"].item() == pytest.approx(deposits + sales * days)


@given(st.integers(1, 10**6))
def test_more_of_either_needs_more_stock(deposits):
    wide = presale.presale_sensitivity(deposits, daily_sales=0).pivot(
        index="uplift", columns="balance_rate", values="quantity"
    )
    assert (wide.diff().iloc[1:] > 0).all(axis=None)
    assert (wide.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
