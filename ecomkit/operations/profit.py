"""What is left: a store's profit and loss line by line, where it breaks even, and the price that leaves a margin.

>>> breaks = pd.DataFrame({"quantity": [1, 100], "unit_cost": [30.0, 24.0]})
>>> quote(breaks, margin_rate=0.3, costs={"commission_rate": 0.05, "payment_rate": 0.01, "freight": 6, "packaging": 2})[
...     ["quantity", "price", "profit", "margin_rate", "markup_rate"]].round(3)
   quantity  price  profit  margin_rate  markup_rate
0         1  59.38  17.817          0.3        0.979
1       100  37.63  11.292          0.3        0.568
"""

import datetime as dt
import math
from numbers import Real

import numpy as np
import pandas as pd

from ecomkit.data.days import Day, coverage, parse_day, require_days
from ecomkit.data.store import Store
from ecomkit.errors import ParameterError, TableError
from ecomkit.operations import ledger
from ecomkit.operations.costs import Costs, known, require

TOTALS = ("", "month")  # tables that fixed costs belong in
UNKNOWN = {  # part of the ledger -> what has to be known for it
    "refunds": "refunds",
    "goods": "unit_cost",
    "recovered": "resellable_rate",
    "freight": "freight",
    "packaging": "packaging",
    "handling": "return_handling",
    "commission": "commission_rate",
    "payment": "payment_rate",
    "ads": "ads_daily",
}


def statement(store: Store, *, costs: Costs, by: str = "", start: Day = None, end: Day = None) -> pd.DataFrame:
    """Returns the profit and loss of a period: what was sold, what each kind of cost took, and what is left.

    Refunds and what they cost stand with the order that they belong to, so the last weeks still lack those to come.
    Fixed costs belong to no product and no channel: shared out by sales they would make whatever sells most look worst.
    So they are told, and profit with them, only of the whole store. Ads are shared out over the month's sales of the
    platform and source that they feed; spend that fed no sales has a row of its own, in which `by` is missing.

    Parameters
    ----------
    store
        Needs `orders`; `order_lines` with `unit_cost` there or in `products`, `refunds` and `ads_daily` where known.
    costs
        What no export tells, by name or as a table: see `costs.table()`. What is not given is not known.
    by
        "" for one row, "month", "product_id", "category", or a column of `orders` such as "source" or "customer_id".
    start, end
        First and last day of the orders; by default all full days.

    Returns
    -------
    pandas.DataFrame, one row per value of `by`, months in order and others by sales
        `by`, missing for what belongs to none of its values; `orders` (with a product: that hold it), `units`,
        `returned_units`; `list_sales` - `discounts` = `sales` (paid, before refunds); - `refunds` = `net_sales`;
        - `cost_of_goods` (less what returned and can be sold again) - `freight` (with packaging and handling of
        returns) - `fees` (commission, payment) - `ads` = `contribution`; and for the whole store and months - `fixed`
        (by the days covered) = `profit`. Money in whole cents: rows and lines add up exactly. A line is missing where
        something that it rests on is not known, and so is all below it; `missing` names what.

    Raises
    ------
    ParameterError, MissingTableError
        A cost or a column is unknown, or the period is not in the data.
    """
    given = known(costs)
    first, last = coverage(store)
    begin, finish = parse_day(start, "start") or first, parse_day(end, "end") or last
    require_days(store, begin, finish)
    rows = ledger.read(store, given, start=begin, end=finish, slices=_slices(store, by))
    name = by or "whole"
    groups = rows.assign(**{name: _key(store, rows, by)}).groupby(name, dropna=False, sort=by == "month")
    counts = groups[["units", "returned_units"]].sum(skipna=False)
    sums = groups[[*ledger.PARTS]].sum(skipna=False).div(100)
    table = pd.concat([groups["order_id"].nunique().rename("orders"), counts, _lines(sums)], axis=1)
    lacking = sums[[*UNKNOWN]].isna().rename(columns=UNKNOWN)
    if by in TOTALS:
        table["fixed"] = _fixed(given["fixed"], begin, finish, table.index)
        table["profit"] = (table["contribution"] - table["fixed"]).round(2)
        lacking["fixed"] = table["fixed"].isna()
    told = [
        c for c in lacking if math.isnan(given.get(str(c), math.nan))
    ]  # a known rate of what is missing is not at fault
    table["missing"] = [", ".join(np.array(told)[row]) for row in lacking[told].to_numpy(dtype=bool)]
    if by not in TOTALS:
        table = table.sort_values("sales", ascending=False, kind="stable")
    return table.reset_index(drop=not by)


