"""Which days are not usual: what is planted is found with its days, its money and its slice, and noise is not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data.simulate import Simulation, simulate
from ecomkit.data.store import Store, open_store
from ecomkit.diagnosis import anomaly, metrics
from ecomkit.errors import ParameterError, TableError

COLUMNS = [
    "metric", "kind", "start", "end", "expected", "actual", "size", "money", "p_value", "confidence",
]  # fmt: skip
START = pd.Timestamp("2025-01-06")  # a Monday


def _daily(days: int = 84, **figures: object) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range(START, periods=days), **figures})


def _noisy(level: float, seed: int, days: int = 182) -> np.ndarray:
    chance = np.random.default_rng(seed)
    week = np.resize([1.0, 0.9, 0.9, 1.0, 1.1, 1.3, 1.2], days)
    return chance.poisson(level * week * np.exp(chance.normal(0, 0.04, days))).astype(float)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_dip_is_a_shift_with_its_days_and_its_money() -> None:
    daily = _daily(visitors=100.0, gmv=2000.0)
    daily.loc[60:63, "visitors"] = 40.0
    found = anomaly.find(daily)
    assert list(found.columns) == COLUMNS
    (row,) = found.to_dict("records")
    assert (row["metric"], row["kind"], row["confidence"]) == ("visitors", "shift", "high")
    assert (row["start"], row["end"]) == (START + pd.Timedelta(days=60), START + pd.Timedelta(days=63))
    assert (row["expected"], row["actual"], row["size"]) == pytest.approx((400.0, 160.0, -240.0))
    assert row["money"] == pytest.approx(-0.6 * 4 * 2000)
    assert row["p_value"] < 1e-6


def test_a_high_day_is_a_spike_and_a_rate_is_sized_in_points() -> None:
    daily = _daily(buyers=50.0, visitors=1000.0)
    daily.loc[40, "buyers"] = 150.0
    found = anomaly.find(daily.assign(conversion_rate=daily["buyers"] / daily["visitors"])).set_index("metric")
    assert list(found["kind"]) == ["spike", "spike"]
    assert found.loc["conversion_rate", ["expected", "actual", "size"]].tolist() == pytest.approx([0.05, 0.15, 0.1])
    assert found["money"].isna().all()  # no sales to price it


def test_a_rate_is_as_noisy_as_its_denominator_lets_it_be() -> None:
    for visitors, is_found in ((20.0, False), (20_000.0, True)):
        daily = _daily(visitors=visitors, buyers=visitors / 10)
        daily.loc[40, "buyers"] = visitors / 20
        daily["conversion_rate"] = daily["buyers"] / daily["visitors"]
        assert (len(anomaly.find(daily, metrics=["conversion_rate"])) == 1) == is_found


def test_a_lasting_shift_is_told_once_and_is_the_new_usual_after_four_weeks() -> None:
    daily = _daily(182, orders=np.repeat([100.0, 60.0], [90, 92]))
    found = anomaly.find(daily)
    assert found[["kind", "start", "end"]].values.tolist() == [
        ["shift", START + pd.Timedelta(days=90), START + pd.Timedelta(days=117)]
    ]


def test_weekdays_are_no_anomalies() -> None:
    assert anomaly.find(_daily(visitors=np.resize([100.0, 90, 95, 98, 107, 190, 180], 84))).empty


def test_events_raise_alarms_only_where_they_are_not_given() -> None:
    daily = _daily(gmv=_noisy(1000, 1, 84), refund_amount=_noisy(300, 2, 84))
    daily.loc[50:51, "gmv"] *= 6
    daily.loc[53:60, "refund_amount"] *= 4
    events = pd.DataFrame({"date": daily["date"].loc[50:51], "event": "618", "mega": True})
    assert set(anomaly.find(daily)["metric"]) == {"gmv", "refund_amount"}
    assert anomaly.find(daily, events=events).empty
    minor = anomaly.find(daily, events=events[["date"]])
    assert set(minor["metric"]) == {"refund_amount"}
    assert anomaly.scope(daily, events=events)["days"].tolist() == [82, 84 - 17]


def test_series_are_judged_each_by_itself() -> None:
    both = pd.concat(
        [_daily(visitors=level).assign(series=name) for name, level in (("a", 100.0), ("b", 900.0))], ignore_index=True
    )
    both.loc[both["series"].eq("a") & both["date"].ge("2025-03-20"), "visitors"] = 30.0
    found = anomaly.find(both)
    assert found[["series", "metric"]].values.tolist() == [["a", "visitors"]]
    assert list(anomaly.scope(both).columns) == ["series", "metric", "days", "looked_at", "reason"]


def test_scope_says_what_cannot_be_looked_at() -> None:
    few = np.where(np.arange(84) < 41, 5.0, np.nan)
    rare, patchy = np.resize([0.0, 0, 0, 1], 84), np.resize([0.0, 0, 0.5, 250.5], 84)
    daily = _daily(
        short=few, negative=np.resize([-1.0, 5], 84), constant=7.0, sparse=rare, patchy=patchy, usual=_noisy(9, 1, 84)
    )
    looked = anomaly.scope(daily).set_index("metric")
    assert looked["reason"].tolist() == ["short", "negative", "constant", "sparse", "sparse", ""]
    assert looked["looked_at"].tolist() == [False] * 5 + [True]
    assert looked.loc["short", "days"] == 41


def test_days_without_a_row_are_unknown_and_not_zero() -> None:
    daily = _daily(visitors=100.0).drop(index=range(30, 36))
    daily.loc[60, "visitors"] = 101.0
    assert anomaly.find(daily).empty
    assert anomaly.scope(daily)["days"].tolist() == [78]


def test_nothing_found_is_an_empty_table_of_the_same_columns() -> None:
    found = anomaly.find(_daily(visitors=_noisy(100, 1, 84)))
    assert found.empty
    assert list(found.columns) == COLUMNS
    assert (found["end"].dt.date >= START.date()).empty  # days even where there are none


@pytest.mark.parametrize(
    ("change", "options", "error", "said"),
    [
        ({}, {"fdr": 0}, ParameterError, "fdr=0"),
        ({}, {"metrics": ["orders"]}, ParameterError, "no metrics ['orders']"),
        ({"date": "2025-01-06"}, {}, TableError, "`daily.date` does not hold a day"),
        ({"date": START}, {}, TableError, "the same ['date'] twice"),
        ({"visitors": "many"}, {"metrics": ["visitors"]}, TableError, "hold no numbers"),
        ({}, {"events": pd.DataFrame({"day": [START]})}, TableError, "`events` has no column `date`"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(change: dict, options: dict, error: type, said: str) -> None:
    with pytest.raises(error) as raised:
        anomaly.find(_daily(visitors=100.0).assign(**change), **options)
    assert said in str(raised.value)
    assert "Hint:" in str(raised.value)


# --- properties ------------------------------------------------------------------------------------------------------


@given(
    st.integers(20, 160), st.integers(4, 21), st.floats(0.4, 1.0), st.sampled_from([60.0, 1500.0]), st.integers(0, 99)
)
def test_a_planted_dip_is_found_within_two_days(first: int, days: int, depth: float, level: float, seed: int) -> None:
    daily = _daily(182, visitors=_noisy(level, seed))
    before = daily.copy()
    daily.loc[first : first + days - 1, "visitors"] = np.floor(daily["visitors"] * (1 - depth))
    found = anomaly.find(daily)
    off = (found["start"] - START).dt.days - first
    assert off.abs().min() <= 2
    assert (found["p_value"].diff().dropna() >= 0).all()
    hit = found.loc[off.abs().idxmin()]
    assert hit["size"] == pytest.approx(hit["actual"] - hit["expected"])
    pd.testing.assert_frame_equal(before, _daily(182, visitors=_noisy(level, seed)))


@given(st.integers(0, 10**6), st.floats(0.01, 1000))
def test_the_unit_of_money_changes_nothing(seed: int, unit: float) -> None:
    sales = _noisy(200, seed) * 13.7
    sales[100:105] *= 0.3
    one, other = (anomaly.find(_daily(182, gmv=sales * u)) for u in (1.0, unit))
    assert one[["kind", "start", "end"]].equals(other[["kind", "start", "end"]])
    np.testing.assert_allclose(other["size"], one["size"] * unit)


def test_quiet_figures_raise_one_false_alarm_in_twenty_tables_at_most() -> None:
    alarms = 0
    for seed in range(40):
        level = [0.8, 3.0, 40.0, 2000.0][seed % 4]
        daily = _daily(182, **{f"k{i}": _noisy(level, 100 * seed + i) for i in range(5)})
        alarms += len(anomaly.find(daily))
    assert alarms <= 2


# --- reference: simulated stores, whose truth is known ---------------------------------------------------------------

WANTED = {
    "source_lost": ("source", "visitors"),
    "checkout_fault": ("device", "pay_rate"),
    "out_of_stock": ("product_id", "orders"),
    "bad_batch": ("product_id", "return_rate"),
    "ad_waste": ("campaign", "ad_cost"),
    "brushed_orders": ("product_id", "orders"),
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Simulation, Store]]:
    made = simulate(start="2025-07-01", days=112, seed=3)
    with open_store(made.write(tmp_path_factory.mktemp("planted") / "store")) as store:
        yield made, store


def test_every_planted_incident_is_found_in_its_slice_within_two_days(planted: tuple[Simulation, Store]) -> None:
    made, store = planted
    found = anomaly.find(anomaly.series(store))
    for truth in made.truth.itertuples():
        axis, metric = WANTED[truth.kind]
        mine = found[found["series"].eq(f"{axis}={getattr(truth, axis)}") & found["metric"].eq(metric)]
        began = truth.start if truth.kind == "bad_batch" else truth.felt_from
        assert (mine["start"] - pd.Timestamp(began)).dt.days.abs().min() <= 2, truth.kind


def test_the_store_s_own_figures_show_it_too(planted: tuple[Simulation, Store]) -> None:
    made, store = planted
    found = anomaly.find(metrics.daily(store)).set_index("metric")
    waste = made.truth.set_index("kind").loc["ad_waste"]
    assert found.loc["ad_cost", "size"] == pytest.approx(waste["ad_cost_effect"], rel=0.1)


def test_a_store_where_nothing_happens_raises_no_alarm(tmp_path: Path) -> None:
    made = simulate(start="2025-02-20", days=70, seed=5, visitors_per_day=800, incidents=[])
    with open_store(made.write(tmp_path / "store")) as store:
        for table in (metrics.daily(store), anomaly.series(store)):
            table = table[table["date"] >= "2025-02-25"]  # a simulated shop opens without abandoned carts to return to
            assert anomaly.find(table).empty


def test_a_store_of_orders_alone_has_its_products_figures(make_store: Callable[..., Store]) -> None:
    store = make_store([("ann", "2025-01-01 10:00", 10), ("bob", "2025-01-02 10:00", 20)])
    assert anomaly.find(anomaly.series(store)).empty
    assert anomaly.scope(anomaly.series(store)).empty
