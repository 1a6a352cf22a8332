import numpy as np
import oracles
import pandas as pd
import pytest
from engines import ENGINES, hand_over
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.customers import cohort
from ecomkit.data import frames
from ecomkit.errors import ParameterError, TableError

ORDERS = pd.DataFrame(
    {
        "customer_id": ["ann", "bob", "ann", "cai"],
        "order_date": pd.to_datetime(["2025-01-05", "2025-01-20", "2025-03-10", "2025-03-12"]),
        "revenue": [30.0, 20.0, 10.0, 5.0],
    }
)


def random_orders(n: int, customers: int, seed: int, days: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customer_id": (customers * rng.random(n) ** 2).astype(int).astype(str),
            "order_date": pd.Timestamp("2023-11-20") + pd.to_timedelta(rng.integers(0, days * 86400, n), unit="s"),
            "revenue": rng.integers(1, 3000, n) / 100,
        }
    )


# by hand


def test_missing_where_the_month_has_not_ended_and_zero_where_nobody_came() -> None:
    table = cohort.retention(ORDERS)
    assert table["cohort"].dt.strftime("%Y-%m-%d").tolist() == ["2025-01-01"] * 3 + ["2025-03-01"]
    assert table["age"].tolist() == [0, 1, 2, 0]
    assert table["customers"].tolist() == [2, 0, pd.NA, pd.NA]
    assert table["rate"].fillna(-1).tolist() == [1.0, 0.0, -1, -1]
    assert table["cohort_customers"].tolist() == [2, 2, 2, 1]


def test_as_of_says_that_the_month_is_complete() -> None:
    table = cohort.retention(ORDERS, as_of="2025-03-31")
    assert table["customers"].tolist() == [2, 0, 1, 1]
    assert table["revenue"].tolist() == [50.0, 0.0, 10.0, 5.0]
    assert cohort.retention(ORDERS, as_of="2025-02-28")["customers"].tolist() == [2, 0]


def test_weeks_begin_on_monday() -> None:
    table = cohort.retention(ORDERS, period="week", as_of="2025-01-26")
    assert table["cohort"].dt.strftime("%a %d").tolist() == ["Mon 30"] * 4 + ["Mon 20"]
    assert table["customers"].tolist() == [1, 0, 0, 0, 1]


def test_a_customers_worth_is_that_of_those_observed_so_long() -> None:
    table = cohort.value(cohort.retention(ORDERS, as_of="2025-03-31"))
    assert table["age"].tolist() == [0, 1, 2]
    assert table["cohorts"].tolist() == [2, 1, 1]
    assert table["customers"].tolist() == [3, 2, 2]
    assert table["revenue_per_customer"].tolist() == [pytest.approx(55 / 3), 0, 5]
    assert table["revenue_so_far"].tolist() == [pytest.approx(55 / 3)] * 2 + [pytest.approx(55 / 3 + 5)]


def test_where_all_came_at_once_it_is_what_each_has_paid() -> None:
    orders = ORDERS[ORDERS["customer_id"] != "cai"]
    table = cohort.value(cohort.retention(orders, as_of="2025-03-31"))
    assert table["revenue_so_far"].iloc[-1] == orders["revenue"].sum() / 2


# bad input


def test_a_worth_of_what_is_no_retention() -> None:
    with pytest.raises(TableError, match=r"no columns \['cohort', .*\nHint: pass cohort.retention"):
        cohort.value(ORDERS)
    with pytest.raises(TableError, match="no period that has ended"):
        cohort.value(cohort.retention(ORDERS[:1]))


def test_bad_input_is_named() -> None:
    with pytest.raises(ParameterError, match="period='year' is unknown"):
        cohort.retention(ORDERS, period="year")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="no orders"):
        cohort.retention(ORDERS.iloc[:0])
    with pytest.raises(ParameterError, match="no orders"):
        cohort.retention(ORDERS, as_of="2024-01-01")
    for column, bad in [("customer_id", None), ("order_date", pd.NaT), ("revenue", np.nan), ("revenue", -1.0)]:
        spoilt = ORDERS.assign(**{column: [*ORDERS[column][:3], bad]})
        with pytest.raises(TableError, match="in 1 row"):
            cohort.retention(spoilt)


def test_a_stray_date_costs_no_memory_and_as_of_has_an_end() -> None:
    stray = ORDERS.assign(order_date=[pd.Timestamp("1680-01-01"), *ORDERS["order_date"][1:]])
    assert cohort.retention(stray, period="week")["customers"].dropna().sum() == 2  # the last week has not ended
    with pytest.raises(ParameterError, match="over a year after"):
        cohort.retention(ORDERS, as_of="2999-12-31")


# properties


@given(
    st.integers(1, 80),
    st.integers(1, 30),
    st.integers(0, 10**6),
    st.sampled_from(["month", "week"]),
    st.sampled_from([3, 1 << 18]),
)
def test_agrees_with_the_oracle(n: int, customers: int, seed: int, period: str, batch: int) -> None:
    orders = random_orders(n, customers, seed, days=120)
    whole, frames.BATCH = frames.BATCH, batch
    try:
        table = cohort.retention(orders, period=period)  # type: ignore[arg-type]
    finally:
        frames.BATCH = whole
    want = oracles.retention(orders, period, orders["order_date"].max().normalize())
    pd.testing.assert_frame_equal(table, want, check_dtype=False)
    first = table[(table["age"] == 0) & table["rate"].notna()]
    assert (first["rate"] == 1).all()


def test_revenue_adds_up_to_the_whole() -> None:
    orders = random_orders(5000, 700, 1)
    table = cohort.retention(orders, as_of="2024-12-31")
    assert table["revenue"].sum() == pytest.approx(orders["revenue"].sum(), abs=0.005)


# reference


@pytest.mark.parametrize("period", ["month", "week"])
def test_hundred_thousand_orders_agree_with_the_oracle(period: str) -> None:
    orders = random_orders(100_000, 30_000, 2)
    table = cohort.retention(orders, period=period)  # type: ignore[arg-type]
    want = oracles.retention(orders, period, orders["order_date"].max().normalize())
    pd.testing.assert_frame_equal(table, want, check_dtype=False)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("period", ["month", "week"])
def test_every_engine_gives_the_same_table(engine: str, period: str) -> None:
    orders = random_orders(2000, 400, 3)
    table = cohort.retention(hand_over(orders, engine), period=period)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(table, cohort.retention(orders, period=period), check_dtype=False)  # type: ignore[arg-type]