def _lines(sums: pd.DataFrame) -> pd.DataFrame:
    """The lines of the statement from the sums of the ledger's parts; rounded, so that cents stay cents."""
    lines = pd.DataFrame(
        {
            "list_sales": sums["sales"] + sums["discounts"],
            "discounts": sums["discounts"],
            "sales": sums["sales"],
            "refunds": sums["refunds"],
            "net_sales": sums["sales"] - sums["refunds"],
            "cost_of_goods": sums["goods"] - sums["recovered"],
            "freight": sums["freight"] + sums["packaging"] + sums["handling"],
            "fees": sums["commission"] + sums["payment"],
            "ads": sums["ads"],
        }
    )
    left = lines["net_sales"] - lines["cost_of_goods"] - lines["freight"] - lines["fees"] - lines["ads"]
    return lines.assign(contribution=left).round(2)


def _fixed(cost: float, begin: dt.date, finish: dt.date, index: pd.Index) -> pd.Series:
    """What `cost` a month comes to by the days covered: per month, or in all where the index is no months."""
    days = pd.date_range(begin, finish, unit="us")
    a_day = pd.Series(cost / days.days_in_month, days)
    months = a_day.groupby(days.to_period("M").to_timestamp()).sum(min_count=1).round(2)
    return months.reindex(index) if index.name == "month" else pd.Series(months.sum(skipna=False), index)


def _slices(store: Store, by: str) -> str:
    """The column of `orders` that the rows are told apart by, if it is one."""
    if by in (*TOTALS, "product_id", "category"):
        return ""
    if by not in store.orders.columns:
        raise ParameterError(
            f"by='{by}' is no column of `orders`, which has {store.orders.columns}.",
            'use one of them, "month", "product_id", "category", or "" for the whole store.',
        )
    return by


def _key(store: Store, rows: pd.DataFrame, by: str) -> pd.Series:
    if by in ("month", "product_id"):
        return rows[by]
    if by != "category":
        return rows["slice"] if by else pd.Series("", rows.index)
    if "category" not in store.products.columns:
        raise ParameterError("by='category': the table `products` has no `category`.", 'use by="product_id".')
    kinds = store.products.aggregate("product_id, max(category) AS category", "product_id").df()
    return rows["product_id"].map(kinds.set_index("product_id")["category"])


def break_even(table: pd.DataFrame) -> pd.DataFrame:
    """Returns how much must be sold before a store earns anything, and which return its ads must bring.

    Parameters
    ----------
    table : a statement of the whole store or by month, as `statement` gives it

    Returns
    -------
    pandas.DataFrame, one row per row of the table
        `month` if there is one; `orders`; `contribution_per_order` (money); `break_even_orders`, `break_even_units` and
        `break_even_sales`: at which the contribution pays the fixed costs of the row's period, everything in
        proportion; infinite where an order contributes nothing. `safety_rate`: how far orders may fall before there
        is a loss, 0-1, negative where there is one. `margin_rate`: what is left of a unit of sales before ads and
        fixed costs, and `break_even_roas`: 1 / margin_rate, both as `ads.returns` takes and gives them.

    Raises
    ------
    TableError
        A column is missing, as `fixed` is in a statement by product.

    Examples
    --------
    >>> table = pd.DataFrame({"orders": [100], "units": [150], "sales": [10_000.0], "ads": [1_500.0],
    ...                       "contribution": [2_500.0], "fixed": [2_000.0]})
    >>> break_even(table)[["contribution_per_order", "break_even_orders", "safety_rate", "break_even_roas"]]
       contribution_per_order  break_even_orders  safety_rate  break_even_roas
    0                    25.0               80.0          0.2              2.5
    """
    needed = ["orders", "units", "sales", "ads", "contribution", "fixed"]
    missing = [c for c in needed if c not in table]
    if missing:
        raise TableError(f"The table has no columns {missing}.", 'pass statement(store, costs=...) or by="month".')
    each = table["contribution"] / table["orders"].where(table["orders"] > 0)
    scale = (table["fixed"] / table["contribution"].where(table["contribution"] > 0)).mask(each <= 0, np.inf)
    margin = (table["contribution"] + table["ads"]) / table["sales"].where(table["sales"] > 0)
    return table[[c for c in ("month", "orders") if c in table]].assign(
        contribution_per_order=each,
        break_even_orders=table["orders"] * scale,
        break_even_units=table["units"] * scale,
        break_even_sales=table["sales"] * scale,
        safety_rate=1 - scale,
        margin_rate=margin,
        break_even_roas=(1 / margin.where(margin != 0)).mask(margin <= 0, np.inf),
    )


