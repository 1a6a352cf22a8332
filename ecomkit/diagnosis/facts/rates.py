"""Rates of a table of facts: the ratio of two counts, its error, and that of the peers."""

import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.period import Period


def ratio(upper: pd.Series, lower: pd.Series) -> pd.Series:
    """Upper by lower; missing where the lower one is not above 0."""
    return upper.astype(float) / lower.astype(float).where(lower > 0)


def error(upper: pd.Series, lower: pd.Series) -> pd.Series:
    """The standard error of a share, with one success and one failure added so that 0 of 3 is not certain."""
    share = (upper.clip(upper=lower) + 1) / (lower + 2)
    return (share * (1 - share) / lower.where(lower > 0)) ** 0.5


def peers(upper: pd.Series, lower: pd.Series, group: pd.Series | None = None) -> pd.Series:
    """The ratio of all others (of the same group) together."""
    sums = [
        (values.groupby(group).transform("sum") if group is not None else values.sum()) - values
        for values in (upper.astype(float), lower.astype(float))
    ]
    return ratio(*sums)


def both(now: pd.DataFrame, before: pd.DataFrame, scale: float, sums: list[str]) -> pd.DataFrame:
    """The sums of a period beside those before, scaled; slices that were not there before or are gone have 0."""
    then = (before[sums] * scale).add_suffix("_before")
    table = now[sums].join(then, how="outer")
    known = [c for c in table if table[c].notna().any()]  # a figure that is not known at all stays missing
    return table.astype(float).fillna(dict.fromkeys(known, 0.0))


def by_slice(daily: DuckDBPyRelation, by: str, sums: list[str], period: Period) -> pd.DataFrame:
    """The sums of a daily table for each value of `by`, as `both` has them; those that it has no column for missing."""
    parts = ", ".join((f"sum({s})" if s in daily.columns else "NULL") + f"::DOUBLE AS {s}" for s in sums)
    now, before = (
        daily.filter(when).aggregate(f"{by}, {parts}", by).df().set_index(by)
        for when in (period.during("date"), period.earlier("date"))
    )
    return both(now, before, period.days / period.before_days, sums)
