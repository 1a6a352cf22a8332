"""08: whom should you write to first, and what?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.customers import rfm

BEFORE, MARCH = "2025-02-28", pd.Timestamp("2025-03-01")
GROUP = "dormant_high_value"


@once_per_store
def _customers() -> pd.DataFrame:
    return rfm.measure(my_store().orders.df())


@exercise("08.1")
def recent(recent_customers: Any) -> Answer:
    customers, orders = _customers(), my_store().orders.df()
    days = (orders["order_date"].max().normalize() - orders["order_date"].dt.normalize()).dt.days
    mistakes = {
        "today": 0,
        "rows": int((days < 30).sum()),
        "others": int((customers["recency_days"] >= 30).sum()),
        "share": (customers["recency_days"] < 30).mean(),
    }
    return close(recent_customers, int((customers["recency_days"] < 30).sum()), mistakes)


@exercise("08.2")
def repeat(repeat_share: Any) -> Answer:
    often = _customers()["frequency"]
    again = often >= 2
    mistakes = {
        "count": int(again.sum()),
        "three": (often > 2).mean(),
        "orders": often[again].sum() / often.sum(),
        "of_once": again.sum() / (~again).sum(),
    }
    return close(repeat_share, again.mean(), mistakes)


@exercise("08.3")
def ties(unfairly_scored: Any) -> Answer:
    scored = rfm.score(_customers())
    often = scored["frequency"]
    assert scored.loc[often == 1, "f"].nunique() == 1  # ours scores them alike
    naive = pd.qcut(often.rank(method="first"), 5, labels=False) + 1
    unfair = int((naive[often == 1] > 1).sum())
    mistakes = {"all_once": int((often == 1).sum()), "anyone": int((naive > 1).sum())}
    return close(unfairly_scored, unfair, mistakes)


@exercise("08.4")
def segment(sleeping: Any) -> Answer:
    summary = rfm.summarise(rfm.segment(rfm.score(_customers()))).set_index("segment")
    mistakes = {
        "share": summary.loc[GROUP, "customer_share"],
        "money": summary.loc[GROUP, "net_sales"],
        "hibernating": summary["customers"].get("hibernating", 0),
    }
    return close(sleeping, summary.loc[GROUP, "customers"], mistakes)


@exercise("08.5")
def natural(natural_rate: Any) -> Answer:
    orders = my_store().orders.df()
    then = rfm.segment(rfm.score(rfm.measure(orders, as_of=BEFORE)))
    target = then.loc[then["segment"] == GROUP, "customer_id"]
    march = orders[orders["order_date"] >= MARCH]
    came = target.isin(march["customer_id"])
    mistakes = {
        "count": int(came.sum()),
        "wrong_way_round": march["customer_id"].drop_duplicates().isin(target).mean(),
        "orders": march["customer_id"].isin(target).mean(),
        "everyone": then["customer_id"].isin(march["customer_id"]).mean(),
    }
    return close(natural_rate, came.mean(), mistakes)
