"""What may be added up over days, traffic sources or products, and what such a sum is called.

Two things know: the metric dictionary, and the marks of the canonical columns (`data.table.MARKS`). Where a platform
states a rate, a mean or a sum so far, the figure is kept as stated, and adding it up is refused here.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from ecomkit.data import frames
from ecomkit.data.tables import TABLES
from ecomkit.diagnosis.daily import RATES
from ecomkit.diagnosis.dictionary import OVER, metric
from ecomkit.errors import ParameterError, TableError

DAYS = "days"


def sum_over(frame: Any, columns: Sequence[str], over: str = DAYS, *, table: str = "") -> pd.Series:
    """Returns the sums of `columns` over the rows of `frame`, refusing what may not be summed over `over`.

    Parameters
    ----------
    frame
        Any table: `metrics.daily(store)`, `store.product_daily`, a part of one.
    columns
        Metrics of the dictionary, or columns of the canonical tables.
    over
        What the rows differ in: "days", "sources" or "products".
    table
        The canonical table that the rows are of, where a column is called alike in several.

    Returns
    -------
    pandas.Series
        A sum per column, missing where one of its rows is. Over days, visitors of each day add up to visitor-days,
        not to the different visitors of the period: the sum of `visitors` is called `visitor_days`, that of
        `buyers` `buyer_days`, that of `cart_users` `cart_user_days`.

    Raises
    ------
    ParameterError
        `over` or `table` is not known, or a column may not be summed so: a rate, a mean or a price at all, a stock or
        a sum so far over days, orders over products.
    TableError
        `frame` has no such column.

    Examples
    --------
    >>> sum_over(pd.DataFrame({"visitors": [10, 20], "page_views": [30, 50]}), ["visitors", "page_views"]).to_dict()
    {'visitor_days': 30.0, 'page_views': 80.0}
    """
    if over not in OVER:
        raise ParameterError(f"over='{over}' is not known.", f"use one of {', '.join(OVER)}.")
    if table and table not in TABLES:
        raise ParameterError(f"There is no canonical table `{table}`.", f"one of {', '.join(TABLES)}.")
    have = list(frames.schema(frame))
    if absent := [column for column in columns if column not in have]:
        raise TableError(f"The table has no columns {absent}; it has {have}.", "choose among these.")
    verdicts = {column: addable(column, over, table=table) for column in columns}
    if refused := [column for column, verdict in verdicts.items() if verdict == "no"]:
        where = f" of `{table}`" if table else ""
        raise ParameterError(f"{refused}{where} may not be summed over {over}.", _hint(refused, over, table))
    sums = [nw.when(nw.col(c).is_null().any()).then(None).otherwise(nw.col(c).sum()).alias(c) for c in columns]
    row = frames.summary(frames.lazy(frame, list(columns)).select(*sums)).iloc[0].astype(float)
    return row.rename(lambda c: f"{c.removesuffix('s')}_days" if over == DAYS and verdicts[c] == "repeats" else c)


def addable(column: str, over: str = DAYS, *, table: str = "") -> str:
    """Returns whether a metric or canonical column may be summed over "days", "sources" or "products".

    "yes"; "repeats": yes, but who comes twice counts twice; "no": never, or nobody knows what the column is.

    >>> addable("page_views"), addable("visitors"), addable("bounce_rate"), addable("on_hand"), addable("colour")
    ('yes', 'repeats', 'no', 'no', 'no')
    >>> addable("on_hand", "products")
    'yes'
    """
    marks = _marks(column, table)
    mark = {"never": "no", "within a day": "no" if over == DAYS else "yes"}.get(marks[0], marks[0]) if marks else ""
    told = metric(column).get(f"sum_over_{over}", "")
    order = ("yes", "repeats", "no")
    return max((found for found in (mark, told) if found), key=order.index, default="no")


def _marks(column: str, table: str) -> list[str]:
    tables = [TABLES[table]] if table else TABLES.values()
    return [c.adds for t in tables for c in t.columns if c.name == column and c.kind not in ("id", "text", "time")]


def _hint(refused: Iterable[str], over: str, table: str) -> str:
    """What to do instead, for the refused columns together."""
    said = []
    for column in refused:
        marks = _marks(column, table)
        if column in RATES:
            said.append(
                f"sum its parts and divide the sums ({' / '.join(RATES[column])}), as metrics.total(daily) does"
            )
        elif marks and marks[0] == "never":
            said.append(f"`{column}` is a rate, mean or price of its row: compare it row by row")
        elif marks and marks[0] == "within a day":
            said.append(f"`{column}` is the state at the end of each day: take that of the last day")
        elif metric(column):
            said.append(f"count the whole again: `{column}` of the parts overlap over {over}")
        else:
            said.append(f"`{column}` is neither a metric (metrics.dictionary()) nor a column of a store")
    return "; ".join(dict.fromkeys(said)) + "."
