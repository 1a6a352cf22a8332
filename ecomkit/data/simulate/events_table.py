"""The table of events: every page view, cart, checkout and purchase, in the order of time."""

import numpy as np
import pandas as pd

from ecomkit.data.simulate.columns import decimal_ids, hex_ids, labels
from ecomkit.data.simulate.journal import Journal
from ecomkit.data.simulate.sales_tables import person_ids
from ecomkit.data.simulate.sources import DEVICES, SOURCES

STEPS = ("view_item", "add_to_cart", "begin_checkout", "purchase")


def events_table(journal: Journal) -> pd.DataFrame:
    """Returns `events`; views and carts carry their product, purchases their order."""
    visits, views = journal.visits, journal.views
    number = np.full(len(visits), -1)
    number[journal.orders.index] = journal.orders.number
    carted = views[views.carted]
    checkout = np.flatnonzero(visits.checked_out)
    purchase = np.flatnonzero(visits.ordered)
    none = np.full(len(checkout) + len(purchase), -1)
    visit = np.concatenate([views.visit, carted.visit, checkout, purchase])
    step = np.repeat(np.arange(4), [len(views), len(carted), len(checkout), len(purchase)])
    second = np.concatenate(
        [views.seconds, carted.cart_seconds, visits.checkout_seconds[checkout], visits.pay_seconds[purchase]]
    )
    when = visits.day.to_numpy()[visit] * 86_400 + second
    rank = np.lexsort((visits.key.to_numpy()[visit], step, when))
    visit, step = visit[rank], step[rank]
    product = np.concatenate([views["product"], carted["product"], none])[rank]
    start = np.datetime64(journal.world.start, "us")
    return pd.DataFrame(
        {
            "user_id": person_ids(journal.world, visits.person.to_numpy()).take(visit).reset_index(drop=True),
            "event_time": start + when[rank] * np.timedelta64(1_000_000, "us"),
            "event_name": labels(step, STEPS),
            "session_id": hex_ids(journal.world.chance.bits("session", visits.key.to_numpy())[visit]),
            "product_id": labels(product, journal.world.shelf.product_id),
            "order_id": decimal_ids(np.where(step == STEPS.index("purchase"), number[visit], -1)),
            "device": labels(visits.device.to_numpy()[visit], DEVICES),
            "source": labels(visits.source.to_numpy()[visit], SOURCES),
        }
    )
