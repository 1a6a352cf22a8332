"""Orders that nobody wanted: brushed orders, found one by one.

Whoever brushes pays people who are new to the shop to order one product, many of them within days. Their orders may
share an address; they hardly look around, or come from nowhere; they come together, and are reviewed to order. None of
this makes one order a fake: a product's day counts only where so many are odd that chance does not make them.
"""

import datetime as dt

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.data.store import Store
from ecomkit.diagnosis.quality.check import Case
from ecomkit.diagnosis.quality.odd import CHANCE, CUSTOMERS_MIN, stands_out
from ecomkit.diagnosis.quality.reviews import rated_to_order

ADDRESS_DAYS = 14
MAIN_SHARE = 0.8  # of the order's money that is the product's
HASTE_SECONDS = 15  # nobody finds a product, orders and pays within these
FOLLOWED = 0.8  # of the first orders whose visit the events must hold, for a missing one to mean something
CROWD, CROWD_MINUTES, PEAK = 8, 60, 3.0  # orders about an order; the busiest hours have three times the mean
CROWD_NEW = 0.95  # of a crowd that must be first orders: a sale draws old customers, too
ODD = ("no_visit", "hasty")
COLUMNS = ["order_id", "day", "customer_id", "product_id", "address_id", "order_date", "revenue", "sign", "sure"]


def brushed(store: Store, start: dt.date | None = None, end: dt.date | None = None) -> DuckDBPyRelation:
    """Returns the orders that look brushed, from `start` to `end`.

    One row per order: `order_id, day, customer_id, product_id` (its main one), `address_id, order_date, revenue,
    sign` and `sure`. Signs: "address" (at least four new customers' orders of one product and amount to one address),
    "no_visit" and "hasty" (paid within 15 seconds of coming), on days on which too many of the product's have them;
    "rated" (five stars before a parcel can have come, or after the same wait as others: see `reviews`);
    "crowd" (first orders of one product that come together) is not sure: it may be a sale that drew new buyers. Needs
    `orders.customer_id` and `order_lines.product_id`; `orders.address_id`, `events` and `reviews` add what
    they know.
    """
    return brushed_in(Case(store), start, end)


def brushed_in(case: Case, start: dt.date | None = None, end: dt.date | None = None) -> DuckDBPyRelation:
    """Returns the same of a store under audit."""
    store, orders = case.store, _first_orders(case, start, end)
    is_followed = len(orders) > 0 and _follow(store, orders)
    sign = pd.Series("", index=orders.index, dtype=object)
    for odd in ODD if is_followed else ():
        sign = sign.mask(stands_out(orders, odd), odd)
    sign = sign.mask(orders["alike"] >= CUSTOMERS_MIN, "address")
    clear = (sign != "").groupby([orders["product_id"], orders["day"]]).transform("any")
    rated = orders["order_id"].isin(rated_to_order(case))
    sign = sign.mask(rated & (sign == ""), "rated")
    sure = sign != ""
    sign = sign.mask(_crowded(orders) & ~clear & ~sure, "crowd")  # who came by among clear fakes is no crowd
    found = orders.assign(sign=sign, sure=sure)[sign != ""][COLUMNS].astype({"sign": "str", "sure": bool})
    return store.connection.from_df(found).project("* REPLACE (day::DATE AS day)")


