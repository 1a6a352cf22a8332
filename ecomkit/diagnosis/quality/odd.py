"""Oddities against chance: one makes no order a fake, but one product's day may have more of them than luck makes."""

from typing import Any

import numpy as np
import pandas as pd

CUSTOMERS_MIN = 4  # fewer may always be odd: a household, an office, a pick-up point
CHANCE = 1e-7  # of so many odd orders on a product's day, by luck
FLOOR = 0.01  # an oddity is not rarer than this: nothing is measured better in a small shop
AWAY_DAYS = 7  # days so near may be brushed as well, and do not tell what is usual for a product


def stands_out(orders: pd.DataFrame, odd: str) -> pd.Series:
    """Whether an order has the oddity on a day on which more of its product's orders have it than the shop's on its
    middle day, the day's other products (tracking may be broken) and the product's own on days further off explain."""
    cells = orders.groupby(["product_id", "day"]).agg(odd=(odd, "sum"), n=(odd, "size")).astype(float)
    middle = max(float(orders.groupby("day")[odd].mean().median()), FLOOR)
    others = cells.groupby(level="day").transform("sum") - cells
    cells["usual"] = np.maximum((others["odd"] + middle) / (others["n"] + 1), middle)
    cells = cells[cells["odd"] >= CUSTOMERS_MIN]
    cells = cells[luck(cells["odd"], cells["n"], cells["usual"]) < np.log(CHANCE)]
    found = pd.Series(False, index=orders.index)
    for (product, day), (count, n, usual) in zip(cells.index.tolist(), cells.to_numpy().tolist(), strict=True):
        mine = orders["product_id"] == product
        away = orders.loc[mine & ((orders["day"] - day).abs().dt.days > AWAY_DAYS), odd]
        own = (float(away.sum()) + middle) / (len(away) + 1)
        if luck(count, n, max(own, usual)) < np.log(CHANCE):
            found |= mine & (orders["day"] == day) & orders[odd]
    return found


def luck(odd: Any, n: Any, usual: Any) -> Any:
    """Chernoff's bound on the log-probability of so many odd orders of n, or more."""
    share, usual = np.minimum(odd / n, 1 - 1e-12), np.minimum(usual, 1 - 1e-9)
    bits = share * np.log(np.maximum(share, 1e-12) / usual) + (1 - share) * np.log((1 - share) / (1 - usual))
    return -n * bits * (share > usual)
