"""What a parameters cell may hold and which values fit."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.errors import ParameterError
from ecomkit.report.contract import Parameter, bind, parameters

DECLARED = (
    Parameter("shop", "str", "demo"),
    Parameter("days", "int", 28),
    Parameter("rate", "float", 0.5),
    Parameter("fast", "bool", False),
)


def test_a_cell_by_hand() -> None:
    source = "# what to run\nshop: str = 'a # b'  # the # shop\n\ndays: int = -28\nrate: float = 0.5 # share\n"
    assert parameters(source) == (
        Parameter("shop", "str", "a # b", "the # shop"),
        Parameter("days", "int", -28, ""),
        Parameter("rate", "float", 0.5, "share"),
    )
    assert parameters("") == ()


@pytest.mark.parametrize(
    "line",
    ["days = 28", "days: int", "days: int = 2 * 14", "x: str | None = None", "x: list = []", "import os",
     "days: int = '28'", "days: int = True", "rate: float = 1", "x: date = 1"],
)  # fmt: skip
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(ParameterError, match="Hint: write each line as"):
        parameters(line)


def test_a_broken_cell_is_refused() -> None:
    with pytest.raises(ParameterError, match="is not Python"):
        parameters("days: int = (")


@pytest.mark.parametrize(
    ("name", "given", "bound"),
    [
        ("shop", "007", "007"),
        ("shop", "{x} \u5e97 'y'", "{x} \u5e97 'y'"),
        ("shop", dt.date(2025, 9, 30), "2025-09-30"),
        ("days", "28", 28),
        ("days", " -3 ", -3),
        ("days", np.int64(28), 28),
        ("rate", "0.25", 0.25),
        ("rate", 1, 1.0),
        ("rate", np.float32(0.5), 0.5),
        ("fast", "yes", True),
        ("fast", "False", False),
        ("fast", True, True),
    ],
)
def test_values_by_hand(name: str, given: object, bound: object) -> None:
    result = bind(DECLARED, {name: given}, report="rfm")[name]
    assert result == bound
    assert type(result) in (str, int, float, bool)
    assert type(result) is type(bound)


@pytest.mark.parametrize(
    ("name", "given"),
    [("days", "28.5"), ("days", "many"), ("days", 28.0), ("days", True), ("rate", "half"), ("rate", None),
     ("fast", "perhaps"), ("fast", 1), ("shop", 7), ("shop", ["a"])],
)  # fmt: skip
def test_ill_typed_values_are_refused(name: str, given: object) -> None:
    with pytest.raises(ParameterError, match=f"Parameter `{name}` must be") as refused:
        bind(DECLARED, {name: given}, report="rfm")
    assert f"Hint: write it like {name}=" in str(refused.value)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ParameterError) as refused:
        bind(DECLARED, {"day": "3"}, report="rfm")
    assert str(refused.value) == (
        "Report `rfm` has no parameter `day`.\nHint: did you mean `days`? There are: shop, days, rate, fast."
    )


@given(st.text())
def test_any_text_stays_the_same_text(value: str) -> None:
    assert bind(DECLARED, {"shop": value}, report="rfm") == {"shop": value}


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_from_their_text(value: float) -> None:
    name = "days" if isinstance(value, int) else "rate"
    assert bind(DECLARED, {name: str(value)}, report="rfm") == {name: value}
