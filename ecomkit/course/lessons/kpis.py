"""02: which figures tell how a store is doing?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.customers import rfm
from ecomkit.diagnosis import metrics
from ecomkit.operations import plan


@once_per_store
def _days() -> tuple[pd.DataFrame, pd.Series]:
    days = metrics.daily(my_store())
    return days, metrics.total(days).iloc[0]


@exercise("02.1")
def conversion(conversion_rate: Any) -> Answer:
    days, total = _days()
    mistakes = {
        "mean_of_ratios": (days["buyers"] / days["visitors"]).mean(),
        "page_views": total["buyers"] / total["page_views"],
        "wrong_way_round": total["visitors"] / total["buyers"],
    }
    return close(conversion_rate, total["conversion_rate"], mistakes)


@once_per_store
def _buyers() -> int:
    return len(rfm.measure(my_store().orders.df()))


@exercise("02.2")
def per_order(amount_per_order: Any) -> Answer:
    days, total = _days()
    mistakes = {
        "per_buyer": total["gmv"] / _buyers(),
        "refunds_excluded": total["net_sales"] / total["orders"],
        "mean_of_ratios": days["amount_per_order"].mean(),
    }
    return close(amount_per_order, total["amount_per_order"], mistakes)


@exercise("02.3")
def per_buyer(amount_per_buyer: Any) -> Answer:
    days, total = _days()
    mistakes = {
        "per_order": total["amount_per_order"],
        "refunds_excluded": total["net_sales"] / _buyers(),
        "mean_of_ratios": days["amount_per_buyer"].mean(),
    }
    return close(amount_per_buyer, total["gmv"] / _buyers(), mistakes)


@exercise("02.4")
def refunds(net_sales: Any, refund_rate: Any) -> tuple[Answer, Answer]:
    days, total = _days()
    rates = {
        "mean_of_ratios": days["refund_rate"].mean(),
        "of_net": total["refund_amount"] / total["net_sales"],
        "count": total["refund_amount"],
    }
    return (
        close(
            net_sales, total["net_sales"], {"refunds_included": total["gmv"], "refunds_only": total["refund_amount"]}
        ),
        close(refund_rate, total["refund_rate"], rates),
    )


@exercise("02.5")
def target(visitors_needed: Any) -> Answer:
    _, total = _days()
    goal, rate, amount = 1.1 * total["gmv"], total["conversion_rate"], total["amount_per_buyer"]
    want = plan.solve(target=goal, conversion_rate=rate, amount_per_buyer=amount)
    mistakes = {"buyers": goal / amount, "no_amount": goal / rate, "unchanged": total["visitors"]}
    return close(visitors_needed, want, mistakes)
