"""An answer held against the right one."""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.course.answer import close

# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("got", "want", "code"),
    [
        (0.035, 0.035, "right"),
        (0.03502, 0.035, "right"),  # three digits are enough
        (3.5, 0.035, "percent"),
        (0.04, 0.035, "rounded"),
        (np.float32(0.035), 0.035, "right"),
        (np.int64(12), 12, "right"),
        (0.5, 0.035, "wrong"),
        (0, 0.0004, "wrong"),
        (-12, 12, "wrong"),
        ("P01", "P01", "right"),
        (" P01 ", "P01", "right"),
        ("P02", "P01", "wrong"),
        (dt.date(2025, 3, 31), dt.date(2025, 3, 31), "right"),
        ("2025-03-31", dt.date(2025, 3, 31), "right"),
        (pd.Timestamp("2025-03-31 22:10"), dt.date(2025, 3, 31), "right"),
        (np.datetime64("2025-03-30"), dt.date(2025, 3, 31), "wrong"),
        (True, True, "right"),
        (np.False_, True, "wrong"),
        (["b", "a"], ["a", "b"], "right"),
        (pd.Series(["b", "a"]), {"a", "b"}, "right"),
        (np.array(["a"]), ["a", "b"], "wrong"),
        (pd.Series({"a": 1.0, "b": 2.0}), {"b": 2, "a": 1}, "right"),
        ({"a": 1.0}, {"a": 1.0, "b": 2.0}, "wrong"),
    ],
)
def test_the_verdict(got: Any, want: Any, code: str) -> None:
    assert close(got, want).judge().code == code


@pytest.mark.parametrize(
    ("got", "want", "seen", "needed"),
    [
        (None, 3.0, "nothing", "number"),
        (pd.NaT, dt.date(2025, 1, 1), "nothing", "day"),
        (float("nan"), 3.0, "missing", "number"),
        ("3.5%", 0.035, "text", "number"),
        (True, 1.0, "yes or no", "number"),
        (pd.DataFrame({"x": [3.0]}), 3.0, "table", "number"),
        (pd.Series([3.0]), 3.0, "labelled", "number"),
        ([3.0], 3.0, "several", "number"),
        ("yesterday", dt.date(2025, 1, 1), "text", "day"),
        (object(), 3.0, "something else", "number"),
    ],
)
def test_another_kind_than_asked_for(got: Any, want: Any, seen: str, needed: str) -> None:
    verdict = close(got, want).judge()
    assert (verdict.code, verdict.seen, verdict.needed) == ("kind", seen, needed)


def test_a_mistake_close_to_the_right_figure_is_still_told_from_it() -> None:
    mistakes = {"mean_of_ratios": 0.04001}
    assert close(0.04, 0.04, mistakes).judge().code == "right"
    assert close(0.04001, 0.04, mistakes).judge().code == "mean_of_ratios"


def test_a_mistake_that_leads_to_the_right_answer_is_none() -> None:
    assert close(5, 5, {"rows": 5}).telling == {}
    assert close("a", "a", {"units": "a", "money": "b"}).telling == {"money": "b"}


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.floats(-1e9, 1e9).filter(lambda x: abs(x) > 1e-6))
def test_what_is_right_is_right_whatever_the_mistakes(want: float) -> None:
    assert close(want, want, {"a": want * 1.0005, "b": want * 2, "c": -want}).judge().right


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.lists(st.floats()), st.binary()))
def test_any_value_gets_a_verdict(got: Any) -> None:
    for want in (0.5, "text", dt.date(2025, 1, 1), [1.0, 2.0], {"a": 1.0}, True):
        assert close(got, want).judge().code
