"""What a promotion must bring to pay for itself, a price cut or so much off from so much on; and what one brought."""

from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods.incremental import incremental
from ecomkit.goods.stock_rules import Number, answer, number, rate

__all__ = ["break_even_lift", "incremental", "thresholds"]


def break_even_lift(margin_rate: Number, *, discount_rate: Number) -> Number:
    """How much more must be sold at a lower price for the same margin: 0.5 is half as much again.

    Parameters
    ----------
    margin_rate : what is left of a unit of revenue at the full price, between 0 and 1
    discount_rate : of the full price, between 0 and 1. Of a deposit that counts for more than was paid, the
        difference over the price; of "buy two, get one", a third.

    Returns
    -------
    float, array or Series: discount / (margin - discount); infinite where the discount takes the whole margin.

    Raises
    ------
    ParameterError
        An argument is out of range.

    References
    ----------
    Nagle, Hogan, Zale (2011), The Strategy and Tactics of Pricing, 5th ed., ch. 9: the break-even sales change of a
    price cut. Theirs is the example: 5 % off at a margin of 45 %.

    Examples
    --------
    >>> round(break_even_lift(0.45, discount_rate=0.05), 3)
    0.125
    """
    margin, off = rate("margin_rate", margin_rate), rate("discount_rate", discount_rate)
    kept = margin - off
    lift = np.where(np.asarray(kept) > 0, off / np.where(np.asarray(kept) > 0, kept, 1.0), np.inf)
    like = margin if isinstance(margin, pd.Series) else off
    return answer(pd.Series(lift, like.index) if isinstance(like, pd.Series) else lift)


def thresholds(
    orders: pd.DataFrame, *, rules: Sequence[tuple[float, float]], margin_rate: float, reach: float = 0.3
) -> pd.DataFrame:
    """What "so much off from so much on" would have cost on these orders, and what it would take to pay for it.

    Two kinds of buyers get the discount: those who had reached the threshold without it, who are pure cost; and those
    who add something to reach it. The latter bring the margin of what they add, less the discount.

    Parameters
    ----------
    orders : `revenue` (what each order paid), of a usual time
    rules : pairs of the threshold and what is taken off, e.g. [(199, 20), (299, 50)]
    margin_rate : what is left of a unit of revenue, between 0 and 1
    reach : share of the threshold that may be missing in an order that is thought to be within reach, between 0 and 1

    Returns
    -------
    pandas.DataFrame, one row per rule
        `threshold, off`; `already`: orders that had reached it; `already_cost`: what they would have been given;
        `near`: orders within reach, and `missing` to the threshold in the mean one of them; `gain_per_raised`: margin
        of the missing amount, less the discount; `needed_rate`: share of the near orders that would have to be raised
        to pay for it all: above 1 it cannot pay, and infinite where each raised order loses money itself.

    Raises
    ------
    TableError, ParameterError
        There is no `revenue` or it is negative; a rule takes off more than its threshold, or a rate is out of range.

    Examples
    --------
    >>> orders = pd.DataFrame({"revenue": [100.0] * 6 + [80.0] * 10 + [20.0] * 4})
    >>> thresholds(orders, rules=[(100, 5), (100, 20)], margin_rate=0.5)[["off", "already_cost", "gain_per_raised",
    ...                                                                  "needed_rate"]]
       off  already_cost  gain_per_raised  needed_rate
    0    5          30.0              5.0          0.6
    1   20         120.0            -10.0          inf
    """
    margin, within = rate("margin_rate", margin_rate), rate("reach", reach)
    paid = _paid(orders)
    rows = []
    for threshold, off in rules:
        if (
            not all(isinstance(x, Real) and not isinstance(x, bool) for x in (threshold, off))
            or not 0 < off < threshold
        ):
            raise ParameterError(f"The rule {(threshold, off)!r} cannot be.", "e.g. (199, 20): 20 off from 199 on.")
        reached = paid >= threshold
        near = paid[~reached & (paid >= (1 - within) * threshold)]
        missing = float((threshold - near).mean())
        gain = missing * margin - off
        cost = float(off * reached.sum())
        needed = cost / (gain * len(near)) if gain > 0 else np.inf
        rows.append((threshold, off, int(reached.sum()), cost, len(near), missing, gain, needed))
    columns = ["threshold", "off", "already", "already_cost", "near", "missing", "gain_per_raised", "needed_rate"]
    return pd.DataFrame(rows, columns=columns)


def _paid(orders: pd.DataFrame) -> pd.Series:
    if "revenue" not in orders:
        raise TableError(f"`orders` has no columns ['revenue']; it has {[*orders.columns]}.", "rename yours first.")
    return pd.Series(number("revenue", orders["revenue"]))
