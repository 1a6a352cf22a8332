"""05: how do you ask the same question in SQL?"""

from typing import Any

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.customers import rfm
from ecomkit.diagnosis import metrics
from ecomkit.goods import sales

MARCH, LATELY = "2025-03-01", "2025-03-25"


@once_per_store
def _total(start: str = "") -> dict[str, float]:
    shop = my_store()
    figures = metrics.total(metrics.daily(shop, start or shop.start))[["gmv", "net_sales", "refund_amount", "orders"]]
    return {str(name): float(value) for name, value in figures.iloc[0].items()}


@once_per_store
def _joined() -> tuple[float, float]:
    """Revenue of the orders that have refunds, once per refund; and less those refunds."""
    query = "SELECT sum(o.revenue), sum(o.revenue) - sum(amount) FROM orders o JOIN refunds USING (order_id)"
    revenue, net = my_store().connection.sql(query).fetchall()[0]
    return float(revenue), float(net)


@exercise("05.1")
def where(march_sales: Any) -> Answer:
    march = _total(MARCH)
    mistakes = {
        "whole_period": _total()["gmv"],
        "before": _total()["gmv"] - march["gmv"],
        "count": march["orders"],
        "refunds_excluded": march["net_sales"],
        "average": march["gmv"] / march["orders"],
    }
    return close(march_sales, march["gmv"], mistakes)


@exercise("05.2")
def group(by_device: Any) -> Answer:
    shop = my_store()
    paid, orders = (
        sales.daily(shop, measure=measure, by="device").groupby("series")["value"].sum()
        for measure in ("revenue", "orders")
    )
    return close(by_device, paid, {"count": orders, "average": paid / orders, "share": paid / paid.sum()})


@exercise("05.3")
def join(net_sales: Any) -> Answer:
    total, (_, net) = _total(), _joined()
    mistakes = {"inner": net, "refunds_included": total["gmv"], "refunds_only": total["refund_amount"]}
    return close(net_sales, total["net_sales"], mistakes)


@exercise("05.4")
def absent(unsold: Any) -> Answer:
    shop = my_store()
    units = sales.daily(shop, measure="units", by="product_id", top=1000)
    recent = units[units["date"] >= LATELY].groupby("series")["value"].sum()
    products = shop.products.df()["product_id"].nunique()
    sold = int((recent > 0).sum())
    return close(unsold, products - sold, {"sold": sold, "all": products, "inner": 0})


@exercise("05.5")
def window(second_orders: Any) -> Answer:
    often = rfm.measure(my_store().orders.df())["frequency"]
    mistakes = {
        "all_later": int((often - 1).sum()),
        "exactly_two": int((often == 2).sum()),
        "once": int((often == 1).sum()),
        "rows": int(often.sum()),
    }
    return close(second_orders, int((often >= 2).sum()), mistakes)
