"""13: how much stock should you hold?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.goods import inventory

PRODUCT, SINCE, DEPOSITS, Z95 = "P01", "2025-01-01", 200, 1.645


@once_per_store
def _product() -> tuple[dict[str, float], "pd.Series[float]", "pd.Series[float]"]:
    """The product's stock, its demand of this year, and that of the whole period."""
    shop = my_store()
    known = inventory.latest(shop).set_index("product_id")
    stock = {name: float(known[name][PRODUCT]) for name in ("on_hand", "inbound", "lead_time_days")}
    daily = inventory.daily(shop)
    demand = daily[daily["product_id"] == PRODUCT].set_index("date")["demand"]
    return stock, demand[demand.index >= SINCE], demand


@exercise("13.1")
def cover(days_of_cover: Any) -> Answer:
    stock, demand, always = _product()
    mistakes = {
        "whole_period": stock["on_hand"] / always.mean(),
        "sum": stock["on_hand"] / demand.sum(),
        "inbound": (stock["on_hand"] + stock["inbound"]) / demand.mean(),
        "wrong_way_round": demand.mean() / stock["on_hand"],
    }
    return close(days_of_cover, stock["on_hand"] / demand.mean(), mistakes)


@exercise("13.2")
def handbook(handbook: Any) -> Answer:
    stock, demand, always = _product()
    lead = stock["lead_time_days"]
    mistakes = {
        "whole_period": always.mean() * lead,
        "stock": stock["on_hand"] * lead,
        "one_day": demand.mean(),
        "deviation": demand.std() * lead,
    }
    return close(handbook, inventory.handbook_safety_stock(demand.mean(), lead), mistakes)


@exercise("13.3")
def short(short_share: Any) -> Answer:
    stock, demand, _ = _product()
    lead = int(stock["lead_time_days"])
    sums, level = demand.rolling(lead).sum().dropna(), inventory.handbook_safety_stock(demand.mean(), lead)
    mistakes = {
        "count": int((sums > level).sum()),
        "below": (sums < level).mean(),
        "days": (demand > level).mean(),
        "busy_days": (demand > demand.mean()).mean(),
    }
    return close(short_share, (sums > level).mean(), mistakes)


@exercise("13.4")
def reorder(reorder_point: Any) -> Answer:
    stock, demand, _ = _product()
    mean, deviation, lead = demand.mean(), demand.std(), int(stock["lead_time_days"])
    want = inventory.reorder_point(mean, deviation, lead_time_days=lead)
    mistakes = {
        "handbook": mean * lead,
        "buffer": want - mean * lead,
        "no_root": mean * lead + (want - mean * lead) * lead**0.5,
        "one_day": mean + (want - mean * lead) / lead**0.5,
    }
    return close(reorder_point, want, mistakes)


@exercise("13.5")
def presale(presale: Any) -> Answer:
    _, demand, _ = _product()
    mean = demand.mean()
    mistakes = {
        "no_daily": 1.2 * DEPOSITS,
        "no_uplift": inventory.presale_stock(DEPOSITS, uplift=1, daily_sales=mean),
        "all_lifted": 1.2 * (DEPOSITS + 7 * mean),
        "one_day": inventory.presale_stock(DEPOSITS, daily_sales=mean, days=1),
    }
    return close(presale, inventory.presale_stock(DEPOSITS, daily_sales=mean), mistakes)
