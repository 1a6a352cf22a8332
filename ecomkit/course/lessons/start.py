"""00: how do you ask a question of data?"""

import datetime as dt
from typing import Any

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store
from ecomkit.diagnosis import metrics
from ecomkit.goods import sales

WEEK = dt.timedelta(days=6)


@exercise("00.1")
def orders(order_count: Any) -> Answer:
    shop = my_store()
    total = metrics.total(metrics.daily(shop)).iloc[0]
    lines = len(shop.order_lines)
    return close(order_count, total["orders"], {"lines": lines, "units": total["units"]})


@exercise("00.2")
def end(last_day: Any) -> Answer:
    shop = my_store()
    return close(last_day, shop.end, {"today": dt.date.today(), "first": shop.start})


@exercise("00.3")
def last_week(sales_last_week: Any) -> Answer:
    shop = my_store()
    paid = sales.daily(shop).set_index("date")["value"]
    mistakes = {
        "today": 0.0,
        "whole_period": paid.sum(),
        "eight_days": paid.iloc[-8:].sum(),
        "six_days": paid.iloc[-6:].sum(),
        "refunds_excluded": metrics.total(metrics.daily(shop, shop.end - WEEK, shop.end))["net_sales"].iloc[0],
    }
    return close(sales_last_week, paid.iloc[-7:].sum(), mistakes)


@exercise("00.4")
def largest(largest_share: Any) -> Answer:
    shop = my_store()
    counts = sales.daily(shop, measure="orders", by="source").groupby("series")["value"].sum()
    paid = sales.daily(shop, by="source").groupby("series")["value"].sum()
    mistakes = {"count": counts.max(), "money": paid.max() / paid.sum(), "inverse": counts.sum() / counts.max()}
    return close(largest_share, counts.max() / counts.sum(), mistakes)
