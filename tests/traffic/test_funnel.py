from datetime import timedelta

import duckdb
import numpy as np
import oracles
import pandas as pd
import polars as pl
import pytest
from engines import ENGINES, hand_over
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data import check, frames
from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic import chains, funnel

STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]


def events_of(*rows: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["user_id", "event_time", "event_name"])
    return table.assign(event_time=pd.to_datetime(table["event_time"], format="ISO8601"))


def random_events(n: int, users: int, minutes: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "user_id": (users * rng.random(n) ** 2).astype(int).astype(str),
            "event_time": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, minutes, n), unit="min"),
            "event_name": rng.choice([*STEPS, "scroll"], n, p=[0.4, 0.25, 0.15, 0.1, 0.1]),
            "device": rng.choice(np.array(["ios", "pc", None], dtype=object), n),
        }
    )


def levels(table: object, within: str, by: str | None = None) -> dict[object, int]:
    """What chains.count says: (group, level, open) -> users."""
    seen = funnel._grouped(table, by) if by else check.require(table, "events", funnel.EVENT, instants=True)
    found = chains.count(seen, STEPS, pd.Timedelta(within).to_pytimedelta())
    return {
        (None if pd.isna(r.group) else r.group, int(r.level), bool(r.open)): int(r.users) for r in found.itertuples()
    }


# by hand


def test_every_possible_start_counts_not_only_the_first() -> None:
    events = events_of(
        ("ann", "2025-01-01 10:00", "view_item"),
        ("ann", "2025-01-09 10:00", "view_item"),
        ("ann", "2025-01-09 11:00", "purchase"),
        ("bob", "2025-01-01 10:00", "view_item"),
        ("bob", "2025-01-03 10:00", "purchase"),
        ("cai", "2025-01-09 10:30", "view_item"),
    )
    table = funnel.steps(events, steps=["view_item", "purchase"], within="24h")
    assert table["users"].tolist() == [3, 1]
    assert table["step_rate"].tolist()[1] == pytest.approx(1 / 3)
    assert table["lost"].tolist() == [pd.NA, 2]
    assert table["open"].tolist() == [pd.NA, 1]  # cai's window closes after the data end


def test_equal_times_are_in_step_order_and_the_window_is_closed_at_its_end() -> None:
    events = events_of(
        ("ann", "2025-01-01 10:00", "purchase"),
        ("ann", "2025-01-01 10:00", "view_item"),
        ("bob", "2025-01-01 10:00", "view_item"),
        ("bob", "2025-01-02 10:00", "purchase"),
        ("cai", "2025-01-01 10:00", "view_item"),
        ("cai", "2025-01-02 10:00:00.000001", "purchase"),
    )
    assert funnel.steps(events, steps=["view_item", "purchase"])["users"].tolist() == [3, 2]


def test_the_cart_before_the_view_does_not_count() -> None:
    events = events_of(
        ("ann", "2025-01-01 10:00", "add_to_cart"),
        ("ann", "2025-01-01 11:00", "view_item"),
        ("ann", "2025-01-01 12:00", "purchase"),
    )
    assert funnel.steps(events, steps=["view_item", "add_to_cart", "purchase"])["users"].tolist() == [1, 0, 0]


def test_by_splits_users_and_their_chains() -> None:
    events = events_of(("ann", "2025-01-01 10:00", "view_item"), ("ann", "2025-01-01 11:00", "purchase"))
    table = funnel.steps(events.assign(device=["ios", "pc"]), steps=["view_item", "purchase"], by="device")
    assert table["device"].tolist() == ["ios", "ios", "pc", "pc"]
    assert table["users"].tolist() == [1, 0, 0, 0]


# bad input


def test_bad_input_is_named() -> None:
    events = random_events(50, 5, 500, 0)
    with pytest.raises(ParameterError, match="No event is called 'buy'") as caught:
        funnel.steps(events, steps=["view_item", "buy"])
    assert "'purchase'" in str(caught.value)
    for unitless in [86400, "86400", None, pd.NaT, "a day or so"]:
        with pytest.raises(ParameterError, match="is not a duration"):
            funnel.steps(events, within=unitless)  # type: ignore[arg-type]
    for within in ["0h", "-1h", timedelta(0)]:
        with pytest.raises(ParameterError, match="leaves no time"):
            funnel.steps(events, within=within)
    with pytest.raises(ParameterError, match="named twice"):
        funnel.steps(events, steps=["view_item", "view_item"])
    with pytest.raises(ParameterError, match="is not a list"):
        funnel.steps(events, steps="purchase")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="by='colour'"):
        funnel.steps(events, by="colour")
    with pytest.raises(TableError, match="has no columns"):
        funnel.steps(events.drop(columns="user_id"))
    with pytest.raises(TableError, match="in 1 row"):
        funnel.steps(events.assign(user_id=[None, *events["user_id"][1:]]))
    with pytest.raises(TableError, match="in 1 row"):
        funnel.steps(events.assign(event_time=[pd.NaT, *events["event_time"][1:]]))
    with pytest.raises(ParameterError, match="No event is called"):
        funnel.steps(events.iloc[:0])


