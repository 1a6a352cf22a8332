import duckdb
import numpy as np
import oracles
import pandas as pd
import polars as pl
import pytest
from engines import ENGINES, hand_over, take_back
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.customers import rfm
from ecomkit.errors import ParameterError, TableError

ORDERS = pd.DataFrame(
    {
        "order_id": ["1", "2", "3", "4"],
        "customer_id": ["ann", "ann", "bob", "cai"],
        "order_date": pd.to_datetime(["2025-01-01 09:00", "2025-01-30 23:59", "2025-01-20 00:00", "2025-01-29 08:00"]),
        "revenue": [30.0, 20.0, 10.0, 10.0],
    }
)


def random_orders(n: int, customers: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    who = (customers * rng.random(n) ** 2).astype(int)
    return pd.DataFrame(
        {
            "order_id": np.arange(n).astype(str),
            "customer_id": np.char.add("c", who.astype(str)),
            "order_date": pd.Timestamp("2024-01-15") + pd.to_timedelta(rng.integers(0, 400 * 86400, n), unit="s"),
            "revenue": rng.integers(1, 3000, n) / 100,
        }
    )


def by_customer(table: object) -> pd.DataFrame:
    frame = take_back(table).sort_values("customer_id", ignore_index=True)
    return frame.astype({c: "object" for c in ["customer_id", "segment"] if c in frame})


# by hand


def test_measure_by_hand() -> None:
    table = by_customer(rfm.measure(ORDERS))
    assert table.to_dict("list") == {
        "customer_id": ["ann", "bob", "cai"],
        "recency_days": [0, 10, 1],
        "frequency": [2, 1, 1],
        "monetary": [50.0, 10.0, 10.0],
    }


def test_equal_customers_score_equally() -> None:
    scored = by_customer(rfm.score(rfm.measure(ORDERS)))
    assert scored["f"].tolist() == [4, 1, 1]
    assert scored["m"].tolist() == [4, 1, 1]
    assert scored["r"].tolist() == [4, 1, 2]


def test_ten_identical_customers_are_one() -> None:
    same = pd.DataFrame({"customer_id": list("abcdefghij"), "order_date": pd.Timestamp("2025-01-01"), "revenue": 1.0})
    scored = rfm.segment(rfm.score(rfm.measure(same)))
    assert (scored[["r", "f", "m"]] == 1).all(axis=None)
    assert scored["segment"].nunique() == 1


def test_refunds_are_taken_off_the_money() -> None:
    orders = ORDERS.assign(refund_amount=[30.0, 0.0, np.nan, 4.0])
    assert by_customer(rfm.measure(orders))["monetary"].tolist() == [20.0, 10.0, 6.0]


def test_as_of_hides_later_orders() -> None:
    table = by_customer(rfm.measure(ORDERS, as_of="2025-01-20"))
    assert table["customer_id"].tolist() == ["ann", "bob"]
    assert table["recency_days"].tolist() == [19, 0]
    assert by_customer(rfm.measure(ORDERS, as_of="2025-02-09"))["recency_days"].tolist() == [10, 20, 11]


def test_migrate_shows_who_came_and_went() -> None:
    before = pd.DataFrame({"customer_id": ["a", "b"], "segment": ["new", "loyal"]})
    after = pd.DataFrame({"customer_id": ["b", "c"], "segment": ["at_risk", "new"]})
    moved = rfm.migrate(before, after)
    assert moved["customers"].tolist() == [1, 1, 1]
    assert moved.loc[moved["before"] == "loyal", "after"].tolist() == ["at_risk"]
    assert moved["before"].isna().sum() == moved["after"].isna().sum() == 1


def test_every_code_has_a_name_and_every_name_a_code() -> None:
    codes = pd.MultiIndex.from_product([range(1, 6)] * 3, names=["r", "f", "m"]).to_frame(index=False)
    named = rfm.segment(codes)
    assert named["segment"].notna().all()
    assert set(named["segment"]) == set(rfm.segments()["segment"])
    assert rfm.segments()["action"].str.len().min() > 20
    top = named.set_index(["r", "f", "m"])["segment"]
    assert top[5, 5, 5] == "champions"
    assert top[1, 1, 5] == "dormant_high_value"
    assert top[5, 5, 1] == "active_low_value"
    assert top[1, 1, 1] == "lost"


def test_summary_adds_up() -> None:
    segmented = rfm.segment(rfm.score(rfm.measure(random_orders(500, 80, 3))))
    table = rfm.summarise(segmented)
    assert table["customers"].sum() == len(segmented)
    assert table["customer_share"].sum() == pytest.approx(1)
    assert table["net_sales"].sum() == pytest.approx(segmented["monetary"].sum())


# bad input


def message(error: type[Exception], **changes: object) -> str:
    with pytest.raises(error) as caught:
        rfm.measure(ORDERS.assign(**changes))
    return str(caught.value)


def test_missing_column_is_named() -> None:
    with pytest.raises(TableError, match=r"`orders` has no columns \['revenue'\]") as caught:
        rfm.measure(ORDERS.drop(columns="revenue"))
    assert "Hint: rename yours first" in str(caught.value)


def test_wrong_values_are_named_with_their_rows() -> None:
    assert "`orders.order_date` holds text" in message(TableError, order_date="2025-01-01")
    assert "`orders.revenue` holds" in message(TableError, revenue="12.5")
    assert "in 1 row, e.g. {'customer_id': None" in message(TableError, customer_id=["ann", None, "bob", "cai"])
    assert "in 1 row" in message(TableError, revenue=[1.0, -5.0, 1.0, 1.0])
    assert "in 2 rows" in message(TableError, revenue=[1.0, np.nan, np.nan, 1.0])
    assert "a date that is missing" in message(TableError, order_date=[*ORDERS["order_date"][:3], pd.NaT])
    assert "`orders.order_id` repeats in 2 rows" in message(TableError, order_id=["1", "1", "1", "2"])
    assert "an id of more than 15 digits" in message(TableError, customer_id=[1.0, 2.0, 3.0, 4.0])


def test_money_that_is_no_number_is_named() -> None:
    for engine in ["pandas", "polars", "duckdb", "polars-lazy"]:
        for column, bad in [("revenue", np.inf), ("refund_amount", np.nan), ("refund_amount", -5.0)]:
            table = pl.from_pandas(ORDERS.assign(refund_amount=0.0)).with_columns(
                pl.when(pl.col("order_id") == "2").then(pl.lit(bad)).otherwise(pl.col(column)).alias(column)
            )
            given = {"pandas": table.to_pandas, "polars": lambda t=table: t, "polars-lazy": table.lazy}.get(
                engine, lambda t=table: duckdb.connect().from_arrow(t.to_arrow())
            )()
            if engine == "pandas" and np.isnan(bad):
                continue  # pandas cannot tell NaN from missing, and a missing refund is none
            with pytest.raises(TableError, match="in 1 row"):
                rfm.measure(given)


def test_a_missing_date_is_not_dropped_by_as_of() -> None:
    for engine in ["pandas", "polars-lazy"]:
        table = hand_over(ORDERS.assign(order_date=[*ORDERS["order_date"][:3], pd.NaT]), engine)
        with pytest.raises(TableError, match="in 1 row"):
            rfm.measure(table, as_of="2025-02-01")


def test_one_repeated_id_is_found_among_many_rows() -> None:
    n = 1_500_000
    many = pd.DataFrame(
        {"order_id": np.arange(n), "customer_id": 1, "order_date": pd.Timestamp("2025-01-01"), "revenue": 1.0}
    )
    many.loc[n - 1, "order_id"] = 5
    with pytest.raises(TableError, match="repeats in 1 rows"):
        rfm.measure(many)


def test_foreign_scores_and_cuts_are_refused() -> None:
    measured = rfm.measure(random_orders(200, 50, 1))
    with pytest.raises(TableError, match="not 1 to 5"):
        rfm.segment(rfm.score(measured, bins=10))
    lazy = rfm.segment(rfm.score(hand_over(measured, "polars-lazy"), bins=10))
    with pytest.raises(TableError, match="not 1 to 5"):
        rfm.summarise(lazy)
    with pytest.raises(ParameterError, match="no scale"):
        rfm.score(measured, cuts=rfm.cut_points(measured).head(3))
    with pytest.raises(TableError, match="customers lack a figure"):
        rfm.score(measured.assign(monetary=[np.nan, *measured["monetary"][1:]]))
    twice = rfm.segment(rfm.score(pd.concat([measured, measured.head(2)], ignore_index=True)))
    with pytest.raises(TableError, match="repeats in 2 rows of `after`"):
        rfm.migrate(twice.head(40), twice)


def test_scoring_leaves_the_rest_of_the_table_alone() -> None:
    measured = rfm.measure(random_orders(200, 50, 1))
    mine = measured.assign(
        kind=pd.Categorical((["a", "b"] * 25)[: len(measured)]), mixed=([1, "x"] * 25)[: len(measured)]
    )[measured["frequency"] > 1]
    after = rfm.segment(rfm.score(mine))
    pd.testing.assert_frame_equal(after[list(mine)], mine)


def test_two_stores_can_be_compared() -> None:
    tables = [rfm.segment(rfm.score(rfm.measure(hand_over(random_orders(300, 40, s), "duckdb")))) for s in (1, 2)]
    moved = rfm.migrate(*tables)
    assert moved.loc[moved["after"].notna(), "customers"].sum() == tables[1].count("*").fetchall()[0][0]


def test_mixed_zones_are_refused() -> None:
    mixed = [pd.Timestamp("2025-01-01", tz=z) for z in ["UTC", "Asia/Shanghai", "UTC", "UTC"]]
    assert "not times of one time zone" in message(TableError, order_date=pd.Series(mixed, dtype=object))


def test_nothing_to_measure() -> None:
    with pytest.raises(ParameterError, match="no orders"):
        rfm.measure(ORDERS, as_of="2024-12-31")
    with pytest.raises(ParameterError, match="no orders"):
        rfm.measure(ORDERS.iloc[:0])
    for odd in ["tomorrow", "today", "01/03/2025", "", 20250301, pd.NaT, [1]]:
        with pytest.raises(ParameterError, match="is not a date"):
            rfm.measure(ORDERS, as_of=odd)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="bins=1"):
        rfm.score(rfm.measure(ORDERS), bins=1)


