"""Incidents by lot: what goes wrong in a store whose reader does not know it beforehand."""

import datetime as dt

import numpy as np

from ecomkit.data.simulate.incidents import KINDS, WINDOW_DAYS, Incident
from ecomkit.data.simulate.shelf import load_shelf
from ecomkit.errors import ParameterError

# kind -> how many days it lasts, how many days before the end of the period it is over at the latest, its size
# (brushing: fake orders a day per hundred daily visitors). A late delivery must outlast the stock, and a bad batch
# must leave time for the goods to come back.
LOTS = {
    "source_lost": ((6, 12), 0, (0.5, 0.9)),
    "checkout_fault": ((4, 8), 0, (0.5, 0.85)),
    "out_of_stock": ((17, 22), 0, (1.0, 1.0)),
    "bad_batch": ((12, 17), 9, (0.45, 0.7)),
    "ad_waste": ((9, 14), 0, (3.5, 6.0)),
    "brushed_orders": ((2, 4), 0, (2.0, 4.0)),
}
# what a shop would notice: the large sources, devices and campaigns; of the products, those that sell most
SLICES = {
    "source": ("search", "recommend"),
    "device": ("ios", "android"),
    "campaign": ("search-category", "social-lookalike"),
}
HEROES = 4


def draw_incidents(
    *, seed: int, start: dt.date, days: int, visitors_per_day: float, count: int | None = None
) -> list[Incident]:
    """Returns `count` incidents (one to three where it is None), each of another kind, in the last 28 days.

    The same arguments always draw the same lot; `simulate(incidents="random")` draws it with the store's own seed.

    Raises
    ------
    ParameterError
        The period is too short, or `count` is not from 0 to the number of kinds.
    """
    if days < WINDOW_DAYS:
        raise ParameterError(f"days={days}: random incidents need {WINDOW_DAYS} days.", "give more days.")
    if count is not None and (isinstance(count, bool) or not 0 <= count <= len(KINDS)):
        raise ParameterError(f"count={count!r} cannot be.", f"it is a whole number from 0 to {len(KINDS)}.")
    lot = np.random.default_rng([seed, 0x1A7])
    many = int(lot.integers(1, 4)) if count is None else count
    kinds = lot.permutation(sorted(KINDS))[:many]
    end = start + dt.timedelta(days=days)
    return [_draw(lot, str(kind), end, visitors_per_day) for kind in kinds]


def _draw(lot: np.random.Generator, kind: str, end: dt.date, visitors_per_day: float) -> Incident:
    (shortest, longest), quiet, (least, most) = LOTS[kind]
    length = int(lot.integers(shortest, longest + 1))
    last = -1 - int(lot.integers(quiet, WINDOW_DAYS - length + 1))
    size = float(lot.uniform(least, most))
    if kind == "brushed_orders":
        size = float(max(1, round(size * visitors_per_day / 100)))
    axis = KINDS[kind][0]
    where = {axis: str(lot.choice(SLICES[axis] if axis in SLICES else _products(kind)))}
    first = end + dt.timedelta(days=last - length + 1)
    return Incident(kind, first, end + dt.timedelta(days=last), round(size, 2), **where)


def _products(kind: str) -> list[str]:
    """The products that bring most money; brushed are rather those that would like to."""
    shelf = load_shelf()
    by_money = [str(p) for p in shelf.product_id[np.argsort(-shelf.pull * shelf.appeal * shelf.price, kind="stable")]]
    return by_money[HEROES : 5 * HEROES] if kind == "brushed_orders" else by_money[:HEROES]
