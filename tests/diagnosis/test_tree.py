"""The KPI tree: its factors multiply to the sales, and their contributions add up to the change, to the cent."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomkit.diagnosis.tree import REST, tree
from ecomkit.errors import MissingTableError, ParameterError, TableError

BEFORE, AFTER = "2025-03-01", "2025-03-02"


def cents(value):
    return round(100 * value)


def fits(branch):
    """Asserts both identities of one tree."""
    gmv, factors = branch.iloc[0], branch.iloc[1:]
    assert gmv["factor"] == "gmv"
    for period in ("before", "after"):
        if factors[period].notna().all():
            assert cents(factors[period].prod()) == cents(gmv[period])
        else:
            assert gmv[period] == 0
    assert sum(map(cents, factors["contribution"])) == cents(gmv["contribution"]) == cents(gmv["after"] - gmv["before"])


# by hand


def test_tree_of_a_store(make_store, traffic):
    store = make_store(
        [("a", BEFORE, 30), ("b", BEFORE, 20), ("a", AFTER, 60)],
        traffic_daily=traffic([(BEFORE, "s", 100, 2, 50), (AFTER, "s", 40, 1, 60)]),
    )
    found = tree(store)
    assert found["factor"].tolist() == ["gmv", "visitors", "conversion_rate", "amount_per_buyer"]
    assert found["before"].tolist() == [50, 100, 0.02, 25]
    assert found["after"].tolist() == [60, 40, 0.025, 60]
    fits(found)


@pytest.mark.parametrize("visitors", [None, 0])
def test_without_visitors_buyers_stand_in(make_store, traffic, visitors):
    rows = [(BEFORE, "s", 100, 1, 30)] + ([(AFTER, "s", 0, 0, 0)] if visitors == 0 else [])
    store = make_store([("a", BEFORE, 30), ("a", AFTER, 60)], traffic_daily=traffic(rows))
    found = tree(store, AFTER, AFTER)
    assert found["factor"].tolist() == ["gmv", "buyers", "amount_per_buyer"]
    fits(found)
    assert tree(make_store([("a", BEFORE, 30), ("a", AFTER, 60)]))["contribution"].tolist() == [30, 0, 30]


def test_tree_by_source(make_store, traffic):
    rows = [
        (BEFORE, "live", 50, 1, 30),
        (BEFORE, "ads", 10, 1, 20),
        (AFTER, "live", 40, 1, 60),
        (AFTER, "new", 9, 0, 0),
    ]
    store = make_store([("a", BEFORE, 30), ("b", BEFORE, 20), ("a", AFTER, 60)], traffic_daily=traffic(rows))
    found = tree(store, by="source")
    assert found["source"].unique().tolist() == ["ads", "live", "new"]
    for _, branch in found.groupby("source"):
        fits(branch)
    gone = found[found["source"] == "ads"].set_index("factor")["contribution"]
    assert gone.to_dict() == {"gmv": -20, "visitors": -20, "conversion_rate": 0, "amount_per_buyer": 0}
    assert found.query("factor == 'gmv'")["contribution"].sum() == 10


def test_orders_beyond_the_traffic_stand_apart(make_store, traffic):
    rows = [(BEFORE, "live", 50, 1, 30), (AFTER, "live", 40, 1, 60)]
    store = make_store([("a", BEFORE, 35), ("a", AFTER, 60)], traffic_daily=traffic(rows))
    found = tree(store, by="source")
    rest = found[found["source"] == REST]
    assert rest[["factor", "before", "after", "contribution"]].to_numpy().tolist() == [["gmv", 5, 0, -5]]
    assert found.query("factor == 'gmv'")["contribution"].sum() == 25


def test_errors(make_store, traffic):
    orders = [("a", BEFORE, 35), ("a", AFTER, 60)]
    with pytest.raises(ParameterError, match="by='province' is not known"):
        tree(make_store(orders), by="province")
    with pytest.raises(MissingTableError, match="no table `traffic_daily`"):
        tree(make_store(orders), by="source")
    bare = traffic([(BEFORE, "s", 9, 1, 1), (AFTER, "s", 9, 1, 1)]).drop(columns="revenue")
    with pytest.raises(TableError, match=r"no columns \['revenue'\]"):
        tree(make_store(orders, traffic_daily=bare), by="source")


# properties

MONEY = st.integers(1, 10**6).map(lambda value: value / 100)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sold=st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), MONEY), min_size=1),
    visitors=st.tuples(*[st.integers(3, 999)] * 2),
)
def test_any_tree_adds_up(make_store, traffic, sold, visitors):
    orders = [(who, AFTER if late else BEFORE, revenue) for who, late, revenue in sold] + [("z", AFTER, 0.01)]
    visits = traffic([(BEFORE, "s", visitors[0], 0, 0), (AFTER, "s", visitors[1], 0, 0)])
    found = tree(make_store(orders, traffic_daily=visits))
    fits(found)


# reference: the delivered data sets


@pytest.mark.parametrize("name", ["online_retail_ii", "olist"])
def test_public_sets(open_public, name):
    store = open_public(name)
    found = tree(store)
    assert found["factor"].tolist() == ["gmv", "buyers", "amount_per_buyer"]
    fits(found)
