"""The store's key figures by day, and their totals."""

import pandas as pd

from ecomkit.data.days import Day, bounds, parse_day, require_inside
from ecomkit.data.store import Store
from ecomkit.diagnosis.refunded import refunded
from ecomkit.errors import TableError

SUMS = (
    "visitors", "page_views", "cart_users", "buyers", "orders", "units", "gmv", "refund_amount", "net_sales",
    "ad_cost", "ad_revenue",
)  # fmt: skip
MONEY = ("gmv", "refund_amount", "net_sales", "ad_cost", "ad_revenue")
RATES = {  # each is the ratio of two sums, and is never summed or averaged itself
    "conversion_rate": ("buyers", "visitors"),
    "cart_rate": ("cart_users", "visitors"),
    "value_per_visitor": ("gmv", "visitors"),
    "amount_per_buyer": ("gmv", "buyers"),
    "amount_per_order": ("gmv", "orders"),
    "units_per_order": ("units", "orders"),
    "refund_rate": ("refund_amount", "gmv"),
    "ad_cost_rate": ("ad_cost", "gmv"),
    "roas": ("ad_revenue", "ad_cost"),
}


def daily(store: Store, start: Day = None, end: Day = None) -> pd.DataFrame:
    """Returns the store's key figures, one row per day from `start` to `end`, both included.

    Parameters
    ----------
    store
        Needs `orders`; `traffic_daily`, `refunds`, `ads_daily` and `order_lines` add what they know.
    start, end
        Days as dates or "YYYY-MM-DD"; without them the store's first and last day.

    Returns
    -------
    pandas.DataFrame
        `date`; the sums `visitors` (each source's visitors of the day), `page_views`, `cart_users`, `buyers`
        (different customers of the day; a guest counts once per order), `orders`, `units`, `gmv` (paid, before
        refunds), `refund_amount` (by day of refund; by day of payment where an export does not tell that day),
        `net_sales`, `ad_cost`, `ad_revenue`; and the `RATES` of them (fractions or money per head). A day without
        orders has 0 orders; what was not observed is missing.

    Raises
    ------
    ParameterError
        A day is no date or not in the data, or the end is before the start.
    """
    first, last = bounds(store)
    begin, finish = parse_day(start, "start") or first, parse_day(end, "end") or last
    require_inside((first, last), begin, finish)
    within = f"BETWEEN DATE '{begin}' AND DATE '{finish}'"
    days = f"SELECT unnest(generate_series(DATE '{begin}', DATE '{finish}', INTERVAL 1 DAY))::DATE AS date"
    query = f"""
        WITH days AS ({days}), sold AS ({_orders(store, within)}), traffic AS ({_traffic(store, within)}),
            refunded AS ({_refunds(store)}), ads AS ({_ads(store)})
        SELECT date, visitors, page_views, cart_users, coalesce(buyers, 0) AS buyers, coalesce(orders, 0) AS orders,
            CASE WHEN orders IS NULL THEN 0 ELSE units END AS units, round(coalesce(gmv, 0), 2) AS gmv,
            round(refund_amount, 2) AS refund_amount,
            round(coalesce(gmv, 0) - refund_amount, 2) AS net_sales, round(ad_cost, 2) AS ad_cost,
            round(ad_revenue, 2) AS ad_revenue
        FROM days LEFT JOIN sold USING (date) LEFT JOIN traffic USING (date)
            LEFT JOIN refunded USING (date) LEFT JOIN ads USING (date)
        ORDER BY date"""
    types = dict.fromkeys(SUMS, "float64") | {"date": "datetime64[us]", "buyers": "int64", "orders": "int64"}
    return _with_rates(store.connection.sql(query).df().astype(types))


def total(daily: pd.DataFrame) -> pd.DataFrame:
    """Returns one row for all days of a `daily` table: `start`, `end`, `days`, the sums, and the rates of the sums.

    A sum is missing where one of its days is; a rate is taken over the days that have both of its parts. Visitors
    and buyers of several days are visitor-days and buyer-days: who came twice counts twice.
    """
    missing = [column for column in ("date", *SUMS) if column not in daily.columns]
    if missing or daily.empty:
        raise TableError(f"`daily` has {len(daily)} rows and no columns {missing}.", "pass metrics.daily(store).")
    row: dict[str, object] = {"start": daily["date"].min(), "end": daily["date"].max(), "days": len(daily)}
    row |= {column: daily[column].sum(skipna=False) for column in SUMS}
    row |= {column: round(float(str(row[column])), 2) for column in MONEY}
    for rate, (upper, lower) in RATES.items():
        both = daily[[upper, lower]].dropna().sum()
        row[rate] = both[upper] / both[lower] if both[lower] else float("nan")
    return pd.DataFrame([row])


