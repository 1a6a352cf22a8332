"""16: did the change make the difference?"""

from typing import Any

import numpy as np
import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.course.trial import delivery_trial, no_difference, page_trial
from ecomkit.traffic import experiment

ADS = ["paid_search", "paid_social"]
HALF = {"old": 0.5, "new": 0.5}


@once_per_store
def _slopes() -> tuple[dict[str, float], float]:
    """How much more the sales of each kind of source are, on a day with one more spent on ads; and the mean return."""
    shop = my_store()
    ads, orders = shop.ads_daily.df(), shop.orders.df()
    cost = ads.groupby("date")["cost"].sum()
    orders["kind"] = np.where(orders["source"].isin(ADS), "paid", "free")
    sales = orders.pivot_table(
        index=orders["order_date"].dt.normalize(), columns="kind", values="revenue", aggfunc="sum"
    )
    kinds = sales.reindex(cost.index).fillna(0)
    slopes = {kind: float(np.polyfit(cost, kinds[kind], 1)[0]) for kind in ("paid", "free")}
    return slopes, float(ads["revenue"].sum() / ads["cost"].sum())


@once_per_store
def _visitors() -> tuple[float, float]:
    """The store's conversion rate, and its visitors of a mean day."""
    traffic = my_store().traffic_daily.df()
    visitors = traffic["visitors"].sum()
    return float(traffic["buyers"].sum() / visitors), float(visitors / traffic["date"].nunique())


@once_per_store
def _alarms() -> pd.DataFrame:
    return no_difference() < 0.05


@once_per_store
def _delivery() -> "pd.Series[Any]":
    return experiment.compare(delivery_trial(), control="old").iloc[0]


@once_per_store
def _split() -> pd.DataFrame:
    return experiment.split(page_trial(), planned=HALF).set_index("variant")


@exercise("16.1")
def slope(per_yuan: Any) -> Answer:
    slopes, mean_return = _slopes()
    mistakes = {"correlation": sum(slopes.values()), "free": slopes["free"], "mean_return": mean_return}
    return close(per_yuan, slopes["paid"], mistakes)


@exercise("16.2")
def size(per_variant: Any) -> Answer:
    rate, _ = _visitors()
    want = experiment.sample_size(rate, lift_rate=0.1)
    mistakes = {
        "both": 2 * want,
        "buyers": want * rate,
        "no_power": experiment.sample_size(rate, lift_rate=0.1, power=0.5),
        "half": experiment.sample_size(rate, lift_rate=0.05),
    }
    return close(per_variant, want, mistakes)


@exercise("16.3")
def duration(days_needed: Any) -> Answer:
    rate, a_day = _visitors()
    people = 2 * experiment.sample_size(rate, lift_rate=0.1)
    mistakes = {"one_variant": people / 2 / a_day, "wrong_way_round": a_day / people, "weeks": people / a_day / 7}
    return close(days_needed, people / a_day, mistakes)


@exercise("16.4")
def peeking(false_alarms: Any) -> Answer:
    alarms = _alarms()
    some = alarms.any(axis=1)
    mistakes = {"last_look": alarms.iloc[:, -1].mean(), "each_look": alarms.to_numpy().mean(), "count": int(some.sum())}
    return close(false_alarms, some.mean(), mistakes)


@exercise("16.5")
def difference(at_least: Any) -> Answer:
    row = _delivery()
    mistakes = {"middle": row["difference"], "high": row["high"], "lift": row["lift_rate"], "rate": row["value"]}
    return close(at_least, row["low"], mistakes)


@exercise("16.6")
def mismatch(fewer_people: Any, believable: Any) -> tuple[Answer, Answer]:
    split = _split()
    users, is_broken = split["users"], bool(split["broken"].any())
    fewer = users["old"] - users["new"]
    mistakes = {"half": fewer / 2, "share": fewer / users["old"], "sign": -fewer, "left": users["new"]}
    return close(fewer_people, fewer, mistakes), close(believable, not is_broken, {"looks_good": is_broken})
