"""How much to order at once: the economic order quantity, and the newsvendor's single purchase."""

import numpy as np
from scipy.special import ndtri

from ecomkit.errors import ParameterError
from ecomkit.goods.stock_rules import Number, answer, number


def eoq(yearly_demand: Number, *, order_cost: Number, holding_cost: Number) -> Number:
    """Units per order at which the costs of ordering and of holding are lowest together: sqrt(2 K D / h).

    Parameters
    ----------
    yearly_demand : D, units a year
    order_cost : K, money per order, however large
    holding_cost : h, money to hold one unit for a year

    Raises
    ------
    ParameterError
        An argument is negative or no number, or holding costs nothing.

    References
    ----------
    Harris (1913), How many parts to make at once. The example: Snyder, Shen (2019), Fundamentals of Supply Chain
    Theory, 2nd ed., example 3.1.

    Examples
    --------
    >>> round(eoq(1300, order_cost=8, holding_cost=0.225), 1)
    304.0
    """
    cost = number("holding_cost", holding_cost, above=0)
    return answer((2 * number("order_cost", order_cost) * number("yearly_demand", yearly_demand) / cost) ** 0.5)


def newsvendor(
    demand: Number, *, demand_sd: Number | None = None, price: Number, unit_cost: Number, salvage: Number = 0.0
) -> Number:
    """Units to buy once, before the season, for the highest expected profit.

    The quantity that covers demand with probability (price - unit_cost) / (price - salvage), the critical ratio.

    Parameters
    ----------
    demand : with `demand_sd` the mean of a normal demand; without it, the demands of comparable past seasons, and the
        answer is the smallest of them that as large a share of them as the critical ratio did not exceed
    price, unit_cost, salvage : money per unit sold, bought, and left over; salvage < unit_cost < price

    Raises
    ------
    ParameterError
        An argument is negative or no number, or the prices are out of order.

    References
    ----------
    Arrow, Harris, Marschak (1951), Optimal inventory policy, Econometrica 19(3). The example: Snyder, Shen (2019),
    Fundamentals of Supply Chain Theory, 2nd ed., example 4.3.

    Examples
    --------
    >>> round(newsvendor(50, demand_sd=8, price=1.00, unit_cost=0.30, salvage=0.12), 1)
    56.6
    >>> newsvendor([40, 60, 50, 45, 55], price=1.00, unit_cost=0.30, salvage=0.12)
    55.0
    """
    gain, loss = np.subtract(price, unit_cost), np.subtract(unit_cost, salvage)
    if not (np.all(gain > 0) and np.all(loss > 0)):  # written so that a missing price is refused, too
        raise ParameterError(
            f"price={price!r}, unit_cost={unit_cost!r}, salvage={salvage!r} are out of order.",
            "each unit must cost more than its salvage value and less than its price.",
        )
    number("salvage", salvage)
    ratio, mean = gain / (gain + loss), number("demand", demand)
    if demand_sd is not None:
        return answer(mean + ndtri(ratio) * number("demand_sd", demand_sd))
    past = np.sort(np.atleast_1d(np.asarray(mean)))
    if not len(past):
        raise ParameterError("There is no past demand.", "pass past demands, or a mean and demand_sd.")
    place = np.ceil(np.round(ratio * len(past), 9)).astype(int)  # rounded: .7 x 10 is a little more than 7
    return answer(past[place - 1])
