"""The stockroom: deliveries in, sales out, returns back in, and the order that keeps the shelf full.

The planner looks at each product once a week and orders up to what the calendar lets expect until the delivery after
the next, plus a safety stock. It knows the mega-sales; it does not know what goes wrong.
"""

from dataclasses import dataclass

import numpy as np

from ecomkit.data.simulate.checkout import Sales
from ecomkit.data.simulate.world import BEYOND, State, World

REVIEW_DAYS = 7
SAFETY = 2.4  # safety stock in standard deviations of a Poisson demand
LEARNING = 0.04  # weight of the newest day in the planner's pace
FIRST_SALES_RATE = 0.05  # units per visitor a new shop plans with


@dataclass(frozen=True)
class Stock:
    """The stockroom at the end of one day, an element per product."""

    on_hand: np.ndarray
    inbound: np.ndarray
    received: np.ndarray
    sold: np.ndarray
    returned: np.ndarray  # sent back by buyers, or put back because the order was fake


def first_stock(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Returns units on hand and the planner's pace before the first day."""
    weight = world.shelf.pull * world.shelf.appeal
    pace = FIRST_SALES_RATE * world.visitors_per_day * weight / weight.sum()
    return np.ceil(_target(world, pace, -1)).astype(np.int64), pace


def receive(world: World, state: State, day: int) -> np.ndarray:
    """Puts the day's deliveries on the shelf and returns them; what is late waits for the next day."""
    held = np.floor(state.due[day] * world.trouble.late[day]).astype(np.int64)
    state.due[day] -= held
    state.due[day + 1] += held
    state.on_hand = state.on_hand + state.due[day]
    return state.due[day].copy()


def close(world: World, state: State, day: int, received: np.ndarray, sales: Sales) -> Stock:
    """Books the day's sales and returns, orders what is due for review, and returns the closing stock."""
    sold = sales.units + sales.fake_units
    returned = state.to_restock[day] + sales.fake_units
    state.on_hand = state.on_hand - sold + returned
    learnt = (1 - LEARNING) * state.pace + LEARNING * sales.units / world.appetite[day]
    state.pace = np.where(sales.lost_units > 0, state.pace, learnt)  # a page that was sold out shows no demand
    inbound = state.due[day + 1 :].sum(axis=0)
    short = np.ceil(_target(world, state.pace, day) - state.on_hand - inbound).astype(np.int64)
    reviewed = (day + np.arange(world.shelf.size)) % REVIEW_DAYS == 0
    ordered = np.where(reviewed, np.maximum(short, 0), 0)
    state.due[day + world.shelf.lead_time, np.arange(world.shelf.size)] += ordered
    return Stock(state.on_hand.copy(), inbound + ordered, received, sold, returned)


def _target(world: World, pace: np.ndarray, day: int) -> np.ndarray:
    """Returns the units to have on hand and on order after `day`, per product."""
    ahead = np.concatenate([[0.0], np.cumsum(world.appetite[day + 1 : day + 1 + BEYOND // 2])])
    expected = pace * ahead[np.minimum(world.shelf.lead_time + REVIEW_DAYS, len(ahead) - 1)]
    return expected + SAFETY * np.sqrt(expected) + 2
