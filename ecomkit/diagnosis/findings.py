"""So what: the causes found in a period, ranked by the money in them."""

import datetime as dt

import pandas as pd

from ecomkit.data.days import Day
from ecomkit.data.store import Store
from ecomkit.diagnosis import metrics
from ecomkit.diagnosis.causes import CAUSES
from ecomkit.diagnosis.merge import merge

SHARE_MIN = 0.005  # of the period's sales: less is not worth a manager's time
COLUMNS = [
    "finding", "slice", "severity", "since", "until", "money_at_stake", "money_low", "money_high", "confidence",
    "owner", "due", "values", "explains",
]  # fmt: skip


def rank(store: Store, start: Day = None, end: Day = None, compare: str = "previous") -> pd.DataFrame:
    """What happened to the store in a period, what to act on first; empty if nothing stands out.

    A cause is named only with evidence: a run of days that differs from the same weekdays of the period compared
    with by at least five standard errors and a fifth, or orders alike beyond chance.

    Parameters
    ----------
    store, start, end, compare
        As for `metrics.period`. Causes whose tables the store lacks are not looked for: `scope` says which.

    Returns
    -------
    pandas.DataFrame, one row per finding
        `finding` (code), `slice` ({dimension: value}), `severity` ("act": even the low end of its money is worth a
        manager's time, 0.5 % of the period's sales; or "watch"), `since`, `until`, `money_at_stake` (net sales lost,
        or money spent, refunded or shown for nothing, over these days) with its 95 % interval `money_low` to
        `money_high`, `confidence` (high or medium), `owner` (role), `due` (date), `values` (the figures its text
        names), `explains` (what it is the cause of: a tuple of {"finding": code, dimension: value}). Those to act on
        come first, then the most money.
    """
    period = metrics.period(store, start, end, compare)
    sales = metrics.total(metrics.daily(store, period.start, period.end))["gmv"].iloc[0]
    found = [
        f
        for cause in CAUSES
        if not cause.lacks(store)
        for f in cause.find(store, period)
        if f.low > 0 and f.money >= SHARE_MIN * sales
    ]
    least = SHARE_MIN * sales
    rows = [
        (
            f.finding, f.slice, "act" if f.low >= least else "watch", f.since, f.until, f.money, f.low, f.high,
            f.confidence, f.owner, period.end + dt.timedelta(days=1 + f.due_in_days), f.values, f.explains,
        )
        for f in sorted(merge(found), key=lambda f: (f.low < least, -f.money))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def scope(store: Store) -> pd.DataFrame:
    """Which causes can be looked for in this store.

    Returns
    -------
    pandas.DataFrame, one row per cause
        `finding` (code), `looked_for` (bool), `missing` (the columns it would need, as table.column; "" where none).
    """
    rows = [(cause.finding, not (lacks := cause.lacks(store)), ", ".join(lacks)) for cause in CAUSES]
    return pd.DataFrame(rows, columns=["finding", "looked_for", "missing"])
