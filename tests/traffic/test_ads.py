"""Paid traffic: returns, break-even and what a click may cost."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic import ads

DAILY = pd.DataFrame(
    {
        "campaign": ["brand", "social", "brand", "new"],
        "cost": [60.0, 500.0, 40.0, 5.0],
        "clicks": [120, 500, 80, 4],
        "orders": [6, 10, 4, 0],
        "revenue": [600.0, 1000.0, 400.0, 0.0],
    }
)

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_days_add_up_and_the_most_cost_comes_first():
    table = ads.returns(DAILY, margin_rate=0.4).set_index("campaign")
    assert table.index.tolist() == ["social", "brand", "new"]
    assert table["cost"].tolist() == [500, 100, 5]
    assert table["roas"].tolist() == [2, 10, 0]
    assert table["cost_per_click"].tolist() == [1, 0.5, 1.25]
    assert table["ad_conversion_rate"].tolist() == [0.02, 0.05, 0]
    assert table["break_even_roas"].tolist() == [2.5] * 3
    assert table["contribution"].tolist() == [-100, 300, -5]
    assert table["value_per_click"].tolist() == [0.8, 2, 0]


def test_four_clicks_do_not_prove_that_a_word_is_worthless():
    table = ads.returns(DAILY, margin_rate=0.4).set_index("campaign")
    assert table["bid_ceiling"]["new"] > 0.7 * 0.4 * 100 * 20 / 704  # near that of all
    assert table["bid_ceiling"]["brand"] == pytest.approx(2, rel=0.25)
    assert table["bid_ceiling"]["social"] == pytest.approx(0.8, rel=0.1)


def test_what_cannot_be_divided_is_missing():
    table = ads.returns(DAILY.assign(clicks=0, orders=0, revenue=0), margin_rate=0.4)
    assert table[["cost_per_click", "value_per_click", "bid_ceiling"]].isna().all(axis=None)
    assert table["roas"].tolist() == [0, 0, 0]
    by_word = ads.returns(DAILY.rename(columns={"campaign": "keyword"}), margin_rate=0.4, by="keyword")
    assert by_word["keyword"].tolist() == ["social", "brand", "new"]


def test_groups_that_differ_by_chance_alone_are_alike():
    same = ads.likely(pd.Series([5, 5, 0]), pd.Series([100, 100, 10]))
    assert same.tolist() == [pytest.approx(10 / 210)] * 3
    assert ads.likely(pd.Series([3]), pd.Series([10])).tolist() == [0.3]  # alone: there is no other to learn from
    assert ads.likely(pd.Series([30, 0]), pd.Series([100, 0])).tolist() == [0.3, 0.3]


@pytest.mark.parametrize("margin", [0, 1, 40, -0.1, "0.4", True, float("nan")])
def test_a_margin_that_cannot_be(margin):
    with pytest.raises(ParameterError, match=r"margin_rate=.* cannot be\.\nHint: write a margin of 40 % as 0\.4"):
        ads.returns(DAILY, margin_rate=margin)


def test_tables_that_cannot_be():
    with pytest.raises(TableError, match=r"no columns \['keyword'\]"):
        ads.returns(DAILY, margin_rate=0.4, by="keyword")
    for wrong in (["1", "2", "3", "many"], [1, 2, 3, -4]):
        with pytest.raises(TableError, match=r"`daily\.cost` holds what is no number of 0 or more"):
            ads.returns(DAILY.assign(cost=wrong), margin_rate=0.4)


# --- properties ------------------------------------------------------------------------------------------------------

groups = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 500)), min_size=2, max_size=8).map(
    lambda pairs: [(min(won, tried), tried) for won, tried in pairs]
)


@settings(max_examples=60)
@given(groups)
def test_each_likely_rate_lies_between_its_own_and_that_of_all(pairs):
    won, tried = (pd.Series(x, dtype=float) for x in zip(*pairs, strict=True))
    own, whole = won / tried, won.sum() / tried.sum()
    likely = ads.likely(won, tried)
    assert (likely >= np.minimum(own, whole) - 1e-12).all()
    assert (likely <= np.maximum(own, whole) + 1e-12).all()
    weight = ads._weight(won, tried).to_numpy()
    assert (np.diff(weight[np.argsort(tried, kind="stable")]) >= -1e-12).all()  # the more trials, the more its own


def test_drawn_rates_are_nearer_the_truth_than_raw_ones():
    rng = np.random.default_rng(3)
    true = rng.beta(4, 96, 400)
    tried = pd.Series(rng.integers(10, 400, 400))
    won = pd.Series(rng.binomial(tried, true))
    raw, drawn = won / tried - true, ads.likely(won, tried) - true
    assert (drawn**2).mean() < 0.5 * (raw**2).mean()


# --- reference -------------------------------------------------------------------------------------------------------


def test_the_strength_of_the_prior_is_recovered():
    """Rates drawn from Beta(4, 96) have the weight n / (n + 100) (Morris 1983, eq. 1.11 for the binomial)."""
    rng = np.random.default_rng(4)
    tried = pd.Series(rng.integers(50, 500, 20_000))
    won = pd.Series(rng.binomial(tried, rng.beta(4, 96, 20_000)))
    weight = ads._weight(won, tried)
    assert (weight - tried / (tried + 100)).abs().max() < 0.02
