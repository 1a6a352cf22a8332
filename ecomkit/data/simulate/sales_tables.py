"""The tables of the sale: orders, order lines, refunds and products."""

import numpy as np
import pandas as pd

from ecomkit.data.simulate.aftersale import REASONS
from ecomkit.data.simulate.columns import dates, decimal_ids, hex_ids, labels
from ecomkit.data.simulate.journal import Journal
from ecomkit.data.simulate.sources import DEVICES, SOURCES
from ecomkit.data.simulate.world import World

PROVINCES = {
    "Guangdong": 17, "Zhejiang": 13, "Jiangsu": 12, "Shandong": 8, "Henan": 7, "Sichuan": 7, "Hebei": 6, "Hubei": 5,
    "Fujian": 5, "Anhui": 5, "Hunan": 4, "Shanghai": 4, "Beijing": 4, "Liaoning": 3,
}  # fmt: skip
SECOND_ADDRESS = 0.08  # share of orders that go to the buyer's other address
FAKE_ADDRESSES = 6  # all fake orders of a product go to so many addresses


def order_tables(journal: Journal) -> dict[str, pd.DataFrame]:
    """Returns `orders`, `order_lines` and `refunds`, each in the order of time."""
    lines = journal.lines.assign(line=journal.lines.groupby("visit").cumcount() + 1)
    lines["number"] = journal.orders.number.loc[lines.visit].to_numpy()
    return {
        "orders": _orders(journal),
        "order_lines": _order_lines(journal, lines),
        "refunds": _refunds(journal, lines),
    }


def products_table(world: World) -> pd.DataFrame:
    """Returns `products`."""
    shelf = world.shelf.table
    return pd.DataFrame(
        {
            "product_id": shelf.product_id,
            "sku_id": shelf.product_id + "-1",
            "title": shelf.title,
            "category": shelf.category,
            "role": shelf.role,
            "price": world.shelf.price / 100,
            "unit_cost": world.shelf.cost / 100,
            "launched_at": dates(world.start, -shelf.age_days),
        }
    )


def _orders(journal: Journal) -> pd.DataFrame:
    orders, chance = journal.orders, journal.world.chance
    person = orders.person.to_numpy()
    edges = np.cumsum(list(PROVINCES.values()))[:-1] / sum(PROVINCES.values())
    province = np.searchsorted(edges, chance.uniform("province", person), side="right")
    refunded = np.where(orders.refunded == orders.revenue, 2, np.where(orders.refunded > 0, 1, 0))
    none = np.zeros(len(orders))
    return pd.DataFrame(
        {
            "order_id": decimal_ids(orders.number),
            "customer_id": person_ids(journal.world, person),
            "order_date": times(orders.seconds),
            "revenue": orders.revenue.to_numpy() / 100,
            "refund_amount": orders.refunded.to_numpy() / 100,
            "units": orders.quantity.to_numpy(),
            "discount": (orders.list_price - orders.revenue).to_numpy() / 100,
            "shipping_fee": none,
            "platform": labels(none, ("taobao",)),
            "channel": labels(orders.source == SOURCES.index("live"), ("shop", "live room")),
            "source": labels(orders.source, SOURCES),
            "device": labels(orders.device, DEVICES),
            "country": labels(none, ("CN",)),
            "province": labels(province, tuple(PROVINCES)),
            "address_id": hex_ids(_addresses(journal)),
            "status": labels(refunded, ("paid", "partly refunded", "refunded")),
        }
    )


def _order_lines(journal: Journal, lines: pd.DataFrame) -> pd.DataFrame:
    shelf, lines = journal.world.shelf, lines.sort_values(["number", "line"])
    return pd.DataFrame(
        {
            "order_id": decimal_ids(lines.number),
            "line_id": decimal_ids(lines.line),
            "product_id": labels(lines["product"], shelf.product_id),
            "sku_id": labels(lines["product"], shelf.product_id + "-1"),
            "quantity": lines.quantity.to_numpy(),
            "unit_price": lines.unit_price.to_numpy() / 100,
            "revenue": lines.revenue.to_numpy() / 100,
            "unit_cost": shelf.cost[lines["product"]] / 100,
        }
    )


def _refunds(journal: Journal, lines: pd.DataFrame) -> pd.DataFrame:
    world = journal.world
    lines = lines[(lines.refund_day >= 0) & (lines.refund_day < world.days)]
    tail = (world.chance.bits("refund number", lines.key.to_numpy()) >> np.uint64(14)).astype(np.int64)
    lines = lines.assign(seconds=journal.seconds(lines.refund_day, lines.refund_second), refund_number=10**15 + tail)
    lines = lines.sort_values(["seconds", "refund_number"])
    return pd.DataFrame(
        {
            "refund_id": decimal_ids(lines.refund_number),
            "order_id": decimal_ids(lines.number),
            "line_id": decimal_ids(lines.line),
            "product_id": labels(lines["product"], world.shelf.product_id),
            "customer_id": person_ids(world, journal.visits.person.to_numpy()[lines.visit]),
            "refunded_at": times(lines.seconds),
            "amount": lines.refund.to_numpy() / 100,
            "quantity": lines.returned.to_numpy(),
            "reason": labels(lines.reason, REASONS),
        }
    )


def person_ids(world: World, person: np.ndarray) -> pd.Series:
    """Returns the salted hash under which a person appears, as visitor and as buyer."""
    return hex_ids(world.chance.bits("person id", person))


def _addresses(journal: Journal) -> np.ndarray:
    orders, chance = journal.orders, journal.world.chance
    person = orders.person.to_numpy()
    other = chance.uniform("other address", orders.key.to_numpy()) < SECOND_ADDRESS
    own = chance.bits("address", person, other.astype(np.int64))
    product = journal.lines.groupby("visit")["product"].first().loc[orders.index].to_numpy()
    return np.where(orders.fake, chance.bits("fake address", product, person % np.uint64(FAKE_ADDRESSES)), own)


def times(seconds: pd.Series) -> np.ndarray:
    """Returns seconds since 1970 as times."""
    return (seconds.to_numpy() * 1_000_000).view("datetime64[us]")
