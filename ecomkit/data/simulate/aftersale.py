"""After the sale: which lines are refunded, when, how much, why, and whether the goods come back to the shelf."""

from dataclasses import dataclass

import numpy as np

from ecomkit.data.simulate.browse import Views
from ecomkit.data.simulate.chance import Bits
from ecomkit.data.simulate.checkout import Sales
from ecomkit.data.simulate.visits import Visits
from ecomkit.data.simulate.world import State, World

REASONS = ("no longer wanted", "not as described", "late delivery", "quality problem")
_REASON_EDGES = np.cumsum([0.5, 0.22, 0.13])
QUALITY = REASONS.index("quality problem")  # what is broken does not go back on the shelf
REFUND_WAIT_DAYS, REFUND_LAST_DAY = 3.2, 15  # the mean wait after the first two days; nobody waits longer
COMPENSATED = 0.10  # share of refunds that give a part of the money back and let the buyer keep the goods


@dataclass(frozen=True)
class Lines:
    """The order lines of one day with what becomes of them; money in cents, -1 where there is no refund."""

    visit: np.ndarray  # position of the visit that ordered
    product: np.ndarray
    quantity: np.ndarray
    unit_price: np.ndarray
    revenue: np.ndarray
    key: Bits
    refund_day: np.ndarray
    refund_second: np.ndarray
    refund: np.ndarray
    returned: np.ndarray  # units sent back
    reason: np.ndarray


def sell(world: World, state: State, day: int, visits: Visits, views: Views, sales: Sales) -> Lines:
    """Returns the day's order lines, and books their refunds and returns ahead in the state."""
    chance, visit = world.chance, views.visit[sales.bought]
    product, quantity = views.product[sales.bought], views.quantity[sales.bought]
    key = chance.bits("line", visits.key[visit], product)
    unit_price = world.price[day, product]
    revenue = unit_price * quantity
    luck, usual = chance.uniform("refund", key), world.shelf.refund_rate[product]
    refunded = (luck < world.trouble.refund_rate[day, product]) & ~visits.fake[visit]
    reason = np.searchsorted(_REASON_EDGES, chance.uniform("reason", key), side="right")
    reason = np.where(luck < usual, reason, QUALITY)
    kept = chance.uniform("compensated", key) < COMPENSATED
    share = np.where(kept, 0.1 + 0.3 * chance.uniform("compensation", key), 1.0)
    wait = 2 + np.floor(REFUND_WAIT_DAYS * chance.exponential("refund wait", key)).astype(np.int64)
    refund_day = day + np.minimum(wait, REFUND_LAST_DAY)
    made = Lines(
        visit, product, quantity, unit_price, revenue, key,
        refund_day=np.where(refunded, refund_day, -1),
        refund_second=np.floor((0.38 + 0.55 * chance.uniform("refund clock", key)) * 86_400).astype(np.int64),
        refund=np.where(refunded, np.maximum(np.rint(revenue * share).astype(np.int64), 1), 0),
        returned=np.where(refunded & ~kept, quantity, 0),
        reason=np.where(refunded, reason, -1),
    )  # fmt: skip
    np.add.at(state.refunds, refund_day[refunded], made.refund[refunded])
    sellable = refunded & (reason != QUALITY)
    np.add.at(state.to_restock, (refund_day[sellable], product[sellable]), made.returned[sellable])
    return made
