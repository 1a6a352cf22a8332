"""When to order: the handbook's safety stock and the textbooks', and the reorder point.

Every argument is a number, an array or a Series, and the answer is of the same kind. Days may be any unit of time as
long as all arguments share it.
"""

from typing import Any

import numpy as np
from scipy.special import ndtri

from ecomkit.errors import ParameterError

Number = Any  # a float, an array or a Series


def handbook_safety_stock(daily_sales: Number, lead_time_days: Number) -> Number:
    """Units sold on average while an order is under way: average daily sales x lead time.

    The handbook calls this safety stock. It is the demand of the lead time without any buffer: whoever orders at this
    level runs out in about every second cycle (a cycle service level of 50 % where demand is symmetric).

    Raises
    ------
    ParameterError
        An argument is negative or no number.

    Examples
    --------
    >>> handbook_safety_stock(20, 7)
    140.0
    """
    sales = number("daily_sales", daily_sales)
    return answer(sales * number("lead_time_days", lead_time_days))


def safety_stock(
    daily_sd: Number,
    *,
    lead_time_days: Number,
    service_level: Number = 0.95,
    daily_sales: Number = 0.0,
    lead_time_sd: Number = 0.0,
) -> Number:
    """Units above the expected demand, so that a cycle ends without a stock-out with probability `service_level`.

    z x sqrt(L sd^2 + d^2 s^2) for lead time L with standard deviation s, and daily demand d with standard deviation
    sd, days independent of each other and of the lead time. Below a service level of 50 % the answer is negative.

    Parameters
    ----------
    daily_sd : standard deviation of the demand of a day, units
    lead_time_days : mean lead time; where stock is reviewed every R days, lead time plus R
    service_level : probability that a cycle sees no stock-out, between 0 and 1. Not the fill rate: see `fill_rate`.
    daily_sales : mean demand of a day, units; needed only where the lead time varies
    lead_time_sd : standard deviation of the lead time, days

    Raises
    ------
    ParameterError
        An argument is out of range, or the lead time varies and `daily_sales` is 0.

    References
    ----------
    Silver, Pyke, Thomas (2017), Inventory and Production Management in Supply Chains, 4th ed., ch. 6.
    The example: Nahmias (2009), Production and Operations Analysis, 6th ed., ch. 5: the olive oil of a shop has a mean
    demand of 15 a month (sd 6) and a lead time of 4 months (sd 1.5), so that its demand in a lead time has sd 25.5;
    one standard deviation is a service level of 84 %.

    Examples
    --------
    >>> round(safety_stock(6, lead_time_days=4, service_level=0.841345, daily_sales=15, lead_time_sd=1.5), 1)
    25.5
    """
    spread = number("lead_time_sd", lead_time_sd)
    sales = number("daily_sales", daily_sales)
    if np.any((np.asarray(spread) > 0) & (np.asarray(sales) == 0)):
        raise ParameterError("The lead time varies, and daily_sales is 0.", "give the mean demand of a day, too.")
    variance = number("lead_time_days", lead_time_days) * number("daily_sd", daily_sd) ** 2 + (sales * spread) ** 2
    return answer(ndtri(rate("service_level", service_level)) * variance**0.5)


def reorder_point(
    daily_sales: Number,
    daily_sd: Number,
    *,
    lead_time_days: Number,
    service_level: Number = 0.95,
    lead_time_sd: Number = 0.0,
) -> Number:
    """Units on hand and on order at which to order: the demand expected in the lead time plus the safety stock.

    Arguments, errors and source are those of `safety_stock`.

    Examples
    --------
    >>> round(reorder_point(15, 6, lead_time_days=4, service_level=0.841345, lead_time_sd=1.5), 1)
    85.5
    """
    buffer = safety_stock(
        daily_sd,
        lead_time_days=lead_time_days,
        service_level=service_level,
        daily_sales=daily_sales,
        lead_time_sd=lead_time_sd,
    )
    return answer(handbook_safety_stock(daily_sales, lead_time_days) + buffer)


def number(name: str, value: Number, *, above: float | None = None) -> Number:
    """The value as floats, proven to be finite and not negative (or greater than `above`)."""
    try:
        given = value.astype("float64") if hasattr(value, "astype") else np.asarray(value, "float64")
    except (TypeError, ValueError):
        given = np.asarray(np.nan)
    low = 0.0 if above is None else above
    good = np.isfinite(given) & ((given >= low) if above is None else (given > low))
    if not np.all(good):
        seen = value if np.ndim(given) == 0 else np.asarray(given)[~np.asarray(good)][0]
        raise ParameterError(
            f"{name}={seen!r} cannot be.", f"it is a number {'of 0 or more' if above is None else f'above {low:g}'}."
        )
    return given


def rate(name: str, value: Number) -> Number:
    """The value as floats, proven to lie between 0 and 1."""
    given = number(name, value, above=0)
    if np.any(np.asarray(given) >= 1):
        raise ParameterError(f"{name}={value!r} is no rate below 1.", "write 95 % as 0.95.")
    return given


def answer(value: Number) -> Number:
    """A plain float where the arguments were plain numbers."""
    return float(value) if np.ndim(value) == 0 else value
