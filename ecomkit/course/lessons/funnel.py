"""07: many add to cart, why do so few pay?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.traffic import funnel

ENOUGH = 200  # people who added to cart, from which on a product's rate is looked at


@once_per_store
def _steps(within: str) -> pd.DataFrame:
    return funnel.steps(my_store().events, within=within).set_index("step")


@exercise("07.1")
def overall(overall_rate: Any) -> Answer:
    steps, counts = _steps("24h"), my_store().events.df()["event_name"].value_counts()
    mistakes = {
        "events": counts["purchase"] / counts["view_item"],
        "last_step": steps["step_rate"].iloc[-1],
        "carts": steps["overall_rate"].iloc[1],
        "wrong_way_round": 1 / steps["overall_rate"].iloc[-1],
        "lost_share": 1 - steps["overall_rate"].iloc[-1],
    }
    return close(overall_rate, steps["overall_rate"].iloc[-1], mistakes)


@exercise("07.2")
def checkout(lost_at_checkout: Any) -> Answer:
    last = _steps("24h").iloc[-1]
    mistakes = {"open": last["lost"], "added": last["lost"] + last["open"], "paid": last["users"]}
    return close(lost_at_checkout, last["lost"] - last["open"], mistakes)


@exercise("07.3")
def late(late_buyers: Any) -> Answer:
    day, week = (_steps(within)["users"].iloc[-1] for within in ("24h", "7d"))
    return close(late_buyers, week - day, {"sign": day - week, "all": week, "share": week / day - 1})


@exercise("07.4")
def product(weakest: Any) -> Answer:
    pages = my_store().product_daily.df().groupby("product_id")[["visitors", "cart_users", "buyers"]].sum()
    pay_rate, enough = pages["buyers"] / pages["cart_users"], pages["cart_users"] >= ENOUGH
    mistakes = {
        "tiny": pay_rate.idxmin(),
        "cart_rate": (pages["cart_users"] / pages["visitors"])[enough].idxmin(),
        "best": pay_rate[enough].idxmax(),
        "fewest": pages["buyers"][enough].idxmin(),
    }
    return close(weakest, pay_rate[enough].idxmin(), mistakes)