def test_one_order_and_long_ids() -> None:
    one = ORDERS.iloc[:1].assign(customer_id=[9007199254740993123])
    assert rfm.segment(rfm.score(rfm.measure(one)))["customer_id"].tolist() == [9007199254740993123]


def test_input_is_not_changed() -> None:
    copy = ORDERS.copy(deep=True)
    rfm.segment(rfm.score(rfm.measure(copy)))
    pd.testing.assert_frame_equal(copy, ORDERS)


# properties


@given(st.integers(1, 60), st.integers(1, 25), st.integers(2, 10), st.integers(0, 10**6))
def test_scores_agree_with_counting(n: int, customers: int, bins: int, seed: int) -> None:
    orders = random_orders(n, customers, seed)
    scored = by_customer(rfm.score(rfm.measure(orders), bins=bins))
    want = by_customer(oracles.rfm(orders, bins))
    pd.testing.assert_frame_equal(scored, want, check_dtype=False)
    assert scored[["r", "f", "m"]].min(axis=None) >= 1
    assert scored[["r", "f", "m"]].max(axis=None) <= bins
    ordered = scored.sort_values("monetary")
    assert ordered["m"].is_monotonic_increasing


def test_row_order_changes_nothing() -> None:
    orders = random_orders(3000, 400, 1)
    shuffled = orders.sample(frac=1, random_state=2)
    first, second = (by_customer(rfm.score(rfm.measure(o))) for o in (orders, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_frozen_cuts_keep_the_scale() -> None:
    first = rfm.measure(random_orders(2000, 300, 4))
    scale = rfm.cut_points(first)
    again = rfm.score(first, cuts=scale)
    pd.testing.assert_frame_equal(by_customer(again), by_customer(rfm.score(first)))
    richer = first.assign(monetary=first["monetary"] + 1e6)
    assert (rfm.score(richer, cuts=scale)["m"] == 5).all()


# reference


def test_hundred_thousand_orders_agree_with_the_oracle() -> None:
    orders = random_orders(100_000, 20_000, 5)
    pd.testing.assert_frame_equal(
        by_customer(rfm.score(rfm.measure(orders))), by_customer(oracles.rfm(orders)), check_dtype=False
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_table(engine: str) -> None:
    orders = random_orders(3000, 500, 6)
    table = hand_over(orders, engine)
    answer = rfm.segment(rfm.score(rfm.measure(table)))
    assert type(answer).__module__.split(".")[0] == type(table).__module__.split(".")[0]
    want = rfm.segment(rfm.score(rfm.measure(orders)))
    pd.testing.assert_frame_equal(by_customer(answer), by_customer(want), check_dtype=False)
    pd.testing.assert_frame_equal(rfm.summarise(answer), rfm.summarise(want), check_dtype=False)
