"""What happened to a store whose truth is known: every planted cause, its slice, its days and its money."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecomkit.data.simulate import Simulation, simulate
from ecomkit.data.simulate.incidents import KINDS, SLICES
from ecomkit.data.store import Store, open_store, write_store
from ecomkit.diagnosis import findings, metrics
from ecomkit.diagnosis.causes import sources
from ecomkit.diagnosis.period import Period
from ecomkit.errors import ParameterError

COLUMNS = [
    "finding", "slice", "severity", "since", "until", "money_at_stake", "money_low", "money_high", "confidence",
    "owner", "due", "values", "explains", "words",
]  # fmt: skip
SEEDS = [7, 3]
TWO_DAYS = dt.timedelta(days=2)
Planted = tuple[Simulation, Store, pd.DataFrame]


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """A store of 120 days with one incident of each kind, its tables on disk, and what is found in it."""
    made = simulate(seed=request.param, days=120)
    with open_store(made.write(tmp_path_factory.mktemp("planted") / "store")) as store:
        yield made, store, findings.rank(store)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same store with nothing going wrong."""
    made = simulate(days=120, incidents=[])
    with open_store(made.write(tmp_path_factory.mktemp("quiet") / "store")) as store:
        yield store


def _truth(made: Simulation) -> pd.DataFrame:
    """Indexed by kind, with `where`, the slice that was struck."""
    truth = made.truth.set_index("kind")
    return truth.assign(where=[{KINDS[kind][0]: row[KINDS[kind][0]]} for kind, row in truth.iterrows()])


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_store_of_orders_alone_gives_an_empty_table(make_store: Callable[..., Store]) -> None:
    days = pd.date_range("2025-01-01", "2025-02-28")
    store = make_store(
        [(f"c{i % 7}", f"{day:%Y-%m-%d} 10:00", 100 if day.month == 1 else 5) for i, day in enumerate(days)]
    )
    found = findings.rank(store)
    assert found.empty
    assert list(found.columns) == COLUMNS
    looked = findings.scope(store)
    assert list(looked.columns) == ["finding", "looked_for", "missing"]
    assert set(looked["finding"]) == set(KINDS)
    assert not looked["looked_for"].any()
    assert looked["missing"].str.contains(".", regex=False).all()


@pytest.mark.parametrize(("price", "named"), [(30.0, ["watch"]), (15.0, [])])
def test_an_empty_shelf_is_named_where_it_may_be_worth_it(
    make_store: Callable[..., Store], price: float, named: list[str]
) -> None:
    """Two mugs a day beside forty pots; on the last two days there are none. At 30 each, 120 are lost, where 0.5 % of
    the sales is some 150: it may be as much. At 15 it may not."""
    days = pd.date_range("2025-01-01", "2025-02-25")
    sold = [0 if day > days[-3] else 2 for day in days]
    rows = [("a", f"{day:%Y-%m-%d} 09:00", price * n) for day, n in zip(days, sold, strict=True)]
    rows += [("b", f"{day:%Y-%m-%d} 10:00", 1000.0) for day in days]
    n = len(days)
    lines = {"order_id": [f"o{i}" for i in range(2 * n)], "line_id": "1", "product_id": ["mug"] * n + ["pot"] * n,
             "quantity": [*sold, *[40] * n], "revenue": [row[2] for row in rows]}  # fmt: skip
    stock = {
        "date": [*days, *days],
        "product_id": ["mug"] * n + ["pot"] * n,
        "on_hand": [5 * k for k in sold] + [99] * n,
    }
    found = findings.rank(make_store(rows, order_lines=lines, inventory=stock))
    assert found["severity"].tolist() == named
    if named:
        row = found.iloc[0]
        assert (row["finding"], row["slice"], row["money_at_stake"]) == ("out_of_stock", {"product_id": "mug"}, 120.0)
        assert row["money_low"] < row["money_at_stake"] < row["money_high"]


