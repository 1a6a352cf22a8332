"""How long the stock has been lying: the units on hand by the day they came in, first in, first out."""

import numpy as np
import pandas as pd

from ecomkit.goods.demand import wide
from ecomkit.goods.stock_rules import number

SMALL = 1e-9


def ageing(inventory: pd.DataFrame, *, old_days: float = 60) -> pd.DataFrame:
    """Returns the age of each product's stock on the last day, if what came first was sold first.

    The units on hand are those of the latest deliveries. What the deliveries in the table do not explain was there
    before the product's first day: it counts from that day, and may be older (`oldest_is_known` says so).

    Parameters
    ----------
    inventory : `date, product_id, on_hand` at the end of the day, and `received` on it; where that is not known, a
        stock that rose has received the rise, which hides the sales of the day. `unit_cost` where known.
    old_days : from which age on stock counts as old

    Returns
    -------
    pandas.DataFrame, one row per product with stock, the most old money first (without costs, units)
        `product_id, on_hand`; `mean_age_days, oldest_age_days`; `oldest_is_known`; `old_units`: on hand for `old_days`
        or more; `old_share` of the units on hand; `stock_value, old_value`: at cost, missing without `unit_cost`.

    Raises
    ------
    TableError, ParameterError
        A column is missing, a day and product come twice, a figure is negative.

    Examples
    --------
    Ten on the first day and five more on the third; twelve are left, so seven of the ten:

    >>> days = pd.date_range("2025-03-01", periods=4)
    >>> table = pd.DataFrame({"date": days, "product_id": "mug", "on_hand": [10, 9, 13, 12], "received": [10, 0, 5, 0]})
    >>> ageing(table, old_days=3)[["on_hand", "mean_age_days", "oldest_age_days", "old_units"]].round(2)
       on_hand  mean_age_days  oldest_age_days  old_units
    0     12.0           2.17              3.0        7.0
    """
    least = float(number("old_days", old_days))
    stock = wide(inventory, "inventory", "on_hand").ffill()
    came = _received(inventory, stock)
    on_hand = stock.iloc[-1].fillna(0.0)
    age = np.arange(len(stock) - 1, -1, -1.0)[:, None]
    later = came[::-1].cumsum()[::-1] - came
    left = (on_hand - later).clip(lower=0).clip(upper=came)  # of each day's delivery
    rest = on_hand - left.sum()
    begun = stock.notna().to_numpy().argmax(axis=0)
    left = left + (np.arange(len(stock))[:, None] == begun) * rest.to_numpy()
    table = pd.DataFrame({"on_hand": on_hand})
    table["mean_age_days"] = (left * age).sum() / on_hand.where(on_hand > 0)
    table["oldest_age_days"] = (left > SMALL).mul(age).max()
    table["oldest_is_known"] = rest <= SMALL
    table["old_units"] = left[age[:, 0] >= least].sum()
    table["old_share"] = table["old_units"] / on_hand.where(on_hand > 0)
    cost = wide(inventory, "inventory", "unit_cost").ffill().iloc[-1] if "unit_cost" in inventory else np.nan
    table["stock_value"], table["old_value"] = on_hand * cost, table["old_units"] * cost
    shown = table[on_hand > 0].reset_index()
    return shown.sort_values(
        ["old_value", "old_units", "product_id"], ascending=[False, False, True], ignore_index=True
    )


def _received(inventory: pd.DataFrame, stock: pd.DataFrame) -> pd.DataFrame:
    if "received" in inventory:
        return wide(inventory, "inventory", "received").reindex_like(stock).fillna(0.0)
    return stock.diff().clip(lower=0).fillna(0.0)
