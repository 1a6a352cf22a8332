"""The KPI tree: GMV = visitors x conversion rate x amount per buyer, and what each of them did to the change."""

import datetime as dt
from math import isnan, nan, prod

import pandas as pd

from ecomkit.data.days import Day
from ecomkit.data.store import Store
from ecomkit.diagnosis.daily import daily, total
from ecomkit.diagnosis.period import Period, period
from ecomkit.diagnosis.split import defined, split
from ecomkit.errors import ParameterError, TableError

REST = "(not in traffic_daily)"
Levels = dict[str, float]  # visitors, buyers, gmv of one period


def tree(
    store: Store, start: Day = None, end: Day = None, compare: str = "previous", *, by: str | None = None
) -> pd.DataFrame:
    """Returns the KPI tree GMV = visitors x conversion rate x amount per buyer, before and after, and what each did.

    Parameters
    ----------
    store, start, end, compare
        As in `period`.
    by
        None for the store, "source" for a tree per traffic source (needs `traffic_daily` with buyers and revenue).

    Returns
    -------
    pandas.DataFrame
        One row per factor (per source): `source` (with `by`), `factor`, `before`, `after`, `contribution` (money).
        The row of factor "gmv" comes first and carries the whole change; the contributions of the others add up to
        it to the cent. Where visitors are not observed on every day, or are too few for their buyers, the factors
        are buyers x amount per buyer; where no order names its buyer, orders x amount per order. With `by`, what the
        orders hold beyond `traffic_daily` stands in a source of its own, "(not in traffic_daily)".

    Raises
    ------
    ParameterError
        As in `period`, or `by` is not known.
    MissingTableError, TableError
        `by` needs a table or column that the store does not have.
    """
    if by not in (None, "source"):
        raise ParameterError(f"by='{by}' is not known.", 'use by="source", or leave it out.')
    chosen = period(store, start, end, compare)
    before, after = (_levels(store, *days) for days in _halves(chosen))
    if by is None:
        return _named(_branch(before, after), store, chosen)
    return _by_source(store, chosen, before["gmv"], after["gmv"])


def _named(table: pd.DataFrame, store: Store, chosen: Period) -> pd.DataFrame:
    """The tree with its factors by their right names: where no order names its buyer, each counted as one."""
    when = f"({chosen.during('order_date')}) OR ({chosen.earlier('order_date')})"
    if store.orders.filter(when).aggregate("count(customer_id)").fetchall()[0][0]:
        return table
    return table.replace({"factor": {"buyers": "orders", "amount_per_buyer": "amount_per_order"}})


def _branch(before: Levels, after: Levels) -> pd.DataFrame:
    """The rows of one tree: its GMV, and the finest factors whose product is the GMV in both periods."""
    rows = [("gmv", before["gmv"], after["gmv"], round(after["gmv"] - before["gmv"], 2))]
    is_observed = not isnan(before["visitors"] + after["visitors"])
    for factors in (_three, _two) if is_observed else (_two,):
        low, high = factors(before), factors(after)
        pairs = {name: defined(low[name], high[name]) for name in low}
        products = (prod(p[0] for p in pairs.values()), prod(p[1] for p in pairs.values()))
        if abs(products[0] - before["gmv"]) < 0.005 and abs(products[1] - after["gmv"]) < 0.005:
            parts = split(list(low.values()), list(high.values()))
            rows += [(name, low[name], high[name], part) for name, part in zip(low, parts, strict=True)]
            break
    return pd.DataFrame(rows, columns=["factor", "before", "after", "contribution"])


def _three(levels: Levels) -> Levels:
    visitors, buyers = levels["visitors"], levels["buyers"]
    rate = buyers / visitors if visitors else nan
    return {"visitors": visitors, "conversion_rate": rate, "amount_per_buyer": _two(levels)["amount_per_buyer"]}


def _two(levels: Levels) -> Levels:
    return {
        "buyers": levels["buyers"],
        "amount_per_buyer": levels["gmv"] / levels["buyers"] if levels["buyers"] else nan,
    }


def _levels(store: Store, start: dt.date, end: dt.date) -> Levels:
    row = total(daily(store, start, end)).iloc[0]
    return {name: float(row[name]) for name in ("visitors", "buyers", "gmv")}


def _halves(chosen: Period) -> tuple[tuple[dt.date, dt.date], tuple[dt.date, dt.date]]:
    return (chosen.before_start, chosen.before_end), (chosen.start, chosen.end)


def _by_source(store: Store, chosen: Period, gmv_before: float, gmv_after: float) -> pd.DataFrame:
    traffic = store.traffic_daily
    missing = [c for c in ("buyers", "revenue") if c not in traffic.columns]
    if missing:
        raise TableError(f"`traffic_daily` has no columns {missing}.", "a tree by source needs them; leave `by` out.")
    before, after = (
        {
            source: {"visitors": float(visitors), "buyers": float(buyers), "gmv": round(float(revenue), 2)}
            for source, visitors, buyers, revenue in traffic.filter(f"date::DATE BETWEEN '{low}' AND '{high}'")
            .aggregate("source, sum(visitors), coalesce(sum(buyers), 0), coalesce(sum(revenue), 0)", "source")
            .fetchall()
        }
        for low, high in _halves(chosen)
    )
    for known, gmv in ((before, gmv_before), (after, gmv_after)):
        known[REST] = {"visitors": 0.0, "buyers": 0.0, "gmv": round(gmv - sum(s["gmv"] for s in known.values()), 2)}
    if before[REST]["gmv"] == after[REST]["gmv"] == 0:
        del before[REST], after[REST]
    none = {"visitors": 0.0, "buyers": 0.0, "gmv": 0.0}
    branches = [
        _branch(before.get(source, none), after.get(source, none)).assign(source=source)
        for source in sorted({*before, *after}, key=lambda s: (s == REST, s))
    ]
    return pd.concat(branches, ignore_index=True)[["source", "factor", "before", "after", "contribution"]]
