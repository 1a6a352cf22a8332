"""What rules may say, what it comes to row by row, and that reading a rule never runs anything."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.diagnosis.expression import evaluate, parse
from ecomkit.errors import ParameterError

TABLE = pd.DataFrame({"a": [1.0, 2.0, np.nan, 0.0], "b": [4.0, 1.0, 1.0, 0.0]})


def _of(text: str) -> list:
    return evaluate(parse(text, TABLE.columns), TABLE).tolist()


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a > 1", [False, True, False, False]),  # what is missing is not greater
        ("a > 1 and b > 0 or b >= 4", [True, True, False, False]),
        ("not a > 1", [True, False, True, True]),
        ("a < 2 * b", [True, False, False, False]),
        ("3", [3, 3, 3, 3]),
    ],
)
def test_the_value_of_each_row(text: str, value: list) -> None:
    assert _of(text) == value


def test_amounts_are_missing_where_a_part_is_or_where_they_cannot_be() -> None:
    assert np.array_equal(_of("a + b"), [5, 3, np.nan, 0], equal_nan=True)
    assert np.array_equal(_of("b / a"), [4, 0.5, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(_of("1 / b"), [0.25, 1, 1, np.nan], equal_nan=True)
    assert np.array_equal(_of("max(a - b, 0)"), [0, 1, np.nan, 0], equal_nan=True)
    assert np.array_equal(_of("-min(a, b)"), [-1, -1, np.nan, 0], equal_nan=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a >", "is no expression"),
        ("c > 1", "names `c`.\nHint: the columns are a, b."),
        ("__import__('os').system('true')", "names `__import__`|holds a"),
        ("a.clip(0)", "holds a call"),
        ("a.index", "holds a attribute"),
        ("a > 'x'", "holds a constant"),
        ("a > True", "holds a constant"),
        ("[x for x in a]", "names `x`|holds a listcomp"),
        ("min(a)", "holds a call"),
        ("max(a, b, key=a)", "holds a"),
        ("1 < a < 2", "holds a compare"),
        ("a ** 9999", "holds a pow"),
        ("a if b else a", "holds a ifexp"),
        ("lambda: a", "holds a"),
    ],
)
def test_nothing_else_may_be_said(text: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        parse(text, ["a", "b"])


# --- properties ------------------------------------------------------------------------------------------------------

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_arithmetic_is_that_of_numbers(rows: list[tuple[float, float]]) -> None:
    table = pd.DataFrame(rows, columns=["a", "b"])
    found = evaluate(parse("2 * a - b / 4 + max(a, b)", table.columns), table)
    assert found.tolist() == [2 * a - b / 4 + max(a, b) for a, b in rows]
