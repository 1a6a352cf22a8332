"""Who are the customers: recency, frequency and money, scored so that equal customers score equally."""

from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd

from ecomkit.customers.segments import migrate, segment, segments, summarise
from ecomkit.data import check, frames
from ecomkit.errors import ParameterError, TableError

__all__ = ["cut_points", "identified", "measure", "migrate", "score", "segment", "segments", "summarise"]

METRICS = {"r": "recency_days", "f": "frequency", "m": "monetary"}
BINS_MOST = 100


def measure(orders: Any, *, as_of: date | str | None = None) -> Any:
    """Recency, frequency and money of each customer, on the evening of `as_of`; the rows in no order.

    Parameters
    ----------
    orders : table, one row per order
        `customer_id, order_date, revenue`; `refund_amount` is taken off the money where the column is there;
        `order_id`, where it is there, must be unique.
    as_of : date, default the last day in the data
        Orders after this day are not seen.

    Returns
    -------
    The same kind of table, one row per customer
        `customer_id`; `recency_days`: days since the last order, 0 or more (not the "recency" of buy-till-you-die
        models, which counts from the first order); `frequency`: orders, 1 or more; `monetary`: paid less refunded.

    Raises
    ------
    TableError
        A column is missing or of the wrong type; a customer or date is missing; money is missing, negative or
        infinite; an order id repeats.
    ParameterError
        `as_of` is before the first order.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "order_date": pd.to_datetime(["2025-01-01", "2025-01-30", "2025-01-20"]),
    ...     "revenue": [30.0, 20.0, 10.0],
    ... })
    >>> measure(orders).sort_values("customer_id", ignore_index=True)
      customer_id  recency_days  frequency  monetary
    0         ann             0          2      50.0
    1         bob            10          1      10.0
    """
    seen = check.require(orders, "orders", ["customer_id", "order_date", "revenue"], ["refund_amount", "order_id"])
    until = None if as_of is None else check.day("as_of", as_of)
    if until is not None:
        seen = seen.filter(nw.col("order_date").is_null() | (frames.days("order_date") <= until.toordinal()))
    _check_order_ids(seen)
    customers = frames.once(_group(seen))
    end = until.toordinal() if until else _last_day(customers)
    _check_customers(customers, seen, end)
    recency = (nw.lit(end) - nw.col("last")).alias("recency_days")
    return frames.like(customers.select("customer_id", recency, "frequency", "monetary"), orders)


