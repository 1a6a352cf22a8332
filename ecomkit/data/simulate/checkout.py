"""What the shelf allows: who still finds the product, who reaches the checkout, what is bought and what is lost."""

from dataclasses import dataclass

import numpy as np

from ecomkit.data.simulate.browse import DAY_SECONDS, Plans


@dataclass(frozen=True)
class Sales:
    """What became of the plans of one day: an element per view, per visit, or (where it says so) per product."""

    carted: np.ndarray  # per view: it went into the cart
    in_cart: np.ndarray  # per view: it was there at the checkout, or when the visit ended
    checked_out: np.ndarray  # per visit
    bought: np.ndarray  # per view: it was paid for
    ordered: np.ndarray  # per visit: an order was paid
    units: np.ndarray  # per product: left the shelf
    fake_units: np.ndarray  # per product: sold on paper, never sent
    lost_units: np.ndarray  # per product: would have been paid for on a full shelf
    sold_out: np.ndarray  # per product: the second from which the page sold nothing, DAY_SECONDS where it never did


def settle(plans: Plans, fake: np.ndarray, on_hand: np.ndarray) -> Sales:
    """Returns what the plans become with `on_hand` units per product to sell: first to pay, first served.

    Orders of `fake` visits need no shelf: nothing is sent.
    """
    views, products, visits = plans.views, len(on_hand), len(plans.pays)
    wanted = views.carts | views.holds
    pretends = fake[views.visit]
    tries = np.flatnonzero(wanted & plans.pays[views.visit] & ~pretends)
    served, sold_out = _serve(
        views.product[tries], views.quantity[tries], plans.pay_seconds[views.visit[tries]], on_hand
    )
    carted = views.carts & (views.cart_seconds < sold_out[views.product])
    open_page = (plans.checkout_seconds[views.visit] < sold_out[views.product]) | pretends
    in_cart = carted | views.holds & open_page
    checked_out = plans.checks_out & _any(views.visit[in_cart], visits)
    bought = pretends.copy()
    bought[tries[served]] = True

    def units(rows: np.ndarray) -> np.ndarray:
        return np.bincount(views.product[rows], views.quantity[rows], products).astype(np.int64)

    sold, demand, paper = units(tries[served]), units(tries), units(np.flatnonzero(pretends))
    return Sales(
        carted, in_cart, checked_out, bought, _any(views.visit[bought], visits), sold, paper, demand - sold, sold_out
    )


def _serve(
    product: np.ndarray, quantity: np.ndarray, seconds: np.ndarray, on_hand: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns which tries are served in the order of payment, and the second from which each product is sold out."""
    order = np.lexsort((seconds, product))
    product_, quantity_ = product[order], quantity[order]
    total = np.cumsum(quantity_)
    wanted = np.bincount(product_, quantity_, len(on_hand)).astype(np.int64)
    taken = total - (np.cumsum(wanted) - wanted)[product_]
    sold_out = np.where(on_hand > 0, DAY_SECONDS, 0)
    ends = taken >= on_hand[product_]
    np.minimum.at(sold_out, product_[ends], seconds[order][ends] + (taken == on_hand[product_])[ends])
    served = np.empty(len(order), dtype=bool)
    served[order] = taken <= on_hand[product_]
    return served, sold_out


def _any(visit: np.ndarray, visits: int) -> np.ndarray:
    return np.bincount(visit, minlength=visits) > 0
