"""So what: the causes found in a period, ranked by the money in them."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from ecomkit.data.days import Day
from ecomkit.data.store import Store
from ecomkit.diagnosis import metrics, playbook
from ecomkit.diagnosis.causes import CAUSES
from ecomkit.diagnosis.causes.finding import Finding
from ecomkit.diagnosis.merge import merge

SHARE_MIN = 0.005  # of the period's sales: less is not worth a manager's time
COLUMNS = [
    "finding", "slice", "severity", "since", "until", "money_at_stake", "money_low", "money_high", "confidence",
    "owner", "due", "values", "explains", "words",
]  # fmt: skip


def rank(
    store: Store,
    start: Day = None,
    end: Day = None,
    compare: str = "previous",
    rules: Sequence[playbook.Rule] = (),
) -> pd.DataFrame:
    """What happened to the store in a period, what to act on first; empty if nothing stands out.

    A cause is named only with evidence: a run of days that differs from the same weekdays of the period compared
    with by at least five standard errors and a fifth, or orders alike beyond chance. An empty shelf is seen, not
    inferred: it is named where what it cost may be worth a manager's time, be it no more than that.

    Parameters
    ----------
    store, start, end, compare
        As for `metrics.period`. Causes whose tables the store lacks are not looked for: `scope` says which.
    rules
        What else to look at: `playbook.load()`, or rules of your own. What a cause explains goes under that cause.

    Returns
    -------
    pandas.DataFrame, one row per finding
        `finding` (code), `slice` ({dimension: value}), `severity` ("act": even the low end of its money is worth a
        manager's time, 0.5 % of the period's sales; or "watch"), `since`, `until`, `money_at_stake` (net sales lost,
        or money spent, refunded or shown for nothing, over these days) with its 95 % interval `money_low` to
        `money_high`, `confidence` (high or medium), `owner` (role), `due` (date), `values` (the figures its text
        names), `explains` (what it is the cause of: a tuple of {"finding", "slice", "values", "words"}), `words` (of a
        rule: language -> title, evidence, action). Those to act on come first, then what happened, then what
        rules say; the most money first in each.
    """
    period = metrics.period(store, start, end, compare)
    sales = metrics.total(metrics.daily(store, period.start, period.end))["gmv"].iloc[0]
    found = [f for cause in CAUSES if not cause.lacks(store) for f in cause.find(store, period)]
    found += playbook.find(store, period, rules)
    least = SHARE_MIN * sales
    kept = merge([f for f in found if _is_worth(f, least)])
    rows = [_row(f, least, period.end) for f in sorted(kept, key=lambda f: _place(f, least))]
    return pd.DataFrame(rows, columns=COLUMNS)


def _is_worth(f: Finding, least: float) -> bool:
    """Whether it is worth a manager's time; what is seen may be, where the high end of its money is."""
    return (f.low > 0 and f.money >= least) or (f.is_seen and f.high >= least)


def _severity(f: Finding, least: float) -> str:
    return "act" if f.low >= least and f.at_most == "act" else "watch"


def _place(f: Finding, least: float) -> int:
    """What to act on, what happened besides, what rules say."""
    return 0 if _severity(f, least) == "act" else 2 if f.words else 1


def _row(f: Finding, least: float, end: dt.date) -> tuple:
    explains = tuple({"finding": e.finding, "slice": e.slice, "values": e.values, "words": e.words} for e in f.explains)
    return (
        f.finding, f.slice, _severity(f, least), f.since, f.until, f.money, f.low, f.high, f.confidence, f.owner,
        end + dt.timedelta(days=1 + f.due_in_days), f.values, explains, f.words,
    )  # fmt: skip


def scope(store: Store) -> pd.DataFrame:
    """Which causes can be looked for in this store.

    Returns
    -------
    pandas.DataFrame, one row per cause
        `finding` (code), `looked_for` (bool), `missing` (the columns it would need, as table.column; "" where none).
    """
    rows = [(cause.finding, not (lacks := cause.lacks(store)), ", ".join(lacks)) for cause in CAUSES]
    return pd.DataFrame(rows, columns=["finding", "looked_for", "missing"])
