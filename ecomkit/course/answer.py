"""A learner's answer held against the right one and against the classic mistakes."""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

TOLERANCE = 1e-3  # relative: three or four digits are enough for an answer
DIGITS = range(-3, 5)  # to which an answer may have been rounded


@dataclass(frozen=True)
class Verdict:
    """`code` is "right", "wrong", "kind" (a number was asked for and a table given), "rounded" or a mistake's name."""

    code: str
    needed: str = ""
    seen: str = ""

    @property
    def right(self) -> bool:
        return self.code == "right"


@dataclass(frozen=True)
class Answer:
    """What was given, what is right, and what each classic mistake would have given."""

    got: Any
    want: Any
    mistakes: Mapping[str, Any]
    by: Callable[[Any], Any] | None = None  # what is compared of a table

    @property
    def telling(self) -> dict[str, Any]:
        """The mistakes that do not happen to lead to the right answer on these data."""
        want = self._seen(self.want)
        return {name: wrong for name, wrong in self.mistakes.items() if not _same(self._seen(wrong), want)}

    def judge(self) -> Verdict:
        """Whether the answer is right; if not, which mistake explains it."""
        needed = kind(self.want)
        got = _as(needed, self.got)
        seen = kind(got)
        if seen != needed:
            return Verdict("kind", needed, seen)
        got, want = self._seen(got), self._seen(self.want)
        if alike(got, want) and not self._is_nearer_a_mistake(got):
            return Verdict("right")
        for name, wrong in self.telling.items():
            if kind(wrong) == needed and alike(got, self._seen(wrong)):
                return Verdict(name)
        if needed == "number" and any(math.isclose(got, round(self.want, digits), rel_tol=1e-9) for digits in DIGITS):
            return Verdict("rounded" if got else "wrong")
        return Verdict("wrong")

    def _seen(self, value: Any) -> Any:
        return value if self.by is None else self.by(value)

    def _is_nearer_a_mistake(self, got: Any) -> bool:
        """Whether a mistake whose figure lies close to the right one explains the answer better."""
        if not isinstance(got, float):
            return False
        numbers = [float(wrong) for wrong in self.telling.values() if kind(wrong) == "number"]
        return any(abs(got - wrong) < abs(got - self.want) for wrong in numbers)


def close(
    got: Any, want: Any, mistakes: Mapping[str, Any] | None = None, *, by: Callable[[Any], Any] | None = None
) -> Answer:
    """The learner's value `got` beside the right one and those of classic mistakes, ready to be judged.

    Parameters
    ----------
    got : what the learner's variable holds
    want : a number, a day, a text, True or False, several of these in any order (a list or set), or a number per label
        (a Series or dict); numbers are compared to three digits
    mistakes : name of a mistake -> the value it leads to; the names are in `mistakes.toml` or the lesson's own file
    by : for tables: what of them is compared, as a text

    Examples
    --------
    >>> close(3.5, 0.035).judge().code, close("0.035", 0.035).judge().code, close(0.035, 0.035).judge().code
    ('percent', 'kind', 'right')
    """
    right = _plain(want)
    known = {name: _plain(wrong) for name, wrong in (mistakes or {}).items()}
    if kind(right) == "number" and 0 < abs(right) <= 1:
        known = {**known, "percent": right * 100}
    return Answer(got, right, known, by)


def kind(value: Any) -> str:
    """What a value is, in the words of `_KINDS`: "number", "day", "text", "yes or no", "several", "labelled", ..."""
    if value is None or value is pd.NaT or value is pd.NA:
        return "nothing"
    name = next((name for name, types in _KINDS.items() if isinstance(value, types)), "something else")
    return "missing" if name == "number" and math.isnan(value) else name


_KINDS: dict[str, tuple[type, ...]] = {
    "yes or no": (bool, np.bool_),
    "number": (Real, np.number),
    "day": (dt.date, np.datetime64),
    "text": (str,),
    "table": (pd.DataFrame,),
    "labelled": (pd.Series, Mapping),
    "several": (list, tuple, set, frozenset, np.ndarray, pd.Index, pd.api.extensions.ExtensionArray),
}


def alike(one: Any, other: Any) -> bool:
    """Whether two plain values of one kind are equal; numbers to `TOLERANCE`."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[label], other[label]) for label in one)
    return bool(one == other)


def _same(one: Any, other: Any) -> bool:
    """Whether a mistake leads to the right answer here, so that it cannot be told from it."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return alike(one, other)


def _as(needed: str, value: Any) -> Any:
    """The value in plain form; as the kind needed where it plainly means that."""
    if needed == "several" and isinstance(value, pd.Series):
        value = value.tolist()
    if needed == "day" and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value.strip())
        except ValueError:
            return value
    if hasattr(value, "fetchall"):  # a DuckDB relation that was not turned into a table
        return pd.DataFrame()
    return _plain(value)


def _plain(value: Any) -> Any:
    """The value in Python's own types: float, date, text, frozenset, dict."""
    match kind(value):
        case "yes or no":
            return bool(value)
        case "number":
            return float(value)
        case "day":
            return pd.Timestamp(value).date()
        case "text":
            return value.strip()
        case "several":
            return frozenset(_items(value))
        case "labelled":
            return {_plain(label): _plain(item) for label, item in dict(value).items()}
    return value


def _items(values: Iterable[Any]) -> Iterable[Any]:
    return (item if isinstance(item := _plain(value), str | float | bool | dt.date | frozenset) else repr(item)
            for value in values)  # fmt: skip