def test_an_hour_is_an_hour_when_the_clocks_change() -> None:
    for first, second in [("2025-11-02 05:50", "2025-11-02 06:10"), ("2025-03-09 06:50", "2025-03-09 07:10")]:
        events = events_of(("ann", first, "view_item"), ("ann", second, "purchase"))
        zoned = events["event_time"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
        local = events.assign(event_time=zoned)
        for table in [local, pl.from_pandas(local), pl.from_pandas(local).lazy()]:
            assert funnel.steps(table, steps=["view_item", "purchase"], within="30min")["users"].tolist() == [1, 1]


@pytest.mark.parametrize("engine", ["pandas", "polars-lazy"])
def test_any_column_may_split_the_funnel(engine: str) -> None:
    events = events_of(("ann", "1969-12-31 23:00", "view_item"), ("ann", "1970-01-01 01:00", "purchase"))
    for name in ["country", "start", "level", "group", "open_", 'odd "name"']:
        table = hand_over(events.assign(**{name: "x"}), engine)
        assert funnel.steps(table, steps=["view_item", "purchase"], by=name)[name].tolist() == ["x", "x"]


def test_many_steps_and_a_table_of_the_user_that_is_called_as_ours() -> None:
    names = [f"step {i}" for i in range(40)]
    rows = [("ann", f"2025-01-01 {i // 60:02d}:{i % 60:02d}", n) for i, n in enumerate(names)]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    events = connection.from_arrow(pl.from_pandas(events_of(*rows)).to_arrow())
    assert funnel.steps(events, steps=names)["users"].tolist() == [1] * 40


def test_one_user_with_a_million_events() -> None:
    n = 1_000_000
    names = np.array(["view_item", "add_to_cart"])[np.arange(n) % 2]
    times = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(n), unit="s")
    heavy = pd.DataFrame({"user_id": "ann", "event_time": times, "event_name": names})
    assert funnel.steps(heavy, steps=["view_item", "add_to_cart"], within="1s")["users"].tolist() == [1, 1]


# properties

sizes = st.tuples(st.integers(4, 120), st.integers(1, 20), st.integers(1, 3000), st.integers(0, 10**6))


@given(
    sizes, st.sampled_from(["1min", "45min", "6h"]), st.sampled_from([None, "device"]), st.sampled_from([5, 1 << 18])
)
def test_levels_agree_with_trying_every_start(
    size: tuple[int, int, int, int], within: str, by: str | None, batch: int
) -> None:
    events = random_events(*size)
    whole, frames.BATCH = frames.BATCH, batch
    try:
        for engine in ["pandas", "polars-lazy"]:  # the sorted stream and the windows
            want = oracles.funnel(events, STEPS, pd.Timedelta(within), by)
            assert levels(hand_over(events, engine), within, by) == want, engine
    finally:
        frames.BATCH = whole


def test_a_funnel_never_grows_and_a_longer_window_never_shrinks_it() -> None:
    events = random_events(4000, 300, 5000, 7)
    before = np.zeros(4)
    for within in ["1min", "1h", "12h", "30d"]:
        users = funnel.steps(events, within=within)["users"].to_numpy()
        assert (np.diff(users) <= 0).all()
        assert (users >= before).all()
        before = users


# reference


def test_hundred_thousand_events_agree_with_the_oracle() -> None:
    events = random_events(100_000, 8_000, 20_000, 8)
    assert levels(events, "3h") == oracles.funnel(events, STEPS, pd.Timedelta("3h"))


def test_wilson_interval_of_81_in_263() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81/263 gives 0.2553 to 0.3662
    low, high = funnel._wilson(np.array([81 / 263]), np.array([263]))
    assert (round(low[0], 4), round(high[0], 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("by", [None, "device"])
def test_every_engine_gives_the_same_table(engine: str, by: str | None) -> None:
    events = random_events(2000, 150, 4000, 9)
    answer = funnel.steps(hand_over(events, engine), within="2h", by=by)
    want = funnel.steps(events, within="2h", by=by)
    if by:
        answer[by] = answer[by].astype(object).where(answer[by].notna(), None)
        want[by] = want[by].astype(object).where(want[by].notna(), None)
    pd.testing.assert_frame_equal(answer, want, check_dtype=False)


@pytest.mark.spark
def test_spark_exchanges_the_events_once() -> None:
    table = hand_over(random_events(500, 50, 4000, 9), "spark")
    seen = check.require(table, "events", ["user_id", "event_time", "event_name"])
    plan = chains.levels_by_window(seen, STEPS, timedelta(hours=3)).to_native()._jdf.queryExecution().executedPlan()
    plan = str(plan.toString())
    assert plan.count("Exchange hashpartitioning") == 1, plan
