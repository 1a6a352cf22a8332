"""Can the data be believed: small stores by hand, and each defect planted into a clean store for its own check."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planting import DEFECTS, ECHOES, Tables, caught_by, open_tables

from ecomkit.data.simulate import draw_incidents, simulate
from ecomkit.data.store import Store, open_store
from ecomkit.diagnosis import quality
from ecomkit.diagnosis.quality import clock, tracking
from ecomkit.diagnosis.quality.checks import CHECKS
from ecomkit.errors import MissingTableError, ParameterError, TableError

COLUMNS = ["check", "severity", "rows", "money", "share_rate", "first_day", "last_day", "advice", "missing"]
START, DAYS, VISITORS = dt.date(2024, 10, 1), 70, 500


@pytest.fixture(scope="module")
def clean() -> Tables:
    """The tables of ten weeks, Double 11 among them, in which nothing goes wrong."""
    return simulate(seed=5, start=START, days=DAYS, visitors_per_day=VISITORS, incidents=[]).tables


def _cries(audited: pd.DataFrame) -> dict[str, str]:
    found = audited[audited["severity"].isin(["wrong", "watch"])]
    return dict(zip(found["check"], found["severity"], strict=True))


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_three_orders_of_which_one_does_not_add_up(make_store: Callable[..., Store]) -> None:
    rows = [("a", "2025-01-01 09:00", 30), ("b", "2025-01-02 10:00", 50), ("c", "2025-01-03 11:00", 20)]
    lines = pd.DataFrame({"order_id": ["o0", "o1", "o1", "o2"], "line_id": list("1212"), "product_id": "p",
                          "quantity": 1, "revenue": [30.0, 20, 25, 20]})  # fmt: skip
    store = make_store(rows, order_lines=lines)
    row = quality.audit(store).set_index("check").loc["lines_orders"]
    assert (row["severity"], row["rows"], row["money"], row["share_rate"]) == ("wrong", 1, 5.0, pytest.approx(1 / 3))
    assert row["first_day"] == row["last_day"] == pd.Timestamp("2025-01-02")
    assert (row["advice"], row["missing"]) == ("import_again", "")
    seen = quality.evidence(store, "lines_orders")
    assert seen[["order_id", "revenue", "lines_revenue", "money"]].to_numpy().tolist() == [["o1", 50.0, 45.0, 5.0]]


def test_what_cannot_be_checked_says_what_it_would_need(make_store: Callable[..., Store]) -> None:
    store = make_store([("a", "2025-01-01", 30), ("b", "2025-01-02", 50)])
    audited = quality.audit(store)
    assert list(audited.columns) == COLUMNS
    assert sorted(audited["check"]) == sorted(c.name for c in CHECKS)
    missing = audited.set_index("check")["missing"]
    assert missing["traffic_orders"] == "traffic_daily.revenue"
    assert missing["orphans"] == "order_lines.order_id|refunds.order_id|events.order_id"
    unchecked = audited["severity"] == "not checked"
    assert (audited["missing"] != "").equals(unchecked)
    assert audited.loc[unchecked, ["rows", "money", "share_rate"]].isna().all(axis=None)
    with pytest.raises(MissingTableError, match=r"'events_orders' cannot be checked in 'Small': it needs \['events"):
        quality.evidence(store, "events_orders")


def test_an_unknown_check_is_refused(make_store: Callable[..., Store]) -> None:
    with pytest.raises(ParameterError, match=r"There is no check 'lines'\.\nHint: one of lines_orders"):
        quality.evidence(make_store([("a", "2025-01-01", 30)]), "lines")


def test_evidence_is_the_worst_first_and_as_much_as_asked_for(clean: Tables) -> None:
    store = open_tables(DEFECTS["line_price"](dict(clean)))
    seen = quality.evidence(store, "line_price", limit=7)
    assert len(seen) == 7
    assert seen["money"].is_monotonic_decreasing
    assert seen.columns[[0, -1]].tolist() == ["day", "money"]
    assert quality.evidence(store, "refund_late").empty


def test_a_store_without_orders_is_audited_as_far_as_it_goes() -> None:
    days = pd.date_range("2025-01-01", periods=40)
    units = pd.DataFrame({"date": days.repeat(2), "product_id": ["p", "q"] * 40, "units": range(50, 130)})
    units = units[units["date"] != "2025-01-20"]
    audited = quality.audit(open_tables({"product_daily": units})).set_index("check")
    assert _cries(audited.reset_index()) == {"gaps": "watch"}
    assert (audited.loc["gaps", "rows"], audited.loc["gaps", "first_day"]) == (1, pd.Timestamp("2025-01-20"))
    assert audited["money"].isna().all()


def test_a_cell_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"name": "Text", "currency": "CNY", "timezone": "Asia/Shanghai"}')
    text = "order_id,customer_id,order_date,revenue\n1,a,2025-01-01,12\n2,b,2025-01-02,twelve\n"
    (tmp_path / "orders.csv").write_text(text)
    with open_store(tmp_path) as store, pytest.raises(TableError, match=r"A table of 'Text' cannot be read.*twelve"):
        quality.audit(store)


def test_a_label_that_says_total_needs_no_arithmetic() -> None:
    days = pd.date_range("2025-01-01", periods=4).repeat(2)
    traffic = pd.DataFrame({"date": days, "source": ["Search", " Total "] * 4, "visitors": [90, 100] * 4})
    store = open_tables({"traffic_daily": traffic})
    assert _cries(quality.audit(store)) == {"total_rows": "wrong"}
    assert set(quality.evidence(store, "total_rows")["label"]) == {" Total "}


def test_the_last_line_of_an_order_export_may_be_its_sum(make_store: Callable[..., Store]) -> None:
    rows = [(f"c{i}", f"2025-01-{i + 1:02}", 10.0 + i) for i in range(20)]
    store = make_store([*rows, ("", "2025-01-20", sum(r[2] for r in rows))])
    found = quality.evidence(store, "total_rows")
    assert found[["table", "label", "money"]].to_numpy().tolist() == [["orders", "o20", 390.0]]


def test_a_weekly_day_off_is_no_gap(make_store: Callable[..., Store]) -> None:
    days = [d for d in pd.date_range("2025-01-01", "2025-03-31") if d.day_name() != "Sunday" and d.day != 15]
    rows = [(f"c{i}", f"{d:%Y-%m-%d} 10:00", 50) for d in days for i in range(8)]
    found = quality.evidence(make_store(rows), "gaps")
    assert found["day"].dt.strftime("%m-%d").tolist() == ["01-15", "02-15", "03-15"]
    assert set(found["money"]) == {400.0}


def test_what_is_seen_a_few_times_a_day_cannot_be_said_to_stop() -> None:
    """Eight a day of forty orders; on a day of sixty, none: twelve were due, but of eight a day none may be chance."""
    seen, orders = np.full(60, 8.0), np.full(60, 40.0)
    seen[30], orders[30] = 0.0, 60.0
    assert not tracking._stopped(seen, orders).any()
    assert tracking._stopped(10 * seen, orders).nonzero()[0].tolist() == [30]


# --- properties ------------------------------------------------------------------------------------------------------


def test_a_clean_store_is_believed(clean: Tables) -> None:
    store = open_tables(clean)
    audited = quality.audit(store)
    assert _cries(audited) == {}
    assert audited.loc[audited["severity"] == "not checked", "check"].tolist() == ["stated_rates"]
    assert (audited.loc[audited["severity"] == "ok", "rows"] == 0).all()
    assert audited["advice"].ne("").all()


def test_the_order_of_the_rows_does_not_matter(clean: Tables) -> None:
    planted = DEFECTS["repeated_orders"](dict(clean))
    shuffled = {name: table.sample(frac=1, random_state=3) for name, table in planted.items()}
    pd.testing.assert_frame_equal(quality.audit(open_tables(planted)), quality.audit(open_tables(shuffled)))


def test_business_going_wrong_is_no_wrong_data() -> None:
    """The simulator's incidents, brushing apart, are true: no check may call the data wrong for them."""
    lot = draw_incidents(seed=4, start=START, days=DAYS, visitors_per_day=VISITORS, count=6)
    lot = [i for i in lot if i.kind != "brushed_orders"]
    made = simulate(seed=4, start=START, days=DAYS, visitors_per_day=VISITORS, incidents=lot)
    assert len(lot) == 5
    assert _cries(quality.audit(open_tables(made.tables))) == {}


