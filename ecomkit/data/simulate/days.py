"""The days, one after the other: the causal chain of the store on one page."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ecomkit.data.simulate import stock
from ecomkit.data.simulate.ads import Ads, run_ads
from ecomkit.data.simulate.aftersale import Lines, sell
from ecomkit.data.simulate.browse import Plans, plan_visits
from ecomkit.data.simulate.checkout import Sales, settle
from ecomkit.data.simulate.customers import first_customers, note_purchases, note_recalls
from ecomkit.data.simulate.visits import Visits, todays_visits
from ecomkit.data.simulate.world import BEYOND, Recalls, State, World


@dataclass(frozen=True)
class Day:
    """All that happened on one day."""

    number: int
    ads: Ads
    visits: Visits
    plans: Plans
    sales: Sales
    lines: Lines
    stock: stock.Stock
    refunds: int  # cents refunded on the day, whenever the order was paid

    @property
    def money(self) -> np.ndarray:
        """Returns revenue, refunds and ad cost of the day, in cents."""
        return np.array([self.lines.revenue.sum(), self.refunds, self.ads.cost.sum()])


def first_state(world: World) -> State:
    """Returns the state on the morning of the first day: a running shop with old customers and full shelves."""
    on_hand, pace = stock.first_stock(world)
    person, customer_pace, last = first_customers(world)
    per_day = (world.days + BEYOND, world.shelf.size)
    return State(
        on_hand=on_hand,
        due=np.zeros(per_day, dtype=np.int64),
        to_restock=np.zeros(per_day, dtype=np.int64),
        pace=pace,
        refunds=np.zeros(world.days + BEYOND, dtype=np.int64),
        customer=person,
        customer_pace=customer_pace,
        customer_last=last,
    )


def live(world: World, state: State, first: int, end: int) -> Iterator[Day]:
    """Yields the days from `first` to before `end`; `state` is that morning's and moves on with them."""
    for day in range(first, end):
        yield _live_day(world, state, day)


def _live_day(world: World, state: State, day: int) -> Day:
    """One day in the order of its causes; each line draws on those above it and on what earlier days left."""
    received = stock.receive(world, state, day)  # deliveries, unless they are late
    ads = run_ads(world, day)  # money becomes clicks, fewer per unit of money the more is spent
    visits = todays_visits(world, state, day, ads)  # strangers by source, customers, abandoned carts, fake buyers
    plans = plan_visits(world, day, visits)  # pages, carts, checkout, payment: what each visit sets out to do
    sales = settle(plans, visits.fake, state.on_hand)  # what the shelf lets them do
    lines = sell(world, state, day, visits, plans.views, sales)  # order lines, and the refunds they will cause
    closing = stock.close(world, state, day, received, sales)  # the shelf tonight, and what is ordered for later
    buyers = sales.ordered & ~visits.fake
    note_purchases(world, state, day, visits.person[buyers], visits.customer[buyers])  # buyers come back some day
    _leave(world, state, day, visits, plans, sales)  # and some who did not pay come back soon
    return Day(day, ads, visits, plans, sales, lines, closing, int(state.refunds[day]))


def _leave(world: World, state: State, day: int, visits: Visits, plans: Plans, sales: Sales) -> None:
    """Those who came to buy and did not pay may come back, to the first product in their cart if they have one."""
    views = plans.views
    has_cart = np.bincount(views.visit[sales.in_cart], minlength=len(visits)) > 0
    product = views.product[np.searchsorted(views.visit, np.arange(len(visits)))]
    visit, position = np.unique(views.visit[sales.in_cart], return_index=True)
    product[visit] = views.product[sales.in_cart][position]
    left = ~sales.ordered & (visits.intent > 0) & ~visits.fake
    recalls = Recalls(visits.person[left], visits.customer[left], product[left], has_cart[left])
    note_recalls(world, state, day, recalls, visits.key[left], sales.checked_out[left])
