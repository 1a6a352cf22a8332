"""Reviews that nobody can have written, or that are written to order.

A buyer reviews what has come: not before paying for it, seldom within a day, and each in their own time. Brushers are
told when to write. Five stars within a day, or all after the same wait, count only where a product's day of payment
has more of them than the shop's other reviews explain: goods may arrive at once, and a platform gives five stars by
itself to all who have not written after so many days.
"""

import numpy as np
import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality.check import Case
from ecomkit.diagnosis.quality.odd import CHANCE, CUSTOMERS_MIN, stands_out

BEST = 5
STARS = ("stars", "description_stars", "service_stars", "logistics_stars")
FIRST_DAYS = 60  # reviews of the first days may be of orders before the data begins
SOON_HOURS = 24
STEP_MINUTES = 30  # waits that differ by less are the same
FOLLOWS = 0.5  # waits vary less than half as much as the hours of writing: each follows its own order, not a reminder
COLUMNS = ["day", "review_id", "order_id", "product_id", "order_date", "reviewed_at", "delay_hours", "stars", "sign"]


def review_timing(case: Case) -> DuckDBPyRelation:
    """Reviews that come before the payment ("before_payment"), or with five stars too soon for a parcel ("too_soon")
    or after the same wait as others of the product's day ("in_step"): `delay_hours` after the payment."""
    rows = _signed(case)
    found = rows[rows["sign"] != ""].astype({"sign": "str"})
    return case.store.connection.from_df(found[[*COLUMNS, "money"]]).project("* REPLACE (day::DATE AS day)")


def rated_to_order(case: Case) -> set[str]:
    """The orders whose review is written to order, as their timing tells."""
    if not all(case.has(need) for need in NEEDS):
        return set()
    rows = _signed(case)
    return set(rows.loc[rows["sign"].isin(["too_soon", "in_step"]), "order_id"])


NEEDS = ("reviews.order_id", "reviews.reviewed_at", "reviews.stars", "orders.order_date")


def _signed(case: Case) -> pd.DataFrame:
    """The reviews of `_written` with their `sign`."""
    if case.reviews is None:
        rows = _written(case)
        case.reviews = rows.assign(sign=_signs(rows))
    return case.reviews


def _signs(rows: pd.DataFrame) -> pd.Series:
    """What is odd about the timing of each review of `_written`; "" where nothing is."""
    sign = pd.Series("", index=rows.index, dtype=object)
    if rows.empty:
        return sign
    best = rows["stars"] == BEST
    soon = rows.assign(soon=best & (rows["delay_hours"] >= 0) & (rows["delay_hours"] < SOON_HOURS) & ~rows["is_day"])
    sign = sign.mask(_in_step(rows), "in_step").mask(stands_out(soon, "soon"), "too_soon")
    return sign.mask(rows["is_before"], "before_payment")


