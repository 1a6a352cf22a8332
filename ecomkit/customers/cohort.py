"""Do customers stay: how many of those first seen in a month (or week) come back in each later one."""

from datetime import date
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from ecomkit.data import check, frames
from ecomkit.errors import ParameterError, TableError

PERIODS = ("month", "week")
YEAR = 366


def retention(
    orders: Any, *, period: Literal["month", "week"] = "month", as_of: date | str | None = None
) -> pd.DataFrame:
    """Customers of each cohort who order again, by age in months or weeks.

    Parameters
    ----------
    orders : table, one row per order
        `customer_id, order_date, revenue`
    period : "month" (calendar months) or "week" (Monday to Sunday)
    as_of : date, default the last day in the data
        The data are complete up to and with this day; later orders are not seen.

    Returns
    -------
    pandas.DataFrame, one row per cohort and age up to the last period begun
        `cohort`: first day of the period of the first order; `age`: periods since then; `customers` who ordered;
        `rate`: these as a fraction of the cohort, 1 at age 0; `revenue` of these orders, before refunds;
        `cohort_customers`: customers of the cohort seen so far. `customers`, `rate` and `revenue` are missing where the
        period had not ended by `as_of`, and 0 only where it had ended and nobody ordered.

    Raises
    ------
    TableError
        A column is missing or of the wrong type; a customer or date is missing; revenue is missing,
        negative or infinite.
    ParameterError
        Unknown period; no orders up to `as_of`, or `as_of` over a year after the last.

    Examples
    --------
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "bob", "ann"],
    ...     "order_date": pd.to_datetime(["2025-01-05", "2025-01-20", "2025-02-28"]),
    ...     "revenue": [30.0, 20.0, 10.0],
    ... })
    >>> retention(orders)[["cohort", "age", "customers", "rate"]]
          cohort  age  customers  rate
    0 2025-01-01    0          2   1.0
    1 2025-01-01    1          1   0.5
    """
    if period not in PERIODS:
        raise ParameterError(f"period={period!r} is unknown.", f"one of {', '.join(PERIODS)}.")
    seen = check.require(orders, "orders", ["customer_id", "order_date", "revenue"])
    until = None if as_of is None else check.day("as_of", as_of)
    if until is not None:
        seen = seen.filter(nw.col("order_date").is_null() | (frames.days("order_date") <= until.toordinal()))
    last = frames.summary(seen.select(frames.days("order_date").max().alias("day")))["day"].iloc[0]
    if pd.isna(last):
        raise ParameterError(
            "There are no orders in the period.", "choose as_of on or after the first order, or pass orders."
        )
    end = until or date.fromordinal(int(last))
    if end.toordinal() - int(last) > YEAR:
        raise ParameterError(
            f"as_of={end} is over a year after the last order.",
            "the data must be complete up to as_of; choose an earlier day.",
        )
    return _fill(_count(seen, period), period, end)


def value(retained: pd.DataFrame) -> pd.DataFrame:
    """What a customer has paid so far, by age: what was observed, and nothing beyond it.

    Each age is the mean of the customers who have been observed so long, and the ages add up; so cohorts too young
    for an age do not lower it, and the curve ends where the oldest cohort does.

    Parameters
    ----------
    retained : as `retention` gives it, one row per cohort and age

    Returns
    -------
    pandas.DataFrame, one row per age
        `age`; `cohorts` and their `customers` who have been observed so long; `revenue_per_customer` in that period
        of their lives, before refunds; `revenue_so_far` per customer, from the first order to the end of that period.

    Raises
    ------
    TableError
        A column is missing, or no period has ended yet.

    References
    ----------
    The means of each age over those observed add up as the Nelson-Aalen estimator does: Aalen (1978), Nonparametric
    inference for a family of counting processes, Annals of Statistics 6(4), 701-726.

    Examples
    --------
    >>> retained = pd.DataFrame({"cohort": ["jan", "jan", "feb"], "age": [0, 1, 0],
    ...                          "revenue": [200.0, 20.0, 100.0], "cohort_customers": [2, 2, 1]})
    >>> value(retained)[["age", "customers", "revenue_per_customer", "revenue_so_far"]]
       age  customers  revenue_per_customer  revenue_so_far
    0    0          3                 100.0           100.0
    1    1          2                  10.0           110.0
    """
    needed = ["cohort", "age", "revenue", "cohort_customers"]
    missing = [c for c in needed if c not in retained]
    seen = retained if missing else retained.dropna(subset=["revenue"])
    if missing or seen.empty:
        what = f"no columns {missing}; it has {list(retained)}" if missing else "no period that has ended"
        raise TableError(f"`retained` has {what}.", "pass cohort.retention(orders).")
    ages = seen.groupby("age").agg(
        cohorts=("cohort", "nunique"), customers=("cohort_customers", "sum"), revenue=("revenue", "sum")
    )
    each = ages["revenue"] / ages["customers"]
    table = ages[["cohorts", "customers"]].assign(revenue_per_customer=each, revenue_so_far=each.cumsum())
    return table.reset_index()


def _number(period: str) -> nw.Expr:
    """The running number of the period that an order falls in."""
    if period == "month":
        when = nw.col("order_date").dt
        return when.year().cast(nw.Int64) * 12 + when.month().cast(nw.Int64) - 1
    return (frames.days("order_date") - 1) // 7  # day 1 of the proleptic calendar is a Monday


