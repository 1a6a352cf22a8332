"""What a table may hold, asked at the door: every problem is named with its column and its rows."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from engines import ENGINES, hand_over
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data import check, frames
from ecomkit.data.tables import TABLES
from ecomkit.errors import ParameterError, TableError

GOOD = pd.DataFrame(
    {
        "order_id": ["1", "2", "3"],
        "customer_id": ["a", "b", None],
        "order_date": pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03"]).as_unit("us"),
        "revenue": [10.0, 0.0, 5.5],
    }
)
COLUMNS = ["customer_id", "order_date", "revenue"]


def _found(frame: object, table: str = "orders") -> list[tuple]:
    problems = check.problems(frame, table)
    assert list(problems.columns) == ["column", "problem", "rows", "first_rows"]
    rows = [None if pd.isna(r) else int(r) for r in problems["rows"]]
    return list(zip(problems["column"], problems["problem"], rows, map(list, problems["first_rows"]), strict=True))


# --- by hand: what callers require -----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_asked_columns_come_in_and_no_others(engine: str) -> None:
    table = hand_over(GOOD.assign(revenue=[10, 0, 5], device="pc", more=1), engine)
    frame = check.require(table, "orders", COLUMNS, optional=["device", "province"])
    assert frame.collect_schema().names() == [*COLUMNS, "device"]
    assert frame.collect_schema()["revenue"].is_float()


def test_missing_columns_are_named_with_what_there_is() -> None:
    frame = GOOD.rename(columns={"customer_id": "user", "order_date": "when"})
    with pytest.raises(TableError) as refused:
        check.require(frame, "orders", COLUMNS)
    assert str(refused.value) == (
        "`orders` has no columns ['customer_id', 'order_date']; it has ['order_id', 'user', 'when', 'revenue'].\n"
        "Hint: rename yours first, e.g. orders.rename(columns={'order_id': 'customer_id'})."
    )


def test_a_frame_without_columns_is_refused_like_any_other() -> None:
    with pytest.raises(TableError, match=r"no columns .* it has \[\]"):
        check.require(pd.DataFrame(), "orders", COLUMNS)


def test_what_is_no_table_is_named() -> None:
    with pytest.raises(TableError, match="Expected a table, got dict"):
        check.require({"order_id": []}, "orders", COLUMNS)


MIXED = [pd.Timestamp("2025-01-01", tz="Asia/Shanghai"), pd.Timestamp("2025-01-02", tz="UTC"), None]


@pytest.mark.parametrize(
    ("column", "values", "said", "hint"),
    [
        ("order_date", ["2025-01-01"] * 3, "holds text, not times", "pd.to_datetime(orders['order_date'])"),
        ("order_date", pd.Series(MIXED, dtype=object), "not times of one time zone", "tz_convert"),
        ("order_date", [20250101] * 3, "not times of one time zone", "pd.to_datetime"),
        ("revenue", ["10", "0", "5"], "not numbers", "pd.to_numeric(orders['revenue'])"),
        ("customer_id", [1e18, 2e18, np.nan], "an id of more than 15 digits", "dtype={'customer_id': str}"),
    ],
)
def test_a_wrong_type_is_named_with_the_line_that_mends_it(column: str, values: object, said: str, hint: str) -> None:
    with pytest.raises(TableError) as refused:
        check.require(GOOD.assign(**{column: values}), "orders", COLUMNS)
    message, _newline, line = str(refused.value).partition("\nHint: ")
    assert message.startswith(f"`orders.{column}` holds")
    assert said in message
    assert hint in line


def test_whole_numbers_may_be_ids_and_dates_may_be_times() -> None:
    frame = pl.DataFrame({"customer_id": [10**18 + 1], "order_date": [dt.date(2025, 1, 1)], "revenue": [1]})
    kept = frames.summary(check.require(frame, "orders", COLUMNS))
    assert kept["customer_id"].tolist() == [10**18 + 1]


# --- by hand: rows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"customer_id": ["a", None, None]}, "`orders.customer_id` is missing in 2 rows, e.g. {"),
        ({"customer_id": "a", "revenue": [1, -1, 2]}, "negative or not finite, in 1 row, e.g. {'customer_id': 'a'"),
        ({"customer_id": "a", "revenue": [1, np.nan, 2]}, "negative or not finite, in 1 row,"),
        ({"customer_id": "a", "revenue": [1, np.inf, np.inf]}, "negative or not finite, in 2 rows,"),
        ({"customer_id": "a", "order_date": [pd.NaT] * 3}, "has a date that is missing, or money"),
    ],
)
def test_bad_orders_are_counted_and_shown(bad: dict, said: str) -> None:
    frame = check.require(GOOD.assign(**bad), "orders", COLUMNS)
    with pytest.raises(TableError) as refused:
        check.fail_on_orders(frame)
    assert said in str(refused.value)
    assert "\nHint: " in str(refused.value)


def test_good_orders_pass() -> None:
    check.fail_on_orders(check.require(GOOD.assign(customer_id="a"), "orders", COLUMNS))


@pytest.mark.parametrize("value", ["2025-02-03", dt.date(2025, 2, 3), dt.datetime(2025, 2, 3, 23, 59)])
def test_a_day_is_read_from_text_and_dates(value: object) -> None:
    assert check.day("as_of", value) == dt.date(2025, 2, 3)


@pytest.mark.parametrize("value", ["someday", "2025-02-30", "2025", 20250203, None, pd.NaT], ids=repr)
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(ParameterError, match=f"as_of={value!r} is not a date") as refused:
        check.day("as_of", value)
    assert "YYYY-MM-DD" in str(refused.value)


# --- by hand: a whole table ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow", "duckdb"])
def test_a_good_table_has_no_problems(engine: str) -> None:
    assert _found(hand_over(GOOD, engine)) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"order_id": ["1", "2", "1"]}, ("order_id", "duplicate", 2, [0, 2])),
        ({"order_id": ["1", None, "3"]}, ("order_id", "missing", 1, [1])),
        ({"order_id": ["1", "2", "  "]}, ("order_id", "empty text", 1, [2])),
        ({"revenue": [1, -2, np.inf]}, ("revenue", "not finite", 1, [2])),
        ({"revenue": [1, -2, -3.0]}, ("revenue", "negative", 2, [1, 2])),
        ({"revenue": ["1", "2", "3"]}, ("revenue", "holds VARCHAR, not money", None, [])),
        ({"order_date": ["2025-01-01"] * 3}, ("order_date", "holds VARCHAR, not time", None, [])),
        ({"units": [1, -1, 2]}, ("units", "negative", 1, [1])),
    ],
)
def test_each_problem_is_named_with_its_rows(changed: dict, expected: tuple) -> None:
    assert expected in _found(GOOD.assign(**changed))
    assert {column for column, *_ in _found(GOOD.assign(**changed))} == {expected[0]}


def test_a_missing_column_is_a_problem_only_where_it_is_required() -> None:
    assert _found(GOOD.drop(columns="revenue")) == [("revenue", "no such column", None, [])]
    assert _found(GOOD.assign(units=None)) == []


def test_a_key_of_two_columns_is_checked_together() -> None:
    lines = pd.DataFrame({"order_id": ["1", "1", "1"], "line_id": ["1", "2", "2"], "product_id": "p", "quantity": 1})
    lines = lines.assign(unit_price=1.0, revenue=1.0)
    assert _found(lines, "order_lines") == [("order_id, line_id", "duplicate", 2, [1, 2])]


def test_at_most_five_rows_are_shown() -> None:
    many = pd.concat([GOOD] * 10, ignore_index=True).assign(order_id=[str(i) for i in range(30)], revenue=-1.0)
    assert _found(many) == [("revenue", "negative", 30, [0, 1, 2, 3, 4])]


def test_a_visitor_may_do_the_same_twice_in_a_moment() -> None:
    at = pd.Timestamp("2025-01-01").as_unit("us")
    events = pd.DataFrame({"user_id": ["u", "u"], "event_time": at, "event_name": "view_item", "product_id": "p"})
    assert _found(events, "events") == []


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-5, 5, allow_nan=False), min_size=1, max_size=20))
def test_the_rows_named_are_the_rows_that_are_bad(values: list[float]) -> None:
    frame = pd.DataFrame({"revenue": values}).assign(customer_id="a", order_date=pd.Timestamp(2025, 1, 1).as_unit("us"))
    frame["order_id"] = [str(i) for i in range(len(frame))]
    bad = [i for i, v in enumerate(values) if v < 0]
    assert _found(frame) == ([("revenue", "negative", len(bad), bad[:5])] if bad else [])


@pytest.mark.parametrize("name", list(TABLES))
def test_an_empty_table_lacks_every_required_column(name: str) -> None:
    found = check.problems(pd.DataFrame({"other": pd.Series(dtype="str")}), name)
    assert found["column"].tolist() == TABLES[name].required
    assert set(found["problem"]) == {"no such column"}
