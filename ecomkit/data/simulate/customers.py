"""The customer base: who comes back to buy again, who comes back to a cart, and how a purchase changes both."""

import numpy as np

from ecomkit.data.simulate.chance import Bits
from ecomkit.data.simulate.world import Recalls, State, World

PACE, PACE_SPREAD = 0.026, 0.8  # visits a day just after a purchase, and the spread of its log between people
FADE_DAYS = 90  # the pace fades by e in so many days without a purchase
REST_DAYS = 3  # nobody comes back to buy again sooner
OLD_CUSTOMERS, OLD_DAYS = 12.0, 330  # customers from before the period per daily visitor, and their oldest purchase
# probability to come back within days, by how far the visit got
RECALL_LOOKED, RECALL_CARTED, RECALL_CHECKED_OUT, RECALL_WAIT_DAYS = 0.05, 0.22, 0.35, 1.1


def first_customers(world: World) -> tuple[Bits, np.ndarray, np.ndarray]:
    """Returns the people who bought before the period: person, pace, and day of the last purchase (negative)."""
    n = round(OLD_CUSTOMERS * world.visitors_per_day)
    person = world.chance.bits("old customer", np.arange(n))
    last = -1 - np.floor(OLD_DAYS * world.chance.uniform("old purchase", person) ** 2).astype(np.int64)
    return person, _pace(world, person), last


def due_customers(world: World, state: State, day: int) -> np.ndarray:
    """Returns the positions in `state.customer` of those who come back today to buy again."""
    since = day - state.customer_last
    rate = state.customer_pace * np.exp(-since / FADE_DAYS) * world.demand[day]
    comes = (world.chance.uniform("come back", state.customer, day) < rate) & (since >= REST_DAYS)
    return np.flatnonzero(comes)


def take_recalls(state: State, day: int) -> Recalls:
    """Returns who comes back today to finish what they began, each person once, and forgets them."""
    waiting = state.recalls.pop(day, [])
    if not waiting:
        none = np.zeros(0, dtype=np.int64)
        return Recalls(none.astype(np.uint64), none, none, none.astype(bool))
    person = np.concatenate([r.person for r in waiting])
    _, once = np.unique(person, return_index=True)
    return Recalls(
        person[once],
        np.concatenate([r.customer for r in waiting])[once],
        np.concatenate([r.product for r in waiting])[once],
        np.concatenate([r.carted for r in waiting])[once],
    )


def note_purchases(world: World, state: State, day: int, person: Bits, customer: np.ndarray) -> None:
    """Makes buyers customers, and renews the pace of those who are."""
    state.customer_last[customer[customer >= 0]] = day
    new = person[customer < 0]
    state.customer = np.concatenate([state.customer, new])
    state.customer_pace = np.concatenate([state.customer_pace, _pace(world, new)])
    state.customer_last = np.concatenate([state.customer_last, np.full(len(new), day)])


def note_recalls(world: World, state: State, day: int, left: Recalls, key: Bits, checked_out: np.ndarray) -> None:
    """Draws which of those who left without paying come back, and when."""
    chance = world.chance
    likely = np.where(checked_out, RECALL_CHECKED_OUT, np.where(left.carted, RECALL_CARTED, RECALL_LOOKED))
    comes = chance.uniform("recall", key) < likely
    wait = 1 + np.floor(RECALL_WAIT_DAYS * chance.exponential("recall wait", key)).astype(np.int64)
    for days in np.unique(wait[comes]):
        who = comes & (wait == days)
        batch = Recalls(left.person[who], left.customer[who], left.product[who], left.carted[who])
        state.recalls.setdefault(day + int(days), []).append(batch)


def _pace(world: World, person: Bits) -> np.ndarray:
    return PACE * np.exp(PACE_SPREAD * world.chance.normal("pace", person))
