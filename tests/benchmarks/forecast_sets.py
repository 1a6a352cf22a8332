"""The daily series that the forecast is measured on, built from the public data sets as they were published."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from ecomkit.data import catalog
from ecomkit.data.simulate import simulate
from ecomkit.goods import calendar


class Trial(NamedTuple):
    """Series with what is known ahead of them, and the last day of training of each of the six folds."""

    daily: pd.DataFrame
    events: pd.DataFrame
    cutoffs: list[str]


def m5() -> Trial:
    """All 70 stores x departments in units; missing rows are 0, the stores close on Christmas Day only."""
    folder = catalog.path("m5")
    sales = pd.read_parquet(folder / "m5_store_dept_daily.parquet").astype({"date": "datetime64[us]"})
    wide = sales.assign(series=sales["store_id"] + "_" + sales["dept_id"]).pivot(
        index="date", columns="series", values="sales"
    )
    daily = _long(wide[:"2016-04-24"].fillna(0.0))
    daily["closed"] = (daily["date"].dt.month == 12) & (daily["date"].dt.day == 25)
    known = pd.read_parquet(folder / "calendar.parquet").astype({"date": "datetime64[us]"}).set_index("date")
    for state in ("CA", "TX", "WI"):
        mine = daily["series"].str.startswith(state)
        daily.loc[mine, "snap"] = daily.loc[mine, "date"].map(known[f"snap_{state}"])
    named = pd.concat([known["event_name_1"], known["event_name_2"]]).dropna().rename("event").reset_index()
    events = pd.concat([calendar.days("2011-01-29", "2016-06-30", country="US"), named.assign(mega=False)])
    return Trial(daily, events, ["2015-06-21", "2015-08-16", "2015-10-11", "2015-12-06", "2016-01-31", "2016-03-27"])


def retail_lines() -> pd.DataFrame:
    """Gross lines of Online Retail II: goods only, no cancellations, the days that both sheets hold taken once."""
    lines = pd.read_parquet(catalog.path("online_retail_ii") / "online_retail_ii_union.parquet")
    first = lines.loc[lines["sheet"] == "2009-2010", "InvoiceDate"].max().normalize()
    overlap = (lines["sheet"] == "2010-2011") & (lines["InvoiceDate"] <= first + pd.Timedelta(days=1))
    lines = lines[~overlap]
    goods = lines["StockCode"].str.match(r"\d{5}") & ~lines["InvoiceNo"].str.startswith("C")
    lines = lines[goods & (lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)]
    return lines.assign(date=lines["InvoiceDate"].dt.normalize(), revenue=lines["Quantity"] * lines["UnitPrice"])


def online_retail(lines: pd.DataFrame | None = None) -> Trial:
    """Revenue, units and orders of the shop, the 20 products sold on most days (units), revenue of 5 countries."""
    lines = retail_lines() if lines is None else lines
    days = lines.groupby("date")
    wide = pd.DataFrame(
        {
            "rev_total": days["revenue"].sum(),
            "units_total": days["Quantity"].sum(),
            "orders_total": days["InvoiceNo"].nunique(),
        }
    )
    early = lines[lines["date"] <= "2011-06-23"].groupby("StockCode")["date"].nunique()
    for sku in sorted(early.sort_values(ascending=False, kind="stable").index[:20]):
        wide[f"sku_{sku}"] = lines[lines["StockCode"] == sku].groupby("date")["Quantity"].sum()
    for country in ("EIRE", "France", "Germany", "Netherlands", "United Kingdom"):
        wide[f"rev_{country}"] = lines[lines["Country"] == country].groupby("date")["revenue"].sum()
    return _shop(wide, [str(d.date()) for d in pd.date_range("2011-06-23", periods=6, freq="28D")])


def sparse_retail(lines: pd.DataFrame | None = None) -> Trial:
    """Units of 120 slow products, drawn among those sold every 1.32 to 10 open days of the year before."""
    lines = retail_lines() if lines is None else lines
    trial = online_retail(lines)
    shop = trial.daily[trial.daily["series"] == "orders_total"].set_index("date")
    open_days = shop.index[~shop["closed"] & (shop.index <= "2011-06-23") & (shop.index > "2010-06-23")]
    sold = lines[lines["date"].isin(open_days)].groupby("StockCode")["date"].nunique()
    interval = len(open_days) / sold
    slow = sorted(interval[interval.between(1.32, 10, inclusive="neither")].index)
    chosen = np.random.default_rng(0).choice(slow, 120, replace=False)
    mine = lines[lines["StockCode"].isin(chosen)]
    return _shop(mine.pivot_table(index="date", columns="StockCode", values="Quantity", aggfunc="sum"), trial.cutoffs)


def _shop(wide: pd.DataFrame, cutoffs: list[str]) -> Trial:
    """The British shop: closed on past days without any sale, known ahead are Saturdays and bank holidays."""
    wide = wide.reindex(pd.date_range("2009-12-01", "2011-12-08", name="date", unit="us")).fillna(0.0)
    daily = _long(wide)
    dead = daily.groupby("date")["value"].sum() == 0
    daily["closed"] = daily["date"].map(dead)
    return Trial(daily, calendar.days("2009-12-01", "2012-02-28", country="GB"), cutoffs)


def olist() -> Trial:
    """Revenue, items and orders of the marketplace by day of purchase, and items of its ten largest categories."""
    folder = catalog.path("olist")
    orders = pd.read_parquet(folder / "olist_orders_dataset.parquet")[["order_id", "order_purchase_timestamp"]]
    items = pd.read_parquet(folder / "olist_order_items_dataset.parquet")
    products = pd.read_parquet(folder / "olist_products_dataset.parquet")[["product_id", "product_category_name"]]
    rows = items.merge(orders, on="order_id").merge(products, on="product_id", how="left")
    rows["date"] = rows["order_purchase_timestamp"].dt.normalize()
    days = rows.groupby("date")
    wide = pd.DataFrame(
        {"rev_total": days["price"].sum(), "units_total": days.size(), "orders_total": days["order_id"].nunique()}
    )
    early = rows[rows["date"] <= "2018-03-07"]["product_category_name"].value_counts()
    for name in sorted(early.index[:10]):
        wide[f"cat_{name}"] = rows[rows["product_category_name"] == name].groupby("date").size()
    wide = wide.reindex(pd.date_range("2017-02-01", "2018-08-22", name="date", unit="us")).fillna(0.0)
    cutoffs = [str(d.date()) for d in pd.date_range("2018-03-07", periods=6, freq="28D")]
    return Trial(_long(wide), calendar.days("2017-02-01", "2018-12-31", country="BR"), cutoffs)


def totals() -> dict[str, list[Trial]]:
    """Whole stores, each alone: those of M5, the gift shop's and the marketplace's revenue, eight simulated ones."""
    shops, retail, market = m5(), online_retail(), olist()
    sums = shops.daily.assign(series=shops.daily["series"].str[:4]).groupby(["series", "date"], as_index=False)
    stores = sums.agg({"value": "sum", "closed": "max", "snap": "max"})
    whole = [trial._replace(daily=trial.daily[trial.daily["series"] == "rev_total"]) for trial in (retail, market)]
    return {
        "m5, ten stores": [shops._replace(daily=part) for _, part in stores.groupby("series")],
        "online_retail_ii, revenue": whole[:1],
        "olist, revenue": whole[1:],
        "eight simulated stores, revenue": [_simulated(seed) for seed in range(8)],
    }


def _simulated(seed: int) -> Trial:
    orders = simulate(seed=seed, days=420, visitors_per_day=300, incidents=[]).tables["orders"]
    days = pd.to_datetime(orders["order_date"]).dt.tz_localize(None).dt.normalize().astype("datetime64[us]")
    daily = orders["revenue"].groupby(days).sum().rename_axis("date").reset_index(name="value").assign(series="all")
    last = daily["date"].max()
    cutoffs = [str(d.date()) for d in pd.date_range(end=last - pd.Timedelta(days=28), periods=6, freq="28D")]
    return Trial(daily, calendar.days(daily["date"].min(), last, country="CN"), cutoffs)


def _long(wide: pd.DataFrame) -> pd.DataFrame:
    return wide.rename_axis(columns="series").melt(ignore_index=False).reset_index()[["series", "date", "value"]]
