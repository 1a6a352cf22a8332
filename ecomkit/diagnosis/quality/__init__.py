"""Can the data be believed: checks of a store's tables against each other, against time and against what is possible.

Each check is a function that gives its evidence as a table; `audit` counts it, `evidence` shows it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.quality.check import Case, Check
from ecomkit.diagnosis.quality.checks import CHECKS
from ecomkit.errors import MissingTableError, ParameterError, TableError

__all__ = ["audit", "evidence"]
ORDER = ("wrong", "watch", "ok", "not checked")
TYPES = {
    "check": "str", "severity": "str", "rows": "Int64", "money": "float64", "share_rate": "float64",
    "first_day": "datetime64[us]", "last_day": "datetime64[us]", "advice": "str", "missing": "str",
}  # fmt: skip


def audit(store: Store) -> pd.DataFrame:
    """Whether the store's data can be believed, check by check: the worst first, then the most money.

    Parameters
    ----------
    store
        Any store. What its tables do not allow to be checked is "not checked".

    Returns
    -------
    pandas.DataFrame, one row per check
        `check` (code); `severity` ("ok": nothing found; "watch": look at it, the figures stand; "wrong": figures made
        of this data are not true; "not checked"); `rows` touched (of some checks days); `money` in these rows, or by
        which they are wrong, in the store's currency; `share_rate` (of the table's rows or the store's days, 0-1);
        `first_day, last_day`; `advice` (code: what to do); `missing` (columns that a check not made would need, as
        table.column; "" where none). What is not known is missing.

    Raises
    ------
    TableError
        A cell does not hold what its column holds.

    Examples
    --------
    Two orders; the second was paid 50.00, its only line says 45.00.

    >>> import tempfile, ecomkit as ek
    >>> days = pd.to_datetime(["2025-01-01", "2025-01-02"])
    >>> orders = {"order_id": ["1", "2"], "customer_id": ["a", "b"], "order_date": days, "revenue": [30.0, 50.0]}
    >>> lines = {"order_id": ["1", "2"], "line_id": "1", "product_id": "p", "quantity": 1, "unit_price": [30.0, 45.0]}
    >>> tables = {"orders": pd.DataFrame(orders), "order_lines": pd.DataFrame({**lines, "revenue": [30.0, 45.0]})}
    >>> where = {"name": "Mine", "currency": "CNY", "timezone": "Asia/Shanghai"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(audit(ek.open_store(ek.write_store(f"{folder}/mine", tables, **where))).iloc[0, :4].to_dict())
    {'check': 'lines_orders', 'severity': 'wrong', 'rows': 1, 'money': 5.0}
    """
    case = Case(store)
    with _reading(store):
        rows = [_row(check, case) for check in CHECKS]
    table = pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)
    rank = table["severity"].map({severity: i for i, severity in enumerate(ORDER)})
    table = table.assign(rank=rank).sort_values(["rank", "money"], ascending=[True, False], kind="stable")
    return table.drop(columns="rank").reset_index(drop=True)


def evidence(store: Store, check: str, *, limit: int = 1000) -> pd.DataFrame:
    """The rows that a check found, those with most money first; empty where it found none.

    Parameters
    ----------
    store
        As for `audit`.
    check
        A code of the column `check` of the audit.
    limit
        So many rows at most.

    Returns
    -------
    pandas.DataFrame, one row per thing found
        `day`, `money` and what there is to be seen: the ids, the two figures that ought to agree, the sign.

    Raises
    ------
    ParameterError
        There is no such check.
    MissingTableError
        The store lacks what the check needs.

    Examples
    --------
    >>> import tempfile, ecomkit as ek
    >>> traffic = {"date": pd.to_datetime(["2025-01-01", "2025-01-02"]), "source": "search", "visitors": [9, 4]}
    >>> tables = {"traffic_daily": pd.DataFrame({**traffic, "buyers": [2, 5]})}
    >>> where = {"name": "Mine", "currency": "CNY", "timezone": "Asia/Shanghai"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = evidence(ek.open_store(ek.write_store(f"{folder}/mine", tables, **where)), "impossible_rates")
    >>> found[["label", "problem", "part", "whole"]].values.tolist()
    [['search', 'buyers > visitors', 5, 4]]
    """
    known = {c.name: c for c in CHECKS}
    if check not in known:
        raise ParameterError(f"There is no check '{check}'.", f"one of {', '.join(known)}.")
    case = Case(store)
    lacks = known[check].lacks(case)
    if lacks:
        raise MissingTableError(
            f"'{check}' cannot be checked in '{store.name}': it needs {lacks}.", "quality.audit(store) says which can."
        )
    with _reading(store):
        found = known[check].look(case)
        rest = [f'"{c}"' for c in found.columns if c not in ("day", "money")]
        listed = ", ".join(["day", *rest, "money"])
        return found.order(f"money DESC NULLS LAST, {listed}").limit(limit).project(listed).df()


@contextmanager
def _reading(store: Store) -> Iterator[None]:
    """A file of text is read only as it is needed: says which cell cannot be."""
    try:
        yield
    except duckdb.ConversionException as error:
        raise TableError(
            f"A table of '{store.name}' cannot be read: {str(error).splitlines()[0]}",
            "correct the cell or leave it empty; write times as 2025-09-30 20:15:00 and numbers as 1234.50.",
        ) from None


def _row(check: Check, case: Case) -> tuple:
    if lacks := check.lacks(case):
        return (check.name, "not checked", None, None, None, None, None, check.advice, ", ".join(lacks))
    found = check.look(case).materialize()
    rows, until, sure = (c if c in found.columns else other for c, other in _DEFAULTS)
    each = f"coalesce({rows}, 0)"
    counted = (
        f"coalesce(sum({each}), 0)::BIGINT, sum(abs(money)), min(day), max({until}), "
        f"coalesce(sum({each}) FILTER ({sure}), 0)::BIGINT, coalesce(sum(abs(money)) FILTER ({sure}), 0)"
    )
    touched, money, first, last, sure_rows, sure_money = found.aggregate(counted).fetchall()[0]
    size = case.size(check.of)
    money_share = sure_money / case.sales if case.sales else 0.0
    severity = "ok" if not touched else "watch"
    if sure_rows and max(sure_rows / size if size else 0.0, money_share) >= check.wrong_from:
        severity = "wrong"
    share = min(touched / size, 1.0) if size else None
    no_money = 0.0 if not touched and case.sales else None
    return (
        check.name,
        severity,
        touched,
        no_money if money is None else round(money, 2),
        share,
        first,
        last,
        check.advice,
        "",
    )


_DEFAULTS = (("rows", "1"), ("until", "day"), ("sure", "true"))  # of columns that not all evidence has
