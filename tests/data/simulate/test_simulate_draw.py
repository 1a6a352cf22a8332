"""Incidents by lot: always possible, in the last four weeks, and felt."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data.simulate import draw_incidents, simulate
from ecomkit.data.simulate.incidents import KINDS, check_incidents
from ecomkit.data.simulate.shelf import load_shelf
from ecomkit.errors import ParameterError

START = dt.date(2025, 3, 1)
STORE = {"start": START, "days": 120, "visitors_per_day": 800.0}


# by hand


def test_too_short_a_period_and_too_many_are_refused():
    with pytest.raises(ParameterError, match="need 28 days"):
        draw_incidents(seed=1, **STORE | {"days": 27})
    with pytest.raises(ParameterError, match=r"count=7 cannot be.\nHint: it is a whole number from 0 to 6"):
        draw_incidents(seed=1, count=7, **STORE)


# properties


@given(st.integers(0, 10_000), st.sampled_from([None, *range(7)]))
def test_a_lot_is_possible_and_lies_in_the_last_weeks(seed, count):
    drawn = draw_incidents(seed=seed, count=count, **STORE)
    check_incidents(drawn, load_shelf(), START, 120)
    assert len({incident.kind for incident in drawn}) == len(drawn) == (len(drawn) if count is None else count)
    assert count is not None or 1 <= len(drawn) <= 3
    assert all(incident.start >= START + dt.timedelta(days=92) for incident in drawn)
    assert drawn == draw_incidents(seed=seed, count=count, **STORE)


def test_every_kind_comes_up():
    assert {i.kind for seed in range(30) for i in draw_incidents(seed=seed, **STORE)} == set(KINDS)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_drawn_is_felt(seed):
    store = simulate(seed=seed, incidents="random", days=70, visitors_per_day=600)
    drawn = draw_incidents(seed=seed, start=dt.date(2024, 10, 1), days=70, visitors_per_day=600)
    assert store.truth["kind"].tolist() == [incident.kind for incident in drawn]
    orders = store.tables["orders"]
    month = orders.loc[orders["order_date"].dt.date > dt.date(2024, 11, 11), "revenue"].sum()
    assert (store.truth["net_effect"].abs() > 0.005 * month).all()
