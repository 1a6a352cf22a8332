"""The store's daily sales as series to forecast."""

import duckdb
import pandas as pd

from ecomkit.data.days import coverage
from ecomkit.data.store import Store
from ecomkit.errors import MissingTableError, ParameterError

MEASURES = {"revenue": "sum(revenue)", "units": "sum(units)", "orders": "count(DISTINCT order_id)"}
OF_ORDERS = ("platform", "channel", "country", "province", "device")
BUSY = 10  # sales on a usual day from which on a day with next to none means that the store was closed
SHUT_SHARE = 0.01  # of a usual day's sales
RECENT_DAYS = 182  # by which the largest series are told


def daily(store: Store, *, measure: str = "revenue", by: str = "", top: int = 20) -> pd.DataFrame:
    """Returns the sales of each full day, one row per series and day, as `forecast.predict` takes them.

    Parameters
    ----------
    store
        Needs `orders`, or `product_daily` where it has no orders.
    measure
        "revenue" (paid, before refunds), "units" or "orders".
    by
        "" for one series of the whole store, "product_id", "category" (of the products), or a column of `orders` such
        as "country", "platform" or "device".
    top
        At most so many series: those that sold most in the last half year.

    Returns
    -------
    pandas.DataFrame
        `series` (only with `by`), `date`, `value`, and `closed`: the whole store sold under a hundredth of its usual
        day, which must have ten sales or more. A series begins with its first sale; later days without one are 0.

    Raises
    ------
    ParameterError, MissingTableError
        The measure or the slice is not known, or the store does not have it.

    Examples
    --------
    >>> import ecomkit as ek
    >>> ek.sales.daily(ek.open_store("demo"), measure="orders").columns.tolist()
    ['date', 'value', 'closed']
    """
    if measure not in MEASURES:
        raise ParameterError(f"measure='{measure}' is unknown.", f"use one of {', '.join(MEASURES)}.")
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise ParameterError(f"top={top!r} cannot be.", "it is a whole number, 1 or more.")
    rows = _rows(store, measure, by)
    first, last = coverage(store)
    seen = "true" if measure == "orders" else f"{measure} <> 0"
    figures = f"series, date, {MEASURES[measure]} AS value, count(*) FILTER ({seen}) AS sales"
    sold = rows.filter(f"date BETWEEN '{first}' AND '{last}'").aggregate(figures).df()
    if sold.empty:
        raise ParameterError(f"There are no sales by '{by}' from {first} to {last}.", "choose another slice.")
    table = _fill(sold.astype({"date": "datetime64[us]", "value": "float64", "sales": "float64"}), top)
    return table if by else table.drop(columns="series")


def measures(store: Store) -> list[str]:
    """Returns what `daily` can measure in this store, the most telling first.

    >>> import ecomkit as ek
    >>> ek.sales.measures(ek.open_store("demo"))
    ['revenue', 'units', 'orders']
    """
    if not store.has("orders"):
        known = store.product_daily.columns if store.has("product_daily") else []
        return [name for name in ("revenue", "units") if name in known]
    has_units = "units" in store.orders.columns or store.has("order_lines")
    return [name for name in MEASURES if name != "units" or has_units]


def slices(store: Store) -> list[str]:
    """Returns by what `daily` can split this store's sales, the most telling first; none where it cannot.

    >>> import ecomkit as ek
    >>> ek.sales.slices(ek.open_store("demo"))[:2]
    ['category', 'product_id']
    """
    by_product = store.has("order_lines" if store.has("orders") else "product_daily")
    has_category = by_product and store.has("products") and "category" in store.products.columns
    known = store.orders.columns if store.has("orders") else []
    return ["category"] * has_category + ["product_id"] * by_product + [name for name in OF_ORDERS if name in known]


def _rows(store: Store, measure: str, by: str) -> duckdb.DuckDBPyRelation:
    """The lazy rows that are added up: `series, date`, and what the measure needs."""
    if not store.has("orders"):
        return _product_rows(store, measure, by)
    if by not in ("product_id", "category"):
        return _order_rows(store, measure, by)
    category = _category(store, by)
    return store.connection.sql(
        f"""SELECT {category or "product_id"} AS series, order_date::DATE AS date, order_id,
            order_lines.revenue AS revenue, quantity AS units
        FROM order_lines JOIN orders USING (order_id) {_products(category)}"""
    )


def _order_rows(store: Store, measure: str, by: str) -> duckdb.DuckDBPyRelation:
    if by and by not in store.orders.columns:
        raise ParameterError(
            f"by='{by}' is no column of `orders`, which has {store.orders.columns}.",
            'use one of them, "product_id", "category", or "" for the whole store.',
        )
    series = f"coalesce({by}::VARCHAR, 'unknown')" if by else "''"
    units = "units" if "units" in store.orders.columns else "NULL AS units"
    if measure == "units" and units != "units":
        lines = "(SELECT order_id, sum(quantity) AS units FROM order_lines GROUP BY 1)"
        _ = store.order_lines  # says so where there are none
        return store.connection.sql(
            f"SELECT {series} AS series, order_date::DATE AS date, order_id, revenue, lines.units "
            f"FROM orders LEFT JOIN {lines} AS lines USING (order_id)"
        )
    return store.orders.project(f"{series} AS series, order_date::DATE AS date, order_id, revenue, {units}")


def _product_rows(store: Store, measure: str, by: str) -> duckdb.DuckDBPyRelation:
    daily = store.product_daily
    if measure not in daily.columns:
        raise MissingTableError(
            f"The store '{store.name}' has no `orders`, and its `product_daily` no column `{measure}`.",
            f'use a measure that it has, such as "{"units" if "units" in daily.columns else "revenue"}".',
        )
    if by not in ("", "product_id", "category"):
        raise ParameterError(f"by='{by}' needs `orders`, which this store does not have.", 'use by="product_id".')
    category = _category(store, by)
    series = category or (by or "''")
    return store.connection.sql(
        f"SELECT {series} AS series, date::DATE AS date, {measure} FROM product_daily {_products(category)}"
    )


def _category(store: Store, by: str) -> str:
    if by != "category":
        return ""
    if "category" not in store.products.columns:
        raise ParameterError("by='category': the table `products` has no `category`.", 'use by="product_id".')
    return "coalesce(category, 'unknown')"


def _products(category: str) -> str:
    return "LEFT JOIN (SELECT DISTINCT ON (product_id) product_id, category FROM products) USING (product_id)" * bool(
        category
    )


def _fill(sold: pd.DataFrame, top: int) -> pd.DataFrame:
    """Every day of every series from its first sale to the last day of the store, quiet ones with 0."""
    wide = sold.pivot(index="date", columns="series", values="value").sort_index()
    days = pd.date_range(wide.index.min(), wide.index.max(), name="date", unit="us")
    wide, sales = wide.reindex(days), sold.groupby("date")["sales"].sum().reindex(days, fill_value=0)
    total = wide.sum(axis=1)
    closed = (total < SHUT_SHARE * total[total > 0].median()) & (sales[sales > 0].median() >= BUSY)
    recent = wide[wide.index > days[-1] - pd.Timedelta(days=RECENT_DAYS)].sum()
    largest = recent.sort_values(ascending=False, kind="stable").index[:top]
    begun = wide[largest].notna().cummax()
    long = wide[largest].fillna(0.0).where(begun).melt(ignore_index=False).reset_index().dropna(subset="value")
    long["closed"] = long["date"].map(closed)
    return long[["series", "date", "value", "closed"]].reset_index(drop=True)
