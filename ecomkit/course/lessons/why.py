"""06: why did sales move?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.diagnosis import explain, metrics

FACTORS = ["visitors", "conversion_rate", "amount_per_buyer"]
BEFORE, AFTER = ("2024-10-01", "2024-10-28"), ("2024-10-29", "2024-11-25")


@once_per_store
def _halves() -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    shop = my_store()
    before, after = (metrics.total(metrics.daily(shop, *days)).iloc[0] for days in (BEFORE, AFTER))
    return before, after


def _alone() -> dict[str, float]:
    """What sales would have done had one factor moved alone."""
    before, after = _halves()
    return {f: before["gmv"] * (after[f] / before[f] - 1) for f in FACTORS}


def _bridge() -> "pd.Series[float]":
    before, after = ({f: float(half[f]) for f in FACTORS} for half in _halves())
    table = explain.bridge(before, after, factors=FACTORS)
    return table.set_index("factor")["contribution"]


@once_per_store
def _plans() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Visitors and buyers by source as they are, and with each source five percent better and the worst eightfold."""
    now = my_store().traffic_daily.df().groupby("source")[["visitors", "buyers"]].sum().astype(float)
    plan = now.assign(buyers=now["buyers"] * 1.05)
    plan.loc[(now["buyers"] / now["visitors"]).idxmin()] *= 8
    return now, plan


@exercise("06.1")
def change(change: Any) -> Answer:
    before, after = _halves()
    grown = after["gmv"] - before["gmv"]
    mistakes = {
        "sign": -grown,
        "rate": grown / before["gmv"],
        "refunds_excluded": after["net_sales"] - before["net_sales"],
        "level": after["gmv"],
    }
    return close(change, grown, mistakes)


@exercise("06.2")
def rest(left_over: Any) -> Answer:
    before, after = _halves()
    alone, grown = sum(_alone().values()), after["gmv"] - before["gmv"]
    return close(left_over, grown - alone, {"sign": alone - grown, "parts": alone, "share": 1 - alone / grown})


@exercise("06.3")
def conversion(rate_part: Any) -> Answer:
    before, after = _halves()
    parts, rate = _bridge(), "conversion_rate"
    mistakes = {
        "alone": _alone()[rate],
        "share": parts[rate] / parts.sum(),
        "visitors": parts["visitors"],
        "rate_change": after[rate] - before[rate],
    }
    return close(rate_part, parts[rate], mistakes)


@exercise("06.4")
def simpson(planned_rate: Any) -> Answer:
    now, plan = _plans()
    mistakes = {
        "mean_of_ratios": (plan["buyers"] / plan["visitors"]).mean(),
        "intuition": 1.05 * now["buyers"].sum() / now["visitors"].sum(),
        "now": now["buyers"].sum() / now["visitors"].sum(),
        "wrong_way_round": plan["visitors"].sum() / plan["buyers"].sum(),
    }
    return close(planned_rate, plan["buyers"].sum() / plan["visitors"].sum(), mistakes)


@exercise("06.5")
def mix(mix_part: Any) -> Answer:
    now, plan = (table.reset_index() for table in _plans())
    parts = explain.mix_rate(now, plan, numerator="buyers", denominator="visitors", by="source")
    both = parts["mix"].sum() + parts["rate"].sum()
    mistakes = {
        "rates": parts["rate"].sum(),
        "both": both,
        "share": parts["mix"].sum() / both,
        "sign": -parts["mix"].sum(),
    }
    return close(mix_part, parts["mix"].sum(), mistakes)