def _with_fakes(make_store: Callable[..., Store], fakes: int) -> Store:
    """A store of one order a day to as many homes, and first orders of one amount to one door."""
    rows = [(f"c{i}", f"2025-01-{1 + i:02} 09:00", 50 + i) for i in range(28)]
    rows += [(f"x{i}", "2025-01-27 03:00", 80) for i in range(fakes)]
    lines = {
        "order_id": [f"o{n}" for n in range(len(rows))],
        "product_id": "p",
        "quantity": 1,
        "revenue": [r[2] for r in rows],
    }
    store = make_store(rows, order_lines=pd.DataFrame(lines))
    store.connection.execute("ALTER TABLE orders ADD COLUMN address_id VARCHAR")
    store.connection.execute("UPDATE orders SET address_id = if(customer_id[1] = 'x', 'one door', customer_id)")
    return store


def test_orders_alike_to_one_address_are_found(make_store: Callable[..., Store]) -> None:
    found = findings.rank(_with_fakes(make_store, 4))
    assert found["finding"].tolist() == ["brushed_orders"]
    row = found.iloc[0]
    assert (row["slice"], row["money_at_stake"]) == ({"product_id": "p"}, 320.0)
    assert (row["since"], row["until"]) == (dt.date(2025, 1, 27), dt.date(2025, 1, 27))
    assert (row["values"]["orders"], row["values"]["addresses"]) == (4, 1)


def test_three_alike_are_a_household(make_store: Callable[..., Store]) -> None:
    assert findings.rank(_with_fakes(make_store, 3)).empty


def test_who_a_source_won_and_who_came_back_another_way(make_store: Callable[..., Store]) -> None:
    """Ann came by ads and paid two days later, directly; Bob had bought before he came by ads; Cid paid at once."""
    visits = [("ann", 1, "ads"), ("ann", 3, "direct"), ("bob", 1, "direct"), ("bob", 2, "ads"), ("bob", 4, "direct"),
              ("cid", 2, "ads")]  # fmt: skip
    bought = [("ann", 3, 10), ("bob", 1, 20), ("bob", 4, 30), ("cid", 2, 40)]
    events = pd.DataFrame(
        [(who, day, source, "view_item", None) for who, day, source in visits]
        + [(who, day, "direct", "purchase", f"o{n}") for n, (who, day, _paid) in enumerate(bought)],
        columns=["user_id", "event_time", "source", "event_name", "order_id"],
    )
    events["event_time"] = pd.Timestamp("2025-03-01") + pd.to_timedelta(events["event_time"] - 1, unit="D")
    store = make_store([(who, f"2025-03-{day:02}", paid) for who, day, paid in bought], events=events)
    days = [dt.date(2025, 3, n) for n in (5, 8, 1, 4)]
    found = sources._came_back(store, Period(*days))
    assert found.to_dict("list") == {"source": ["ads"], "lag": [2], "revenue": [10.0]}
    assert sources._back(found, "ads", np.array([0, 1, 2, 99])).tolist() == [0.0, 0.0, 10.0, 10.0]


