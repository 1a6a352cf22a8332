"""k-means as a check on the named segments: planted groups are found, whatever the order and the units."""

import numpy as np
import pandas as pd
import pytest
from engines import hand_over
from sklearn.metrics import adjusted_rand_score, silhouette_score

from ecomkit.customers import clusters
from ecomkit.errors import ParameterError, TableError

COLUMNS = ["customer_id", "recency_days", "frequency", "monetary"]
HAND = pd.DataFrame(
    [
        ("a", 2, 20, 900.0),
        ("b", 3, 22, 950.0),
        ("c", 300, 1, 9.0),
        ("d", 310, 1, 10.0),
        ("e", 40, 4, 90.0),
        ("f", 42, 4, 95.0),
    ],
    columns=COLUMNS,
)


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    """Four groups of customers that differ in all three figures, and `group`, the one each belongs to."""
    chance = np.random.default_rng(4)
    centres = [(5, 30, 5000), (40, 8, 700), (150, 3, 120), (500, 1, 12)]
    group = np.repeat(np.arange(4), 60)
    table = pd.DataFrame(np.exp(chance.normal(np.log(centres)[group], 0.08)), columns=COLUMNS[1:])
    table["frequency"] = table["frequency"].round().clip(lower=1).astype(int)
    table.insert(0, "customer_id", [f"c{i:03}" for i in chance.permutation(len(table))])
    return table.assign(group=group)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_three_kinds_of_customer_are_three_clusters_ranked_by_money() -> None:
    table = clusters.fit(HAND)
    assert table["customer_id"].tolist() == list("abcdef")
    assert table["cluster"].tolist() == [1, 1, 3, 3, 2, 2]
    assert max(table.attrs["silhouette"], key=table.attrs["silhouette"].get) == 3


def test_the_summary_adds_up() -> None:
    summary = clusters.summarise(clusters.fit(HAND))
    assert list(summary.columns) == [
        "cluster", "customers", "customer_share", "net_sales", "net_sales_share",
        "recency_days", "frequency", "monetary",
    ]  # fmt: skip
    assert summary["cluster"].tolist() == [1, 2, 3]
    assert summary["customers"].tolist() == [2, 2, 2]
    assert summary["net_sales"].tolist() == [1850.0, 185.0, 19.0]
    assert summary["recency_days"].tolist() == [2.5, 41.0, 305.0]
    assert summary[["customer_share", "net_sales_share"]].sum().tolist() == pytest.approx([1, 1])


@pytest.mark.parametrize("different", [1, 2])
def test_too_few_different_customers_are_refused(different: int) -> None:
    same = pd.concat([HAND.head(different)] * 10, ignore_index=True)
    with pytest.raises(ParameterError, match=f"{different} different customers do not form clusters"):
        clusters.fit(same)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (HAND.drop(columns="frequency"), r"no columns \['frequency'\]"),
        (HAND.head(0), "no customers"),
        (HAND.assign(monetary=np.inf), "not finite"),
        (HAND.assign(recency_days=np.nan), "not finite"),
    ],
)
def test_what_rfm_does_not_return_is_refused(bad: pd.DataFrame, said: str) -> None:
    with pytest.raises(TableError, match=said):
        clusters.fit(bad)


def test_money_below_zero_counts_as_none() -> None:
    """A customer who was refunded more than was paid in the period must not break the logarithm."""
    table = clusters.fit(HAND.assign(monetary=[900.0, 950.0, -50.0, 0.0, 90.0, 95.0]))
    assert table["cluster"].tolist() == [1, 1, 3, 3, 2, 2]
    assert table["monetary"].tolist()[2] == -50.0


# --- properties ------------------------------------------------------------------------------------------------------


def test_planted_groups_are_found(planted: pd.DataFrame) -> None:
    table = clusters.fit(planted)
    assert adjusted_rand_score(table["group"], table["cluster"]) == 1
    assert table.groupby("cluster")["monetary"].mean().is_monotonic_decreasing
    assert set(table["cluster"]) == {1, 2, 3, 4}


def test_the_order_of_rows_and_the_engine_do_not_matter(planted: pd.DataFrame) -> None:
    expected = clusters.fit(planted)
    shuffled = planted.sample(frac=1, random_state=1)
    for engine in ("polars", "duckdb"):
        pd.testing.assert_frame_equal(clusters.fit(hand_over(shuffled, engine)), expected)


def test_the_unit_of_money_does_not_matter_and_money_alone_does_not_decide(planted: pd.DataFrame) -> None:
    cents = clusters.fit(planted.assign(monetary=planted["monetary"] * 100))
    assert cents["cluster"].tolist() == clusters.fit(planted)["cluster"].tolist()
    same_money = clusters.fit(planted.assign(monetary=100.0))
    assert adjusted_rand_score(same_money["group"], same_money["cluster"]) == 1


def test_the_same_seed_gives_the_same_table_and_the_input_stays(planted: pd.DataFrame) -> None:
    before = planted.copy()
    first, again = clusters.fit(planted, seed=3), clusters.fit(planted, seed=3)
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(planted, before)
    assert adjusted_rand_score(first["cluster"], clusters.fit(planted, seed=4)["cluster"]) == 1


def test_no_more_clusters_than_asked_for_or_than_can_be_told_apart(planted: pd.DataFrame) -> None:
    assert list(clusters.fit(planted, most=3).attrs["silhouette"]) == [2, 3]
    assert list(clusters.fit(HAND).attrs["silhouette"]) == [2, 3, 4, 5]


# --- reference -------------------------------------------------------------------------------------------------------


def test_the_silhouette_is_that_of_rousseeuw(planted: pd.DataFrame) -> None:
    """s = (b - a) / max(a, b), worked out from all distances; Rousseeuw 1987, equation 2."""
    table = clusters.fit(planted)
    logs = np.log1p(table[COLUMNS[1:]].to_numpy(dtype=float))
    points = (logs - logs.mean(axis=0)) / logs.std(axis=0)
    distance = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    label = table["cluster"].to_numpy()
    means = np.array([distance[:, label == c].sum(axis=1) for c in range(1, 5)]).T
    sizes = np.bincount(label)[1:]
    own = label - 1
    a = means[np.arange(len(label)), own] / (sizes[own] - 1)
    b = np.where(np.eye(4, dtype=bool)[own], np.inf, means / sizes).min(axis=1)
    s = float(((b - a) / np.maximum(a, b)).mean())
    assert table.attrs["silhouette"][4] == pytest.approx(s, abs=1e-9)
    assert s == pytest.approx(silhouette_score(points, label), abs=1e-9)
