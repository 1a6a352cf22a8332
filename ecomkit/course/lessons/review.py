"""21: what is to be done next week?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import once_per_store, review_store
from ecomkit.diagnosis import findings, metrics, todo

LAST, THIS = ("2025-09-03", "2025-09-09"), ("2025-09-10", "2025-09-16")


@once_per_store
def _found(start: str, end: str, against: str = "previous") -> pd.DataFrame:
    return findings.rank(review_store(), start, end, against)


@once_per_store
def _sales() -> "pd.Series[Any]":
    return metrics.compare(review_store(), *THIS).set_index("metric").T["gmv"]


@once_per_store
def _before() -> str:
    shop = review_store()
    return todo.usual(shop, todo.make(_found(*LAST)), metrics.period(shop, *THIS))


def _followed(against: str) -> pd.DataFrame:
    return todo.follow(todo.make(_found(*LAST)), todo.make(_found(*THIS, against)))


@exercise("21.1")
def stake(at_least: Any) -> Answer:
    found = _found(*LAST)
    mistakes = {
        "middle": found["money_at_stake"].sum(),
        "most": found["money_high"].sum(),
        "first_only": found["money_low"].iloc[0],
        "count": len(found),
    }
    return close(at_least, found["money_low"].sum(), mistakes)


@exercise("21.2")
def grown(grown: Any) -> Answer:
    sales = _sales()
    change = sales["after"] - sales["before"]
    mistakes = {
        "money": change,
        "base": change / sales["after"],
        "sign": -change / sales["before"],
        "level": sales["after"] / sales["before"],
    }
    return close(grown, change / sales["before"], mistakes)


@exercise("21.3")
def solved(really_solved: Any) -> Answer:
    here, there = (_followed(against).set_index("outcome")["task"] for against in (_before(), "previous"))
    still_open = here.drop("solved")
    mistakes = {"last_week": there[["solved"]].tolist(), "open": still_open.tolist()}
    return close(really_solved, here[["solved"]].tolist(), mistakes)


@exercise("21.4")
def still(still_lost: Any) -> Answer:
    open_ = _followed(_before()).query("outcome != 'solved'")
    everything = todo.make(_found(*THIS, _before()))["money_at_stake"].sum()
    mistakes = {
        "then": open_["money_before"].sum(),
        "everything": everything,
        "change": (open_["money_after"] - open_["money_before"]).sum(),
        "as_if_solved": 0,
    }
    return close(still_lost, open_["money_after"].sum(), mistakes)


@exercise("21.5")
def new(new_task: Any) -> Answer:
    now, last = todo.make(_found(*THIS, _before()))["task"], todo.make(_found(*LAST))["task"]
    is_old = now.isin(last)
    gone = last[~last.isin(now)]
    mistakes = {"old": next(iter(now[is_old]), ""), "gone": next(iter(gone), "")}
    return close(new_task, now[~is_old].iloc[0], mistakes)
