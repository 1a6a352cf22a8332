"""Freight by tiers: steps, provinces with a price of their own, carriers that do not go everywhere, and the split."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.errors import TableError
from ecomkit.operations import freight

ORDERS = pd.DataFrame({"province": ["near", "near", "far"], "units": [1, 3, 2]})
TARIFFS = pd.DataFrame(
    {
        "carrier": ["swift", "swift", "post", "local"],
        "province": [None, "far", None, "near"],
        "first": [1, 1, 2, 5],
        "first_price": [5.0, 12.0, 8.0, 4.0],
        "next_price": [2.0, 6.0, 3.0, 1.0],
    }
)

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_each_step_begun_is_paid():
    table = freight.quote(ORDERS, tariffs=TARIFFS).set_index(["province", "carrier"])
    assert table["cost"].to_dict() == {
        ("far", "post"): 8, ("far", "swift"): 18, ("near", "local"): 8, ("near", "post"): 19, ("near", "swift"): 14
    }  # fmt: skip
    assert table["orders"].loc[("near", "post")] == 2
    assert table["cost_per_order"].loc[("near", "post")] == 9.5
    assert table.index[table["cheapest"]].tolist() == [("far", "post"), ("near", "local")]
    heavy = freight.quote(ORDERS.assign(kg=[1.0, 1.2, 0.4]), tariffs=TARIFFS, by="kg").set_index(
        ["province", "carrier"]
    )
    assert heavy["cost"].loc[("near", "swift")] == 5 + 7


def test_who_does_not_go_everywhere_is_only_in_the_split():
    table = freight.compare(freight.quote(ORDERS, tariffs=TARIFFS))
    assert table["carrier"].tolist() == [freight.SPLIT, "post", "swift"]
    assert table["cost"].tolist() == [16, 27, 32]
    assert table["cost_per_order"].tolist() == [16 / 3, 9, 32 / 3]


def test_what_has_no_size_or_province():
    table = freight.quote(ORDERS.assign(units=[1, np.nan, 2]), tariffs=TARIFFS)
    assert table["cost"].isna().tolist() == [False, False, True, True, True]
    assert freight.compare(table)["cost"].isna().all()  # a split without them would look cheap
    lost = freight.quote(ORDERS.assign(province=[None, "near", "far"]), tariffs=TARIFFS)
    assert lost["orders"].sum() == 2 + 2 + 3  # elsewhere is anywhere: local does not go there
    assert freight.compare(lost)["orders"].tolist() == [3, 3, 3]


def test_tables_that_cannot_be():
    with pytest.raises(TableError, match=r"`orders` has no columns \['kg'\]"):
        freight.quote(ORDERS, tariffs=TARIFFS, by="kg")
    with pytest.raises(TableError, match=r"`tariffs` has no columns \['carrier'\]"):
        freight.quote(ORDERS, tariffs=TARIFFS.drop(columns="carrier"))
    with pytest.raises(TableError, match=r"`tariffs\.first` holds what is no number above 0"):
        freight.quote(ORDERS, tariffs=TARIFFS.assign(first=0))
    for wrong in (-1.0, np.nan, "cheap"):
        with pytest.raises(TableError, match=r"`tariffs\.next_price` holds what is no number of 0 or more"):
            freight.quote(ORDERS, tariffs=TARIFFS.assign(next_price=wrong))
    with pytest.raises(TableError, match=r"`orders\.units` holds what is no number"):
        freight.quote(ORDERS.assign(units="two"), tariffs=TARIFFS)
    with pytest.raises(TableError, match=r"two prices of 'post' for one province"):
        freight.quote(ORDERS, tariffs=pd.concat([TARIFFS, TARIFFS[2:3]]))
    with pytest.raises(TableError, match=r"no price for 'far'\.\nHint: add a row with a missing province"):
        freight.quote(ORDERS, tariffs=TARIFFS[3:])


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["near", "far", "else"]), st.integers(1, 9)), min_size=1, max_size=10))
def test_no_carrier_alone_is_cheaper_than_the_split(rows):
    orders = pd.DataFrame(rows, columns=["province", "units"])
    table = freight.compare(freight.quote(orders, tariffs=TARIFFS)).set_index("carrier")
    assert (table["orders"] == len(orders)).all()
    assert (table["cost"] >= table["cost"].loc[freight.SPLIT] - 1e-9).all()
