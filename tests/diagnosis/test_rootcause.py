"""Where it happened: planted causes are named, chance is not, whatever the table looks like."""

import numpy as np
import pandas as pd
import pytest
from benchmarks import panels
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.diagnosis.rootcause import locate
from ecomkit.errors import ParameterError, TableError

COLUMNS = ["device", "source"]


def grid(**columns):
    """Twelve leaves: three devices, four sources."""
    pairs = [(device, source) for device in ("ios", "android", "pc") for source in ("ads", "search", "live", "direct")]
    return pd.DataFrame(pairs, columns=COLUMNS).assign(**columns)


def names(found, dimensions=COLUMNS):
    return [tuple(None if pd.isna(row[d]) else row[d] for d in dimensions) for row in found.to_dict("records")]


def ask(panel):
    table, truth, before, after = panel
    dimensions = [c for c in table.columns if c.startswith("x")]
    return locate(table, dimensions=dimensions, before=before, after=after), truth


# by hand


def test_a_device_lost_everywhere_is_one_slice():
    table = grid(before=100.0, after=101.0)
    table.loc[table["device"] == "ios", "after"] = 60.0
    found = locate(table, dimensions=COLUMNS)
    assert names(found) == [("ios", None)]
    row = found.iloc[0]
    assert (row["expected"], row["actual"]) == (400, 240)
    assert row["share"] == pytest.approx(-160 / (8 - 160))
    assert 0.5 < row["confidence"] <= 1


def test_two_causes_of_different_size_the_heavier_first():
    pairs = [(device, source) for device in "abcdef" for source in "uvwxyz"]
    table = pd.DataFrame(pairs, columns=COLUMNS).assign(
        before=100.0, after=[100.0, 101.0, 99.0, 100.0, 102.0, 98.0] * 6
    )
    table.loc[table["source"] == "x", "after"] = 20.0
    table.loc[table["device"] == "b", "after"] *= 1.5
    assert names(locate(table, dimensions=COLUMNS)) == [(None, "x"), ("b", None)]


def test_a_ratio_is_told_apart_from_its_traffic():
    # visitors of every source change as they like; the rate fell on ios alone
    table = grid(n0=100.0, d0=1000.0, d1=[500.0, 1000.0, 1500.0, 2000.0] * 3)
    table["n1"] = table["d1"] * np.where(table["device"] == "ios", 0.05, 0.1)
    found = locate(table, dimensions=COLUMNS, before=("n0", "d0"), after=("n1", "d1"))
    assert names(found) == [("ios", None)]
    assert found[["expected", "actual", "share"]].iloc[0].tolist() == pytest.approx([0.1, 0.05, 1.0])


def test_where_everything_moved_alike_the_slice_is_all():
    table = grid(before=100.0, after=[130.0, 131.0, 129.0, 130.0] * 3)
    assert names(locate(table, dimensions=COLUMNS)) == [(None, None)]


def test_nothing_happened():
    found = locate(grid(before=100.0, after=100.0), dimensions=COLUMNS)
    assert found.empty
    assert found.columns.tolist() == [*COLUMNS, "expected", "actual", "share", "confidence"]
    assert locate(grid(before=0.0, after=0.0), dimensions=COLUMNS).empty
    assert locate(grid(before=100.0, after=100.0).head(0), dimensions=COLUMNS).empty


def test_rows_are_added_and_missing_ones_were_nothing():
    table = grid(before=100.0, after=101.0)
    table.loc[table["device"] == "ios", "after"] = np.nan
    halves = pd.concat([table.assign(before=50.0, after=table["after"] / 2)] * 2)
    found = locate(halves, dimensions=COLUMNS)
    assert names(found) == [("ios", None)]
    assert found[["expected", "actual"]].iloc[0].tolist() == [400, 0]


def test_no_slice_is_named_by_a_missing_value():
    table = grid(before=100.0, after=101.0)
    table.loc[table["device"] == "ios", ["device", "after"]] = [None, 10.0]
    assert ("ios", None) not in names(locate(table, dimensions=COLUMNS))
    assert not any(name == (None, None) for name in names(locate(table, dimensions=["device"])))


def test_the_table_stays_as_it_was():
    table = grid(before=100.0, after=[10, 100, 100, 100] * 3)
    held = table.copy()
    locate(table, dimensions=COLUMNS)
    pd.testing.assert_frame_equal(table, held)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"dimensions": []}, r"dimensions=\[\] is no list"),
        ({"dimensions": "device"}, "is no list"),
        ({"dimensions": ["device", "device"]}, "is no list"),
        ({"before": ("before", "after")}, "neither a column nor a"),
        ({"before": ("a", "b", "c"), "after": ("a", "b", "c")}, "neither a column nor a"),
    ],
)
def test_what_cannot_be_asked(wrong, message):
    with pytest.raises(ParameterError, match=message):
        locate(grid(before=1.0, after=1.0), **({"dimensions": COLUMNS} | wrong))


def test_tables_that_will_not_do():
    table = grid(before=1.0, after=1.0)
    with pytest.raises(TableError, match=r"no columns \['province'\]"):
        locate(table, dimensions=["province"])
    with pytest.raises(TableError, match=r"\['source'\] hold no numbers"):
        locate(table, dimensions=["device"], after="source")
    with pytest.raises(TableError, match="infinite"):
        locate(table.assign(after=np.inf), dimensions=COLUMNS)
    with pytest.raises(TableError, match="denominator below 0"):
        locate(table.assign(d=-1.0), dimensions=COLUMNS, before=("before", "d"), after=("after", "d"))