def test_a_mega_sale_lifts_sources_unequally() -> None:
    """A plain day, and one that lifts five sources by 1.5, 2, 3, 4 and 4: the median is 3, half lie a third apart."""
    usual = np.array([100.0, 100.0])
    drift, apart = sources._drift([(np.array([100.0, 100 * lift]), usual) for lift in (1.5, 2, 3, 4, 4)])
    assert drift.tolist() == [1.0, 3.0]
    assert apart.tolist() == pytest.approx([0.0, 1.4826 / 3])
    assert sources._drift([(usual, usual)] * 2) == (1.0, 0.0)  # too few to tell what befell all


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"start": "yesterday"}, "start='yesterday' is no date"),
        ({"start": "2030-01-01"}, "is not all in the data"),
        ({"compare": "last"}, "compare='last' is not known"),
    ],
)
def test_wrong_calls_are_refused(quiet: Store, arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        findings.rank(quiet, **arguments)  # type: ignore[arg-type]


# --- properties ------------------------------------------------------------------------------------------------------


def test_the_table_is_as_promised(planted: Planted) -> None:
    _made, store, found = planted
    assert list(found.columns) == COLUMNS
    assert found.index.tolist() == list(range(len(found)))
    assert found["severity"].tolist() == sorted(found["severity"])  # "act" comes before "watch"
    assert found.groupby("severity")["money_at_stake"].apply(lambda money: money.is_monotonic_decreasing).all()
    assert (found["money_low"] > 0).all()
    assert (found["money_low"] <= found["money_at_stake"]).all()
    assert (found["money_at_stake"] <= found["money_high"]).all()
    assert set(found["confidence"]) <= {"high", "medium"}
    assert set(found["owner"]) <= {"operations", "promotion", "service", "supply", "analyst"}
    period = metrics.period(store)
    assert all(period.start <= a <= b <= period.end for a, b in zip(found["since"], found["until"], strict=True))
    assert all(due > period.end for due in found["due"])
    assert all(next(iter(where)) in SLICES for where in found["slice"])
    assert all(figures for figures in found["values"])


def test_the_same_store_gives_the_same_findings(planted: Planted) -> None:
    _made, store, found = planted
    pd.testing.assert_frame_equal(findings.rank(store), found)
    period = metrics.period(store)
    pd.testing.assert_frame_equal(findings.rank(store, str(period.start), period.end), found)


def test_everything_is_looked_for_where_every_table_is_there(planted: Planted) -> None:
    _made, store, _found = planted
    looked = findings.scope(store)
    assert looked["looked_for"].all()
    assert set(looked["missing"]) == {""}


def test_nothing_is_found_where_nothing_happened(quiet: Store) -> None:
    found = findings.rank(quiet)
    assert found.empty
    assert list(found.columns) == COLUMNS


def test_a_cause_whose_table_is_missing_is_left_out_and_the_others_stay(planted: Planted, tmp_path: Path) -> None:
    made, _store, found = planted
    tables = {name: table for name, table in made.tables.items() if name not in ("events", "inventory")}
    where = {"name": "Less", "currency": "CNY", "timezone": "Asia/Shanghai"}
    with open_store(write_store(tmp_path / "less", tables, **where)) as less:
        assert set(findings.rank(less)["finding"]) == set(found["finding"]) - {"checkout_fault", "out_of_stock"}
        missing = findings.scope(less).set_index("finding")["missing"]
        assert missing["out_of_stock"] == "inventory.on_hand"
        assert missing["ad_waste"] == ""


# --- reference: the planted truth ------------------------------------------------------------------------------------


def test_every_planted_cause_is_found_once_with_its_slice(planted: Planted) -> None:
    made, _store, found = planted
    assert sorted(found["finding"]) == sorted(KINDS)
    assert dict(zip(found["finding"], found["slice"], strict=True)) == _truth(made)["where"].to_dict()


def test_the_days_are_those_on_which_it_was_felt(planted: Planted) -> None:
    made, _store, found = planted
    truth = _truth(made)
    for row in found.itertuples():
        # A bad batch is dated by the days it was sold; its money comes back days later.
        began = truth.loc[row.finding, "start" if row.finding == "bad_batch" else "felt_from"]
        assert abs(row.since - began) <= TWO_DAYS, row.finding
        assert abs(row.until - truth.loc[row.finding, "end"]) <= TWO_DAYS, row.finding


def test_the_money_is_that_of_the_same_store_without_the_incident(planted: Planted) -> None:
    made, _store, found = planted
    true = found["finding"].map(_truth(made)["net_effect"].abs())
    off = (found["money_at_stake"] / true - 1).abs()
    assert off.max() < 0.40, dict(zip(found["finding"], off, strict=True))
    assert off.median() < 0.25


def test_fake_orders_are_counted_to_the_cent(planted: Planted) -> None:
    made, _store, found = planted
    row = found.set_index("finding").loc["brushed_orders"]
    assert row["money_at_stake"] == row["money_low"] == row["money_high"]
    assert row["money_at_stake"] == pytest.approx(_truth(made).loc["brushed_orders", "revenue_effect"], abs=0.005)


def test_the_period_before_was_quiet(planted: Planted) -> None:
    """The incidents lie in the last 28 days: the days before them, looked at alone, show none of them."""
    _made, store, _found = planted
    period = metrics.period(store)
    before = findings.rank(store, period.before_start, period.before_end)
    assert before.empty
