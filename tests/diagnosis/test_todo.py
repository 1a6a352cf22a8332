"""The optimisation list: each finding a task, and what became of it by its money."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data.store import open_store
from ecomkit.diagnosis import findings, todo
from ecomkit.diagnosis.period import period
from ecomkit.errors import TableError

DAY = dt.date(2025, 9, 30)


def _found(**money: float) -> pd.DataFrame:
    rows = [
        {"finding": name, "slice": {"source": "s"}, "owner": "supply", "due": DAY, "since": DAY, "until": DAY,
         "money_at_stake": value}
        for name, value in money.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["finding", "slice", "owner", "due", "since", "until", "money_at_stake"])


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_task_is_named_by_its_finding_and_slice() -> None:
    items = todo.make(_found(source_lost=5.0))
    assert items["task"].tolist() == ["source_lost source=s"]
    assert items["state"].tolist() == ["open"]
    assert list(items.columns) == todo.ITEM


def test_earlier_tasks_are_seen_against_the_days_before_they_began(make_store) -> None:
    rows = [(f"c{d.day}", f"{d:%Y-%m-%d} 12:00", 10) for d in pd.date_range("2025-09-01", "2025-09-30")]
    store = make_store(rows)
    week = period(store, "2025-09-24", "2025-09-30")
    last = todo.make(_found(ad_waste=5.0)).assign(since=[dt.date(2025, 9, 17)])
    assert todo.usual(store, last, week) == "2025-09-10..2025-09-16"
    own = "2025-09-17..2025-09-23"
    for began in (dt.date(2025, 9, 26), dt.date(2025, 9, 3), None):  # within the period; too early; not known
        assert todo.usual(store, last.assign(since=[began]), week) == own
    assert todo.usual(store, last.drop(columns="since"), week) == own


def test_a_cause_that_goes_on_is_not_solved() -> None:
    """On the demo the ad waste runs from 09-17 to 09-30: over two weeks, each as bad as the other."""
    with open_store("demo") as store:
        last = todo.make(findings.rank(store, "2025-09-17", "2025-09-23"))
        task = "ad_waste campaign=social-lookalike"
        week = period(store, "2025-09-24", "2025-09-30")
        assert task in set(last["task"])
        assert task not in set(todo.make(findings.rank(store, "2025-09-24", "2025-09-30"))["task"])
        again = todo.make(findings.rank(store, week.start, week.end, todo.usual(store, last, week)))
    outcome = todo.follow(last, again).set_index("task")["outcome"]
    assert outcome[task] in ("same", "better", "worse")


def test_what_became_of_each() -> None:
    then = todo.make(_found(a=100.0, b=100.0, c=100.0, d=100.0)).assign(state=["done", "open", "doing", "open"])
    followed = todo.follow(then, todo.make(_found(b=80.0, c=81.0, d=125.0, e=9.0)))
    assert followed["outcome"].tolist() == ["solved", "better", "same", "worse"]
    assert followed["money_before"].tolist() == [100.0] * 4
    assert followed["money_after"].tolist() == [0.0, 80.0, 81.0, 125.0]
    assert followed["change_rate"].tolist() == pytest.approx([-1.0, -0.2, -0.19, 0.25])
    assert followed["state"].tolist() == ["done", "open", "doing", "open"]


def test_no_findings_is_an_empty_list() -> None:
    nothing = todo.make(_found())
    assert nothing.empty
    assert todo.follow(nothing, nothing).empty


def test_a_table_that_is_no_list_is_refused() -> None:
    items = todo.make(_found(a=1.0))
    with pytest.raises(TableError, match=r"`previous` has no columns \['task'\]"):
        todo.follow(items.drop(columns="task"), items)
    with pytest.raises(TableError, match="`now` has the task 'a source=s' twice"):
        todo.follow(items, pd.concat([items, items]))


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(1, 1e6), min_size=1))
def test_a_list_followed_by_itself_is_as_before(money: dict[str, float]) -> None:
    items = todo.make(_found(**money))
    assert set(todo.follow(items, items)["outcome"]) == {"same"}
