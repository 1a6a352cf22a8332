"""The tables that the rules of a playbook look at: figures of a period, a row per slice, with what they were before.

A column `x_before` is x of the period compared with, sums scaled to as many days; `x_error` is the standard error of a
rate; `peers_x` is x of all other slices together (of products: of the same category). What is not known is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.facts import campaigns, customers, devices, prices, products, shop, sources, stock
from ecomkit.diagnosis.period import Period


@dataclass(frozen=True)
class Facts:
    """A table of facts: the store's tables that it needs, the column that names its slices, its columns, its maker."""

    needs: tuple[str, ...]
    key: str  # "" for the store as a whole
    columns: tuple[str, ...]
    make: Callable[[Store, Period], pd.DataFrame]

    def lacks(self, store: Store) -> list[str]:
        """The tables that it needs and the store does not have."""
        return [table for table in self.needs if not store.has(table)]


FACTS = {
    "store": Facts((), "", shop.COLUMNS, shop.make),
    "sources": Facts(("traffic_daily",), "source", sources.COLUMNS, sources.make),
    "devices": Facts(("events",), "device", devices.COLUMNS, devices.make),
    "campaigns": Facts(("ads_daily",), "campaign", campaigns.COLUMNS, campaigns.make),
    "products": Facts(("order_lines",), "product_id", products.COLUMNS, products.make),
    "stock": Facts(("inventory", "order_lines"), "product_id", stock.COLUMNS, stock.make),
    "prices": Facts(("order_lines",), "price_band", prices.COLUMNS, prices.make),
    "customers": Facts((), "buyer", customers.COLUMNS, customers.make),
}
