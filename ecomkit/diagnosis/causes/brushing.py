"""Orders that nobody wanted: brushing."""

from ecomkit.data.store import Store
from ecomkit.diagnosis.causes.finding import Finding, title
from ecomkit.diagnosis.period import Period
from ecomkit.diagnosis.quality.brushing import brushed


def brushed_orders(store: Store, period: Period) -> list[Finding]:
    """Products with orders that are too alike, or too hasty, to be customers'; `quality` finds them one by one."""
    rows = (
        brushed(store, period.start, period.end)
        .filter("sure")
        .aggregate("product_id, count(*), count(DISTINCT address_id), sum(revenue), min(day), max(day)", "product_id")
    )
    return [
        Finding(
            "brushed_orders",
            {"product_id": product},
            since,
            until,
            *(round(float(revenue), 2),) * 3,
            float(orders),
            "analyst",
            1,
            {"orders": orders, "addresses": addresses, "product": title(store, product), "revenue": float(revenue)},
        )
        for product, orders, addresses, revenue, since, until in rows.fetchall()
    ]