def _group(seen: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    good, paid = ~nw.col("order_date").is_null() & check.is_amount("revenue"), nw.col("revenue")
    if "refund_amount" in seen.collect_schema().names():
        good = good & (nw.col("refund_amount").is_null() | check.is_amount("refund_amount"))
        paid = paid - nw.col("refund_amount").fill_null(0.0)
    spoilt = nw.lit(float("nan"))  # one bad row makes its customer's sum NaN: found without a second pass
    return (
        seen.with_columns(paid=nw.when(good).then(paid).otherwise(spoilt))
        .group_by("customer_id")
        .agg(last=nw.col("order_date").max(), frequency=nw.len(), monetary=nw.col("paid").sum())
        # parallel sums differ in the last bits; unrounded, equal customers would then rank apart
        .with_columns(
            last=frames.days("last"), frequency=nw.col("frequency").cast(nw.Int64), monetary=nw.col("monetary").round(4)
        )
    )


def _last_day(customers: nw.LazyFrame[Any]) -> int:
    last = frames.summary(customers.select(nw.col("last").max()))["last"].iloc[0]
    return 0 if pd.isna(last) else int(last)


def _check_order_ids(seen: nw.LazyFrame[Any]) -> None:
    if "order_id" not in seen.collect_schema().names():
        return
    repeated, missing = frames.count_repeated(seen, "order_id")
    if repeated or missing:
        raise TableError(
            f"`orders.order_id` repeats in {repeated} rows and is missing in {missing}.",
            "one row per order is needed: sum order lines by order first, or drop exact duplicates.",
        )


def _check_customers(customers: nw.LazyFrame[Any], seen: nw.LazyFrame[Any], end: int) -> None:
    bad = nw.col("customer_id").is_null() | nw.col("monetary").is_nan() | nw.col("monetary").is_null()
    state = frames.summary(customers.select(nw.len().alias("customers"), bad.any().alias("bad"))).iloc[0]
    if state["customers"] == 0:
        raise ParameterError(
            f"There are no orders{f' up to {date.fromordinal(end)}' if end else ''}.",
            "choose as_of on or after the first order, or pass orders.",
        )
    if state["bad"]:
        check.fail_on_orders(seen)


def identified(orders: Any) -> pd.DataFrame:
    """Orders with and without a customer, because only the first can be measured.

    Returns
    -------
    pandas.DataFrame, two rows
        `buyer` ("known" or "guest"), `orders`, `order_share`, `revenue` (before refunds), `revenue_share`.
    """
    seen = check.require(orders, "orders", ["customer_id", "revenue"])
    counted = frames.summary(
        seen.group_by(nw.col("customer_id").is_null().alias("is_guest")).agg(
            orders=nw.len(), revenue=nw.col("revenue").sum().round(4)
        )
    )
    table = counted.set_index("is_guest").reindex([False, True], fill_value=0).reset_index(drop=True)
    table.insert(0, "buyer", ["known", "guest"])
    table.insert(2, "order_share", table["orders"] / table["orders"].sum())
    return table.assign(revenue_share=table["revenue"] / table["revenue"].sum())


def cut_points(customers: Any, *, bins: int = 5) -> pd.DataFrame:
    """The values above which the scores begin, to freeze the scale of one period for the next.

    Returns
    -------
    pandas.DataFrame, one row per metric and score from 2 on
        `metric` (`r`, `f`, `m`), `score`, `above`: the score needs a value better than this one (for `r` in days
        with the sign turned, so that more is better).
    """
    if isinstance(bins, bool) or not hasattr(bins, "__index__") or not 2 <= bins <= BINS_MOST:
        raise ParameterError(f"bins={bins!r} is not a whole number from 2 to {BINS_MOST}.", "bins=5 is usual.")
    axes = _axes(customers)
    lacking = nw.any_horizontal(*(nw.col(m).is_null() | nw.col(m).is_nan() for m in METRICS), ignore_nulls=False)
    state = frames.summary(axes.select(nw.len().alias("n"), lacking.cast(nw.Int64).sum().alias("lacking"))).iloc[0]
    n = int(state["n"])
    if n == 0 or state["lacking"]:
        raise TableError(
            f"{int(state['lacking'])} of {n} customers lack a figure." if n else "There are no customers to score.",
            "pass the table that rfm.measure returns.",
        )
    # score > j  <=>  bins * worse // n >= j  <=>  the value beats the ceil(j n / bins)-th smallest one
    places = [-(-j * n // bins) for j in range(1, bins)]
    values = frames.nth_smallest(axes, list(METRICS), places, n)
    return pd.DataFrame(
        [(m, j + 2, values[m][j]) for m in METRICS for j in range(bins - 1)], columns=["metric", "score", "above"]
    )


def _axes(customers: Any) -> nw.LazyFrame[Any]:
    """`r, f, m` on axes where more is better."""
    have = frames.schema(customers)
    wrong = [c for c in METRICS.values() if c not in have or not have[c].is_numeric()]
    if wrong:
        raise TableError(f"The customers have no numbers in {wrong}.", "pass the table that rfm.measure returns.")
    value = {m: nw.col(c).cast(nw.Float64) for m, c in METRICS.items()}
    return frames.lazy(customers, list(METRICS.values())).select(r=-value["r"], f=value["f"], m=value["m"])


def score(customers: Any, *, bins: int = 5, cuts: pd.DataFrame | None = None) -> Any:
    """Adds `r`, `f` and `m`, each 1 to `bins` with `bins` best.

    score = 1 + bins * (number of customers strictly worse) // (number of customers). Equal values score equally,
    so a score may be empty when many customers tie; nothing is split by row order.

    Parameters
    ----------
    customers : table from `measure`
    bins : scores per metric, 2 to 100
    cuts : table from `cut_points`, to score on the scale of an earlier period; it brings its own bins

    Returns
    -------
    The same table with the whole numbers `r, f, m` added
    """
    scale = cut_points(customers, bins=bins) if cuts is None else _checked(cuts)
    scores = {}
    for metric, column in METRICS.items():
        value = nw.col(column).cast(nw.Float64)
        axis = -value if metric == "r" else value
        above = scale.loc[scale["metric"] == metric, "above"]
        scores[metric] = sum(((axis > cut).cast(nw.Int64) for cut in above), nw.lit(1).cast(nw.Int64))
    return nw.to_native(nw.from_native(customers).with_columns(**scores))


def _checked(cuts: pd.DataFrame) -> pd.DataFrame:
    sizes = cuts.groupby("metric")["above"].count() if {"metric", "above"} <= set(cuts) else pd.Series(dtype="int64")
    if set(sizes.index) != set(METRICS) or sizes.nunique() != 1 or sizes.sum() != len(cuts):
        raise ParameterError("These cuts are no scale of r, f and m.", "pass the table that rfm.cut_points returns.")
    return cuts