@given(hours=st.integers(1, 23), first=st.integers(0, 40), length=st.integers(10, 25), seed=st.integers(0, 99))
@example(hours=1, first=0, length=21, seed=0)  # moved days among the usual ones drew its end and hours away
@example(hours=2, first=0, length=20, seed=2)
@settings(max_examples=15)
def test_a_moved_clock_is_found_to_the_hour_and_day(hours: int, first: int, length: int, seed: int) -> None:
    shape = np.array([2, 1, 1, 1, 1, 2, 4, 8, 14, 20, 24, 25, 26, 25, 24, 23, 22, 22, 23, 28, 34, 36, 30, 16])
    counts = np.random.default_rng(seed).poisson(np.tile(shape, (84, 1)))
    counts[first : first + length] = np.roll(counts[first : first + length], hours, axis=1)
    days = pd.date_range("2025-01-01", periods=84)
    hourly = pd.DataFrame({"day": days.repeat(24), "hour": list(range(24)) * 84, "n": counts.ravel()})
    found = clock._moved(hourly, "events", pd.Series(1.0, index=days))
    expected = hours if hours <= 12 else hours - 24
    assert [(row[1], row[2], row[3]) for row in found] == [(days[first], days[first + length - 1], expected)]


# --- reference: planted defects, and what is known of public data ----------------------------------------------------


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_found_by_its_own_check_alone(clean: Tables, defect: str) -> None:
    audited = quality.audit(open_tables(DEFECTS[defect](dict(clean))))
    cries = _cries(audited)
    assert cries.pop(caught_by(defect)) == "wrong"
    assert set(cries) <= ECHOES.get(defect, set())