def _first_orders(case: Case, start: dt.date | None, end: dt.date | None) -> pd.DataFrame:
    """First orders of customers that are for one product, with `alike` (customers whose first order of that product and
    amount went to that address), `near` (first orders of the product within the hour) and `near_all` (all orders)."""
    address = "address_id" if case.has("orders.address_id") else "NULL::VARCHAR"
    rows = case.rows("orders")
    around = f"RANGE BETWEEN INTERVAL {CROWD_MINUTES} MINUTE PRECEDING AND INTERVAL {CROWD_MINUTES} MINUTE FOLLOWING"
    return case.store.connection.execute(
        f"""
        WITH firsts AS (SELECT customer_id, min(order_date) AS first FROM {rows} GROUP BY 1),
        main AS (
            SELECT order_id, max_by(product_id, revenue) AS product_id,
                max(revenue) >= {MAIN_SHARE} * sum(revenue) AS is_main
            FROM order_lines GROUP BY 1),
        sold AS (
            SELECT o.order_id, order_date::DATE AS day, customer_id, product_id, {address} AS address_id, order_date,
                revenue::DOUBLE AS revenue, is_main AND coalesce(order_date = first, false) AS is_first
            FROM {rows} o JOIN main USING (order_id) LEFT JOIN firsts USING (customer_id)
            WHERE order_date::DATE BETWEEN coalesce($start, DATE '0001-01-01') AND coalesce($end, DATE '9999-12-31')),
        counted AS (
            SELECT *, count(*) FILTER (is_first) OVER near AS near, count(*) OVER near AS near_all
            FROM sold WINDOW near AS (PARTITION BY product_id ORDER BY order_date {around}))
        SELECT *, CASE WHEN address_id IS NOT NULL THEN count(*) OVER (
            PARTITION BY address_id, product_id, round(revenue, 2) ORDER BY order_date RANGE
            BETWEEN INTERVAL {ADDRESS_DAYS} DAY PRECEDING AND INTERVAL {ADDRESS_DAYS} DAY FOLLOWING) ELSE 0 END AS alike
        FROM counted WHERE is_first ORDER BY order_date, order_id""",
        {"start": start, "end": end},
    ).df()


def _follow(store: Store, orders: pd.DataFrame) -> bool:
    """Adds to the orders what the buyers did in the day before they paid; False where the events do not say."""
    if not store.has("events"):
        return False
    bought = "SELECT NULL::VARCHAR AS order_id, NULL::VARCHAR AS user_id WHERE false"
    if "order_id" in store.events.columns:
        bought = "SELECT order_id, any_value(user_id) AS user_id FROM events WHERE event_name = 'purchase' GROUP BY 1"
    first, last = orders["order_date"].min(), orders["order_date"].max()
    store.connection.register("__first_orders", orders[["order_id", "customer_id", "order_date"]])
    seen = store.connection.execute(
        f"""
        WITH bought AS ({bought}),
        buyers AS (
            SELECT f.order_id, coalesce(b.user_id, f.customer_id) AS user_id, f.order_date
            FROM __first_orders f LEFT JOIN bought b USING (order_id))
        SELECT b.order_id, min(event_time) AS came
        FROM events e JOIN buyers b USING (user_id)
        WHERE event_name <> 'purchase' AND event_time BETWEEN $first - INTERVAL 1 DAY AND $last
            AND event_time BETWEEN b.order_date - INTERVAL 1 DAY AND b.order_date
        GROUP BY 1""",
        {"first": first, "last": last},
    ).df()
    store.connection.unregister("__first_orders")
    seen = orders[["order_id", "order_date"]].merge(seen, on="order_id", how="left")
    stayed = (seen["order_date"] - seen["came"]).dt.total_seconds().to_numpy()
    orders["no_visit"] = seen["came"].isna().to_numpy()
    orders["hasty"] = stayed < HASTE_SECONDS
    return bool(1 - orders["no_visit"].mean() >= FOLLOWED)


def _crowded(orders: pd.DataFrame) -> pd.Series:
    """Whether an order stands in a crowd of first orders that neither the product, the day nor luck explains."""
    if orders.empty:
        return pd.Series(False, index=orders.index)
    span = max((orders["day"].max() - orders["day"].min()).days + 1, 2)
    each = orders.groupby("day")["day"].transform("size")
    cell = orders.groupby(["product_id", "day"])["day"].transform("size")
    own = (orders.groupby("product_id")["day"].transform("size") - cell) / (span - 1)
    rest = (each - cell) / orders.groupby("day").size().to_frame("n")["n"].median()
    usual = np.maximum(own * rest.clip(lower=1.0), 0.05) * PEAK * 2 * CROWD_MINUTES / 1440
    near = orders["near"].astype(float)
    luck = near - usual - near * np.log(near.clip(lower=1) / usual)
    is_new = near >= CROWD_NEW * orders["near_all"]
    return is_new & (near >= CROWD) & (near > usual) & (luck < np.log(CHANCE))
