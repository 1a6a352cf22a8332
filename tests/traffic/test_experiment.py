"""A/B tests: differences with their intervals, sizes, splits, and what peeking does."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic import experiment


def people(**groups: list[float]) -> pd.DataFrame:
    rows = [(variant, value) for variant, values in groups.items() for value in values]
    return pd.DataFrame(rows, columns=["variant", "value"])


def bought(**groups: tuple[int, int]) -> pd.DataFrame:
    """So many buyers of so many people."""
    return people(**{name: [1.0] * yes + [0.0] * (many - yes) for name, (yes, many) in groups.items()})


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_difference_in_money_per_person():
    table = experiment.compare(people(old=[0, 0, 10, 30], new=[0, 20, 20, 60]), control="old")
    row = table.iloc[0]
    assert len(table) == 1
    assert (row["variant"], row["method"]) == ("new", "means")
    assert (row["users"], row["control_users"], row["control_value"], row["value"]) == (4, 4, 10, 25)
    assert row["difference"] == 15
    assert row["lift_rate"] == 1.5
    assert row["low"] < 0 < row["high"]  # four people each prove nothing


def test_each_variant_is_held_against_the_control():
    table = experiment.compare(bought(a=(5, 10), b=(5, 10), c=(9, 10)), control="a")
    assert table["variant"].tolist() == ["b", "c"]
    assert table["difference"].tolist() == [0.0, pytest.approx(0.4)]
    assert table["p_value"].iloc[0] == 1


def test_nobody_bought_in_the_control():
    row = experiment.compare(bought(old=(0, 50), new=(0, 50)), control="old").iloc[0]
    assert math.isnan(row["lift_rate"])
    assert row["low"] < 0 < row["high"]
    assert row["p_value"] == 1
    same = experiment.compare(people(old=[5, 5], new=[7, 7]), control="old").iloc[0]
    assert (same["low"], same["high"], same["p_value"]) == (2, 2, 0)


def test_what_is_planned_and_what_came():
    table = experiment.split(bought(old=(0, 900), new=(0, 100)), planned={"new": 0.1, "old": 0.9})
    assert table["variant"].tolist() == ["new", "old"]
    assert table["expected"].tolist() == [100, 900]
    assert not table["broken"].any()
    lost = experiment.split(bought(old=(0, 600)), planned={"old": 0.5, "new": 0.5})
    assert lost["users"].tolist() == [600, 0]
    assert lost["broken"].all()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pd.DataFrame({"group": ["a"]}), r"no columns \['variant'\]; it has \['group'\]"),
        (pd.DataFrame({"variant": ["a"]}), r"no columns \['value'\]"),
        (people(), "no rows"),
        (pd.DataFrame({"variant": ["a", None], "value": [1, 0]}), "1 people without a variant"),
        (people(a=[1, math.nan], b=[0, 1]), r"1 of `people.value` are missing.*\nHint: who did not buy has 0"),
        (people(a=[1, 0], b=[1]), "Variant 'b' has 1 person"),
    ],
)
def test_tables_that_cannot_be_compared(table, said):
    with pytest.raises(TableError, match=said):
        experiment.compare(table, control="a")


def test_parameters_that_cannot_be():
    ab = bought(a=(1, 2), b=(1, 2))
    with pytest.raises(ParameterError, match=r"control='c'; the variants are \['a', 'b'\]"):
        experiment.compare(ab, control="c")
    with pytest.raises(ParameterError, match=r"confidence=95 cannot be\.\nHint: .* write 5 % as 0\.05"):
        experiment.compare(ab, control="a", confidence=95)
    with pytest.raises(ParameterError, match="rate=3 cannot be"):
        experiment.sample_size(3, lift_rate=0.1)
    for lift in (0, -1, 40, "10%", math.nan):
        with pytest.raises(ParameterError, match=r"lift_rate=.* cannot be"):
            experiment.sample_size(0.03, lift_rate=lift)
    with pytest.raises(ParameterError, match="do not add up to 1"):
        experiment.split(ab, planned={"a": 0.5, "b": 0.4})
    with pytest.raises(ParameterError, match="Variant 'b' is not planned"):
        experiment.split(ab, planned={"a": 0.5, "c": 0.5})
    for looks in (0, 201, 2.0, True):
        with pytest.raises(ParameterError, match=r"looks=.* cannot be"):
            experiment.peeking([looks])
    with pytest.raises(ParameterError, match="alpha=5 cannot be"):
        experiment.peeking([2], alpha=5)


# --- properties ------------------------------------------------------------------------------------------------------

counts = st.tuples(st.integers(0, 40), st.integers(2, 40)).filter(lambda pair: pair[0] <= pair[1])


@settings(max_examples=40)
@given(counts, counts)
def test_rates_swap_sign_with_the_variants_and_stay_within_one(old, new):
    table = bought(old=old, new=new)
    there = experiment.compare(table, control="old").iloc[0]
    back = experiment.compare(table, control="new").iloc[0]
    assert -1 <= there["low"] <= there["difference"] <= there["high"] <= 1
    assert there["low"] == pytest.approx(-back["high"])
    assert there["p_value"] == pytest.approx(back["p_value"])


@given(st.floats(0.01, 0.5), st.floats(0.05, 0.9))
def test_a_smaller_lift_and_more_power_take_more_people(rate, lift):
    needed = experiment.sample_size(rate, lift_rate=lift)
    assert needed <= experiment.sample_size(rate, lift_rate=lift / 2)
    assert needed <= experiment.sample_size(rate, lift_rate=lift, power=0.9)


def test_a_test_of_that_size_finds_the_lift_as_often_as_promised():
    many = experiment.sample_size(0.2, lift_rate=0.25)
    rng = np.random.default_rng(5)
    old, new = rng.binomial(many, 0.2, 20_000) / many, rng.binomial(many, 0.25, 20_000) / many
    mean = (old + new) / 2
    found = np.abs(new - old) / np.sqrt(mean * (1 - mean) * 2 / many) > 1.959964
    assert found.mean() == pytest.approx(0.8, abs=0.01)


def test_looks_that_nobody_takes_back_are_as_often_false_as_said():
    steps = np.random.default_rng(11).standard_normal((50_000, 5)).cumsum(axis=1) / np.sqrt(np.arange(1, 6))
    table = experiment.peeking([5]).iloc[0]
    assert (np.abs(steps) > 1.959964).any(axis=1).mean() == pytest.approx(table["false_alarm_rate"], abs=0.005)
    bound = -stats.norm.ppf(table["p_needed"] / 2)
    assert (np.abs(steps) > bound).any(axis=1).mean() == pytest.approx(0.05, abs=0.005)


# --- reference -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "old", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((5, 56), (0, 29), -0.0381, 0.1926)],
)
def test_newcombe_table_2_method_10(new, old, low, high):
    row = experiment.compare(bought(new=new, old=old), control="old").iloc[0]
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_chi_square_as_scipy_has_it():
    row = experiment.compare(bought(old=(48, 80), new=(56, 70)), control="old").iloc[0]
    assert row["p_value"] == pytest.approx(stats.chi2_contingency([[48, 32], [56, 14]], correction=False).pvalue)


def test_students_sleep_data_as_r_has_it():
    """t.test(extra ~ group, data = sleep) in R: p = 0.07939, interval -3.3654832 to 0.2054832 (group 1 less 2)."""
    one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    row = experiment.compare(people(one=one, two=two), control="two").iloc[0]
    assert row["p_value"] == pytest.approx(0.07939, abs=5e-6)
    assert (row["low"], row["high"]) == (pytest.approx(-3.3654832, abs=5e-8), pytest.approx(0.2054832, abs=5e-8))


def test_power_prop_test_as_r_has_it():
    """power.prop.test(p1 = .50, p2 = .75, power = .90) in R's own examples: n = 76.7."""
    assert experiment.sample_size(0.5, lift_rate=0.5, power=0.9) == 77


def test_kohavis_mismatch():
    """Trustworthy Online Controlled Experiments, ch. 3: 821,588 and 815,482 users, p = 1.8e-6."""
    table = pd.DataFrame({"variant": ["old"] * 821_588 + ["new"] * 815_482})
    found = experiment.split(table, planned={"old": 0.5, "new": 0.5})
    assert found["p_value"].iloc[0] == pytest.approx(1.8e-6, abs=5e-8)


def test_armitage_table_2_and_pocock_table_1():
    table = experiment.peeking([1, 2, 3, 4, 5, 10, 20, 50]).set_index("looks")
    armitage = [0.050, 0.083, 0.107, 0.126, 0.142, 0.193, 0.248, 0.320]
    assert table["false_alarm_rate"].tolist() == pytest.approx(armitage, abs=6e-4)
    pocock = {1: 1.960, 2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555, 20: 2.672}
    bounds = -stats.norm.ppf(table.loc[list(pocock), "p_needed"] / 2)
    assert bounds.tolist() == pytest.approx(list(pocock.values()), abs=6e-4)
