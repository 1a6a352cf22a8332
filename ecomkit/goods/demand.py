"""Demand: what would have sold, had the shelf been full. A day without stock tells less than the truth, not zero."""

import numpy as np
import pandas as pd
from scipy.special import gammainc, gammaincc

from ecomkit.data.store import Store
from ecomkit.errors import TableError
from ecomkit.goods import sales

NEAR_DAYS = 28  # before and after, over which a product's own level is taken
STEADY_UNITS = 5.0  # of a usual day, which keep the sales of a small store from swinging what the day was like
UNLIKELY = 0.05  # chance of selling so little, below which a day that began empty was cut short
TINY = 1e-12


def daily(store: Store, *, top: int = 1000) -> pd.DataFrame:
    """Returns the demand of each full day for each product of a store.

    Parameters
    ----------
    store
        Needs `order_lines` and `orders`, or `product_daily`. Without `inventory` nothing is known of stock-outs.
    top
        At most so many products: those that sold most in the last half year.

    Returns
    -------
    pandas.DataFrame, one row per day and product
        As `estimate` gives it. A product begins with its first sale; later days without one are 0.

    Examples
    --------
    >>> import ecomkit as ek
    >>> daily(ek.open_store("demo")).columns.tolist()
    ['date', 'product_id', 'units', 'demand', 'censored']
    """
    sold = sales.daily(store, measure="units", by="product_id", top=top)
    units = sold.rename(columns={"series": "product_id", "value": "units"})[["date", "product_id", "units"]]
    if not store.has("inventory"):
        return estimate(units)
    sums = ", ".join(f"sum({c})::DOUBLE AS {c}" for c in ("on_hand", "returned") if c in store.inventory.columns)
    return estimate(units, store.inventory.aggregate(f"date::DATE AS date, product_id, {sums}").df())


def estimate(units: pd.DataFrame, inventory: pd.DataFrame | None = None) -> pd.DataFrame:
    """Returns what would have sold on each day, had there been stock.

    A day is censored where the stock ended at 0 (but for what buyers sent back on the day), or where it began at 0 and
    sales were so low as a usual day has them with a chance under 5 %. On such a day demand was at least the units
    sold, a. Its estimate is the mean of a Poisson demand known to be a or more, m P(X >= a - 1) / P(X >= a): close to
    the usual demand m where the shelf was empty all day, a little above a where it was cleared on a busy one. The
    usual demand m is the product's mean over the uncensored days of the four weeks before and after, times how busy
    the day was for the products in stock (their sales over their own usual), so that weekdays, seasons and campaigns
    are those of the whole store. It assumes that nobody bought another product instead.

    Parameters
    ----------
    units : `date, product_id, units`, one row per day and product
    inventory : `date, product_id, on_hand` at the end of the day, and where known `returned` on the day. Products and
        days that it does not have count as in stock.

    Returns
    -------
    pandas.DataFrame, a row for each of `units`
        `date, product_id, units`; `demand` (units, not rounded; never below `units`; equal to it where not censored;
        missing where a product was never in stock); `censored` (bool).

    Raises
    ------
    TableError
        A column is missing, or a day and product come twice.

    References
    ----------
    Conrad (1976), Sales data and the estimation of demand, Operational Research Quarterly 27(1), 123-127.

    Examples
    --------
    >>> days = pd.date_range("2025-03-03", periods=4)
    >>> units = pd.DataFrame({"date": days, "product_id": "mug", "units": [4, 4, 0, 4]})
    >>> estimate(units, units.assign(on_hand=[9, 5, 0, 7]))[["units", "demand", "censored"]]
       units  demand  censored
    0    4.0     4.0     False
    1    4.0     4.0     False
    2    0.0     4.0      True
    3    4.0     4.0     False
    """
    sold = wide(units, "units", "units")
    ended, began = _empty(sold, inventory)
    usual = _usual(sold.mask(ended | began))
    censored = ended | (began & (gammaincc(sold + 1, usual) < UNLIKELY))
    columns = {"units": sold, "demand": sold.where(~censored, _at_least(usual, sold)), "censored": censored}
    table = pd.DataFrame({name: values.stack(future_stack=True) for name, values in columns.items()})
    keys = pd.MultiIndex.from_frame(units[["date", "product_id"]].astype({"date": "datetime64[us]"}))
    return table.loc[keys].reset_index().astype({"censored": bool})


def _empty(sold: pd.DataFrame, inventory: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Which days ended without stock, and which began without."""
    if inventory is None:
        return sold.isna() & False, sold.isna() & False
    on_hand = wide(inventory, "inventory", "on_hand")
    returned = wide(inventory, "inventory", "returned").fillna(0) if "returned" in inventory else 0
    ended, began = on_hand - returned <= 0, on_hand.shift(freq="D") <= 0
    return ended.reindex_like(sold).eq(True), began.reindex_like(sold).eq(True)


def _usual(seen: pd.DataFrame) -> pd.DataFrame:
    """What each product sells on such a day; `seen` has its sales where it was in stock."""

    def near(wide: pd.DataFrame) -> pd.DataFrame:
        return wide.rolling(2 * NEAR_DAYS + 1, center=True, min_periods=1).sum()

    in_stock = seen.notna()
    level = (near(seen) / near(in_stock.astype(float)).where(lambda n: n > 0)).ffill().bfill()
    busy = (seen.sum(axis=1) + STEADY_UNITS) / (level.where(in_stock).sum(axis=1) + STEADY_UNITS)
    expected = near(in_stock.mul(busy, axis=0))
    return (near(seen) / expected.where(expected > 0)).ffill().bfill().mul(busy, axis=0)


def _at_least(usual: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """The mean of a Poisson demand with mean `usual`, known to be `sold` or more."""
    least = gammainc(sold, usual)  # P(X >= sold)
    mean = usual * gammainc((sold - 1).clip(lower=0), usual) / np.maximum(least, TINY)
    return mean.where(least > TINY, sold).clip(lower=sold).where(usual.notna())


def read(table: pd.DataFrame) -> pd.DataFrame:
    """Days x products of `demand`, or of `units` where that is not known; missing where there is no row."""
    return wide(table, "demand", "demand" if "demand" in table else "units")


def wide(table: pd.DataFrame, name: str, column: str) -> pd.DataFrame:
    """One column as days x products, every day between the first and the last."""
    missing = [c for c in ("date", "product_id", column) if c not in table]
    if missing or table.empty:
        raise TableError(
            f"`{name}` has no columns {missing}; it has {list(table.columns)}."
            if missing
            else f"`{name}` has no rows.",
            f"rename yours first, e.g. {name}.rename(columns={{'sku': 'product_id'}})."
            if missing
            else "pass some days.",
        )
    rows = table[["date", "product_id", column]].astype({"date": "datetime64[us]", column: "float64"})
    for bad, what, hint in [
        (rows[["date", "product_id"]].isna().any(axis=1), "without date or product", f"drop them: {name}.dropna()."),
        (rows[column] < 0, f"with `{column}` below 0", "returns are no demand: count them apart."),
        (rows[column].abs() == np.inf, f"with infinite `{column}`", f"{name}.replace(float('inf'), float('nan'))."),
        (rows.duplicated(["date", "product_id"], keep=False), "that come twice", "add them up first."),
    ]:
        if bad.any():
            raise TableError(f"`{name}` has {bad.sum()} rows {what}, e.g. {rows[bad].iloc[0].to_dict()}.", hint)
    values = rows.pivot(index="date", columns="product_id", values=column)
    return values.reindex(pd.date_range(values.index.min(), values.index.max(), name="date", unit="us"))
