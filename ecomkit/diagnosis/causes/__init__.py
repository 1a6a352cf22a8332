"""The causes that the tables can show, one file each: what to look at, since when, and what it cost."""

from collections.abc import Callable
from dataclasses import dataclass

from ecomkit.data.store import Store
from ecomkit.diagnosis.causes.ads import ad_waste
from ecomkit.diagnosis.causes.brushing import brushed_orders
from ecomkit.diagnosis.causes.checkout import checkout_faults
from ecomkit.diagnosis.causes.finding import Finding
from ecomkit.diagnosis.causes.refunds import bad_batches
from ecomkit.diagnosis.causes.sources import lost_sources
from ecomkit.diagnosis.causes.stock import stock_outs
from ecomkit.diagnosis.period import Period


@dataclass(frozen=True)
class Cause:
    """A cause that can be looked for: the code of its findings, the columns it needs, and how it is found."""

    finding: str
    needs: tuple[str, ...]  # "table.column"
    find: Callable[[Store, Period], list[Finding]]

    def lacks(self, store: Store) -> list[str]:
        """The columns that it needs and the store does not have."""
        return [need for need in self.needs if not _has(store, *need.split("."))]


def _has(store: Store, table: str, column: str) -> bool:
    return store.has(table) and column in store.table(table).columns


CAUSES = (
    Cause("source_lost", ("traffic_daily.visitors", "traffic_daily.buyers", "traffic_daily.revenue"), lost_sources),
    Cause("checkout_fault", ("events.event_name", "events.device"), checkout_faults),
    Cause("out_of_stock", ("inventory.on_hand", "order_lines.quantity"), stock_outs),
    Cause("bad_batch", ("refunds.order_id", "refunds.product_id", "order_lines.product_id"), bad_batches),
    Cause("ad_waste", ("ads_daily.cost", "ads_daily.revenue"), ad_waste),
    Cause("brushed_orders", ("orders.address_id", "orders.customer_id", "order_lines.product_id"), brushed_orders),
)
