"""Two meanings of service: the share of cycles without a stock-out, and the share of demand served from the shelf."""

import numpy as np
from scipy.special import ndtr, ndtri

from ecomkit.goods.stock_rules import Number, answer, number, rate

HALVINGS = 100  # of an interval some 100 wide: far below the last digit of a float
FAR = 40.0  # standard deviations, beyond which no float tells a probability from 0


def fill_rate(service_level: Number, *, demand_sd: Number, order_quantity: Number) -> Number:
    """Share of demand served from the shelf (type 2 service), given the share of cycles without a stock-out (type 1).

    1 - sd (G(z) - G(z + Q / sd)) / Q with the normal loss function G(z) = pdf(z) - z (1 - cdf(z)): exact for normal
    demand, orders of Q whenever the stock falls to the reorder point, and demand that waits when there is none. The
    larger the order, the fewer cycles a year in which anything can go wrong, and the higher the fill rate.

    Parameters
    ----------
    service_level : probability that a cycle sees no stock-out, between 0 and 1
    demand_sd : standard deviation of the demand of the lead time (with periodic review: lead time plus review), units
    order_quantity : Q, units per order

    Raises
    ------
    ParameterError
        A service level outside 0 to 1; a standard deviation or an order that is not above 0.

    References
    ----------
    Hadley, Whitin (1963), Analysis of Inventory Systems, ch. 4. The example of `service_level`: Nahmias (2009),
    Production and Operations Analysis, 6th ed., ch. 5 (Harvey's mustard: Q = 100, demand of the lead time 100 with
    sd 25; a fill rate of 98 % needs a reorder point of 126, where type 1 service of 98 % would need 151).

    Examples
    --------
    >>> round(fill_rate(0.5, demand_sd=25, order_quantity=100), 3)
    0.9
    """
    sd, quantity = number("demand_sd", demand_sd, above=0), number("order_quantity", order_quantity, above=0)
    return answer(_fill_rate(ndtri(rate("service_level", service_level)), quantity / sd))


def service_level(fill_rate: Number, *, demand_sd: Number, order_quantity: Number) -> Number:
    """Share of cycles without a stock-out that gives this share of demand served: the inverse of `fill_rate`.

    Examples
    --------
    >>> level = service_level(0.98, demand_sd=25, order_quantity=100)
    >>> round(level, 2)
    0.85
    >>> float(np.ceil(100 + ndtri(level) * 25))
    126.0
    """
    sd, quantity = number("demand_sd", demand_sd, above=0), number("order_quantity", order_quantity, above=0)
    wanted, size = rate("fill_rate", fill_rate), quantity / sd
    z, step = -FAR - size, 2 * FAR + size
    for _ in range(HALVINGS):
        step = step / 2
        z = z + step * (_fill_rate(z + step, size) < wanted)
    return answer(ndtr(z))


def _fill_rate(z: Number, size: Number) -> Number:
    return 1 - (_loss(z) - _loss(z + size)) / size


def _loss(z: Number) -> Number:
    """Expected amount by which a standard normal exceeds z."""
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) - z * ndtr(-z)
