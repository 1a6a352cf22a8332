"""What each visit sets out to do: pages seen, carts, checkout and payment, as if the shelf never ran empty.

Every draw hangs on the visit or on one of its page views, so what the shelf or a fault takes away later changes
nobody else's luck.
"""

from dataclasses import dataclass

import numpy as np

from ecomkit.data.simulate.sources import DEVICE
from ecomkit.data.simulate.visits import Visits
from ecomkit.data.simulate.world import World

DAY_SECONDS = 86_400
# share of the day's visits in each hour, from midnight: the noon break and the evening are busy
HOURS = (18, 10, 6, 4, 3, 4, 8, 16, 28, 42, 50, 50, 52, 50, 48, 47, 46, 45, 47, 56, 68, 74, 62, 36)
PAGES_EAGER, PAGES_IDLE, PAGES_MOST = 2.6, 0.45, 9  # further pages on average, with and without intent; at most
CART_EAGER, CART_IDLE = 0.105, 0.007  # a page view puts the product into the cart
CHECKOUT, CHECKOUT_RECALLED = 0.58, 0.75
PAY = 0.80
PAYS_LATER, LATER_SECONDS = 0.07, 7_200  # some leave the order unpaid for hours
MOST_LINES = 4
_EDGES = np.concatenate([[0.0], np.cumsum(HOURS) / sum(HOURS)])
_PAYS = np.array([ease for _, ease in DEVICE.values()])


@dataclass(frozen=True)
class Views:
    """The page views of one day, in the order of visits and, within a visit, of time."""

    visit: np.ndarray  # position of the visit
    product: np.ndarray
    first: np.ndarray  # the visit's first view of this product
    carts: np.ndarray  # would put it into the cart
    holds: np.ndarray  # it waits in the cart already
    quantity: np.ndarray
    seconds: np.ndarray  # after midnight
    cart_seconds: np.ndarray


@dataclass(frozen=True)
class Plans:
    """What the visits of one day set out to do: the page views, and an element per visit for the rest."""

    views: Views
    checks_out: np.ndarray  # goes to the checkout if anything is left in the cart
    pays: np.ndarray  # and gets through it
    checkout_seconds: np.ndarray
    pay_seconds: np.ndarray


def plan_visits(world: World, day: int, visits: Visits) -> Plans:
    """Returns what each visit of the day sets out to do."""
    chance, key = world.chance, visits.key
    visit, nth, product, carts = _pages(world, visits)
    view_key = chance.bits("view", key[visit], nth)
    first = _first_of_kind(visit, product, world.shelf.size)
    holds = visits.carted[visit] & (nth == 0)
    lines = first & (carts | holds)
    lines &= _running(lines, visit, len(visits)) <= MOST_LINES
    has_cart = np.bincount(visit[lines], minlength=len(visits)) > 0
    ready = np.where(visits.carted, CHECKOUT_RECALLED, CHECKOUT)
    checks_out = has_cart & (chance.uniform("checkout", key) < ready) | visits.fake
    works = _PAYS[visits.device] * PAY * (1 - world.trouble.fault[day, visits.device])
    pays = checks_out & (chance.uniform("pay", key) < works) | visits.fake
    seconds, cart_seconds, checkout_seconds, pay_seconds = _clock(world, visits, visit, view_key, checks_out)
    u = chance.uniform("quantity", view_key)
    quantity = np.where(visits.fake[visit], 1, 1 + (u > 0.88) + (u > 0.975))
    views = Views(
        visit, product, first, lines & ~holds & ~visits.fake[visit], lines & holds | visits.fake[visit],
        quantity, seconds, cart_seconds,
    )  # fmt: skip
    return Plans(views, checks_out, pays, checkout_seconds, pay_seconds)


def _pages(world: World, visits: Visits) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Returns a row per page view: the visit, its number within it, the product, and whether it goes to the cart."""
    chance, key = world.chance, visits.key
    eager = chance.uniform("intent", key) < visits.intent
    more = np.floor(chance.exponential("pages", key) * np.where(eager, PAGES_EAGER, PAGES_IDLE) + 0.3)
    pages = np.where(visits.fake, 1, 1 + np.minimum(more, PAGES_MOST - 1)).astype(np.int64)
    visit = np.repeat(np.arange(len(visits)), pages)
    nth = np.arange(len(visit)) - np.repeat(np.cumsum(pages) - pages, pages)
    shelf, view = world.shelf, (key[visit], nth)
    drawn = np.searchsorted(np.cumsum(shelf.pull)[:-1], chance.uniform("product", *view), side="right")
    product = np.where((nth == 0) & (visits.product[visit] >= 0), visits.product[visit], drawn)
    ready = np.where(visits.intent == 0, 0.0, np.where(eager, CART_EAGER, CART_IDLE))
    return visit, nth, product, chance.uniform("cart", *view) < ready[visit] * shelf.appeal[product]


def _clock(
    world: World, visits: Visits, visit: np.ndarray, view_key: np.ndarray, checks_out: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Returns the second of each view and cart, and of each visit's checkout and payment; all before midnight."""
    chance, key = world.chance, visits.key
    dwell = np.where(visits.fake[visit], 4, 5 + np.floor(38 * chance.exponential("dwell", view_key))).astype(np.int64)
    browsing = np.bincount(visit, dwell, minlength=len(visits)).astype(np.int64)
    offset = np.cumsum(dwell) - dwell - (np.cumsum(browsing) - browsing)[visit]
    to_checkout = 4 + np.floor(70 * chance.exponential("to checkout", key)).astype(np.int64)
    to_pay = 6 + np.floor(35 * chance.exponential("to pay", key)).astype(np.int64)
    hours = np.floor(LATER_SECONDS * np.minimum(chance.exponential("later", key), 4)).astype(np.int64)
    to_pay += np.where(chance.uniform("pays later", key) < PAYS_LATER, hours, 0)
    to_checkout, to_pay = np.where(visits.fake, 1, to_checkout), np.where(visits.fake, 3, to_pay)
    lasts = browsing + np.where(checks_out, to_checkout + to_pay, 0)
    clock = np.interp(chance.uniform("clock", key), _EDGES, np.linspace(0, 1, len(_EDGES)))
    clock = np.where(visits.fake, 0.925 + 0.05 * chance.uniform("clock", key), clock)  # a burst late in the evening
    begin = np.floor(clock * (DAY_SECONDS - lasts)).astype(np.int64)
    seconds = begin[visit] + offset
    checkout_seconds = begin + browsing + to_checkout
    return seconds, seconds + dwell // 2, checkout_seconds, checkout_seconds + to_pay


def _first_of_kind(visit: np.ndarray, product: np.ndarray, products: int) -> np.ndarray:
    """Returns whether each view is its visit's first of that product."""
    first = np.zeros(len(visit), dtype=bool)
    first[np.unique(visit * products + product, return_index=True)[1]] = True
    return first


def _running(flags: np.ndarray, visit: np.ndarray, visits: int) -> np.ndarray:
    """Returns how many flags the visit has had up to and including each view."""
    total = np.cumsum(flags)
    per_visit = np.bincount(visit[flags], minlength=visits)
    return total - (np.cumsum(per_visit) - per_visit)[visit]
