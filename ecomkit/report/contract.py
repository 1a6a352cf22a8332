"""The contract of a report: the parameters that its notebook declares, and values checked against them."""

import ast
import difflib
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from typing import Any

from ecomkit.errors import ParameterError

Value = str | int | float | bool
TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
_SPOKEN = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"}
_EXAMPLES = {"str": "demo", "int": "28", "float": "0.5", "bool": "true"}
_BOOLS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: `name: type = default  # help`."""

    name: str
    type: str
    default: Value
    help: str = ""


def parameters(source: str) -> tuple[Parameter, ...]:
    """The parameters that a parameters cell declares.

    Parameters
    ----------
    source : the cell's code; every line is `name: str|int|float|bool = literal  # help`.

    Raises
    ------
    ParameterError
        For any other statement: papermill would overlook it without a word.

    >>> parameters("store: str = 'demo'  # folder or name")
    (Parameter(name='store', type='str', default='demo', help='folder or name'),)
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(f"The parameters cell is not Python: {error}.") from error
    helps = _comments(source)
    return tuple(_parameter(statement, helps) for statement in statements)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _parameter(statement: ast.stmt, helps: Mapping[int, str]) -> Parameter:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr() as value):
            default = _literal(value)
            if kind in TYPES and type(default).__name__ == kind:
                return Parameter(name, kind, default, helps.get(statement.end_lineno or 0, ""))
    raise ParameterError(
        f"The parameters cell holds `{ast.unparse(statement)}`.",
        "write each line as `name: str = 'text'  # help`, with str, int, float or bool and a plain value of that type.",
    )


def _literal(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError:
        return None


def bind(declared: tuple[Parameter, ...], given: Mapping[str, object], *, report: str) -> dict[str, Value]:
    """The given values in their declared types, ready for the kernel.

    Parameters
    ----------
    declared : from `parameters`.
    given : name -> value; texts are read as the declared type, so that a store "007" keeps its zeros.
    report : the report's name, for messages.

    Raises
    ------
    ParameterError
        For an undeclared name or a value that is not of the declared type.
    """
    kinds = {p.name: p.type for p in declared}
    for name in given:
        if name not in kinds:
            raise ParameterError(f"Report `{report}` has no parameter `{name}`.", suggestion(name, list(kinds)))
    return {name: _coerce(name, value, kinds[name]) for name, value in given.items()}


def suggestion(wrong: str, known: list[str]) -> str:
    """A did-you-mean line: the nearest known name first, then all of them."""
    near = difflib.get_close_matches(wrong, known, n=1)
    listed = ", ".join(known) or "none"
    return (f"did you mean `{near[0]}`? " if near else "") + f"There are: {listed}."


def _coerce(name: str, value: object, kind: str) -> Value:
    coerced = _read(value.strip(), kind) if isinstance(value, str) and kind != "str" else _plain(value, kind)
    if coerced is None:
        raise ParameterError(
            f"Parameter `{name}` must be {_SPOKEN[kind]}, not {value!r}.",
            f"write it like {name}={_EXAMPLES[kind]}.",
        )
    return coerced


def _read(text: str, kind: str) -> Value | None:
    if kind == "bool":
        return _BOOLS.get(text.lower())
    try:
        return int(text) if kind == "int" else float(text)
    except ValueError:
        return None


def _plain(value: object, kind: str) -> Value | None:
    if isinstance(value, bool) or kind == "bool":
        return value if isinstance(value, bool) and kind == "bool" else None
    if kind == "str":
        if isinstance(value, date):
            return value.isoformat()
        return str(value) if isinstance(value, str) else None
    if kind == "int":
        return int(value) if isinstance(value, Integral) else None
    return float(value) if isinstance(value, Real) else None