@pytest.fixture(scope="module")
def audited(open_public: Callable[[str], Store]) -> Callable[[str], pd.DataFrame]:
    return lambda name: quality.audit(open_public(name)).set_index("check")


def test_online_retail_closes_on_holidays_and_has_few_orders_twice(
    audited: Callable[[str], pd.DataFrame], open_public: Callable[[str], Store]
) -> None:
    table = audited("online_retail_ii")
    assert _cries(table.reset_index()) == {"gaps": "watch", "repeated_orders": "watch"}
    days = set(quality.evidence(open_public("online_retail_ii"), "gaps")["day"].dt.strftime("%Y-%m-%d"))
    bank_holidays = {"2010-04-02", "2010-05-03", "2010-05-31", "2010-08-30", "2011-04-22", "2011-04-25", "2011-08-29"}
    assert bank_holidays < days  # https://www.gov.uk/bank-holidays
    assert {"2010-12-25", "2010-07-04"} & days == set()  # a Saturday, and an ordinary Sunday


def test_olist_lacks_the_last_months_of_its_first_year(
    audited: Callable[[str], pd.DataFrame], open_public: Callable[[str], Store]
) -> None:
    assert set(_cries(audited("olist").reset_index())) == {
        "gaps", "repeated_orders", "brushed_orders", "reviews_orders", "review_timing",
    }  # fmt: skip
    assert (audited("olist")["severity"] != "wrong").all()
    said = {check: quality.evidence(open_public("olist"), check) for check in ("reviews_orders", "review_timing")}
    assert set(said["reviews_orders"]["sign"]) == {"again"}  # 99,224 reviews of 98,673 orders, by its publisher's file
    assert set(said["review_timing"]["sign"]) == {"before_payment"}  # payments approved in arrears, on few days
    days = set(quality.evidence(open_public("olist"), "gaps")["day"].dt.strftime("%Y-%m"))
    assert {"2016-11", "2016-12"} < days


def test_m5_without_orders_has_nothing_to_blame(audited: Callable[[str], pd.DataFrame]) -> None:
    table = audited("m5")
    assert _cries(table.reset_index()) == {}
    assert table.loc["gaps", "severity"] == "ok"
