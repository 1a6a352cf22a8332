"""The daily figures of the parts of a store: by traffic source, device, product and campaign.

A fault on one device moves the store's total by less than its noise; the device's own series shows it.
"""

import datetime as dt

import pandas as pd

from ecomkit.data.days import bounds
from ecomkit.data.store import Store

RATES = {"pay_rate": ("buyers", "checkouts"), "return_rate": ("returned_lines", "lines")}
PARTS = ("checkouts", "lines", "returned_lines")  # counted for the rates alone
RETURN_DAYS = 7  # what is sent back later than so many days after the sale is not waited for
DAILY_MIN = 0.5  # units: a product that sells less has no daily figures to speak of
COLUMNS = [
    "date", "series", "visitors", "buyers", "gmv", "conversion_rate", "checkouts", "pay_rate", "orders", "lines",
    "returned_lines", "return_rate", "ad_cost", "roas",
]  # fmt: skip


def series(store: Store) -> pd.DataFrame:
    """The daily figures of each source, device, product and campaign, for `anomaly.find`.

    Parameters
    ----------
    store
        `traffic_daily`, `events`, `order_lines`, `refunds` and `ads_daily` add what they know.

    Returns
    -------
    pandas.DataFrame, one row per part and day
        `date`; `series` ("source=search", "device=ios", "product_id=P01", "campaign=brand"); of a source `visitors,
        buyers, gmv, conversion_rate`; of a device `checkouts` (people who began one) and `buyers` of the events, and
        `pay_rate` (0-1); of a product that sells every other day or more `orders, gmv, lines` and `returned_lines` (of
        the lines sold that day, those refunded within 7 days; missing for the last 7 days) and `return_rate` (0-1); of
        a campaign `ad_cost` and `roas`. What a part does not have is missing; what did not happen on a day is 0.
    """
    parts = [p for p in (_sources(store), _devices(store), _products(store), _campaigns(store)) if p is not None]
    types = dict.fromkeys(COLUMNS[2:], "float64") | {"date": "datetime64[us]", "series": "str"}
    table = pd.concat([pd.DataFrame(columns=COLUMNS).astype(types), *parts], ignore_index=True)[COLUMNS].astype(types)
    for rate, (upper, lower) in {"conversion_rate": ("buyers", "visitors"), **RATES}.items():
        table[rate] = (table[upper] / table[lower]).where(table[lower] > 0)
    return table.sort_values(["series", "date"], ignore_index=True)


def _filled(table: pd.DataFrame, axis: str, days: pd.Series | pd.DatetimeIndex) -> pd.DataFrame:
    """A row for each day and part, 0 where nothing happened."""
    grid = pd.MultiIndex.from_product([pd.DatetimeIndex(days), sorted(table["part"].unique())], names=["date", "part"])
    filled = table.set_index(["date", "part"]).reindex(grid, fill_value=0).reset_index()
    return filled.assign(series=axis + "=" + filled.pop("part").astype(str))


def _sources(store: Store) -> pd.DataFrame | None:
    if not store.has("traffic_daily"):
        return None
    known = store.traffic_daily.columns
    named = {"visitors": "visitors", "buyers": "buyers", "revenue": "gmv"}
    sums = ", ".join(f"sum({c})::DOUBLE AS {n}" for c, n in named.items() if c in known)
    table = store.traffic_daily.aggregate(f"date::DATE AS date, source AS part, {sums}", "date, source").df()
    return _filled(table, "source", table["date"].drop_duplicates().sort_values())


def _devices(store: Store) -> pd.DataFrame | None:
    if not store.has("events") or "device" not in store.events.columns:
        return None
    table = store.connection.sql("""
        SELECT event_time::DATE AS date, device AS part,
            count(DISTINCT user_id) FILTER (event_name = 'begin_checkout') AS checkouts,
            count(DISTINCT user_id) FILTER (event_name = 'purchase') AS buyers
        FROM events WHERE event_name IN ('begin_checkout', 'purchase') AND device IS NOT NULL GROUP BY ALL""").df()
    return _filled(table, "device", table["date"].drop_duplicates().sort_values())


def _products(store: Store) -> pd.DataFrame | None:
    if not store.has("order_lines") or not store.has("orders"):
        return None
    first, last = bounds(store)
    days = (last - first).days + 1
    can_return = store.has("refunds") and {"order_id", "product_id"} <= set(store.refunds.columns)
    back = "FROM refunds SELECT order_id, product_id, min(refunded_at)::DATE AS day GROUP BY ALL"
    back = back if can_return else "SELECT NULL::VARCHAR AS order_id, NULL::VARCHAR AS product_id, NULL::DATE AS day"
    table = store.connection.execute(
        f"""
        WITH back AS ({back}),
        sold AS (
            SELECT order_date::DATE AS date, order_id, product_id, sum(quantity) AS units, sum(l.revenue) AS gmv
            FROM order_lines l JOIN orders o USING (order_id) GROUP BY ALL),
        steady AS (SELECT product_id FROM sold GROUP BY ALL HAVING sum(units) >= ?)
        SELECT date, product_id AS part, count(*) AS orders, sum(gmv)::DOUBLE AS gmv, count(*) AS lines,
            count(*) FILTER (day <= date + {RETURN_DAYS}) AS returned_lines
        FROM sold SEMI JOIN steady USING (product_id) LEFT JOIN back USING (order_id, product_id) GROUP BY ALL""",
        [DAILY_MIN * days],
    ).df()
    if table.empty:
        return None
    table = _filled(table, "product_id", pd.date_range(first, last))
    young = table["date"] > pd.Timestamp(last - dt.timedelta(days=RETURN_DAYS))
    hidden = young if can_return else young | True
    return table.assign(**{c: table[c].where(~hidden) for c in ("lines", "returned_lines")})


def _campaigns(store: Store) -> pd.DataFrame | None:
    if not store.has("ads_daily"):
        return None
    earned = ", sum(revenue) / nullif(sum(cost), 0)::DOUBLE AS roas" if "revenue" in store.ads_daily.columns else ""
    table = store.ads_daily.aggregate(
        f"date::DATE AS date, campaign AS part, sum(cost)::DOUBLE AS ad_cost{earned}", "date, campaign"
    ).df()
    return _filled(table, "campaign", table["date"].drop_duplicates().sort_values())
