"""The engine door: what goes in comes out as the same kind, and nothing is lost on the way."""

import datetime as dt

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import EAGER, ENGINES, hand_over, take_back
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data import frames
from ecomkit.errors import TableError

HAND = pd.DataFrame(
    {
        "id": ["a", "b", "b", None],
        "at": pd.to_datetime(["2024-02-29 23:30", "2024-03-01 00:30", "2025-01-01 00:00", "2025-12-31 12:00"]),
        "money": [1.5, 2.0, None, -3.0],
    }
)


def _relation(frame: pd.DataFrame) -> nw.LazyFrame:
    return frames.lazy(duckdb.connect().from_arrow(pa.Table.from_pandas(frame, preserve_index=False)))


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_table_goes_in_and_the_same_kind_comes_out(engine: str) -> None:
    table = hand_over(HAND, engine)
    inside = frames.lazy(table, ["id", "at"])
    assert isinstance(inside, nw.LazyFrame)
    out = frames.like(inside.with_columns(day=frames.days("at")), table)
    assert type(out) is type(table)
    back = take_back(out)
    assert list(back.columns) == ["id", "at", "day"]
    assert back["id"].isna().tolist() == [False, False, False, True]
    clock = back["at"].dt.tz_localize(None)  # Spark's arrow carries the zone of its session
    assert clock.tolist() == HAND["at"].tolist()
    assert (back["day"] - back["day"].iloc[0]).tolist() == [0, 1, 307, 671]


@pytest.mark.parametrize("engine", EAGER)
def test_the_table_that_is_handed_in_is_not_changed(engine: str) -> None:
    table = hand_over(HAND.copy(), engine)
    frames.like(frames.lazy(table).with_columns(money=nw.col("money") * 2), table)
    pd.testing.assert_frame_equal(take_back(table), take_back(hand_over(HAND, engine)))


@pytest.mark.parametrize("thing", [3, "orders.csv", [1, 2], {"id": [1]}, None, pd.Series([1])], ids=repr)
def test_what_is_no_table_is_named(thing: object) -> None:
    with pytest.raises(TableError, match=rf"Expected a table, got {type(thing).__name__}") as refused:
        frames.lazy(thing)
    assert "Hint: pass a pandas, Polars or PyArrow table" in str(refused.value)


def test_a_column_of_mixed_types_is_refused_with_what_to_type() -> None:
    with pytest.raises(TableError, match="mixes types") as refused:
        frames.lazy(pd.DataFrame({"order_id": [1, "two", 3.5]}, dtype=object))
    assert "astype(str)" in str(refused.value)


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(TableError, match="Two columns have one name"):
        frames.lazy(pd.DataFrame([[1, 2]], columns=["id", "id"]))


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow"])
def test_a_zoned_time_is_its_clock_or_its_instant(engine: str) -> None:
    at = pd.DataFrame({"at": pd.to_datetime(["2025-01-01 00:30"]).tz_localize("Asia/Shanghai")})
    table = hand_over(at, engine)
    assert frames.summary(frames.lazy(table))["at"].tolist() == [pd.Timestamp("2025-01-01 00:30")]
    assert frames.summary(frames.lazy(table, instants=True))["at"].tolist() == [pd.Timestamp("2024-12-31 16:30")]
    assert list(frames.schema(table)) == ["at"]


def test_two_eager_tables_can_be_joined_inside() -> None:
    left = frames.lazy(pd.DataFrame({"id": ["a", "b"], "x": [1, 2]}))
    right = frames.lazy(pl.DataFrame({"id": ["b", "c"], "y": [20, 30]}))
    assert frames.summary(left.join(right, on="id")).to_dict("records") == [{"id": "b", "x": 2, "y": 20}]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_summary_is_pandas_and_sorted(engine: str) -> None:
    counted = frames.lazy(hand_over(HAND.dropna(subset="id"), engine)).group_by("id").agg(n=nw.len())
    table = frames.summary(counted, "id")
    assert isinstance(table, pd.DataFrame)
    assert table.to_dict("records") == [{"id": "a", "n": 1}, {"id": "b", "n": 2}]
    assert frames.summary(counted, "n", "id")["id"].tolist() == ["a", "b"]


def test_an_empty_summary_keeps_its_columns() -> None:
    assert list(frames.summary(frames.lazy(HAND.head(0)), "id").columns) == list(HAND.columns)


