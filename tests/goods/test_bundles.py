"""Pairs of products beyond chance, the same on every engine."""

import numpy as np
import pandas as pd
import pytest
from engines import ENGINES, hand_over
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from ecomkit.data import catalog
from ecomkit.data.store import open_store
from ecomkit.errors import MissingDataError, ParameterError, TableError
from ecomkit.goods.products import bundles

BASKETS = [["mat", "strap"]] * 10 + [[f"p{i}", f"p{(i + 1) % 18}"] for i in range(18)] * 5


def lines(baskets):
    rows = [(f"o{i}", product) for i, basket in enumerate(baskets) for product in basket]
    return pd.DataFrame(rows, columns=["order_id", "product_id"])


def random_baskets(seed, orders=3000, products=40):
    """Products of any popularity fall into orders of any size, and nothing goes together."""
    rng = np.random.default_rng(seed)
    popularity = rng.pareto(1.2, products) + 0.2
    sizes = np.minimum(rng.geometric(0.5, orders) + (rng.random(orders) < 0.03) * 15, products)
    draws = rng.random((orders, products)) ** (1 / popularity)  # the largest are a sample without replacement
    order = np.argsort(-draws, axis=1)
    return [[f"p{p}" for p in order[i, : sizes[i]]] for i in range(orders)]


# by hand


def test_figures_of_a_pair_by_hand():
    """Twenty products, each in 10 of 100 orders of two: any of them is in an order with a chance of 2 / 20."""
    row = bundles(lines(BASKETS), min_orders=5).iloc[0]
    assert (row["product_id"], row["with_product_id"], row["orders"]) == ("mat", "strap", 10)
    assert row["share"] == 0.1
    assert (row["attach_rate"], row["attach_rate_back"]) == (1.0, 1.0)
    assert row["lift"] == pytest.approx(10 * 100 / (10 * 10))
    assert row["expected_orders"] == pytest.approx(100 * (2 / 20) ** 2)
    assert row["affinity"] == pytest.approx(10.0)
    tail = 0.05 / (20 * 19 / 2) / 2
    assert row["affinity_low"] == pytest.approx(chi2.ppf(tail, 20) / 2)
    assert row["affinity_high"] == pytest.approx(chi2.ppf(1 - tail, 22) / 2)


def test_the_one_that_sells_more_is_named_first_and_its_rate_is_lower():
    more = BASKETS * 3 + [["strap", f"q{i}"] for i in range(60)]
    row = bundles(lines(more), min_orders=5).iloc[0]
    assert (row["product_id"], row["with_product_id"]) == ("strap", "mat")
    assert (row["attach_rate"], row["attach_rate_back"]) == (pytest.approx(10 / 30), 1.0)


def test_two_lines_of_a_product_are_one_and_rows_without_order_or_product_none():
    odd = pd.DataFrame({"order_id": ["o0", None, "o1"], "product_id": ["mat", "mat", None]})
    twice = pd.concat([lines(BASKETS), odd])
    pd.testing.assert_frame_equal(bundles(twice, min_orders=5), bundles(lines(BASKETS), min_orders=5))


def test_the_support_floor_holds():
    assert len(bundles(lines(BASKETS), min_orders=10)) == 1
    assert bundles(lines(BASKETS), min_orders=11).empty


def test_a_few_orders_of_half_the_shop_do_not_make_everything_go_together():
    rng = np.random.default_rng(3)
    few = [[f"p{p}" for p in rng.choice(60, 30, replace=False)] for _ in range(100)]
    single = [[f"p{p}"] for p in rng.integers(0, 60, 4000)]
    counts = lines(few + single)
    assert bundles(counts, min_orders=15).empty
    pair = (
        counts.merge(counts, on="order_id")
        .query("product_id_x < product_id_y")
        .groupby(["product_id_x", "product_id_y"])
    )
    sold = counts["product_id"].value_counts()
    lift = [n * 4100 / (sold[a] * sold[b]) for (a, b), n in pair.size().items()]
    assert np.median(lift) > 5  # the usual figure would have shown them all


def test_a_shop_of_single_orders_has_no_pair():
    table = bundles(lines([["a"]] * 30 + [["b"]] * 30))
    assert table.empty
    assert table.columns.tolist() == bundles(lines(BASKETS)).columns.tolist()


# bad input


def test_bad_input_is_named():
    with pytest.raises(TableError, match=r"`order_lines` has no columns \['product_id'\]"):
        bundles(lines(BASKETS).drop(columns="product_id"))
    with pytest.raises(TableError, match="`order_lines` has no rows with an order and a product"):
        bundles(lines(BASKETS).head(0).astype(str))
    with pytest.raises(TableError, match="floats"):
        bundles(lines(BASKETS).assign(order_id=1.5))
    with pytest.raises(ParameterError, match="min_orders=0 cannot be"):
        bundles(lines(BASKETS), min_orders=0)
    with pytest.raises(ParameterError, match="confidence=95 is no rate"):
        bundles(lines(BASKETS), confidence=95)


# properties


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_table(engine):
    table = lines(random_baskets(1, orders=400) + BASKETS * 2)
    pd.testing.assert_frame_equal(
        bundles(hand_over(table, engine), min_orders=5), bundles(table, min_orders=5), check_dtype=False
    )


def test_chance_is_not_shown():
    """Of 20 shops in which nothing goes together, one may show a pair."""
    shown = [len(bundles(lines(random_baskets(seed, orders=1500)), min_orders=5)) for seed in range(20)]
    assert sum(n > 0 for n in shown) <= 2


def test_what_was_planted_is_found_and_comes_first():
    baskets = random_baskets(7)
    rng = np.random.default_rng(0)
    planted = [b + (["strap"] if "p3" in b and rng.random() < 0.5 else []) for b in baskets]
    table = bundles(lines(planted), min_orders=10)
    assert set(table.loc[0, ["product_id", "with_product_id"]]) == {"p3", "strap"}
    assert table["affinity_low"].min() > 1


@settings(max_examples=10)
@given(st.lists(st.sets(st.sampled_from("abcde"), min_size=1), min_size=1, max_size=60), st.randoms())
def test_rows_and_names_of_orders_do_not_matter(baskets, random):
    many = [sorted(b) for b in baskets] * 5
    first = bundles(lines(many), min_orders=5, confidence=0.5)
    random.shuffle(many)
    pd.testing.assert_frame_equal(first, bundles(lines(many), min_orders=5, confidence=0.5))
    assert (first["affinity_low"] > 1).all()
    assert (first["attach_rate"] <= first["attach_rate_back"] + 1e-12).all()
    assert (first["orders"] >= 5).all()


# reference


def test_the_teacups_of_online_retail_go_together():
    """Counted apart, in SQL on the raw rows: 1,034 orders hold the rose and the green Regency teacup."""
    try:
        catalog.path("online_retail_ii")
    except MissingDataError as error:
        pytest.skip(str(error))
    with open_store("online_retail_ii") as store:
        table = bundles(store.order_lines, min_orders=500)
        both = store.connection.sql(
            "SELECT count(*) FROM (SELECT order_id FROM order_lines WHERE product_id IN ('22699', '22697') "
            "GROUP BY 1 HAVING count(DISTINCT product_id) = 2)"
        ).fetchall()[0][0]
    row = table[(table["product_id"] == "22699") & (table["with_product_id"] == "22697")].iloc[0]
    assert row["orders"] == both == 1034
    assert row["affinity_low"] > 4
