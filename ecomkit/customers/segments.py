"""The thirteen segments: what a customer's three scores are called, and what to do about it."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import narwhals as nw
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
    """
    frame = frames.lazy(scored)
    missing = [c for c in "rfm" if c not in frame.collect_schema().names()]
    if missing:
        raise TableError(f"The customers have no scores {missing}.", "pass the table that rfm.score returns.")
    label = nw.lit(None, dtype=nw.String)
    for spec in reversed(_segments()):
        for pattern in reversed(spec["patterns"]):
            fits = nw.all_horizontal(
                *(nw.col(m).is_in([int(d) for d in digits]) for m, digits in zip("rfm", pattern.split(), strict=True)),
                ignore_nulls=False,
            )
            label = nw.when(fits).then(nw.lit(spec["name"])).otherwise(label)
    return frames.like(frame.with_columns(segment=label), scored)


def summarise(segmented: Any) -> pd.DataFrame:
    """One row per segment that occurs, the largest revenue first.

    Returns
    -------
    pandas.DataFrame
        `segment, customers, customer_share, revenue, revenue_share` (shares 0-1), mean `recency_days` and
        `frequency`, `amount_per_customer`, `action`.
    """
    frame = frames.lazy(segmented)
    table = frames.summary(
        frame.group_by("segment").agg(
            nw.len().alias("customers"),
            nw.col("monetary").sum().alias("revenue"),
            nw.col("recency_days").mean(),
            nw.col("frequency").mean(),
        ),
        "segment",
    )
    table = table.merge(segments()[["segment", "action"]], how="left", on="segment")
    table["customer_share"] = table["customers"] / table["customers"].sum()
    table["revenue_share"] = table["revenue"] / table["revenue"].sum()
    table["amount_per_customer"] = table["revenue"] / table["customers"]
    columns = ["segment", "customers", "customer_share", "revenue", "revenue_share"]
    columns += ["recency_days", "frequency", "amount_per_customer", "action"]
    return table.sort_values(["revenue", "segment"], ascending=[False, True], ignore_index=True)[columns]


def migrate(before: Any, after: Any) -> pd.DataFrame:
    """How many customers moved from which segment to which, between two segmented tables of any one kind.

    Returns
    -------
    pandas.DataFrame, one row per pair that occurs
        `before, after, customers`; `before` is missing for customers who are new, `after` for those not seen again.
    """
    columns = ["customer_id", "segment"]
    left = frames.lazy(before, columns).rename({"segment": "before"})
    right = frames.lazy(after, columns).rename({"segment": "after"})
    both = left.join(right, on="customer_id", how="full", suffix="_after")
    moved = both.group_by("before", "after").agg(nw.len().alias("customers"))
    return frames.summary(moved, "before", "after")