@pytest.mark.parametrize("seed", range(3))
def test_a_long_tail_of_small_ones_does_not_hide_a_large_one(seed):
    """Few categories and states sell most, most sell a handful; one large category lost six orders in ten."""
    random = np.random.default_rng(seed)
    weight = np.outer(1 / np.arange(1, 71) ** 1.3, 1 / np.arange(1, 28) ** 1.3)
    mean = 3000 * weight / weight.sum()
    table = pd.DataFrame([(f"c{c}", f"s{s}") for c in range(70) for s in range(27)], columns=["category", "state"])
    before, after = (random.poisson(mean * factor) for factor in (1, np.where(np.arange(70) == 2, 0.4, 1)[:, None]))
    table = table.assign(before=before.ravel(), after=after.ravel())
    sold = table[table["before"] + table["after"] > 0]
    assert names(locate(sold, dimensions=["category", "state"]), ["category", "state"]) == [("c2", None)]


@pytest.mark.parametrize("seed", range(4))
def test_rare_cases_tell_nothing_by_unequal_denominators(seed):
    """Three cases in a hundred, in 4,000 leaves of six on one side and thirty on the other, or the other way round."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame([(f"c{c}", f"s{s}") for c in range(80) for s in range(50)], columns=["category", "state"])
    odd = np.arange(4000) // 50 % 2 == 1
    d0, d1 = (random.poisson(np.where(odd == side, 6, 30)) for side in (False, True))
    table = table.assign(n0=random.binomial(d0, 0.03), n1=random.binomial(d1, 0.03), d0=d0, d1=d1)
    assert locate(table, dimensions=["category", "state"], before=("n0", "d0"), after=("n1", "d1")).empty


def test_the_level_is_that_of_most_even_if_the_large_one_moved():
    """Four orders in ten are of one state and doubled: not the other states halved."""
    random = np.random.default_rng(2)
    mean = np.outer(np.array([0.4] + [0.6 / 26] * 26), np.full(40, 1 / 40)) * 8000
    grown = mean * np.where(np.arange(27) == 0, 2.2, 1)[:, None]
    table = pd.DataFrame([(f"s{s}", f"c{c}") for s in range(27) for c in range(40)], columns=["state", "category"])
    table = table.assign(before=random.poisson(mean).ravel(), after=random.poisson(grown).ravel())
    assert names(locate(table, dimensions=["state", "category"]), ["state", "category"]) == [("s0", None)]


# properties


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["x", "y", None]), st.integers(0, 50), st.integers(-5, 50)),
        max_size=30,
    )
)
def test_any_table_has_an_answer(rows):
    table = pd.DataFrame(rows, columns=["p", "q", "before", "after"])
    table = table.astype({"p": "str", "q": "str", "before": float, "after": float})
    found = locate(table, dimensions=["p", "q"])
    total = table["after"].sum() - table["before"].sum()
    for row in found.to_dict("records"):
        inside = np.logical_and.reduce([pd.isna(row[d]) | (table[d] == row[d]) for d in ("p", "q")])
        part = table[inside.astype(bool)]
        assert row["expected"] == pytest.approx(part["before"].sum())
        assert row["actual"] == pytest.approx(part["after"].sum())
        assert not total or row["share"] == pytest.approx((row["actual"] - row["expected"]) / total)


def test_neither_the_order_of_rows_nor_of_dimensions_matters():
    table, _, _, _ = panels.forecast(3, 2, sizes=(6, 5, 4))
    first = locate(table, dimensions=["x0", "x1", "x2"])
    mixed = locate(table.sample(frac=1, random_state=1), dimensions=["x2", "x0", "x1"])
    pd.testing.assert_frame_equal(first, mixed[first.columns])


def test_the_unit_of_the_measure_does_not_matter():
    table, _, _, _ = panels.counts(4, 2)
    dimensions = ["x0", "x1", "x2", "x3"]
    yuan, fen = (
        locate(table.assign(**{c: table[c] * unit for c in ("before", "after")}), dimensions=dimensions)
        for unit in (1, 100)
    )
    assert names(yuan, dimensions) == names(fen, dimensions)


# reference: panels in the papers' manner (Squeeze, ISSRE 2019; RiskLoc, 2022), exact sets


@pytest.mark.parametrize(
    ("make", "least"),
    [
        (lambda seed: panels.forecast(seed, 1, noise=0.1), 0.9),
        (lambda seed: panels.forecast(seed, 3, noise=0.1), 0.75),
        (lambda seed: panels.forecast(seed, 3, noise=0.1, drift=0.04), 0.75),
        (lambda seed: panels.forecast(seed, 2, alike=True), 0.75),
        (lambda seed: panels.counts(seed, 3, growth=0.3), 0.75),
        (lambda seed: panels.counts(seed, 1, mean=1), 0.75),
        (lambda seed: panels.ratios(seed, 2, mean=20), 0.75),
    ],
    ids=["one", "three", "drift", "alike", "growth", "sparse", "ratio"],
)
def test_planted_causes_are_named(make, least):
    assert np.mean([panels.f1(*ask(make(seed))) for seed in range(8)]) >= least


@pytest.mark.parametrize("make", [panels.forecast, panels.counts, panels.ratios])
def test_chance_is_not(make):
    assert sum(len(ask(make(seed, 0))[0]) for seed in range(8)) <= 1
