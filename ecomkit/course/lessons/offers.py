"""15: what must a promotion bring to pay for itself?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.lessons.paid import margin
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.goods import promotion, sales

SALE, MARCH = "2024-11-11", "2025-03-01"
CAMPAIGN = ("2024-10-31", "2024-11-12")
PRODUCT, DEPOSIT, WORTH = "P06", 20, 60
THRESHOLD, OFF = 199, 20


@once_per_store
def _sold() -> pd.DataFrame:
    """Order lines with their day, and what they would have been at the full price."""
    shop = my_store()
    orders, prices = shop.orders.df(), shop.products.df().set_index("product_id")["price"]
    lines = shop.order_lines.df().merge(orders[["order_id", "order_date"]], on="order_id")
    return lines.assign(full=lines["quantity"] * lines["product_id"].map(prices))


@once_per_store
def _rule() -> "pd.Series[Any]":
    orders = my_store().orders.df()
    march = orders[orders["order_date"] >= MARCH]
    return promotion.thresholds(march, rules=[(THRESHOLD, OFF)], margin_rate=margin()["left"]).iloc[0]


@once_per_store
def _product() -> tuple[float, float]:
    """The product's price, and its margin after its own refunds."""
    row, days = my_store().products.df().set_index("product_id").loc[PRODUCT], my_store().product_daily.df()
    price, cost = float(row["price"]), float(row["unit_cost"])
    sold = days.loc[days["product_id"] == PRODUCT, ["refund_amount", "revenue"]].sum()
    return price, float((1 - cost / price) * (1 - sold["refund_amount"] / sold["revenue"]))


@exercise("15.1")
def cut(ten_percent: Any) -> Answer:
    left = margin()["left"]
    mistakes = {"same": 0.1, "on_margin": 0.1 / left, "wrong_way_round": (left - 0.1) / 0.1, "price_back": 1 / 0.9 - 1}
    return close(ten_percent, promotion.break_even_lift(left, discount_rate=0.1), mistakes)


@exercise("15.2")
def depth(sale_discount: Any) -> Answer:
    lines = _sold()
    sale = lines[lines["order_date"].dt.strftime("%Y-%m-%d") == SALE]
    paid, full = sale["revenue"].sum(), sale["full"].sum()
    mistakes = {
        "mean_of_ratios": 1 - (sale["revenue"] / sale["full"]).mean(),
        "whole_period": 1 - lines["revenue"].sum() / lines["full"].sum(),
        "on_paid": full / paid - 1,
        "kept": paid / full,
        "money": full - paid,
    }
    return close(sale_discount, 1 - paid / full, mistakes)


@exercise("15.3")
def deposit(deposit_lift: Any) -> Answer:
    price, left = _product()
    want = promotion.break_even_lift(left, discount_rate=(WORTH - DEPOSIT) / price)
    mistakes = {
        "whole_worth": promotion.break_even_lift(left, discount_rate=WORTH / price),
        "deposit": promotion.break_even_lift(left, discount_rate=DEPOSIT / price),
        "discount": (WORTH - DEPOSIT) / price,
        "tripled": WORTH / DEPOSIT - 1,
    }
    return close(deposit_lift, want, mistakes)


@exercise("15.4")
def given_away(given_away: Any) -> Answer:
    row = _rule()
    mistakes = {"orders": row["already"], "near": OFF * row["near"], "both": OFF * (row["already"] + row["near"])}
    return close(given_away, row["already_cost"], mistakes)


@exercise("15.5")
def raised(per_raised: Any) -> Answer:
    row, left = _rule(), margin()["left"]
    mistakes = {
        "sales": row["missing"] - OFF,
        "no_discount": row["missing"] * left,
        "off_once_more": (row["missing"] - OFF) * left,
        "sign": -row["gain_per_raised"],
    }
    return close(per_raised, row["gain_per_raised"], mistakes)


@exercise("15.6")
def added(really_added: Any) -> Answer:
    units = sales.daily(my_store(), measure="units")
    parts = promotion.incremental(units, start=CAMPAIGN[0], end=CAMPAIGN[1]).set_index("part")
    during, after, both = (parts.loc[name] for name in ("during", "after", "together"))
    mistakes = {
        "dip_forgotten": during["difference"],
        "all_sold": during["value"],
        "all_days": both["value"],
        "dip_added": during["difference"] - after["difference"],
        "usual": both["usual"],
    }
    return close(really_added, both["difference"], mistakes)
