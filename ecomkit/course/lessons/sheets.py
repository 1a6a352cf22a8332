"""04: pivot tables and VLOOKUP, how are they done in pandas?"""

from typing import Any

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store
from ecomkit.customers import rfm

GOLD, BLACK = 3, 5


@exercise("04.1")
def pivot(rates: Any) -> Answer:
    traffic = my_store().traffic_daily.df()
    sums = traffic.groupby("source")[["visitors", "buyers"]].sum()
    daily = (traffic["buyers"] / traffic["visitors"].where(traffic["visitors"] > 0)).groupby(traffic["source"]).mean()
    mistakes = {
        "mean_of_ratios": daily,
        "wrong_way_round": sums["visitors"] / sums["buyers"],
        "of_all": sums["buyers"] / sums["visitors"].sum(),
        "percent": 100 * sums["buyers"] / sums["visitors"],
    }
    return close(rates, sums["buyers"] / sums["visitors"], mistakes)


@exercise("04.2")
def lookup(gross_profit: Any) -> Answer:
    lines = my_store().order_lines.df()
    paid, cost = lines["revenue"].sum(), (lines["quantity"] * lines["unit_cost"]).sum()
    mistakes = {
        "no_quantity": paid - lines["unit_cost"].sum(),
        "cost": cost,
        "revenue": paid,
        "rate": 1 - cost / paid,
    }
    return close(gross_profit, paid - cost, mistakes)


@exercise("04.3")
def tiers(gold_members: Any) -> Answer:
    often = rfm.measure(my_store().orders.df())["frequency"]
    gold = int(often.between(GOLD, BLACK - 1).sum())
    mistakes = {
        "open_top": int((often >= GOLD).sum()),
        "wrong_order": 0,
        "silver": int((often < GOLD).sum()),
        "only_three": int((often == GOLD).sum()),
    }
    return close(gold_members, gold, mistakes)
