"""The sales by slice: every slice's factors add up to the change of the store."""

import pytest

import ecomkit as ek
from ecomkit.diagnosis.slices import REST, slices
from ecomkit.errors import MissingTableError, ParameterError

BEFORE, AFTER = "2025-03-01", "2025-03-02"


# by hand


def test_new_and_old_buyers(make_store):
    store = make_store([("a", BEFORE, 30), ("b", BEFORE, 20), ("a", AFTER, 60), ("c", AFTER, 5)])
    found = slices(store, by="buyer").set_index(["buyer", "factor"])["contribution"]
    # new: 2 orders of 25 become 1 of 5; old: none becomes 1 of 60
    assert found.to_dict() == {
        ("old", "orders"): 60.0,
        ("old", "amount_per_order"): 0.0,
        ("new", "orders"): -15.0,
        ("new", "amount_per_order"): -30.0,
    }


def test_a_dimension_that_is_not_there_is_refused(make_store):
    store = make_store([("a", BEFORE, 30), ("a", AFTER, 60)])
    with pytest.raises(ParameterError, match=r"told apart by 'moon'.*\nHint: one of buyer, "):
        slices(store, by="moon")
    with pytest.raises(MissingTableError):
        slices(store, by="category")


# reference: the demo store and a public one, against the sales themselves


@pytest.mark.parametrize("by", ["buyer", "channel", "province", "category"])
def test_slices_add_up_to_the_change(by):
    with ek.open_store("demo") as store:
        change = ek.metrics.tree(store).iloc[0]["contribution"]
        found = slices(store, by=by)
    assert round(found["contribution"].sum(), 2) == change
    sizes = found.groupby(by, sort=False)["contribution"].sum().abs().round(6)
    assert sizes.tolist() == sorted(sizes, reverse=True)


def test_what_no_line_has_stands_apart(open_public):
    store = open_public("olist")
    found = slices(store, by="category")
    assert round(found["contribution"].sum(), 2) == ek.metrics.tree(store).iloc[0]["contribution"]
    assert REST in set(found["category"])  # freight
