"""Rules of ordering side by side: past days lived again, with the stock and the lost sales that each would have had."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods.demand import read, wide
from ecomkit.goods.levels import KEY, PerProduct, per_product
from ecomkit.goods.stock_rules import number, rate

SMALL = 1e-9  # units, below which a difference is one of rounding


def simulate(
    demand: pd.DataFrame,
    *,
    levels: pd.DataFrame,
    lead_time_days: PerProduct,
    review_days: int = 1,
    unit_cost: PerProduct | None = None,
) -> pd.DataFrame:
    """Returns what each rule would have served, and the stock that it took.

    At the end of every `review_days`-th day stock on hand and on order is filled up to the rule's level. An order
    placed at the end of a day can be sold from `lead_time_days` + 1 days later. Demand that finds no stock is lost.
    A product joins at the end of the first day for which every rule has a level for it, with that level on its shelf.

    Parameters
    ----------
    demand : `date, product_id` and `demand` or `units`; a day that is missing had none
    levels : `rule, date, product_id, level`, and `service_level` where a rule has several: `rule_levels`,
        `forecast_levels` or your own. A day without a level keeps the last one.
    lead_time_days, unit_cost : one for all products, or a mapping from product_id; lead times are whole days

    Returns
    -------
    pandas.DataFrame, one row per rule and service level
        `rule, service_level`; `fill_rate`: units served of all units asked for; `stockout_day_rate`: product-days on
        which demand was lost; `inventory_days`: mean stock at the end of the day over mean demand; `inventory_value`:
        mean value of that stock (missing without `unit_cost`); `cover_rate`: share of the reviews whose level was not
        exceeded by the demand of the lead time and review that followed; `days` lived again.

    Raises
    ------
    TableError, ParameterError
        A column or a product's level, lead time or cost is missing; no day is left to live again.

    Examples
    --------
    Two a day, an order takes one day and may be placed every day: a level of 2 is always a day late.

    >>> days = pd.date_range("2025-03-03", periods=7)
    >>> demand = pd.DataFrame({"date": days, "product_id": "mug", "demand": 2.0})
    >>> rules = [demand.assign(rule=str(level), level=level) for level in (2, 4)]
    >>> simulate(demand, levels=pd.concat(rules), lead_time_days=1)[["rule", "fill_rate", "inventory_days"]]
      rule  fill_rate  inventory_days
    0    2        0.5        0.000000
    1    4        1.0        0.166667
    """
    table = read(demand)
    keys, cube = _cube(levels, table)
    start = _start(cube, table)
    lead = per_product("lead_time_days", lead_time_days, table.columns).astype(int)
    every = int(number("review_days", review_days, above=0))
    play = _Play(np.nan_to_num(table.to_numpy()), np.nan_to_num(cube), start, lead, every)
    stock, lost = _live(play)
    asked, product_days = play.asked[play.open].sum(), play.open.sum()
    cost = np.nan if unit_cost is None else per_product("unit_cost", unit_cost, table.columns)
    return keys.assign(
        fill_rate=1 - lost.sum(axis=(1, 2)) / asked,
        stockout_day_rate=(lost > SMALL).sum(axis=(1, 2)) / product_days,
        inventory_days=stock.sum(axis=(1, 2)) / asked,
        inventory_value=(stock * cost).sum(axis=(1, 2)) / play.open.any(axis=1).sum(),
        cover_rate=_cover(play),
        days=play.open.any(axis=1).sum(),
    )


class _Play(NamedTuple):
    """What is lived again, days x products, and for the levels rules x days x products."""

    asked: np.ndarray
    level: np.ndarray
    start: np.ndarray  # the day at whose end each product joins
    lead: np.ndarray
    every: int

    @property
    def open(self) -> np.ndarray:
        """The days on which each product is sold."""
        return np.arange(len(self.asked))[:, None] > self.start

    @property
    def reviewed(self) -> np.ndarray:
        """The days at whose end each product is ordered."""
        day = np.arange(len(self.asked))[:, None]
        return (day >= self.start) & ((day - self.start.min()) % self.every == 0)


def _live(play: _Play) -> tuple[np.ndarray, np.ndarray]:
    """Stock at the end of each day and demand that was lost, rules x days x products."""
    rules, days, products = play.level.shape
    stock, lost = np.zeros((2, rules, days, products))
    due = np.zeros((days + play.lead.max() + 1, rules, products))
    on_hand, on_order = np.zeros((2, rules, products))
    is_open, reviewed, every_product = play.open, play.reviewed, np.arange(products)
    for day in range(days):
        on_hand, on_order = on_hand + due[day], on_order - due[day]
        sold = np.minimum(on_hand, play.asked[day] * is_open[day])
        on_hand = on_hand - sold
        stock[:, day], lost[:, day] = on_hand, play.asked[day] * is_open[day] - sold
        on_hand = np.where(play.start == day, play.level[:, day], on_hand)
        order = np.maximum(play.level[:, day] - on_hand - on_order, 0) * reviewed[day]
        due[day + play.lead + 1, :, every_product] += order.T
        on_order = on_order + order
    return stock, lost


def _cover(play: _Play) -> np.ndarray:
    """Share of the reviews whose level was enough for the demand until the order after the next could be sold."""
    asked = np.vstack([np.zeros(play.asked.shape[1]), play.asked.cumsum(axis=0)])
    held, seen = np.zeros(len(play.level)), 0
    for product, ahead in enumerate(play.lead + play.every):
        day = np.flatnonzero(play.reviewed[: max(len(play.asked) - ahead, 0), product])
        until = asked[day + ahead + 1, product] - asked[day + 1, product]
        held, seen = held + (until <= play.level[:, day, product] + SMALL).sum(axis=1), seen + len(day)
    return held / seen if seen else np.full(len(held), np.nan)


def _cube(levels: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The rules, and their levels as rules x days x products; a day without a level keeps the last one."""
    missing = [c for c in ("rule", "date", "product_id", "level") if c not in levels]
    if missing or levels.empty:
        raise TableError(
            f"`levels` has no columns {missing}; it has {list(levels.columns)}."
            if missing
            else "`levels` has no rows.",
            "make it with inventory.rule_levels(demand, lead_time_days=...).",
        )
    rows = levels if "service_level" in levels else levels.assign(service_level=np.nan)
    groups = rows.groupby(KEY, sort=False, dropna=False)
    parts = [wide(part, "levels", "level").reindex(columns=table.columns) for _, part in groups]
    known = [part.reindex(part.index.union(table.index)).ffill().reindex(table.index).to_numpy() for part in parts]
    return pd.DataFrame([key for key, _ in groups], columns=KEY), np.stack(known)


