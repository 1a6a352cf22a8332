"""The world a store lives in (it never changes while days pass) and the state that does."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ecomkit.data.simulate import season
from ecomkit.data.simulate.chance import Bits, Chance
from ecomkit.data.simulate.incidents import Incident, Trouble
from ecomkit.data.simulate.shelf import Shelf, load_shelf

BEYOND = 60  # days past the end for which plans are made: deliveries due, refunds to come
MEGA_INTENT = 0.9  # how much readier to buy people are on the day of Double 11


@dataclass(frozen=True)
class World:
    """All that the days draw on; arrays have one row per day, and run `BEYOND` days past the end where planned."""

    chance: Chance
    start: dt.date
    days: int
    visitors_per_day: float
    shelf: Shelf
    demand: np.ndarray  # factor on a plain day's visits
    mega: np.ndarray  # strength of the mega-sale, 0-1
    price: np.ndarray  # cents per unit after the day's discount, a column per product
    incidents: tuple[Incident, ...]
    trouble: Trouble

    @cached_property
    def appetite(self) -> np.ndarray:
        """Returns the factor on a plain day's sales that the calendar promises, for those who plan stock."""
        return self.demand * (1 + MEGA_INTENT * self.mega)

    def without(self, incident: Incident) -> "World":
        """Returns the same world, same luck, in which one incident does not happen."""
        others = tuple(i for i in self.incidents if i is not incident)
        return replace(self, incidents=others, trouble=Trouble(others, self.shelf, self.start, self.days))


def build_world(seed: int, start: dt.date, days: int, visitors_per_day: float, incidents: Sequence[Incident]) -> World:
    """Returns the world of a seed."""
    shelf = load_shelf()
    mega = season.mega_sale(start, days + BEYOND)
    cut = np.where(mega > 0, 0.5 + 0.5 * mega, 0.0)[:, None] * shelf.discount
    return World(
        chance=Chance(seed),
        start=start,
        days=days,
        visitors_per_day=visitors_per_day,
        shelf=shelf,
        demand=season.demand(start, days + BEYOND),
        mega=mega,
        price=np.rint(shelf.price * (1 - cut)).astype(np.int64),
        incidents=tuple(incidents),
        trouble=Trouble(incidents, shelf, start, days),
    )


@dataclass
class State:
    """What one day leaves to the next; each day changes it in place."""

    on_hand: np.ndarray  # units per product
    due: np.ndarray  # units arriving, per day and product
    to_restock: np.ndarray  # returned units coming back, per day and product
    pace: np.ndarray  # units a plain day sells, per product, as the planner has seen it
    refunds: np.ndarray  # cents to be refunded, per day
    customer: Bits  # the people who have bought, in the order of their first purchase
    customer_pace: np.ndarray  # visits a day just after a purchase
    customer_last: np.ndarray  # day of the last purchase
    recalls: dict[int, list["Recalls"]] = field(default_factory=dict)  # day -> who comes back to finish


@dataclass
class Recalls:
    """People who left without paying and will come back to it on one day."""

    person: Bits
    customer: np.ndarray  # position in `State.customer`, -1 for who never bought
    product: np.ndarray  # what they came back for
    carted: np.ndarray  # whether it waits in the cart
