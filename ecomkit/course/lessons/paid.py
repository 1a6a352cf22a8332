"""14: do the ads pay?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.traffic import ads

LARGEST, BRAND, SEARCH = "social-lookalike", "search-brand", "search-category"
WEEK = "2025-03-25"  # from which the last seven days are


@once_per_store
def margin() -> dict[str, float]:
    """Shares of sales: what goods cost, what was refunded, and what is left."""
    shop = my_store()
    lines, orders = shop.order_lines.df(), shop.orders.df()
    goods = (lines["unit_cost"] * lines["quantity"]).sum() / lines["revenue"].sum()
    back = orders["refund_amount"].sum() / orders["revenue"].sum()
    return {"goods": float(goods), "refunds": float(back), "left": float((1 - goods) * (1 - back))}


@once_per_store
def _returns(since: str = "") -> pd.DataFrame:
    daily = my_store().ads_daily.df()
    return ads.returns(daily[daily["date"] >= since] if since else daily, margin_rate=margin()["left"]).set_index(
        "campaign"
    )


@exercise("14.1")
def whole(roi: Any) -> Answer:
    table = _returns()
    cost, revenue = table["cost"].sum(), table["revenue"].sum()
    mistakes = {
        "mean_of_ratios": table["roas"].mean(),
        "wrong_way_round": cost / revenue,
        "gain": revenue / cost - 1,
        "money": revenue - cost,
    }
    return close(roi, revenue / cost, mistakes)


@exercise("14.2")
def break_even(break_even: Any) -> Answer:
    parts = margin()
    mistakes = {
        "one": 1.0,
        "margin": parts["left"],
        "goods": 1 / parts["goods"],
        "refunds_included": 1 / (1 - parts["goods"]),
    }
    return close(break_even, _returns()["break_even_roas"].iloc[0], mistakes)


@exercise("14.3")
def left(left_over: Any) -> Answer:
    row = _returns().loc[LARGEST]
    mistakes = {
        "without_goods": row["revenue"] - row["cost"],
        "cost_forgotten": row["contribution"] + row["cost"],
        "refunds_included": row["revenue"] * (1 - margin()["goods"]) - row["cost"],
        "sign": -row["contribution"],
    }
    return close(left_over, row["contribution"], mistakes)


@exercise("14.4")
def click(per_click: Any) -> Answer:
    row = _returns().loc[SEARCH]
    mistakes = {
        "sales": row["revenue"] / row["clicks"],
        "now": row["cost_per_click"],
        "per_order": row["value_per_click"] * row["clicks"] / row["orders"],
        "after_cost": row["value_per_click"] - row["cost_per_click"],
    }
    return close(per_click, row["value_per_click"], mistakes)


@exercise("14.5")
def ceiling(ceiling: Any) -> Answer:
    row = _returns(WEEK).loc[BRAND]
    mistakes = {
        "raw": row["value_per_click"],
        "whole_period": _returns().loc[BRAND, "bid_ceiling"],
        "now": row["cost_per_click"],
    }
    return close(ceiling, row["bid_ceiling"], mistakes)
