"""Conditions and amounts as rules write them: `cart_rate > 1.2 * peers_cart_rate and visitors >= 200`.

Nothing but arithmetic, comparisons, `and`, `or`, `not`, `min` and `max` over named columns: a rule file is data, and
reading one never runs it.
"""

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError

_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.USub: operator.neg, ast.Not: operator.invert, ast.And: operator.and_, ast.Or: operator.or_,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {"min": np.minimum, "max": np.maximum}


def parse(text: str, names: Sequence[str]) -> ast.expr:
    """Returns the expression, checked: every name is among `names`, and nothing is in it that a rule may not say.

    Raises
    ------
    ParameterError
        It is no expression, or has a name or a part that is not known.
    """
    try:
        tree = ast.parse(str(text), mode="eval").body
    except SyntaxError as error:
        raise ParameterError(f"`{text}` is no expression: {error.msg}.", "write e.g. visitors >= 200.") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in (*names, *_FUNCTIONS):
            raise ParameterError(f"`{text}` names `{node.id}`.", f"the columns are {', '.join(names)}.")
        if not _may_be_said(node):
            said = type(node).__name__.lower()
            raise ParameterError(f"`{text}` holds a {said}.", "use + - * / < <= > >= and or not min max, and numbers.")
    return tree


def _may_be_said(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and len(node.args) == 2 == 2 + len(
            node.keywords
        )  # fmt: skip
    if isinstance(node, ast.Compare):
        return len(node.ops) == 1
    return isinstance(node, ast.Name | ast.Load | ast.BinOp | ast.UnaryOp | ast.BoolOp) or type(node) in _OPERATORS


def evaluate(tree: ast.expr, frame: pd.DataFrame) -> pd.Series:
    """Returns the value of each row; what is missing makes a comparison false and an amount missing."""
    value = _value(tree, frame)
    return value if isinstance(value, pd.Series) else pd.Series(value, frame.index)


def _value(node: ast.expr, frame: pd.DataFrame) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return frame[name].astype(float)
        case ast.BinOp(left=left, op=op, right=right):
            made = _OPERATORS[type(op)](_value(left, frame), _value(right, frame))
            return made.replace([np.inf, -np.inf], np.nan) if isinstance(made, pd.Series) else made
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_value(operand, frame))
        case ast.BoolOp(op=op, values=values):
            found = _value(values[0], frame)
            for other in values[1:]:
                found = _OPERATORS[type(op)](found, _value(other, frame))
            return found
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _OPERATORS[type(op)](_value(left, frame), _value(right, frame))
        case ast.Call(func=ast.Name(id=name), args=[first, second]):
            return _FUNCTIONS[name](_value(first, frame), _value(second, frame))
    raise AssertionError(ast.dump(node))  # `parse` lets nothing else through