def agreement(store: Store, start: Day = None, end: Day = None) -> pd.DataFrame:
    """Returns how `traffic_daily` agrees with `orders`, over the days that both have.

    One row per metric that `traffic_daily` knows (`buyers`, `orders`, `revenue`): `metric`, `orders`, `traffic_daily`
    (sums), `difference` (traffic less orders) and `days` (how many days differ, by over half a cent or a head).
    """
    both = daily(store, start, end).rename(columns={"gmv": "revenue"})
    known = [m for m in ("buyers", "orders", "revenue") if m in store.traffic_daily.columns]
    sums = ", ".join(f"sum({m}) AS {m}" for m in known)
    traffic = store.traffic_daily.aggregate(f"date::DATE AS date, {sums}", "date").df()
    both = both.merge(traffic, on="date", suffixes=("", "_traffic"))
    rows = []
    for metric in known:
        apart = both[f"{metric}_traffic"] - both[metric]
        rows.append(
            (metric, both[metric].sum(), both[f"{metric}_traffic"].sum(), apart.sum(), (apart.abs() > 0.005).sum())
        )
    found = pd.DataFrame(rows, columns=["metric", "orders", "traffic_daily", "difference", "days"])
    return found.round({"orders": 2, "traffic_daily": 2, "difference": 2})


def _orders(store: Store, within: str) -> str:
    units, lines = "CASE WHEN count(units) = count(*) THEN sum(units) END", ""
    if "units" not in store.orders.columns:
        units = "sum(lines.units)" if store.has("order_lines") else "NULL"
        lines = (
            "LEFT JOIN (FROM order_lines SELECT order_id, sum(quantity) AS units GROUP BY 1) AS lines USING (order_id)"
        )
        lines = lines if store.has("order_lines") else ""
    return f"""
        SELECT order_date::DATE AS date, count(*) AS orders, {units} AS units, sum(revenue) AS gmv,
            count(DISTINCT customer_id) + count(*) FILTER (customer_id IS NULL) AS buyers
        FROM orders {lines} WHERE order_date::DATE {within} GROUP BY 1"""


def _traffic(store: Store, within: str) -> str:
    known = store.traffic_daily.columns if store.has("traffic_daily") else []
    sums = ", ".join(
        (f"CASE WHEN count({c}) = count(*) THEN sum({c}) END" if c in known else "NULL") + f" AS {c}"
        for c in ("visitors", "page_views", "cart_users")
    )
    if not known:
        return f"SELECT NULL::DATE AS date, {sums}"
    return f"SELECT date::DATE AS date, {sums} FROM traffic_daily WHERE date::DATE {within} GROUP BY 1"


def _refunds(store: Store) -> str:
    paid_back = refunded(store)
    if not paid_back:
        return "SELECT date, NULL AS refund_amount FROM days"
    return f"""
        SELECT date, coalesce(sum(amount), 0) AS refund_amount
        FROM days LEFT JOIN ({paid_back}) AS paid_back USING (date) GROUP BY 1"""


def _ads(store: Store) -> str:
    if not store.has("ads_daily"):
        return "SELECT date, NULL AS ad_cost, NULL AS ad_revenue FROM days"
    revenue = "coalesce(sum(revenue), 0)" if "revenue" in store.ads_daily.columns else "NULL"
    return f"""
        SELECT days.date, coalesce(sum(cost), 0) AS ad_cost, {revenue} AS ad_revenue
        FROM days LEFT JOIN ads_daily ON ads_daily.date::DATE = days.date
        WHERE days.date BETWEEN (SELECT min(date) FROM ads_daily) AND (SELECT max(date) FROM ads_daily)
        GROUP BY 1"""


def _with_rates(sums: pd.DataFrame) -> pd.DataFrame:
    rates = {rate: (sums[upper] / sums[lower]).where(sums[lower] != 0) for rate, (upper, lower) in RATES.items()}
    return sums.assign(**rates)
