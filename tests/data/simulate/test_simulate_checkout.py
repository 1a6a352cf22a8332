import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data.simulate.browse import DAY_SECONDS, Plans, Views
from ecomkit.data.simulate.checkout import settle

# --- by hand ---------------------------------------------------------------------------------------------------------


def plans(product, quantity, cart_seconds, checkout_seconds, pay_seconds):
    """One page view per visit, each of which puts the product into the cart and means to pay."""
    rows, yes = np.arange(len(product)), np.ones(len(product), dtype=bool)
    seconds = np.array(cart_seconds)
    views = Views(rows, np.array(product), yes, yes, ~yes, np.array(quantity), seconds - 5, seconds)
    return Plans(views, yes, yes, np.array(checkout_seconds), np.array(pay_seconds))


def test_first_to_pay_is_first_served_and_the_page_closes():
    # 2 units of product 0: visits 1 and 2 pay first; visit 0 carted in time and is too late, visit 3 finds it sold out
    wanted = plans([0, 0, 0, 0, 1], [1, 1, 1, 1, 1], [10, 20, 30, 90, 90], [15, 25, 35, 95, 95], [80, 40, 50, 99, 99])
    sales = settle(wanted, np.zeros(5, dtype=bool), np.array([2, 9]))
    assert sales.bought.tolist() == [False, True, True, False, True]
    assert sales.carted.tolist() == [True, True, True, False, True]
    assert sales.checked_out.tolist() == [True, True, True, False, True]
    assert sales.units.tolist() == [2, 1]
    assert sales.lost_units.tolist() == [2, 0]
    assert sales.sold_out.tolist() == [51, DAY_SECONDS]


def test_an_order_larger_than_what_is_left_fails_and_leaves_it():
    sales = settle(plans([0, 0], [2, 1], [10, 20], [15, 25], [30, 40]), np.zeros(2, dtype=bool), np.array([1]))
    assert sales.bought.tolist() == [False, False]
    assert sales.units.tolist() == [0]
    assert sales.lost_units.tolist() == [3]


def test_an_empty_shelf_sells_nothing_all_day_but_fake_orders_need_none():
    sales = settle(plans([0, 0], [1, 1], [10, 20], [15, 25], [30, 40]), np.array([False, True]), np.array([0]))
    assert sales.sold_out.tolist() == [0]
    assert sales.bought.tolist() == [False, True]
    assert (sales.units.tolist(), sales.fake_units.tolist(), sales.lost_units.tolist()) == ([0], [1], [1])


# --- properties ------------------------------------------------------------------------------------------------------

tries = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(10, 60)), min_size=1, max_size=25)


@given(tries=tries, on_hand=st.lists(st.integers(0, 12), min_size=3, max_size=3))
def test_the_shelf_never_sells_what_it_does_not_hold(tries, on_hand):
    product, quantity, pay = (list(column) for column in zip(*tries, strict=True))
    wanted = plans(product, quantity, [5] * len(pay), [7] * len(pay), pay)
    sales = settle(wanted, np.zeros(len(pay), dtype=bool), np.array(on_hand))
    asked = np.bincount(product, quantity, 3)
    assert (sales.units <= on_hand).all()
    assert (sales.units + sales.lost_units == asked).all()
    assert (sales.lost_units[asked <= on_hand] == 0).all()
    bought = sales.bought
    for item in range(3):  # nobody who pays earlier leaves with less luck than who pays later
        rows = np.array(product) == item
        if bought[rows].any() and not bought[rows].all():
            assert np.array(pay)[rows & bought].max() <= np.array(pay)[rows & ~bought].min()
