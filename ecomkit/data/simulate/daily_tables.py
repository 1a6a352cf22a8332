"""The tables with one row per day: traffic by source, products, stock and ads."""

import numpy as np
import pandas as pd

from ecomkit.data.simulate.columns import dates, labels
from ecomkit.data.simulate.journal import Journal
from ecomkit.data.simulate.sources import CAMPAIGN_SOURCE, CAMPAIGNS, SOURCES


def daily_tables(journal: Journal) -> dict[str, pd.DataFrame]:
    """Returns `traffic_daily`, `product_daily`, `inventory` and `ads_daily`, a row for every day and slice."""
    return {
        "traffic_daily": _traffic(journal),
        "product_daily": _products(journal),
        "inventory": _inventory(journal),
        "ads_daily": _ads(journal),
    }


def lost_sales(journal: Journal) -> pd.DataFrame:
    """Returns `date, product_id, units, revenue` of what would have been paid for on a full shelf, where any was."""
    frame = _grid(journal, "product_id", journal.world.shelf.product_id)
    units = np.concatenate([d.sales.lost_units for d in journal.days])
    price = journal.world.price[: len(journal.days)].ravel()
    return frame.assign(units=units, revenue=units * price / 100)[units > 0].reset_index(drop=True)


def _traffic(journal: Journal) -> pd.DataFrame:
    visits, views, lines = journal.visits, journal.views, journal.lines
    source, day = visits.source.to_numpy(), visits.day.to_numpy()
    cell = day * len(SOURCES) + source
    cart_visits = np.unique(views.visit.to_numpy()[views.carted])

    def count(rows: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
        return _count(rows, len(journal.days) * len(SOURCES), weights)

    orders = count(cell[visits.ordered])
    return _grid(journal, "source", SOURCES).assign(
        visitors=count(cell),
        page_views=count(cell[views.visit]),
        cart_users=count(cell[cart_visits]),
        buyers=orders,  # a visit buys once, and a person visits once a day
        orders=orders,
        revenue=count(cell[lines.visit], lines.revenue.to_numpy()) / 100,
    )


def _products(journal: Journal) -> pd.DataFrame:
    views, lines, size = journal.views, journal.lines, journal.world.shelf.size
    viewed = (views.day * size + views["product"]).to_numpy()
    sold = (lines.day * size + lines["product"]).to_numpy()
    paid_back = lines[(lines.refund_day >= 0) & (lines.refund_day < len(journal.days))]

    def count(rows: np.ndarray, weights: pd.Series | None = None) -> np.ndarray:
        return _count(rows, len(journal.days) * size, weights)

    return _grid(journal, "product_id", journal.world.shelf.product_id).assign(
        visitors=count(viewed[views["first"]]),
        page_views=count(viewed),
        cart_users=count(viewed[views.carted]),
        buyers=count(sold),
        units=count(sold, lines.quantity),
        revenue=count(sold, lines.revenue) / 100,
        refund_amount=count((paid_back.refund_day * size + paid_back["product"]).to_numpy(), paid_back.refund) / 100,
    )


def _inventory(journal: Journal) -> pd.DataFrame:
    shelf = journal.world.shelf
    frame = _grid(journal, "product_id", shelf.product_id)
    frame["sku_id"] = frame.product_id + "-1"
    for name in ("on_hand", "inbound", "received", "sold", "returned"):
        frame[name] = np.concatenate([getattr(d.stock, name) for d in journal.days])
    return frame.assign(
        unit_cost=np.tile(shelf.cost / 100, len(journal.days)),
        lead_time_days=np.tile(shelf.lead_time, len(journal.days)),
    )


def _ads(journal: Journal) -> pd.DataFrame:
    visits, lines, size = journal.visits, journal.lines, len(CAMPAIGNS)
    cell = (visits.day * size + visits.campaign).to_numpy()
    by_ad = (visits.campaign >= 0).to_numpy()
    sold = by_ad[lines.visit]
    cells = len(journal.days) * size
    frame = _grid(journal, "campaign", CAMPAIGNS)
    return frame.assign(
        source=labels(np.tile(CAMPAIGN_SOURCE, len(journal.days)), SOURCES),
        cost=np.concatenate([d.ads.cost for d in journal.days]) / 100,
        impressions=np.concatenate([d.ads.impressions for d in journal.days]),
        clicks=np.concatenate([d.ads.clicks for d in journal.days]),
        orders=_count(cell[by_ad & visits.ordered], cells),
        revenue=_count(cell[lines.visit[sold]], cells, lines.revenue[sold]) / 100,
    )


def _grid(journal: Journal, axis: str, names: tuple[str, ...] | np.ndarray) -> pd.DataFrame:
    """Returns one row for each day and name."""
    days = len(journal.days)
    date = dates(journal.world.start, np.repeat(np.arange(days), len(names)))
    return pd.DataFrame({"date": date, axis: labels(np.tile(np.arange(len(names)), days), names)})


def _count(cell: np.ndarray, cells: int, weights: np.ndarray | pd.Series | None = None) -> np.ndarray:
    return np.bincount(cell, weights, cells).astype(np.int64)  # whole numbers stay exact in floats below 2**53
