"""How much to buy: what is in stock, how long it lasts, and what to order."""

import numpy as np
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.errors import ParameterError, TableError
from ecomkit.goods.demand import daily, estimate
from ecomkit.goods.levels import forecast_levels, rule_levels
from ecomkit.goods.needs import from_forecast, from_history
from ecomkit.goods.order_size import eoq, newsvendor
from ecomkit.goods.policy import at_fill, simulate
from ecomkit.goods.presale import presale_sensitivity, presale_stock
from ecomkit.goods.replay import past_totals
from ecomkit.goods.service import fill_rate, service_level
from ecomkit.goods.stock_rules import handbook_safety_stock, number, rate, reorder_point, safety_stock

__all__ = [
    "at_fill",
    "daily",
    "eoq",
    "estimate",
    "fill_rate",
    "forecast_levels",
    "handbook_safety_stock",
    "latest",
    "newsvendor",
    "past_totals",
    "plan",
    "presale_sensitivity",
    "presale_stock",
    "reorder_point",
    "rule_levels",
    "safety_stock",
    "service_level",
    "simulate",
]
FIGURES = ["on_hand", "inbound", "unit_cost", "price", "lead_time_days", "moq", "pack"]
RESULT = [
    *["product_id", "on_hand", "inbound", "daily_demand", "days_of_cover", "status", "reorder_point", "order_quantity"],
    *["order_value", "stockout_date", "stock_value", "lost_units", "lost_sales"],
]
ROLLED_UP = {"on_hand": "sum", "inbound": "sum", "unit_cost": "max", "lead_time_days": "max"}  # over variants
FAR_DAYS = 36_500  # beyond which no day of a stock-out is told


def latest(store: Store) -> pd.DataFrame:
    """Returns the stock of each product as the store last knew it, as `plan` takes it.

    Parameters
    ----------
    store
        Needs `inventory`; `price` comes from `products`.

    Returns
    -------
    pandas.DataFrame, one row per product
        `product_id, date` (of its last row), `on_hand`, and where known `inbound, unit_cost, lead_time_days, price`.

    Raises
    ------
    MissingTableError
        The store has no inventory.
    """
    stock = store.inventory
    known = [f"{how}({c}) AS {c}" for c, how in ROLLED_UP.items() if c in stock.columns]
    rows = stock.project("*, max(date) OVER (PARTITION BY product_id) AS last").filter("date = last")
    table = rows.aggregate(f"product_id, max(date) AS date, {', '.join(known)}", "product_id").order("product_id").df()
    if store.has("products") and "price" in store.products.columns:
        price = store.products.aggregate("product_id, max(price) AS price", "product_id").df()
        table = table.merge(price, how="left", on="product_id")
    return table