def quote(breaks: pd.DataFrame, *, margin_rate: float, costs: Costs) -> pd.DataFrame:
    """Returns the price that leaves a target margin after fees, for each quantity of an order.

    The margin is a share of the price and not of the cost: a third on top of what goods cost is a quarter of the price.
    Fees are shares of the price, too, so price = (unit cost + freight and packaging per unit) / (1 - fees - margin).

    Parameters
    ----------
    breaks : `quantity` (units in the order) and `unit_cost` (what one costs at that quantity), one row per quantity
    margin_rate : what is to be left of the price after goods, freight, packaging and fees, between 0 and 1
    costs : `commission_rate, payment_rate, freight, packaging` of `costs.table()`; one parcel per order

    Returns
    -------
    pandas.DataFrame, one row per quantity, money per unit
        `quantity, unit_cost`; `handling` (freight and packaging); `price`, up to the next cent; `fees`; `profit` =
        price - unit_cost - handling - fees; `margin_rate` (profit over price, never below the target); `markup_rate`
        (price over unit_cost, less 1); `amount` of the whole order.

    Raises
    ------
    ParameterError, TableError
        A cost is not known, margin and fees leave nothing of the price, or a quantity or cost cannot be.
    """
    given = known(costs)
    require(given, "commission_rate", "payment_rate", "freight", "packaging")
    fee_rate = given["commission_rate"] + given["payment_rate"]
    is_number = isinstance(margin_rate, Real) and not isinstance(margin_rate, bool)
    if not is_number or not 0 <= float(margin_rate) < 1 - fee_rate:
        raise ParameterError(
            f"margin_rate={margin_rate!r} cannot be: fees take {fee_rate:g} of the price.",
            f"write 30 % as 0.3; it must be below {1 - fee_rate:g}.",
        )
    table = _breaks(breaks)
    table["handling"] = (given["freight"] + given["packaging"]) / table["quantity"]
    price = (table["unit_cost"] + table["handling"]) / (1 - fee_rate - margin_rate)
    table["price"] = np.ceil((price * 100).round(6)) / 100
    table["fees"] = table["price"] * fee_rate
    table["profit"] = table["price"] - table["unit_cost"] - table["handling"] - table["fees"]
    table["margin_rate"] = table["profit"] / table["price"]
    table["markup_rate"] = table["price"] / table["unit_cost"] - 1
    table["amount"] = table["price"] * table["quantity"]
    return table


def _breaks(breaks: pd.DataFrame) -> pd.DataFrame:
    missing = [c for c in ("quantity", "unit_cost") if c not in breaks]
    if missing:
        raise TableError(f"`breaks` has no columns {missing}; it has {[*breaks.columns]}.", "rename yours first.")
    table = breaks[["quantity", "unit_cost"]].apply(pd.to_numeric, errors="coerce").reset_index(drop=True)
    bad = [c for c in table if not ((table[c] > 0) & np.isfinite(table[c])).all()]
    if bad:
        raise TableError(f"`breaks.{bad[0]}` holds what is no number above 0.", "leave out what has no cost yet.")
    return table