def _start(cube: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    """The first day on which every rule has a level for the product; behind the last for one that never has."""
    known = np.isfinite(cube).all(axis=0)
    start = np.where(known.any(axis=0), known.argmax(axis=0), len(table))
    asked = np.nan_to_num(table.to_numpy())[np.arange(len(table))[:, None] > start]
    if not asked.sum():
        raise ParameterError(
            f"There is no demand from {table.index[0].date()} to {table.index[-1].date()} after a day with levels of "
            "every rule.",
            "pass levels of the same products, and of earlier days.",
        )
    return start


def at_fill(replayed: pd.DataFrame, *, fill_rate: float) -> pd.DataFrame:
    """Returns the stock that each rule takes for the same fill rate, between the two service levels next to it.

    Parameters
    ----------
    replayed : as `simulate` gives it, with several service levels per rule
    fill_rate : share of the demand to be served, between 0 and 1

    Returns
    -------
    pandas.DataFrame, one row per rule that reached it at one level and missed it at another
        `rule, fill_rate, inventory_days, inventory_value`.
    """
    wanted, rows = float(rate("fill_rate", fill_rate)), []
    for rule, part in replayed.groupby("rule", sort=False):
        points = part.sort_values("fill_rate")
        if len(points) > 1 and points["fill_rate"].iloc[0] <= wanted <= points["fill_rate"].iloc[-1]:
            days, value = (
                np.interp(wanted, points["fill_rate"], points[c]) for c in ("inventory_days", "inventory_value")
            )
            rows.append((rule, wanted, days, value))
    return pd.DataFrame(rows, columns=["rule", "fill_rate", "inventory_days", "inventory_value"])
