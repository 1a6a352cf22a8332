"""01: what does each table of a store tell?"""

from typing import Any

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store
from ecomkit.customers import rfm
from ecomkit.diagnosis import metrics


@exercise("01.1")
def customers(customer_count: Any) -> Answer:
    shop = my_store()
    known = len(rfm.measure(shop.orders.df()))
    days = metrics.daily(shop)
    return close(customer_count, known, {"rows": len(shop.orders), "visitors": days["visitors"].sum()})


@exercise("01.2")
def lines(lines_per_order: Any) -> Answer:
    shop = my_store()
    total = metrics.total(metrics.daily(shop)).iloc[0]
    rows, orders = len(shop.order_lines), total["orders"]
    mistakes = {"units": total["units_per_order"], "wrong_way_round": orders / rows, "count": rows}
    return close(lines_per_order, rows / orders, mistakes)


@exercise("01.3")
def join(counted_twice: Any) -> Answer:
    shop = my_store()
    true = metrics.total(metrics.daily(shop))["gmv"].iloc[0]
    joined = shop.connection.sql("SELECT sum(o.revenue) FROM orders o JOIN order_lines USING (order_id)").fetchall()
    much = joined[0][0]
    return close(counted_twice, much - true, {"sum": much, "sign": true - much, "share": much / true - 1})


@exercise("01.4")
def page(cart_rate: Any) -> Answer:
    pages = my_store().product_daily.df()
    seen = pages[pages["product_id"] == pages.groupby("product_id")["visitors"].sum().idxmax()]
    sums, all_pages = seen[["visitors", "cart_users", "buyers"]].sum(), pages[["visitors", "cart_users"]].sum()
    mistakes = {
        "mean_of_ratios": (seen["cart_users"] / seen["visitors"]).mean(),
        "buyers": sums["buyers"] / sums["visitors"],
        "all_products": all_pages["cart_users"] / all_pages["visitors"],
        "wrong_way_round": sums["visitors"] / sums["cart_users"],
    }
    return close(cart_rate, sums["cart_users"] / sums["visitors"], mistakes)


@exercise("01.5")
def best(top_share: Any) -> Answer:
    shop = my_store()
    lines = shop.order_lines.df().groupby("product_id")[["revenue", "quantity"]].sum()
    paid = lines["revenue"].sort_values(ascending=False)
    units = lines["quantity"].sort_values(ascending=False)
    mistakes = {"money": paid.head().sum(), "units": units.head().sum() / units.sum(), "one": paid.max() / paid.sum()}
    return close(top_share, paid.head().sum() / paid.sum(), mistakes)
