"""A product's change among its factors: whole cents, whatever the method, and each method by its own definition."""

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.diagnosis.split import METHODS, lmdi, ordered, shapley, split
from ecomkit.errors import ParameterError

NAN = math.nan
FACTOR = st.one_of(st.just(0.0), st.floats(0.001, 1e3))
PAIRS = st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=5)


def cents(value):
    return round(100 * value)


# by hand


def test_each_factor_takes_its_average_effect():
    # 100 x 0.1 x 50 = 500 becomes 80 x 0.1 x 60 = 480: visitors lose 20 x 0.1 x 55, the amount wins 10 x 0.1 x 90
    assert split([100, 0.1, 50], [80, 0.1, 60]) == [-110.0, 0.0, 90.0]
    assert split([2, 3], [3, 2]) == [2.5, -2.5]


def test_chain_substitution_goes_by_the_order():
    assert split([2, 3], [3, 2], "ordered") == [3.0, -3.0]  # (3 - 2) x 3, then 3 x (2 - 3)
    assert split([3, 2], [2, 3], "ordered") == [-2.0, 2.0]


def test_what_is_undefined_has_not_moved():
    assert split([100, 0.1, 50], [0, NAN, NAN]) == [-500.0, 0.0, 0.0]
    assert split([100, 0.0, NAN], [100, 0.1, 50]) == [0.0, 500.0, 0.0]
    assert split([0, NAN, NAN], [0, NAN, NAN]) == [0.0, 0.0, 0.0]


def test_cents_are_given_out_whole():
    assert split([1, 1, 1], [1.01, 1.01, 1.01]) == [0.01, 0.01, 0.01]
    assert sorted(split([1, 1, 1], [1.01, 1.0, 1.01])) == [0.0, 0.01, 0.01]
    assert sum(map(cents, split([0.1, 0.1], [0.3, 0.3]))) == 8


def test_lmdi_gives_a_product_that_vanishes_to_the_factor_that_did():
    assert split([100, 0.1, 50], [80, 0.0, 60], "lmdi") == [0.0, -500.0, 0.0]
    assert split([0, 0, 50], [10, 2, 60], "lmdi") == [600.0, 600.0, 0.0]
    assert split([0, 5], [7, 0], "lmdi") == [0.0, 0.0]


def test_lmdi_refuses_what_has_no_logarithm():
    with pytest.raises(ParameterError, match="a factor is negative"):
        split([100, -0.1], [80, 0.1], "lmdi")


# properties


@pytest.mark.parametrize("method", METHODS)
@given(pairs=PAIRS)
def test_contributions_add_up(method, pairs):
    before, after = zip(*pairs, strict=True)
    change = cents(math.prod(after)) - cents(math.prod(before))
    assert sum(map(cents, split(before, after, method))) == change


@pytest.mark.parametrize("method", ["shapley", "lmdi"])
@given(pairs=st.lists(st.tuples(FACTOR, FACTOR), min_size=2, max_size=4))
def test_the_order_of_factors_does_not_matter(method, pairs):
    before, after = zip(*pairs, strict=True)
    there, back = split(before, after, method), split(before[::-1], after[::-1], method)[::-1]
    assert there == pytest.approx(back, abs=0.0101)  # a cent may be given out elsewhere


@pytest.mark.parametrize("method", ["shapley", "lmdi"])
@given(pairs=st.lists(st.tuples(FACTOR, FACTOR), min_size=2, max_size=4))
def test_the_way_back_is_the_way_there(method, pairs):
    before, after = zip(*pairs, strict=True)
    assert split(before, after, method) == pytest.approx([-p for p in split(after, before, method)], abs=0.0101)


# reference


@given(pairs=st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=4))
def test_shapley_is_the_mean_over_all_orders(pairs):
    # Shapley (1953), the value as the mean of marginal contributions over the n! orders
    expected = [0.0] * len(pairs)
    for order in permutations(range(len(pairs))):
        for factor, part in zip(order, ordered([pairs[i] for i in order]), strict=True):
            expected[factor] += part / math.factorial(len(pairs))
    scale = 1e-12 * math.prod(max(pair) for pair in pairs)
    assert shapley(pairs) == pytest.approx(expected, rel=1e-9, abs=scale)


def test_two_factors_have_a_closed_form():
    # v(AB) - v() shared: each gets the mean of its effect first and its effect last (Shapley 1953, eq. 12 for n = 2)
    (a, b), (c, d) = (3.7, 11.0), (4.1, 9.0)
    assert split([a, b], [c, d]) == pytest.approx([(c - a) * (b + d) / 2, (d - b) * (a + c) / 2], abs=0.0051)


def test_lmdi_by_its_definition():
    # Ang (2005), Energy Policy 33, 867-871, eq. 8: L(V1, V0) ln(x1 / x0), here 500 -> 480
    mean = (480 - 500) / math.log(480 / 500)
    expected = [mean * math.log(80 / 100), 0.0, mean * math.log(60 / 50)]
    assert lmdi([(100, 80), (0.1, 0.1), (50, 60)]) == pytest.approx(expected, rel=1e-12)
