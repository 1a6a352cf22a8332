"""The thirteen segments: what a customer's three scores are called, and what to do about it."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from ecomkit.data import frames
from ecomkit.errors import TableError


@cache
def _segments() -> list[dict[str, Any]]:
    return tomllib.loads(files("ecomkit.customers").joinpath("segments.toml").read_text("utf-8"))["segment"]


def segments() -> pd.DataFrame:
    """The thirteen segments: `segment`, `patterns` of scores (r f m), `action` (what to do, in English)."""
    return pd.DataFrame(
        [(s["name"], s["patterns"], s["action"]) for s in _segments()], columns=["segment", "patterns", "action"]
    )


def segment(scored: Any) -> Any:
    """Adds `segment`, one of the thirteen names of `segments()`, to a table scored in five bins.

    All 125 combinations of `r, f, m` have a name, by the first pattern of segments.toml that fits.

    Raises
    ------
    TableError
        A score is missing, or is no whole number from 1 to 5 (seen at once in eager tables, in `summarise` in others).
    """
    have = frames.schema(scored)
    wrong = [c for c in "rfm" if c not in have or not have[c].is_integer()]
    if wrong:
        raise TableError(f"The customers have no whole scores {wrong}.", "pass the table that rfm.score returns.")
    frame = nw.from_native(scored)
    if isinstance(frame, nw.LazyFrame):
        return frame.with_columns(segment=_label()).to_native()
    r, f, m = (frame[c].to_numpy() for c in "rfm")
    known = (np.minimum.reduce([r, f, m]) >= 1) & (np.maximum.reduce([r, f, m]) <= 5)
    if not known.all():
        raise _foreign(int((~known).sum()))
    code = ((r - 1) * 25 + (f - 1) * 5 + m - 1).astype(np.int64)
    names = nw.new_series("segment", _names()[code], backend=frame.implementation)
    return frame.with_columns(names).to_native()


def _foreign(rows: int) -> TableError:
    return TableError(
        f"{rows} customers have scores that are not 1 to 5.", "score in five bins: rfm.score(..., bins=5)."
    )


def _label() -> nw.Expr:
    label = nw.lit(None, dtype=nw.String)
    for spec in reversed(_segments()):
        for pattern in reversed(spec["patterns"]):
            fits = nw.all_horizontal(
                *(nw.col(m).is_in([int(d) for d in digits]) for m, digits in zip("rfm", pattern.split(), strict=True)),
                ignore_nulls=False,
            )
            label = nw.when(fits).then(nw.lit(spec["name"])).otherwise(label)
    return label


@cache
def _names() -> np.ndarray:
    """The names of the 125 codes, in the order of r, f, m."""
    return np.array([_name(f"{r}{f}{m}") for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)], dtype=object)


def _name(code: str) -> str:
    return next(
        spec["name"]
        for spec in _segments()
        for pattern in spec["patterns"]
        if all(digit in digits for digit, digits in zip(code, pattern.split(), strict=True))
    )


def summarise(segmented: Any) -> pd.DataFrame:
    """One row per segment that occurs, the most net sales first.

    Returns
    -------
    pandas.DataFrame
        `segment, customers, customer_share, net_sales` (paid less refunded), `net_sales_share` (shares 0-1), mean
        `recency_days` and `frequency`, `net_sales_per_customer`, `action`.
    """
    columns = ["segment", *("recency_days", "frequency", "monetary")]
    missing = [c for c in columns if c not in frames.schema(segmented)]
    if missing:
        raise TableError(f"The customers have no columns {missing}.", "pass the table that rfm.segment returns.")
    table = frames.summary(
        frames.lazy(segmented, columns)
        .group_by("segment")
        .agg(
            customers=nw.len(),
            net_sales=nw.col("monetary").sum().round(4),
            recency_days=nw.col("recency_days").mean(),
            frequency=nw.col("frequency").mean(),
        ),
        "segment",
    )
    if table["segment"].isna().any():
        raise _foreign(int(table.loc[table["segment"].isna(), "customers"].sum()))
    table = table.merge(segments()[["segment", "action"]], how="left", on="segment")
    table["customer_share"] = table["customers"] / table["customers"].sum()
    table["net_sales_share"] = table["net_sales"] / table["net_sales"].sum()
    table["net_sales_per_customer"] = table["net_sales"] / table["customers"]
    order = ["segment", "customers", "customer_share", "net_sales", "net_sales_share", "recency_days", "frequency"]
    table = table.sort_values(["net_sales", "segment"], ascending=[False, True], ignore_index=True)
    return table[[*order, "net_sales_per_customer", "action"]]


def migrate(before: Any, after: Any) -> pd.DataFrame:
    """How many customers moved from which segment to which, between two segmented tables.

    Returns
    -------
    pandas.DataFrame, one row per pair that occurs
        `before, after, customers`; `before` is missing for customers who are new, `after` for those not seen again.
    """
    left, right = _pairs(before, "before"), _pairs(after, "after")
    if left.implementation != right.implementation:
        raise TableError("The two tables are of different engines.", "segment both from the same kind of table.")
    both = left.join(right, on="customer_id", how="full", suffix="_after")
    moved = both.group_by("before", "after").agg(customers=nw.len())
    return frames.summary(moved, "before", "after")


def _pairs(segmented: Any, name: str) -> nw.LazyFrame[Any]:
    have = frames.schema(segmented)
    missing = [c for c in ("customer_id", "segment") if c not in have]
    if missing:
        raise TableError(f"The customers have no columns {missing}.", "pass the table that rfm.segment returns.")
    frame = frames.lazy(segmented, ["customer_id", "segment"])
    if frames.is_duckdb(frame):  # two stores are two connections, which cannot be joined
        frame = frames.lazy(frame.to_native().to_arrow_table())
    repeated, _ = frames.count_repeated(frame, "customer_id")
    if repeated:
        raise TableError(f"`customer_id` repeats in {repeated} rows of `{name}`.", "one row per customer is needed.")
    return frame.rename({"segment": name})
