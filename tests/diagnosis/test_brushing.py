"""Brushed orders, one by one: by hand, against chance, and against what the simulator brushed."""

import datetime as dt
from math import comb, exp, log

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import Tables, disguised, fakes, open_tables, unhurried, without_visits

from ecomkit.data.simulate import Incident, draw_incidents, simulate
from ecomkit.diagnosis import quality
from ecomkit.diagnosis.quality.brushing import brushed
from ecomkit.diagnosis.quality.odd import luck

START, DAYS, VISITORS = dt.date(2024, 10, 1), 70, 500
SEEDS = [3, 8]


def _brush(seed: int) -> Incident:
    """One brushing by lot."""
    lot = draw_incidents(seed=seed, start=START, days=DAYS, visitors_per_day=VISITORS, count=6)
    return next(i for i in lot if i.kind == "brushed_orders")


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def brushing(request: pytest.FixtureRequest) -> tuple[Tables, set[str]]:
    """A store's tables and the ids of its fake orders."""
    incident = _brush(request.param)
    made = simulate(seed=request.param, start=START, days=DAYS, visitors_per_day=VISITORS, incidents=[incident])
    ids = fakes(made.tables, incident.product_id, pd.Timestamp(incident.start), pd.Timestamp(incident.end))
    assert len(ids) == incident.size * ((incident.end - incident.start).days + 1)
    return dict(made.tables), ids


def _scores(tables: Tables, ids: set[str]) -> tuple[float, float, set[str]]:
    found = brushed(open_tables(tables)).df()
    right = len(set(found["order_id"]) & ids)
    return right / max(len(found), 1), right / len(ids), set(found["sign"])


# --- by hand ---------------------------------------------------------------------------------------------------------


def _one_door(customers: int, **columns: list) -> Tables:
    """First orders of one amount by several customers, and as many orders of another product by one."""
    n = customers
    orders = pd.DataFrame(
        {"order_id": [f"x{i}" for i in range(n)] + [f"y{i}" for i in range(n)],
         "customer_id": [f"c{i}" for i in range(n)] + ["old"] * n,
         "order_date": pd.date_range("2025-03-01 15:00", periods=2 * n, freq="3h"),
         "revenue": 80.0, "address_id": "one door"} | columns
    )  # fmt: skip
    lines = pd.DataFrame({"order_id": orders["order_id"], "line_id": "1", "product_id": ["p"] * n + ["q"] * n,
                          "quantity": 1, "unit_price": 80.0, "revenue": 80.0})  # fmt: skip
    return {"orders": orders, "order_lines": lines}


@pytest.mark.parametrize(("customers", "found"), [(3, 0), (4, 4), (6, 6)])
def test_a_household_is_three_and_a_brush_four(customers: int, found: int) -> None:
    rows = brushed(open_tables(_one_door(customers))).df()
    assert (len(rows), set(rows["sign"])) == (found, {"address"} if found else set())
    assert rows["sure"].all()


def test_only_the_days_asked_for_are_looked_at() -> None:
    tables = _one_door(6)
    late = brushed(open_tables(tables), dt.date(2025, 3, 2), dt.date(2025, 3, 5)).df()
    assert late.empty  # three orders are on the first of March, and four would be needed on the second
    assert len(brushed(open_tables(tables), dt.date(2025, 3, 1)).df()) == 6


def test_guests_and_stores_without_addresses_have_nothing_to_show() -> None:
    tables = _one_door(8)
    tables["orders"] = tables["orders"].drop(columns="address_id").assign(customer_id=None)
    tables["orders"]["customer_id"] = tables["orders"]["customer_id"].astype("str")
    assert brushed(open_tables(tables)).df().empty


# --- properties ------------------------------------------------------------------------------------------------------


@given(n=st.integers(1, 60), odd=st.integers(0, 60), usual=st.floats(0.01, 0.95))
def test_the_luck_is_no_less_than_the_binomial_tail(n: int, odd: int, usual: float) -> None:
    """Chernoff's bound lies above the exact tail, and so raises no more alarms than promised."""
    odd = min(odd, n)
    tail = sum(comb(n, k) * usual**k * (1 - usual) ** (n - k) for k in range(odd, n + 1))
    assert luck(float(odd), float(n), usual) >= log(max(tail, 1e-300)) - 1e-6
    assert exp(luck(float(odd), float(n), usual)) <= 1


def test_nothing_is_found_where_nobody_brushed() -> None:
    for seed in (11, 12):
        made = simulate(seed=seed, start=START, days=DAYS, visitors_per_day=VISITORS, incidents=[])
        assert brushed(open_tables(made.tables)).df().empty


# --- reference: the fake orders of the simulator ---------------------------------------------------------------------


def test_the_simulators_fakes_are_found_and_no_customers(brushing: tuple[Tables, set[str]]) -> None:
    precision, recall, signs = _scores(*brushing)
    assert precision >= 0.9
    assert recall >= 0.8
    assert signs <= {"address", "hasty"}


def test_an_address_each_and_amounts_that_differ_do_not_help(brushing: tuple[Tables, set[str]]) -> None:
    tables, ids = brushing
    precision, recall, signs = _scores(disguised(tables, ids, 1), ids)
    assert (precision >= 0.9, recall >= 0.8, signs) == (True, True, {"hasty"})
    precision, recall, signs = _scores(without_visits(disguised(tables, ids, 1), ids), ids)
    assert (precision >= 0.9, recall >= 0.8, signs) == (True, True, {"no_visit"})


def test_patient_fakes_are_a_crowd_to_look_at_and_no_more(brushing: tuple[Tables, set[str]]) -> None:
    tables, ids = brushing
    careful = unhurried(disguised(tables, ids, 1), ids, 1)
    careful.pop("reviews")
    for known in (careful, {name: table for name, table in careful.items() if name != "events"}):
        precision, recall, signs = _scores(known, ids)
        assert (precision >= 0.9, recall >= 0.8, signs) == (True, True, {"crowd"})
        assert quality.audit(open_tables(known)).set_index("check").loc["brushed_orders", "severity"] == "watch"


def test_patient_fakes_are_betrayed_by_their_reviews(brushing: tuple[Tables, set[str]]) -> None:
    """What is not reviewed by the end, or by one in ten of the brushers, stays a crowd."""
    tables, ids = brushing
    known = unhurried(disguised(tables, ids, 1), ids, 1)
    precision, recall, signs = _scores(known, ids)
    assert (precision >= 0.9, recall >= 0.8, signs) == (True, True, {"crowd", "rated"})
    rated = brushed(open_tables(known)).filter("sign = 'rated'").df()
    assert len(set(rated["order_id"]) & ids) == len(rated)
    assert quality.audit(open_tables(known)).set_index("check").loc["brushed_orders", "severity"] == "wrong"