def plan(
    stock: pd.DataFrame,
    demand: pd.DataFrame,
    *,
    lead_time_days: float,
    review_days: float = 1,
    service_level: float = 0.95,
    moq: float = 1,
    pack: float = 1,
    cover_days: tuple[float, float] = (7, 30),
) -> pd.DataFrame:
    """Returns for each product how long its stock lasts, and how much to order today.

    The order fills stock on hand and inbound up to what is asked for, with probability `service_level`, until the
    order of the next review has come: in lead time plus review time. From daily history that is a normal quantile,
    from the mean and standard deviation of the last 28 days; from a forecast it is the forecast's own quantile.

    `status` is the handbook's rule and looks at the cover alone: under 7 days of sales "reorder", over 30 "clear". It
    does not know lead times: a product that is "ok" with 10 days of cover is late for an order that takes 14, and
    then `order_quantity` says so.

    Parameters
    ----------
    stock : `product_id, on_hand` (missing where it is not known), one row per product, and where known `inbound`
        (else 0), `unit_cost, price, lead_time_days, moq, pack`. Where these are filled they win over the arguments.
    demand : daily history `date, product_id` and `demand` or `units`, as `demand.daily` gives it; or the forecast of
        totals over lead time plus review time, as `forecast.predict_total` gives it (`series` is the product).
        Products of `stock` that it does not have are taken not to sell.
    lead_time_days, review_days : days from order to arrival, and from one review of the stock to the next
    service_level : probability of no stock-out until then, between 0 and 1; a forecast must have this quantile
    moq, pack : least units of an order, and units per pack: an order is a whole number of packs
    cover_days : days of cover below which to reorder and above which to clear

    Returns
    -------
    pandas.DataFrame, one row per row of `stock`, in its order
        `product_id, on_hand, inbound`; `daily_demand` (units); `days_of_cover`: on_hand / daily_demand; `status`: "out"
        (nothing on hand), "dead" (nothing sells), "reorder", "clear", "ok", or "unknown"; `reorder_point`: units on
        hand and inbound below which to order; `order_quantity`; `order_value, stock_value`: at cost; `stockout_date`:
        the first day that the stock on hand does not last, if nothing comes in; `lost_units, lost_sales` (at `price`):
        demand that found no stock, in all of the history. What is not known is missing; cover and date, too, where
        nothing sells.

    Raises
    ------
    TableError, ParameterError
        A column is missing, a product comes twice, a number is negative; the forecast is not for these days or does
        not have this quantile.

    Examples
    --------
    >>> days = pd.date_range("2025-03-03", periods=28)
    >>> sold = pd.DataFrame({"date": days, "product_id": "mug", "units": 4})
    >>> stock = pd.DataFrame({"product_id": ["mug"], "on_hand": [20], "unit_cost": [2.5]})
    >>> answer = plan(stock, sold, lead_time_days=7, review_days=7, pack=12)
    >>> answer[["days_of_cover", "status", "reorder_point", "order_quantity", "stockout_date"]]
       days_of_cover   status  reorder_point  order_quantity stockout_date
    0            5.0  reorder           56.0            36.0    2025-04-05
    """
    given = {"inbound": 0.0, "lead_time_days": lead_time_days, "moq": moq, "pack": pack}
    table = _stock(stock, given)
    chance = float(rate("service_level", service_level))
    table["interval"] = table["lead_time_days"] + float(number("review_days", review_days, above=0))
    is_forecast = "series" in demand and "days" in demand
    figures, as_of = (from_forecast if is_forecast else from_history)(demand, interval=table["interval"], chance=chance)
    _require_shared(stock, demand["series" if is_forecast else "product_id"])
    table = table.join(figures)
    table["reorder_point"] = np.ceil(table["reorder_point"].clip(lower=0).round(6))
    table["order_quantity"] = _order(table)
    table["days_of_cover"] = table["on_hand"] / table["daily_demand"].where(table["daily_demand"] > 0)
    table["status"] = _status(table, cover_days)
    days = np.floor(table["days_of_cover"].where(table["days_of_cover"] < FAR_DAYS).round(6)) + 1
    table["stockout_date"] = as_of + pd.to_timedelta(days, unit="D")
    table["order_value"] = table["order_quantity"] * table["unit_cost"]
    table["stock_value"] = table["on_hand"] * table["unit_cost"]
    table["lost_sales"] = table["lost_units"] * table["price"]
    return table.reset_index()[RESULT]


def _stock(stock: pd.DataFrame, given: dict[str, float]) -> pd.DataFrame:
    """The stock by product, its gaps filled with the arguments."""
    missing = [c for c in ("product_id", "on_hand") if c not in stock]
    if missing:
        raise TableError(
            f"`stock` has no columns {missing}; it has {list(stock.columns)}.",
            "one row per product: inventory.latest(store).",
        )
    twice = stock["product_id"][stock["product_id"].duplicated() | stock["product_id"].isna()]
    if len(twice):
        raise TableError(f"`stock` has {twice.iloc[0]} twice or no product.", "add up its variants or places first.")
    table = pd.DataFrame(index=pd.Index(stock["product_id"], name="product_id"))
    for column in FIGURES:
        values = pd.to_numeric(stock[column]).to_numpy(float) if column in stock else np.full(len(stock), np.nan)
        number(f"stock.{column}", values[~np.isnan(values)])
        if column in given:
            default = number(column, given[column], above=0 if column == "pack" else None)
            values = np.where(np.isnan(values), default, values)
        table[column] = values
    return table


def _require_shared(stock: pd.DataFrame, products: pd.Series) -> None:
    """Ids that were read as numbers here and as text there would make all of the stock look dead."""
    if len(stock) and not stock["product_id"].isin(products).any():
        mine, theirs = stock["product_id"].tolist()[0], products.tolist()[0]
        raise TableError(
            f"No product of `stock` is in the demand: {mine!r} against {theirs!r}.",
            "ids are text in both: stock['product_id'] = stock['product_id'].astype(str).",
        )


def _order(table: pd.DataFrame) -> pd.Series:
    """What fills the stock up to the level, as a whole number of packs."""
    short = table["reorder_point"] - table["on_hand"] - table["inbound"]
    packs = np.ceil((np.maximum(short, table["moq"]) / table["pack"]).round(6))
    return (packs * table["pack"]).where(short > 0, 0.0).where(short.notna())


def _status(table: pd.DataFrame, cover_days: tuple[float, float]) -> np.ndarray:
    if np.shape(cover_days) != (2,) or not 0 <= cover_days[0] <= cover_days[1]:
        raise ParameterError(f"cover_days={cover_days!r} are no two days in order.", "e.g. cover_days=(7, 30).")
    cover, (low, high) = table["days_of_cover"], cover_days
    rules = {
        "out": table["on_hand"] == 0,
        "dead": table["daily_demand"] == 0,
        "unknown": cover.isna(),
        "reorder": cover < low,
        "clear": cover > high,
    }
    return np.select(list(rules.values()), list(rules), "ok")
