"""The optimisation list: findings as tasks with an owner and a due day, and what became of them a week later."""

import datetime as dt

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.period import Period
from ecomkit.errors import TableError

ITEM = ["task", "finding", "owner", "due", "state", "since", "until", "money_at_stake"]
BETTER, WORSE = 0.8, 1.25  # of the money at stake: what lies between is the same as before


def make(found: pd.DataFrame) -> pd.DataFrame:
    """The tasks of a table of findings, in its order.

    Parameters
    ----------
    found : as `findings.rank` gives it

    Returns
    -------
    pandas.DataFrame, one row per finding
        `task` (the finding and its slice, which name it again next week), `finding, owner, due, state` ("open"),
        `since, until, money_at_stake`.

    Examples
    --------
    >>> row = {"finding": "bad_batch", "slice": {"product_id": "p1"}, "owner": "supply", "due": "2025-09-30"}
    >>> make(pd.DataFrame([row | {"since": "", "until": "", "money_at_stake": 80.0}]))[["task", "state"]]
                          task state
    0  bad_batch product_id=p1  open
    """
    tasks = [
        " ".join([finding, *(f"{axis}={value}" for axis, value in where.items())])
        for finding, where in zip(found["finding"], found["slice"], strict=True)
    ]
    table = found.reindex(columns=[c for c in ITEM if c not in ("task", "state")])
    return table.assign(task=pd.Series(tasks, found.index, dtype="str"), state="open")[ITEM]


def usual(store: Store, previous: pd.DataFrame, period: Period) -> str:
    """What to compare a period with, to see whether earlier tasks still stand: as many days, before the first began.

    Against the days just before it, a cause that goes on would be as usual, and would seem to be solved.

    Parameters
    ----------
    previous : the earlier list, with `since` as `make` gives it

    Returns
    -------
    str, as `compare` takes it, e.g. "2025-09-10..2025-09-16"; the period's own where `since` is not known, no task
    began before the period, or the data does not reach back so far.
    """
    own = f"{period.before_start}..{period.before_end}"
    began = pd.to_datetime(previous["since"], errors="coerce").min() if "since" in previous else pd.NaT
    if pd.isna(began) or began.date() >= period.start:
        return own
    last = began.date() - dt.timedelta(days=1)
    first = last - dt.timedelta(days=period.days - 1)
    return f"{first}..{last}" if first >= store.start else own


def follow(previous: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """What became of the tasks of an earlier list.

    Parameters
    ----------
    previous, now : `task` and `money_at_stake`, as `make` gives them; `previous` as its owners have kept it: further
        columns, such as `state`, come back as they are

    Returns
    -------
    pandas.DataFrame, one row per task of `previous`, in its order
        Its columns, and `money_before` (at stake then), `money_after` (now; 0 where it is not found any more),
        `change_rate`, and `outcome`: "solved" (not found any more), "better" (a fifth less or better), "same", "worse"
        (a quarter more or worse).

    Raises
    ------
    TableError
        A table lacks `task` or `money_at_stake`, or has a task twice.
    """
    for name, table in (("previous", previous), ("now", now)):
        missing = [c for c in ("task", "money_at_stake") if c not in table.columns]
        if missing:
            raise TableError(f"`{name}` has no columns {missing}; it has {list(table.columns)}.", "pass todo.make's.")
        if table["task"].duplicated().any():
            twice = table.loc[table["task"].duplicated(), "task"].iloc[0]
            raise TableError(f"`{name}` has the task '{twice}' twice.", "keep one row of each.")
    money = now.set_index("task")["money_at_stake"]
    before = previous["money_at_stake"].astype(float)
    after = previous["task"].map(money).astype(float).fillna(0.0)
    change = (after / before - 1).where(before > 0)
    outcome = pd.Series("same", previous.index, dtype="str").mask(after <= BETTER * before, "better")
    outcome = outcome.mask(after >= WORSE * before, "worse").mask(~previous["task"].isin(money.index), "solved")
    return previous.assign(money_before=before, money_after=after, change_rate=change, outcome=outcome)
