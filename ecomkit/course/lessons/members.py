"""10: who should hold which card, and does the card pay?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.lessons.paid import margin
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.customers import membership

DECEMBER, SINCE = "2024-12-31", "2025-01-01"
GOLD_RATE = 0.1


@once_per_store
def _members(as_of: str = "") -> pd.DataFrame:
    return membership.tier(my_store().orders.df(), as_of=as_of or None)


@once_per_store
def _later() -> pd.DataFrame:
    """The members of December, and what each paid afterwards."""
    orders = my_store().orders.df()
    paid = orders[orders["order_date"] >= SINCE].groupby("customer_id")["revenue"].sum()
    then = _members(DECEMBER).set_index("customer_id")
    return then.assign(paid=paid.reindex(then.index).fillna(0))


@exercise("10.1")
def gold(gold_members: Any) -> Answer:
    count, tiers = my_store().orders.df().groupby("customer_id").size(), _members()["tier"]
    mistakes = {
        "returns_counted": int(count.between(3, 4).sum()),
        "open_top": int(tiers.isin(["gold", "black"]).sum()),
        "silver": int((tiers == "silver").sum()),
        "share": (tiers == "gold").mean(),
    }
    return close(gold_members, int((tiers == "gold").sum()), mistakes)


@exercise("10.2")
def nudge(one_to_gold: Any) -> Answer:
    ahead = membership.next_tier(_members())
    to_gold, is_one = ahead["next_tier"] == "gold", ahead["orders_missing"] == 1
    mistakes = {
        "any_card": int(is_one.sum()),
        "any_distance": int(to_gold.sum()),
        "to_black": int((is_one & (ahead["next_tier"] == "black")).sum()),
    }
    return close(one_to_gold, int((to_gold & is_one).sum()), mistakes)


@exercise("10.3")
def moved(moved_up: Any) -> Answer:
    table = membership.migration(_members(DECEMBER), _members())
    silver, up = table["before"] == "silver", table["after"].isin(["gold", "black"])
    many, of = (table.loc[rows, "customers"].sum() for rows in (silver & up, silver))
    mistakes = {
        "count": int(many),
        "of_everybody": many / table["customers"].sum(),
        "of_those_up": many / table.loc[up, "customers"].sum(),
        "newcomers_too": table.loc[up & (table["before"] != table["after"]), "customers"].sum() / of,
        "stayed": 1 - many / of,
    }
    return close(moved_up, many / of, mistakes)


@exercise("10.4")
def selection(times: Any) -> Answer:
    paid = _later().groupby("tier")["paid"]
    mean, total = paid.mean(), paid.sum()
    bought = _later().query("paid > 0").groupby("tier")["paid"].mean()
    mistakes = {
        "sums": total["gold"] / total["silver"],
        "buyers_only": bought["gold"] / bought["silver"],
        "difference": mean["gold"] - mean["silver"],
        "wrong_way_round": mean["silver"] / mean["gold"],
    }
    return close(times, mean["gold"] / mean["silver"], mistakes)


@exercise("10.5")
def benefits(needed_sales: Any) -> Answer:
    kept = 1 - margin()["goods"]
    table = membership.benefits(_members(), cost_rates={"gold": GOLD_RATE}, margin_rate=kept).set_index("tier")
    row = table.loc["gold"]
    mistakes = {
        "cost": row["cost"],
        "all_sales": row["net_sales"],
        "share": row["needed_rate"],
        "of_goods": row["cost"] / margin()["goods"],
    }
    return close(needed_sales, row["needed_rate"] * row["net_sales"], mistakes)
