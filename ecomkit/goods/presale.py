"""How much to have ready for a presale: deposits paid so far, and how they may turn out."""

from collections.abc import Sequence

import pandas as pd

from ecomkit.errors import ParameterError
from ecomkit.goods.stock_rules import Number, answer, number

UPLIFTS = (1.0, 1.1, 1.2, 1.3, 1.5)
BALANCE_RATES = (0.7, 0.8, 0.9, 1.0)


def presale_stock(deposits: Number, *, uplift: Number = 1.2, daily_sales: Number, days: Number = 7) -> Number:
    """Units to have ready: deposits x uplift + daily sales x days.

    The handbook calls its 1.2 a conversion rate. A rate cannot exceed 1: of 1,000 deposits at most 1,000 are
    completed. It is an uplift, the orders to expect in all (balances paid and those who buy on the day without a
    deposit) for each deposit. `presale_sensitivity` takes the two apart.

    Parameters
    ----------
    deposits : orders whose deposit is paid
    uplift : orders to expect for each of them
    daily_sales : units sold on an ordinary day
    days : ordinary days to be covered as well

    Raises
    ------
    ParameterError
        An argument is negative or no number.

    Examples
    --------
    The handbook's own, with 50 units on an ordinary day:

    >>> presale_stock(1000, daily_sales=50)
    1550.0
    """
    promised = number("deposits", deposits) * number("uplift", uplift)
    return answer(promised + number("daily_sales", daily_sales) * number("days", days))


def presale_sensitivity(
    deposits: float,
    *,
    daily_sales: float,
    days: float = 7,
    uplifts: Sequence[float] = UPLIFTS,
    balance_rates: Sequence[float] = BALANCE_RATES,
) -> pd.DataFrame:
    """Returns the units to have ready for each uplift and each share of deposits whose balance is paid.

    Parameters
    ----------
    deposits, daily_sales, days : as of `presale_stock`
    uplifts : orders on the day for each deposit that is completed, at least 1: the late buyers
    balance_rates : share of deposits whose balance is paid, 0 to 1

    Returns
    -------
    pandas.DataFrame, one row per uplift and balance rate
        `uplift, balance_rate, quantity` (units), and `difference`: units more or fewer than the handbook's (1.2).

    Examples
    --------
    >>> presale_sensitivity(1000, daily_sales=50, uplifts=[1.2, 1.5], balance_rates=[0.8])
       uplift  balance_rate  quantity  difference
    0     1.2           0.8    1310.0      -240.0
    1     1.5           0.8    1550.0         0.0
    """
    for name, values, low, high in [("uplifts", uplifts, 1, float("inf")), ("balance_rates", balance_rates, 0, 1)]:
        if not all(low <= value <= high for value in values):
            raise ParameterError(f"{name}={list(values)!r} cannot be.", f"they lie between {low} and {high}.")
    table = pd.DataFrame([(u, b) for u in uplifts for b in balance_rates], columns=["uplift", "balance_rate"])
    orders = table["uplift"] * table["balance_rate"]
    table["quantity"] = presale_stock(deposits, uplift=orders, daily_sales=daily_sales, days=days)
    table["difference"] = (table["quantity"] - presale_stock(deposits, daily_sales=daily_sales, days=days)).round(9)
    return table