def test_once_keeps_the_result_and_its_engine() -> None:
    frame = _relation(pd.DataFrame({"x": range(5)}))
    drawn = frames.once(frame.select(nw.col("x"), half=nw.col("x") / 2))
    assert frames.is_duckdb(drawn)
    assert frames.summary(drawn, "x")["half"].tolist() == [0, 0.5, 1, 1.5, 2]
    lazy = nw.from_native(pl.LazyFrame({"x": [1]}))
    assert frames.once(lazy) is lazy
    assert not frames.is_duckdb(lazy)


def test_sql_sees_the_frame_under_its_name() -> None:
    assert frames.sql(_relation(pd.DataFrame({"x": [1, 2, 3]})), f"SELECT sum(x) FROM {frames.HERE}").fetchall() == [
        (6,)
    ]


@pytest.mark.parametrize(
    ("text", "literal"), [("a", "'a'"), ("it's", "'it''s'"), ("''", "''''''"), ("--", "'--'"), ("\u5e97", "'\u5e97'")]
)
def test_quoted_text_reads_back_as_it_was(text: str, literal: str) -> None:
    assert frames.quote(text) == literal
    assert duckdb.sql(f"SELECT {literal}").fetchall() == [(text,)]


def test_runs_are_never_cut_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "BATCH", 2048)  # DuckDB hands out whole vectors
    user = np.repeat(np.arange(40), [9000] + [137] * 39)
    relation = duckdb.from_arrow(pa.table({"user": user, "n": np.arange(len(user))})).order("n")
    seen, tables = [], 0
    for table, offsets in frames.runs(relation, ["user"]):
        tables += 1
        assert offsets[0] == 0
        for begin, end in zip(offsets, np.append(offsets[1:], len(table)), strict=True):
            if end > begin:
                run = table.slice(begin, end - begin)["user"].unique().to_pylist()
                assert len(run) == 1
                seen.append((run[0], end - begin))
    assert tables > 1
    assert seen == [(0, 9000)] + [(i, 137) for i in range(1, 40)]


def test_missing_keys_are_one_run() -> None:
    relation = duckdb.from_arrow(pa.table({"k": [None, None, "a", "b", "b"], "g": [1, 1, 1, 1, 2]}))
    tables = [(t.to_pydict()["k"], o.tolist()) for t, o in frames.runs(relation, ["k", "g"])]
    assert [k for values, _ in tables for k in values] == [None, None, "a", "b", "b"]
    cut = [values[a:b] for values, o in tables for a, b in zip(o, [*o[1:], len(values)], strict=True) if b > a]
    assert cut == [[None, None], ["a"], ["b"], ["b"]]


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=30))
def test_repetitions_are_counted_as_by_hand(ids: list[str | None]) -> None:
    known = [i for i in ids if i is not None]
    expected = (len(known) - len(set(known)), len(ids) - len(known))
    frame = pd.DataFrame({"order_id": pd.array(ids, dtype="str")})
    assert frames.count_repeated(_relation(frame), "order_id") == expected
    assert frames.count_repeated(nw.from_native(pl.from_pandas(frame).lazy()), "order_id") == expected


@given(st.lists(st.integers(-5, 5), unique=True, max_size=11), st.sampled_from(["id", "an id", 'a "quoted" id']))
def test_different_values_never_count_as_repeated(ids: list[int], column: str) -> None:
    assert frames.count_repeated(_relation(pd.DataFrame({column: ids}, dtype="int64")), column) == (0, 0)


@pytest.mark.parametrize("engine", ["duckdb", "polars-lazy", pytest.param("spark", marks=pytest.mark.spark)])
def test_places_are_those_of_the_sorted_values(engine: str) -> None:
    values = np.random.default_rng(5).integers(0, 40, 997)
    frame = pd.DataFrame({"x": values, "y": -values})
    places = [1, 2, 199, 200, 498, 499, 500, 800, 996, 997]
    found = frames.nth_smallest(frames.lazy(hand_over(frame, engine)), ["x", "y"], places, len(frame))
    assert found == {c: [sorted(frame[c])[p - 1] for p in places] for c in ("x", "y")}


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40), st.data())
def test_a_place_is_exact_however_many_values_tie(values: list[int], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(1, len(values)), min_size=1, max_size=5))
    found = frames.nth_smallest(_relation(pd.DataFrame({"x": values})), ["x"], places, len(values))
    assert found["x"] == [sorted(values)[p - 1] for p in places]


@given(st.lists(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2199, 12, 31)), min_size=1, max_size=20))
def test_days_are_the_calendar_s(times: list[dt.datetime]) -> None:
    frame = pd.DataFrame({"n": range(len(times)), "at": pd.Series(times, dtype="datetime64[us]")})
    table = frames.summary(_relation(frame).select("n", day=frames.days("at")), "n")
    assert table["day"].tolist() == [t.toordinal() for t in times]