def _written(case: Case) -> pd.DataFrame:
    """The reviews of orders that are there, with the product (the order's main one where none is told; "" if nobody
    knows), `day` of payment, `delay_hours`, whether they are dated by the day only, and, of five stars of a product's
    day, `best` in all, `near` at this wait, and the spread of these waits and of their hours of writing. Of one buyer
    the first counts."""
    product, main = "''", "SELECT NULL::VARCHAR AS order_id, NULL::VARCHAR AS main WHERE false"
    if case.has("order_lines.product_id"):
        lines = case.rows("order_lines")
        main, product = f"SELECT order_id, max_by(product_id, revenue) AS main FROM {lines} GROUP BY 1", "main"
    if case.has("reviews.product_id"):
        product = f"coalesce(r.product_id, {product}, '')"
    buyer = "o.customer_id" if case.has("orders.customer_id") else "NULL::VARCHAR"
    around = f"RANGE BETWEEN {STEP_MINUTES / 60} PRECEDING AND {STEP_MINUTES / 60} FOLLOWING"
    return case.sql(f"""
        WITH main AS ({main}),
        written AS (
            SELECT review_id, order_id, coalesce({product}, '') AS product_id, order_date::DATE AS day, order_date,
                reviewed_at, epoch(reviewed_at - order_date) / 3600 AS delay_hours, stars, revenue::DOUBLE AS money,
                reviewed_at = date_trunc('day', reviewed_at) AS is_day, coalesce({buyer}, order_id) AS buyer
            FROM {case.rows("reviews")} r JOIN {case.rows("orders")} o USING (order_id)
            LEFT JOIN main USING (order_id) WHERE reviewed_at IS NOT NULL AND order_date IS NOT NULL),
        counted AS (
            SELECT *, stars = {BEST} AND NOT is_day AND delay_hours >= 0 AND 1 = row_number() OVER (
                PARTITION BY buyer, product_id, day, stars = {BEST} ORDER BY reviewed_at, review_id) AS counts
            FROM written),
        stepped AS (
            SELECT review_id, order_id, count(*) OVER () AS all_best, count(*) OVER cell AS best,
                count(*) OVER near AS near, count(*) OVER (ORDER BY delay_hours {around}) AS near_all,
                stddev_pop(delay_hours) OVER near AS spread_hours,
                stddev_pop(epoch(reviewed_at) / 3600) OVER near AS written_hours
            FROM counted WHERE counts
            WINDOW cell AS (PARTITION BY product_id, day),
                near AS (PARTITION BY product_id, day ORDER BY delay_hours {around}))
        SELECT c.*, s.* EXCLUDE (review_id, order_id),
            reviewed_at < if(is_day, order_date::DATE, order_date - INTERVAL 1 MINUTE) AS is_before
        FROM counted c LEFT JOIN stepped s ON c.counts AND s.review_id = c.review_id AND s.order_id = c.order_id
        ORDER BY order_date, order_id, review_id""").df()


def _in_step(rows: pd.DataFrame) -> pd.Series:
    """Whether a five-star review comes after the same wait as so many others of its product's day of payment that the
    waits of all other five-star reviews of the shop do not explain it."""
    near, best = rows["near"].fillna(0).astype(float), rows["best"].fillna(1).astype(float)
    elsewhere = (rows["near_all"] - near + 1) / (rows["all_best"] - best + 1)
    usual = (best * elsewhere.fillna(1)).clip(lower=1e-9)
    luck = near - usual - near * np.log(near.clip(lower=1) / usual)
    follows = rows["spread_hours"] < FOLLOWS * rows["written_hours"]
    return (near >= CUSTOMERS_MIN) & (near > usual) & (luck < np.log(CHANCE)) & follows


def reviews_against_orders(case: Case) -> DuckDBPyRelation:
    """Reviews of orders, or of goods, that are not there; a line's second review; stars out of 1 to 5: `sign` says."""
    orders, reviews = case.rows("orders"), case.rows("reviews")
    line = next((f"r.{c}" for c in ("line_id", "product_id") if case.has(f"reviews.{c}")), "NULL::VARCHAR")
    out = " OR ".join(f"r.{c} NOT BETWEEN 1 AND 5" for c in STARS if case.has(f"reviews.{c}"))
    goods = "false"
    if case.has("reviews.product_id") and case.has("order_lines.product_id"):
        goods = f"""r.product_id IS NOT NULL AND r.order_id IN (SELECT order_id FROM order_lines)
            AND (r.order_id, r.product_id) NOT IN (SELECT (order_id, product_id) FROM {case.rows("order_lines")})"""
    return case.sql(f"""
        WITH signed AS (
            SELECT reviewed_at::DATE AS day, review_id, r.order_id, {line} AS reviewed, reviewed_at, stars,
                o.revenue::DOUBLE AS money, CASE
                    WHEN {out} THEN 'stars'
                    WHEN r.order_id IS NOT NULL AND o.order_id IS NULL AND reviewed_at > (
                        SELECT min(order_date) FROM {orders}) + INTERVAL {FIRST_DAYS} DAY THEN 'unknown'
                    WHEN {goods} THEN 'other_goods'
                    WHEN r.order_id IS NOT NULL AND 1 < row_number() OVER (
                        PARTITION BY r.order_id, {line} ORDER BY reviewed_at, review_id) THEN 'again' END AS sign
            FROM {reviews} r LEFT JOIN {orders} o USING (order_id))
        SELECT * FROM signed WHERE sign IS NOT NULL""")