def _begin(number: pd.Series, period: str) -> pd.Series:
    if period == "month":
        return pd.to_datetime(pd.DataFrame({"year": number // 12, "month": number % 12 + 1, "day": 1}))
    return pd.to_datetime((number * 7).map(lambda n: date.fromordinal(n + 1)))


def _count(seen: nw.LazyFrame[Any], period: str) -> pd.DataFrame:
    """Customers and revenue per cohort and period that occur."""
    good = ~nw.col("order_date").is_null() & check.is_amount("revenue")
    paid = nw.when(good).then(nw.col("revenue")).otherwise(nw.lit(float("nan")))  # one bad row makes its sum NaN
    rows = seen.select("customer_id", _number(period).cast(nw.Int32).alias("period"), paid.alias("revenue"))
    table = _count_sorted(rows) if frames.is_duckdb(rows) else _count_joined(rows)
    if table is None or table["revenue"].isna().any():
        check.fail_on_orders(seen)
        raise TableError("The orders cannot be counted.", "this should not happen: please report it with the data.")
    return table.assign(revenue=table["revenue"].round(4)).sort_values(["cohort", "period"], ignore_index=True)


def _count_joined(rows: nw.LazyFrame[Any]) -> pd.DataFrame | None:
    """In the engine's own operations: each customer's periods, joined with the first of them."""
    active = rows.group_by("customer_id", "period").agg(nw.col("revenue").sum())
    first = active.group_by("customer_id").agg(nw.col("period").min().alias("cohort"))
    known = active.filter(~nw.col("customer_id").is_null()).join(first, on="customer_id", how="inner")
    table = frames.summary(known.group_by("cohort", "period").agg(nw.len().alias("customers"), nw.col("revenue").sum()))
    lost = frames.summary(
        active.filter(nw.any_horizontal(nw.col("customer_id", "period").is_null(), ignore_nulls=False)).head(1)
    )
    return None if len(lost) else table


def _count_sorted(rows: nw.LazyFrame[Any]) -> pd.DataFrame | None:
    """DuckDB sorts the orders once; a fold over the sorted stream needs no hash table of customers and periods."""
    parts = []
    for table, offsets in frames.runs(rows.sort("customer_id", "period").to_native(), ["customer_id"]):
        if table.column("customer_id").null_count or table.column("period").null_count:
            return None
        period = table.column("period").to_numpy()
        cohort = np.repeat(period[offsets[:-1]], np.diff(offsets))
        again = np.append(False, period[1:] == period[:-1])
        again[offsets[:-1]] = False
        new = ~again
        parts.append(_cells(cohort, period, new, table.column("revenue").to_numpy()))
    return pd.concat(parts).groupby(["cohort", "period"], as_index=False).sum(skipna=False)


def _cells(cohort: np.ndarray, period: np.ndarray, is_new: np.ndarray, revenue: np.ndarray) -> pd.DataFrame:
    """Customers and revenue of each cohort and period in these rows; `is_new` marks a customer's first in a period."""
    base, width = int(period.min()), int(period.max() - period.min()) + 1
    cell = (cohort - base).astype(np.int64) * width + (period - base)
    if width * width > 4 * len(cell):  # a stray date must not make a table of centuries
        cells, cell = np.unique(cell, return_inverse=True)
    else:
        cells = np.arange(width * width)
    customers = np.bincount(cell[is_new], minlength=len(cells))
    money = np.bincount(cell, weights=revenue, minlength=len(cells))
    at = np.flatnonzero(customers)
    number = cells[at]
    return pd.DataFrame(
        {
            "cohort": base + number // width,
            "period": base + number % width,
            "customers": customers[at],
            "revenue": money[at],
        }
    )


def _fill(counted: pd.DataFrame, period: str, end: date) -> pd.DataFrame:
    """Every cohort and age up to `end`: 0 where observed and empty, missing where not yet observed."""
    last = _period_of(end, period)
    cohorts = counted["cohort"].drop_duplicates()
    grid = pd.DataFrame([(c, p) for c in cohorts for p in range(c, last + 1)], columns=["cohort", "period"]).astype(
        "int64"
    )
    table = grid.merge(counted, how="left", on=["cohort", "period"]).fillna({"customers": 0, "revenue": 0.0})
    size = table.loc[table["cohort"] == table["period"]].set_index("cohort")["customers"]
    table["cohort_customers"] = table["cohort"].map(size).astype("int64")
    table["age"] = table["period"] - table["cohort"]
    table["rate"] = table["customers"] / table["cohort_customers"]
    ended = _begin(table["period"] + 1, period) <= pd.Timestamp(end) + pd.Timedelta(days=1)
    table["customers"] = table["customers"].astype("Int64").where(ended)
    table[["rate", "revenue"]] = table[["rate", "revenue"]].where(ended)
    table["cohort"] = _begin(table["cohort"], period)
    return table[["cohort", "age", "customers", "rate", "revenue", "cohort_customers"]]


def _period_of(day: date, period: str) -> int:
    return day.year * 12 + day.month - 1 if period == "month" else (day.toordinal() - 1) // 7
