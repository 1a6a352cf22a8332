"""03: can these data be believed?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.spoiled import TOTAL_FROM, spoiled_store
from ecomkit.course.stores import once_per_store
from ecomkit.diagnosis import quality


@once_per_store
def _evidence(check: str) -> pd.DataFrame:
    return quality.evidence(spoiled_store(), check)


@once_per_store
def _orders() -> tuple["pd.Series[float]", "pd.Series[bool]"]:
    """What each order paid as it stands in the export, and whether that is in cents."""
    orders = spoiled_store().orders.df()
    found = _evidence("money_units")
    days = pd.to_datetime(found.loc[found["table"] == "orders", "day"])
    return orders["revenue"], orders["order_date"].dt.normalize().isin(days)


@once_per_store
def _purchases() -> pd.DataFrame:
    """Each order's time, beside that of the purchase that visitors' tracking saw."""
    bought = spoiled_store().events.filter("event_name = 'purchase'").df()[["order_id", "event_time"]]
    return spoiled_store().orders.df()[["order_id", "order_date"]].merge(bought, on="order_id")


@once_per_store
def _audit() -> pd.DataFrame:
    return quality.audit(spoiled_store())


@exercise("03.1")
def cents(days_in_cents: Any) -> Answer:
    found = _evidence("money_units")
    days = found.loc[found["table"] == "orders", "day"].nunique()
    _, wrong = _orders()
    return close(days_in_cents, days, {"orders": int(wrong.sum()), "none": 0})


@exercise("03.2")
def mended(true_sales: Any) -> Answer:
    paid, wrong = _orders()
    right = paid.where(~wrong, paid / 100).sum()
    mistakes = {"unmended": paid.sum(), "dropped": paid[~wrong].sum(), "all_divided": paid.sum() / 100}
    return close(true_sales, right, mistakes)


@exercise("03.3")
def totals(true_visitors: Any) -> Answer:
    traffic, labels = spoiled_store().traffic_daily.df(), _evidence("total_rows")["label"]
    is_total, is_recent = traffic["source"].isin(labels), traffic["date"] >= TOTAL_FROM
    mistakes = {
        "total_row": traffic.loc[is_recent, "visitors"].sum(),
        "whole_period": traffic.loc[~is_total, "visitors"].sum(),
        "page_views": traffic.loc[is_recent & ~is_total, "page_views"].sum(),
    }
    return close(true_visitors, traffic.loc[is_recent & ~is_total, "visitors"].sum(), mistakes)


@exercise("03.4")
def brushed(brushed_orders: Any) -> Answer:
    every = _evidence("brushed_orders")  # it knows other signs than the address as well
    found = every[every.groupby("address_id")["customer_id"].transform("nunique") >= 3]
    sold = spoiled_store().order_lines.df()
    mistakes = {
        "addresses": found["address_id"].nunique(),
        "all_of_it": int((sold["product_id"] == found["product_id"].iloc[0]).sum()),
        "money": found["revenue"].sum(),
    }
    return close(brushed_orders, found["order_id"].nunique(), mistakes)


@exercise("03.5")
def clock(hours_behind: Any, wrong_day: Any) -> tuple[Answer, Answer]:
    found = _evidence("clock_shift").set_index("table").loc["events"]
    both = _purchases()
    is_off = both["event_time"] != both["order_date"]
    moved = (both["event_time"].dt.date != both["order_date"].dt.date).sum()
    return (
        close(hours_behind, found["hours"], {"sign": -found["hours"], "orders": int(is_off.sum())}),
        close(wrong_day, moved, {"all_moved": int(is_off.sum()), "days": found["rows"]}),
    )


@exercise("03.6")
def audit(worst: Any, worst_money: Any) -> tuple[Answer, Answer]:
    found = _audit()
    wrong = found[found["severity"] == "wrong"].set_index("check")
    mistakes = {"most_rows": wrong["rows"].idxmax(), "least": wrong["money"].idxmin(), "fine": "repeated_keys"}
    money = {"everything": wrong["money"].sum(), "least_money": wrong["money"].min()}
    return close(worst, wrong["money"].idxmax(), mistakes), close(worst_money, wrong["money"].max(), money)
