"""Why it moved: contributions that add up whatever is missing, and the mix told apart from the rates."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.diagnosis.explain import bridge, mix_rate
from ecomkit.errors import ParameterError, TableError

NAN = math.nan
GMV = ["visitors", "conversion_rate", "amount_per_buyer"]
BEFORE = {"visitors": 100, "conversion_rate": 0.1, "amount_per_buyer": 50}
AFTER = {"visitors": 80, "conversion_rate": 0.1, "amount_per_buyer": 60}


def cents(value):
    return round(100 * value)


def mix(before, after):
    columns = ["source", "buyers", "visitors"]
    frames = [pd.DataFrame(rows, columns=columns) for rows in (before, after)]
    return mix_rate(*frames, numerator="buyers", denominator="visitors", by="source")


# by hand


@pytest.mark.parametrize("made", [dict, pd.Series, lambda row: pd.DataFrame([row])])
def test_a_row_per_factor(made):
    found = bridge(made(BEFORE), made(AFTER), factors=GMV)
    assert found.columns.tolist() == ["factor", "before", "after", "contribution"]
    assert found["factor"].tolist() == GMV
    assert found["contribution"].tolist() == [-110.0, 0.0, 90.0]


def test_refunds_are_taken_off():
    factors = [*GMV, "-refund_amount"]
    found = bridge(BEFORE | {"refund_amount": 20}, AFTER | {"refund_amount": 50}, factors=factors)
    assert found["factor"].tolist()[-1] == "refund_amount"
    assert found["contribution"].tolist() == [-110.0, 0.0, 90.0, -30.0]  # 500 - 20 becomes 480 - 50
    unknown = bridge(BEFORE | {"refund_amount": NAN}, AFTER | {"refund_amount": 50}, factors=factors)
    assert unknown["contribution"].iloc[-1] == -50


def test_a_rate_of_rates_is_not_rounded():
    found = bridge(
        {"cart_rate": 0.1, "pay_rate": 0.3}, {"cart_rate": 0.1, "pay_rate": 0.2}, factors=["cart_rate", "pay_rate"]
    )
    assert found["contribution"].tolist() == pytest.approx([0.0, -0.01], abs=1e-15)


def test_groups_that_come_and_go():
    before = pd.DataFrame([("app", 100, 0.1, 50.0), ("pc", 10, 0.2, 10.0)], columns=["channel", *GMV])
    after = pd.DataFrame([("app", 80, 0.1, 60.0), ("live", 50, 0.1, 30.0)], columns=["channel", *GMV])
    found = bridge(before, after, factors=GMV, by="channel")
    sums = found.groupby("channel")["contribution"].sum()
    assert sums.to_dict() == {"app": -20, "live": 150, "pc": -20}
    new = found[found["channel"] == "live"]
    assert new["contribution"].tolist() == [150, 0, 0]  # all of it is its first factor
    assert new["before"].isna().tolist() == [False, True, True]


def test_terms_before_the_product_do_not_stand_for_it():
    before = pd.DataFrame([("a", 1.0, 5.0, 10.0)], columns=["g", "cost", "units", "price"])
    found = bridge(before, before.assign(g="b"), factors=["-cost", "units", "price"], by="g")
    assert found["contribution"].tolist() == [1.0, -50.0, 0.0, -1.0, 50.0, 0.0]


def test_simpsons_paradox_is_said():
    # both sources convert better, and the store converts worse, because the poorer one trebled
    found = mix([("ads", 10, 1000), ("search", 90, 1000)], [("ads", 36, 3000), ("search", 100, 1000)])
    assert found["paradox"].unique().tolist() == ["rates_up_whole_down"]
    assert found["share_after"].tolist() == [0.75, 0.25]
    assert (found["mix"] + found["rate"]).sum() == pytest.approx(136 / 4000 - 100 / 2000, abs=1e-15)
    back = mix([("ads", 36, 3000), ("search", 100, 1000)], [("ads", 10, 1000), ("search", 90, 1000)])
    assert back["paradox"].unique().tolist() == ["rates_down_whole_up"]


def test_rates_that_differ_are_no_paradox_but_may_be_outweighed():
    found = mix([("a", 10, 1000), ("b", 90, 1000)], [("a", 60, 3000), ("b", 88, 1000)])
    assert found["paradox"].unique().tolist() == ["mix_outweighs"]
    plain = mix([("a", 10, 1000), ("b", 90, 1000)], [("a", 5, 1000), ("b", 80, 1000)])
    assert plain["paradox"].unique().tolist() == [""]
    assert plain["mix"].tolist() == [0, 0]


def test_a_new_group_is_all_mix():
    found = mix([("a", 10, 100)], [("a", 10, 100), ("b", 30, 100)]).set_index("source")
    assert found["rate"].tolist() == [0, 0]
    assert math.isnan(found.loc["b", "rate_before"])
    assert found["mix"].sum() == pytest.approx(0.1, abs=1e-15)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"method": "log"}, "method='log' is not known"),
        ({"factors": "visitors"}, "factors='visitors' is no list"),
        ({"factors": []}, "0 factors cannot be split"),
        ({"factors": ["-visitors"]}, "one of them without minus"),
        ({"factors": ["visitors", "-visitors"]}, "named twice"),
    ],
)
def test_what_cannot_be_asked(wrong, message):
    with pytest.raises(ParameterError, match=message):
        bridge(BEFORE, AFTER, **({"factors": GMV} | wrong))


def test_tables_that_will_not_do():
    with pytest.raises(TableError, match=r"`before` has no columns \['units'\]"):
        bridge(BEFORE, AFTER, factors=["units"])
    two = pd.DataFrame([BEFORE, BEFORE])
    with pytest.raises(TableError, match="`before` has 2 rows"):
        bridge(two, AFTER, factors=GMV)
    with pytest.raises(TableError, match="`after` holds text"):
        bridge(BEFORE, AFTER | {"visitors": "many"}, factors=GMV)
    with pytest.raises(TableError, match="`after` holds an infinite number"):
        bridge(BEFORE, AFTER | {"visitors": math.inf}, factors=GMV)
    twice = two.assign(channel="app")
    with pytest.raises(TableError, match="names a group of 'channel' twice"):
        bridge(twice, twice, factors=GMV, by="channel")
    with pytest.raises(TableError, match="`before` has no positive 'visitors'"):
        mix([("a", 0, 0)], [("a", 10, 100)])
    with pytest.raises(TableError, match="`before` is a list"):
        mix_rate([], [], numerator="a", denominator="b", by="c")


# properties

FACTOR = st.one_of(st.just(0.0), st.just(NAN), st.floats(0.001, 1e3))
GROUP = st.tuples(*[FACTOR] * 3)


@given(st.dictionaries(st.sampled_from("abc"), GROUP), st.dictionaries(st.sampled_from("abc"), GROUP))
def test_groups_add_up_to_the_change(low, high):
    frames = [pd.DataFrame([(g, *f) for g, f in side.items()], columns=["g", *GMV]) for side in (low, high)]
    found = bridge(*frames, factors=GMV, by="g")
    for group, rows in found.groupby("g"):
        before, after = rows["before"].tolist(), rows["after"].tolist()
        held = [(b if a != a else a, a if b != b else b) for a, b in zip(after, before, strict=True)]
        was = math.prod(0 if a != a else a for a, _ in [(y, x) for x, y in held])
        now = math.prod(0 if a != a else a for a, _ in held)
        assert rows["contribution"].sum() == pytest.approx(now - was, abs=0.02), group


COUNT = st.integers(0, 1000)


@given(st.lists(st.tuples(*[st.tuples(COUNT, COUNT)] * 2), min_size=1, max_size=5))
def test_mix_and_rates_make_the_whole_change(groups):
    before = [(i, min(g[0]), max(g[0]) + 1) for i, g in enumerate(groups)]
    after = [(i, min(g[1]), max(g[1]) + 1) for i, g in enumerate(groups)]
    found = mix(before, after)
    rates = [sum(r[1] for r in rows) / sum(r[2] for r in rows) for rows in (before, after)]
    assert (found["mix"] + found["rate"]).sum() == pytest.approx(rates[1] - rates[0], abs=1e-12)
    if found["paradox"].iloc[0].startswith("rates"):
        moves = found["rate_after"] - found["rate_before"]
        assert (moves * (rates[1] - rates[0]) <= 1e-12).all()


# reference


def test_berkeley_admissions_by_sex_as_the_textbook_has_them():
    # Bickel, Hammel & O'Connell (1975), Science 187, 398-404: the six largest departments, men against women
    men = [("A", 512, 825), ("B", 353, 560), ("C", 120, 325), ("D", 138, 417), ("E", 53, 191), ("F", 22, 373)]
    women = [("A", 89, 108), ("B", 17, 25), ("C", 202, 593), ("D", 131, 375), ("E", 94, 393), ("F", 24, 341)]
    found = mix(men, women)
    assert found["paradox"].unique().tolist() == ["mix_outweighs"]  # 45 % of men, 30 % of women; most rates in favour
    assert found["rate"].sum() > 0
    assert (found["mix"] + found["rate"]).sum() == pytest.approx(557 / 1835 - 1198 / 2691, abs=1e-12)
