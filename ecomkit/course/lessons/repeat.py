"""09: what is the repeat rate, really?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.customers import cohort, rfm
from ecomkit.diagnosis import metrics

MARCH = "2025-03-01"


@once_per_store
def _march() -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """The orders of March, who ordered how often in it, and which of these orders are of customers known before."""
    orders = my_store().orders.df()
    march, earlier = (orders[(orders["order_date"] >= MARCH) == is_in] for is_in in (True, False))
    return march, march.groupby("customer_id").size(), march["customer_id"].isin(earlier["customer_id"])


@once_per_store
def _figures() -> pd.Series:
    """`customers, new_customers, repeat_rate` of March, as the diagnosis has them."""
    shop = my_store()
    return metrics.compare(shop, MARCH, shop.end).set_index("metric")["after"]


@once_per_store
def _ever() -> float:
    return float((rfm.measure(my_store().orders.df())["frequency"] >= 2).mean())


@exercise("09.1")
def ever(ever_rate: Any) -> Answer:
    often = rfm.measure(my_store().orders.df())["frequency"]
    mistakes = {
        "count": int((often >= 2).sum()),
        "three": (often > 2).mean(),
        "orders": often[often >= 2].sum() / often.sum(),
        "month": _figures()["repeat_rate"],
    }
    return close(ever_rate, _ever(), mistakes)


@exercise("09.2")
def month(month_rate: Any) -> Answer:
    figures = _figures()
    known = 1 - figures["new_customers"] / figures["customers"]
    mistakes = {"ever": _ever(), "known": known, "count": figures["repeat_rate"] * figures["customers"]}
    return close(month_rate, figures["repeat_rate"], mistakes)


@exercise("09.3")
def returning(returning_share: Any) -> Answer:
    figures, (_, _, is_known) = _figures(), _march()
    known = figures["customers"] - figures["new_customers"]
    mistakes = {
        "new": figures["new_customers"] / figures["customers"],
        "orders": is_known.mean(),
        "count": known,
        "month": figures["repeat_rate"],
    }
    return close(returning_share, known / figures["customers"], mistakes)


@exercise("09.4")
def cohorts(first_month_rate: Any) -> Answer:
    table = cohort.retention(my_store().orders)
    seen = table[(table["age"] == 1) & table["customers"].notna()]
    mistakes = {
        "mean_of_ratios": seen["rate"].mean(),
        "zeros": seen["rate"].sum() / table["cohort"].nunique(),
        "not_yet": seen["customers"].sum() / table.loc[table["age"] == 0, "cohort_customers"].sum(),
        "wrong_way_round": seen["cohort_customers"].sum() / seen["customers"].sum(),
    }
    return close(first_month_rate, seen["customers"].sum() / seen["cohort_customers"].sum(), mistakes)


@exercise("09.5")
def money(returning_sales_share: Any) -> Answer:
    march, _, is_known = _march()
    paid, net = march["revenue"], march["revenue"] - march["refund_amount"].fillna(0)
    mistakes = {
        "money": paid[is_known].sum(),
        "orders": is_known.mean(),
        "new": paid[~is_known].sum() / paid.sum(),
        "refunds_excluded": net[is_known].sum() / net.sum(),
    }
    return close(returning_sales_share, paid[is_known].sum() / paid.sum(), mistakes)


@exercise("09.6")
def worth(three_months: Any) -> Answer:
    shop = my_store()
    so_far = cohort.value(cohort.retention(shop.orders)).set_index("age")
    orders = shop.orders.df()
    mistakes = {
        "everybody": orders["revenue"].sum() / orders["customer_id"].nunique(),
        "stretched": 3 * so_far["revenue_per_customer"][0],
        "last_month": so_far["revenue_per_customer"][2],
        "one_more": so_far["revenue_so_far"][3],
        "first_month": so_far["revenue_so_far"][0],
    }
    return close(three_months, so_far["revenue_so_far"][2], mistakes)
