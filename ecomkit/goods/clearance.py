"""What to do with too much stock: the path of prices that earns most, when holding costs and buyers mind the price."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from ecomkit.errors import TableError
from ecomkit.goods.stock_rules import number

WEEK, YEAR = 7, 365
STEPS = 800  # worths of a unit that are tried
CHANGES = (0.5, 1.5)  # of the elasticity, under which the plan is tried
SMALL = 1e-9  # units, below which a difference is one of rounding
FIGURES = ["on_hand", "daily_demand", "price", "unit_cost"]
RESULT = [
    *["discount_rate", "new_price", "last_discount_rate", "clear_days", "left_units", "revenue", "holding_cost"],
    *["list_left_units", "list_revenue", "list_holding_cost", "gain", "gain_low", "gain_high"],
]
WEEKLY = ["week", "discount_rate", "new_price", "quantity", "left_units"]


def clearance(
    stock: pd.DataFrame,
    *,
    weeks: int = 13,
    elasticity: float = 2.6,
    holding_rate: float = 0.25,
    salvage_rate: float = 0.0,
) -> pd.DataFrame:
    """Returns for each product the prices that earn most from its stock until a last week, against the list price.

    Demand is certain and falls with the price p as d exp(-e (p / p0 - 1)): at list price p0 it is the daily demand d,
    with elasticity e. What is on hand is bought and paid for; holding costs `holding_rate` of its cost a year. Then
    each unit has a worth that rises by its holding cost from day to day, and the best price is that worth plus p0 / e,
    never above p0: the discount is deepest at once and shrinks week by week, because what sells early costs no storage.
    Plan again with the stock that is left every week, and the plan learns how buyers answer.

    No store knows its elasticity before it has tried. `gain_low` and `gain_high` are what the same prices gain over
    the list price if buyers answer by half as much, or by half as much again; a plan whose `gain_low` is negative is a
    bet. Buyers who would have bought at list price later are counted as lost to the discount, but not other products'.

    Parameters
    ----------
    stock : `product_id, on_hand, daily_demand, price` (list price), `unit_cost`, one row per product; `inventory.plan`
        and the products give them. Without a plan stay products whose figures are missing, and those that do not
        sell at list price: how they answer to another one, only a trial tells.
    weeks : until the stock must be gone; what is left then fetches `salvage_rate` of its cost
    elasticity : change in demand per change in price, at list price; 2.6 is the mean of 1,851 measured ones
    holding_rate : cost of holding a unit for a year (capital, space, loss), as a share of its cost
    salvage_rate : share of its cost, 0 or more

    Returns
    -------
    pandas.DataFrame, one row per row of `stock`, in its order
        `product_id, on_hand`; `discount_rate` and `new_price` of the first week; `last_discount_rate`; `clear_days`:
        until nothing is left (missing if never); `left_units` at the end; `revenue, holding_cost`; `list_left_units,
        list_revenue, list_holding_cost`: the same at list price; `gain, gain_low, gain_high`: money more than at list
        price, with the elasticity given, with half of it, and with half as much again (the smaller one first).

    Raises
    ------
    TableError, ParameterError
        A column is missing, an argument is out of range.

    References
    ----------
    Gallego, van Ryzin (1994), Optimal dynamic pricing of inventories with stochastic demand over finite horizons,
    Management Science 40(8), 999-1020: section 2.3 (exponential demand) and 3 (its deterministic version). Elasticity:
    Bijmolt, van Heerde, Pieters (2005), New empirical generalizations on the determinants of price elasticity, Journal
    of Marketing Research 42(2), 141-156: mean -2.62.

    Examples
    --------
    Two hundred units that sell one a day; at the end of four weeks they are worth nothing:

    >>> stock = pd.DataFrame({"product_id": ["mat"], "on_hand": [200], "daily_demand": [1.0], "price": [50.0],
    ...     "unit_cost": [20.0]})
    >>> answer = clearance(stock, weeks=4)
    >>> answer[["discount_rate", "new_price", "left_units", "gain"]].round(1)
       discount_rate  new_price  left_units    gain
    0            0.6       18.9        60.0  1288.4
    """
    cases = _cases(stock, weeks, elasticity, holding_rate, salvage_rate)
    rows = pd.DataFrame([_answer(case) if case else {} for case in cases], columns=RESULT, dtype="float64")
    return pd.concat([stock[["product_id", "on_hand"]].reset_index(drop=True), rows], axis=1)


def price_path(
    stock: pd.DataFrame,
    *,
    weeks: int = 13,
    elasticity: float = 2.6,
    holding_rate: float = 0.25,
    salvage_rate: float = 0.0,
) -> pd.DataFrame:
    """Returns the prices behind `clearance`, week by week.

    Arguments, model, errors and sources are those of `clearance`.

    Returns
    -------
    pandas.DataFrame, one row per product with a plan and week that begins with stock
        `product_id, week` (from 1), `discount_rate, new_price`; `quantity`: units sold in it; `left_units` after it.
    """
    cases = _cases(stock, weeks, elasticity, holding_rate, salvage_rate)
    parts = [pd.DataFrame(columns=["product_id", *WEEKLY])]
    for product, case in zip(stock["product_id"], cases, strict=True):
        if case:
            path = _best(case)
            left = _play(case, path[None]).left[0]
            began = np.append(case.on_hand, left[:-1])
            columns = [np.arange(1, case.weeks + 1), 1 - path / case.price, path, began - left, left]
            week = pd.DataFrame(dict(zip(WEEKLY, columns, strict=True)))[began > SMALL]
            parts.append(week.assign(product_id=product))
    return pd.concat(parts[1:] or parts, ignore_index=True)[["product_id", *WEEKLY]]


class _Case(NamedTuple):
    on_hand: float
    daily: float
    price: float
    cost: float
    weeks: int
    elasticity: float
    holding_rate: float
    salvage_rate: float

    @property
    def holding(self) -> float:
        """Money to hold a unit for a day."""
        return self.cost * self.holding_rate / YEAR


class _Outcome(NamedTuple):
    """What became of a path of weekly prices; arrays where several were tried."""

    left: np.ndarray  # paths x weeks, at the end of each
    revenue: np.ndarray
    holding: np.ndarray
    profit: np.ndarray


def _cases(
    stock: pd.DataFrame, weeks: int, elasticity: float, holding_rate: float, salvage_rate: float
) -> list[_Case | None]:
    """The products as cases; None where a figure is missing, or nothing sells whose answer to a price could be told."""
    missing = [c for c in ("product_id", *FIGURES) if c not in stock]
    if missing:
        raise TableError(
            f"`stock` has no columns {missing}; it has {list(stock.columns)}.",
            "merge inventory.plan(...) with the product's price and unit cost.",
        )
    number("elasticity", elasticity, above=0)
    for name, value in {"weeks": weeks, "holding_rate": holding_rate, "salvage_rate": salvage_rate}.items():
        number(name, value)
    whole = int(number("weeks", np.floor(weeks), above=0))
    table = stock[FIGURES].astype("float64")
    for column in table:
        number(f"stock.{column}", table[column].dropna())
    cases = []
    for figures in table.to_numpy().tolist():
        on_hand, daily, price, cost = figures
        is_known = not np.isnan(figures).any() and daily > 0 and price > 0
        case = _Case(on_hand, daily, price, cost, whole, elasticity, holding_rate, salvage_rate)
        cases.append(case if is_known else None)
    return cases


def _answer(case: _Case) -> dict[str, float]:
    path = _best(case)
    kept, plain = (_play(case, p[None]) for p in (path, np.full_like(path, case.price)))
    gains = [_gain(case._replace(elasticity=case.elasticity * change), path) for change in CHANGES]
    figures = [
        *[1 - path[0] / case.price, path[0], 1 - path[-1] / case.price, _clear_days(case, path, kept.left[0])],
        *[float(f) for played in (kept, plain) for f in (played.left[0, -1], played.revenue[0], played.holding[0])],
        *[_gain(case, path), min(gains), max(gains)],
    ]
    return dict(zip(RESULT, figures, strict=True))


def _best(case: _Case) -> np.ndarray:
    """The path of weekly prices that earns most."""
    paths = _paths(case)
    return paths[int(_play(case, paths).profit.argmax())]


def _paths(case: _Case) -> np.ndarray:
    """The best path for each worth that a unit may have today, from that of one that will be left over to the list
    price; a worth rises by its holding cost, and the price lies p0 / e above it."""
    end = case.weeks * WEEK
    least = case.cost * case.salvage_rate - case.holding * end
    worth = np.linspace(least, max(case.price, least), STEPS)[:, None] + case.holding * WEEK * np.arange(case.weeks)
    return np.clip(worth + case.price / case.elasticity, 0.01 * case.price, case.price)


def _play(case: _Case, paths: np.ndarray) -> _Outcome:
    """Lives each path of weekly prices: what sells while there is stock, what it brings and what holding costs."""
    asked = WEEK * case.daily * np.exp(-case.elasticity * (paths / case.price - 1))
    left = np.maximum(case.on_hand - asked.cumsum(axis=1), 0.0)
    began = np.concatenate([np.full((len(paths), 1), case.on_hand), left[:, :-1]], axis=1)
    sold = began - left
    days = np.where(asked > 0, WEEK * sold / np.maximum(asked, 1e-12), WEEK)  # of the week with stock
    holding = case.holding * ((began + left) / 2 * days).sum(axis=1)
    revenue = (paths * sold).sum(axis=1)
    return _Outcome(left, revenue, holding, revenue - holding + case.salvage_rate * case.cost * left[:, -1])


def _gain(case: _Case, path: np.ndarray) -> float:
    """What the path earns beyond the list price."""
    return float(np.subtract(*_play(case, np.stack([path, np.full_like(path, case.price)])).profit))


def _clear_days(case: _Case, path: np.ndarray, left: np.ndarray) -> float:
    """Days until nothing is left: whole weeks, and the share of the last one that the rest takes."""
    if left[-1] > SMALL:
        return np.nan
    week = int((left <= SMALL).argmax())
    began = case.on_hand if week == 0 else left[week - 1]
    asked = WEEK * case.daily * np.exp(-case.elasticity * (path[week] / case.price - 1))
    return float(WEEK * (week + began / asked))
