"""Defects to plant into a clean store, each as it comes about: the tables that would follow it do."""

from collections.abc import Callable, Mapping

import duckdb
import numpy as np
import pandas as pd

from ecomkit.data.store import Store

Tables = dict[str, pd.DataFrame]


def open_tables(tables: Mapping[str, pd.DataFrame], **known: object) -> Store:
    """A store of these tables, in memory."""
    connection = duckdb.connect()
    for name, table in tables.items():
        connection.from_df(table).create(name)
    where = {"name": "Planted", "currency": "CNY", "timezone": "Asia/Shanghai"}
    return Store(connection, list(tables), **(where | known))


def _days(tables: Tables) -> pd.DatetimeIndex:
    times = tables["orders"]["order_date"]
    return pd.date_range(times.min().normalize(), times.max().normalize())


def _stretch(tables: Tables, first: int, length: int) -> pd.DatetimeIndex:
    return _days(tables)[first : first + length]


def _on(times: pd.Series, days: pd.DatetimeIndex) -> pd.Series:
    return pd.to_datetime(times).dt.normalize().isin(days)


def _some(table: pd.DataFrame, count: int, seed: int) -> pd.Index:
    return table.index[np.sort(np.random.default_rng(seed).permutation(len(table))[:count])]


def _recounted(tables: Tables) -> Tables:
    """The daily tables count what orders and lines say."""
    orders, lines = tables["orders"], tables["order_lines"]
    orders = orders.assign(date=orders["order_date"].dt.normalize())
    by_source = orders.groupby(["date", "source"]).agg(orders=("order_id", "size"), revenue=("revenue", "sum"))
    traffic = tables["traffic_daily"].assign(date=pd.to_datetime(tables["traffic_daily"]["date"]))
    here = by_source.reindex(pd.MultiIndex.from_frame(traffic[["date", "source"]]), fill_value=0).reset_index(drop=True)
    traffic = traffic.assign(orders=here["orders"], buyers=here["orders"], revenue=here["revenue"].round(2))
    sold = lines.merge(orders[["order_id", "date"]], on="order_id")
    by_product = sold.groupby(["date", "product_id"]).agg(units=("quantity", "sum"), revenue=("revenue", "sum"))
    products = tables["product_daily"].assign(date=pd.to_datetime(tables["product_daily"]["date"]))
    key = pd.MultiIndex.from_frame(products[["date", "product_id"]])
    here = by_product.reindex(key, fill_value=0).reset_index(drop=True)
    products = products.assign(units=here["units"], revenue=here["revenue"].round(2))
    return _refunded(tables | {"traffic_daily": traffic, "product_daily": products})


def _refunded(tables: Tables) -> Tables:
    """The daily figures of products count what the refunds say."""
    refunds, products = tables["refunds"], tables["product_daily"]
    sums = refunds.groupby([refunds["refunded_at"].dt.normalize(), "product_id"])["amount"].sum()
    key = pd.MultiIndex.from_arrays([pd.to_datetime(products["date"]), products["product_id"]])
    told = sums.reindex(key, fill_value=0.0).to_numpy().round(2)
    return tables | {"product_daily": products.assign(refund_amount=told)}


def lines_orders(t: Tables) -> Tables:
    orders = t["orders"].copy()
    orders.loc[_some(orders, 40, 1), "revenue"] += 12.5
    return _recounted(t | {"orders": orders})


def line_price(t: Tables) -> Tables:
    lines = t["order_lines"].copy()
    lines.loc[_some(lines, 40, 2), "unit_price"] += 5
    return t | {"order_lines": lines}


def orphans(t: Tables) -> Tables:
    gone = t["orders"].loc[_some(t["orders"], 25, 3), "order_id"]
    return _recounted(t | {"order_lines": t["order_lines"][~t["order_lines"]["order_id"].isin(gone)]})


def refunds_orders(t: Tables) -> Tables:
    return _refunded(t | {"refunds": t["refunds"].drop(_some(t["refunds"], 15, 4))})


def products_refunds(t: Tables) -> Tables:
    """Two days in three of the daily export came before that day's refunds were booked."""
    products = t["product_daily"].copy()
    products.loc[pd.to_datetime(products["date"]).dt.day % 3 > 0, "refund_amount"] = 0.0
    return t | {"product_daily": products}


def products_refunds_of_cents(t: Tables) -> Tables:
    return _scaled(t, _on(t["product_daily"]["date"], _stretch(t, 33, 20)), "product_daily", ["refund_amount"])


def traffic_orders(t: Tables) -> Tables:
    traffic = t["traffic_daily"].copy()
    here = _on(traffic["date"], _stretch(t, 20, 10))
    traffic.loc[here, "revenue"] *= 0.85
    return t | {"traffic_daily": traffic}


def products_lines(t: Tables) -> Tables:
    products = t["product_daily"].copy()
    here = products["units"] > 0
    products.loc[here[here].index[::5], "units"] += 2
    return t | {"product_daily": products}


def events_orders(t: Tables) -> Tables:
    events = t["events"]
    bought = events.index[(events["event_name"] == "purchase") & _on(events["event_time"], _stretch(t, 20, 12))]
    return t | {"events": events.drop(bought[::2])}


def stock_flow(t: Tables) -> Tables:
    stock = t["inventory"].copy()
    stock.loc[_some(stock, 120, 5), "received"] += 5
    return t | {"inventory": stock}


def repeated_keys(t: Tables) -> Tables:
    again = t["orders"].loc[_some(t["orders"], 30, 6)]
    return t | {"orders": pd.concat([t["orders"], again], ignore_index=True)}


def repeated_orders(t: Tables) -> Tables:
    again = t["orders"].loc[_some(t["orders"], 30, 7)]
    later = {"order_id": again["order_id"] + "x", "order_date": again["order_date"] + pd.Timedelta(seconds=20)}
    lines = t["order_lines"][t["order_lines"]["order_id"].isin(again["order_id"])]
    bought = t["events"][t["events"]["order_id"].isin(again["order_id"])]
    moved = bought.assign(order_id=bought["order_id"] + "x", event_time=bought["event_time"] + pd.Timedelta(seconds=20))
    orders = [t["orders"], again.assign(**later, refund_amount=0.0)]
    return _recounted(
        t
        | {
            "orders": pd.concat(orders, ignore_index=True),
            "order_lines": pd.concat([t["order_lines"], lines.assign(order_id=lines["order_id"] + "x")]),
            "events": pd.concat([t["events"], moved], ignore_index=True),
        }
    )


def repeated_events(t: Tables) -> Tables:
    again = t["events"].loc[_some(t["events"], len(t["events"]) // 20, 8)]
    return t | {"events": pd.concat([t["events"], again], ignore_index=True)}


def copied_days(t: Tables) -> Tables:
    traffic = t["traffic_daily"].assign(date=pd.to_datetime(t["traffic_daily"]["date"]))
    source, *copies = _stretch(t, 30, 3)
    model = traffic[traffic["date"] == source]
    kept = traffic[~traffic["date"].isin(copies)]
    return t | {"traffic_daily": pd.concat([kept, *(model.assign(date=day) for day in copies)], ignore_index=True)}


def total_rows(t: Tables) -> Tables:
    traffic = t["traffic_daily"]
    total = traffic.drop(columns="source").groupby("date", as_index=False).sum().assign(source="everything")
    return t | {"traffic_daily": pd.concat([traffic, total], ignore_index=True)}


def _scaled(t: Tables, here: pd.Series, table: str, columns: list[str]) -> Tables:
    scaled = t[table].copy()
    scaled.loc[here, columns] *= 100
    return t | {table: scaled}


def _of_orders(t: Tables, ids: pd.Series) -> Tables:
    """Orders, lines and refunds of these orders in cents, and the daily tables with them."""
    for table, columns in (
        ("orders", ["revenue", "refund_amount", "discount"]),
        ("order_lines", ["revenue", "unit_price"]),
        ("refunds", ["amount"]),
    ):
        t = _scaled(t, t[table]["order_id"].isin(ids), table, columns)
    return _recounted(t)


def money_units(t: Tables) -> Tables:
    return _of_orders(t, t["orders"].loc[_on(t["orders"]["order_date"], _stretch(t, 30, 7)), "order_id"])


def money_units_of_a_channel(t: Tables) -> Tables:
    late = t["orders"]["order_date"] >= _days(t)[len(_days(t)) // 2]
    return _of_orders(t, t["orders"].loc[late & (t["orders"]["channel"] == "live room"), "order_id"])


def money_units_of_orders_alone(t: Tables) -> Tables:
    return _scaled(t, _on(t["orders"]["order_date"], _stretch(t, 30, 7)), "orders", ["revenue", "refund_amount"])


def money_units_of_traffic(t: Tables) -> Tables:
    return _scaled(t, _on(t["traffic_daily"]["date"], _stretch(t, 30, 20)), "traffic_daily", ["revenue"])


def money_units_of_ads(t: Tables) -> Tables:
    return _scaled(t, _on(t["ads_daily"]["date"], _stretch(t, 30, 14)), "ads_daily", ["cost"])


def stated_rates(t: Tables) -> Tables:
    traffic = t["traffic_daily"]
    rate = (traffic["buyers"] / traffic["visitors"]).round(4)
    percent = rate.where(~_on(traffic["date"], _stretch(t, 40, 10)), 100 * rate)
    return t | {"traffic_daily": traffic.assign(conversion_rate=percent)}


def impossible_rates(t: Tables) -> Tables:
    traffic = t["traffic_daily"].copy()
    here = _some(traffic, 15, 9)
    traffic.loc[here, "cart_users"] = traffic.loc[here, "visitors"] + 10
    return t | {"traffic_daily": traffic}


def refund_over_paid(t: Tables) -> Tables:
    orders, refunds = t["orders"].copy(), t["refunds"].copy()
    once = refunds.drop_duplicates("order_id", keep=False).merge(orders, on="order_id").head(12)
    paid = once.set_index("order_id")["revenue"] * 1.5
    for table, column in ((orders, "refund_amount"), (refunds, "amount")):
        here = table["order_id"].isin(paid.index)
        table.loc[here, column] = table.loc[here, "order_id"].map(paid)
    return _refunded(t | {"orders": orders, "refunds": refunds})


def refund_early(t: Tables) -> Tables:
    refunds = t["refunds"].copy()
    here = _some(refunds, 12, 10)
    paid = refunds.loc[here, "order_id"].map(t["orders"].set_index("order_id")["order_date"])
    refunds.loc[here, "refunded_at"] = paid - pd.Timedelta(days=2)
    return _refunded(t | {"refunds": refunds})


def refund_late(t: Tables) -> Tables:
    refunds = t["refunds"].copy()
    refunds.loc[_some(refunds, 12, 11), "refunded_at"] = _days(t)[-1] + pd.Timedelta(days=4)
    return _refunded(t | {"refunds": refunds})


def gaps(t: Tables) -> Tables:
    gone = t["orders"].loc[_on(t["orders"]["order_date"], _stretch(t, 33, 3)), "order_id"]
    return t | {name: t[name][~t[name]["order_id"].isin(gone)] for name in ("orders", "order_lines", "refunds")}


def gaps_of_traffic(t: Tables) -> Tables:
    return t | {"traffic_daily": t["traffic_daily"][~_on(t["traffic_daily"]["date"], _stretch(t, 33, 2))]}


def clock_shift(t: Tables) -> Tables:
    """All that has a time of day; what passes midnight stays on its day, so that the days' sums are what they were."""
    days, later = _stretch(t, 30, 14), pd.Timedelta(hours=8)
    moved = {}
    for table, column in (("orders", "order_date"), ("events", "event_time")):
        times = t[table][column]
        kept = times.dt.normalize() + (times + later - (times + later).dt.normalize())
        moved[table] = t[table].assign(**{column: times.where(~_on(times, days), kept)})
    return t | moved


def clock_shift_of_events(t: Tables) -> Tables:
    times = t["events"]["event_time"]
    moved = times.where(~_on(times, _stretch(t, 30, 14)), times - pd.Timedelta(hours=8))
    return t | {"events": t["events"].assign(event_time=moved)}


def broken_tracking(t: Tables) -> Tables:
    lost = (t["events"]["event_name"] == "begin_checkout") & _on(t["events"]["event_time"], _stretch(t, 40, 4))
    return t | {"events": t["events"][~lost]}


def broken_tracking_of_purchases(t: Tables) -> Tables:
    lost = (t["events"]["event_name"] == "purchase") & _on(t["events"]["event_time"], _stretch(t, 40, 4))
    return t | {"events": t["events"][~lost]}


def broken_tracking_of_a_source(t: Tables) -> Tables:
    traffic = t["traffic_daily"].copy()
    here = (traffic["source"] == "search") & _on(traffic["date"], _stretch(t, 40, 4))
    traffic.loc[here, ["visitors", "page_views", "cart_users"]] = 0
    return t | {"traffic_daily": traffic}


def bot_traffic(t: Tables) -> Tables:
    start, n = _days(t)[35] + pd.Timedelta(hours=3), 500
    seconds = pd.to_timedelta(np.cumsum(np.random.default_rng(12).integers(1, 3, n)), unit="s")
    bots = [
        pd.DataFrame(
            {"user_id": f"bot{i}", "event_time": start + i * pd.Timedelta(days=1) + seconds, "event_name": "view_item",
             "session_id": f"bot{i}", "product_id": t["products"]["product_id"].iloc[np.arange(n) % 60].to_numpy(),
             "order_id": None, "device": "pc", "source": "direct"}
        )
        for i in range(4)
    ]  # fmt: skip
    return t | {"events": pd.concat([t["events"], *bots], ignore_index=True)}


def trial_orders(t: Tables) -> Tables:
    lines = t["order_lines"]
    single = lines.drop_duplicates("order_id", keep=False)["order_id"]
    orders = t["orders"].copy()
    ids = orders.loc[orders["order_id"].isin(single) & (orders["refund_amount"] == 0), "order_id"].iloc[10:400:30]
    orders.loc[orders["order_id"].isin(ids), "revenue"] = 0.01
    here = lines["order_id"].isin(ids)
    lines = lines.assign(
        revenue=lines["revenue"].where(~here, 0.01), unit_price=lines["unit_price"].where(~here, 0.01),
        quantity=lines["quantity"].where(~here, 1),
    )  # fmt: skip
    orders["status"] = orders["status"].where(~orders["order_id"].isin(ids), "Test")
    return _recounted(t | {"orders": orders, "order_lines": lines})


def reviews_orders(t: Tables) -> Tables:
    """Reviews of another shop's orders among them."""
    reviews = t["reviews"].copy()
    late = reviews.index[reviews["reviewed_at"] > _days(t)[0] + pd.Timedelta(days=61)]
    reviews.loc[late[::3], "order_id"] += "9"
    return t | {"reviews": reviews}


def reviews_orders_of_goods(t: Tables) -> Tables:
    reviews = t["reviews"].copy()
    reviews.loc[_some(reviews, 20, 13), "product_id"] = "P00"
    return t | {"reviews": reviews}


def reviews_orders_of_stars(t: Tables) -> Tables:
    """An export of a hundred points among exports of five stars."""
    reviews = t["reviews"].copy()
    reviews.loc[_on(reviews["reviewed_at"], _stretch(t, 40, 5)), "stars"] *= 20
    return t | {"reviews": reviews}


def reviews_orders_of_repeats(t: Tables) -> Tables:
    again = t["reviews"].loc[_some(t["reviews"], 40, 14)]
    again = again.assign(review_id=again["review_id"] + "x", reviewed_at=again["reviewed_at"] + pd.Timedelta(days=3))
    return t | {"reviews": pd.concat([t["reviews"], again], ignore_index=True)}


def review_timing(t: Tables) -> Tables:
    """Reviews of an old listing, moved to a new one: they are older than its orders."""
    reviews = t["reviews"].copy()
    here = _some(reviews, 30, 15)
    reviews.loc[here, "reviewed_at"] -= pd.Timedelta(days=90)
    return t | {"reviews": reviews}


def review_timing_of_bursts(t: Tables) -> Tables:
    """The best-selling product's reviews of one day, four weeks long: five stars, 31 hours after each payment."""
    reviews, orders = t["reviews"], t["orders"]
    best = t["order_lines"]["product_id"].mode()[0]
    lines = t["order_lines"].drop_duplicates(["order_id", "product_id"]).query("product_id == @best").merge(orders)
    lines = lines[_on(lines["order_date"], _stretch(t, 14, 28))]
    busy = lines["order_date"].dt.normalize().value_counts()
    lines = lines[lines["order_date"].dt.normalize().isin(busy.index[busy >= 6])]
    told = pd.DataFrame(
        {"review_id": "b" + lines["order_id"], "order_id": lines["order_id"], "line_id": lines["line_id"],
         "product_id": best, "customer_id": lines["customer_id"], "stars": 5, "text_length": 12, "has_image": True,
         "reviewed_at": lines["order_date"] + pd.Timedelta(hours=31)}
    )  # fmt: skip
    rest = reviews[~(reviews["order_id"].isin(lines["order_id"]) & (reviews["product_id"] == best))]
    return t | {"reviews": pd.concat([rest, told], ignore_index=True)}


DEFECTS: dict[str, Callable[[Tables], Tables]] = {
    f.__name__: f
    for f in (
        lines_orders, line_price, orphans, refunds_orders, products_refunds, products_refunds_of_cents,
        traffic_orders, products_lines, events_orders, stock_flow,
        repeated_keys, repeated_orders, repeated_events, copied_days, total_rows, money_units,
        money_units_of_a_channel, money_units_of_orders_alone, money_units_of_traffic, money_units_of_ads,
        stated_rates, impossible_rates, refund_over_paid, refund_early, refund_late, gaps, gaps_of_traffic,
        clock_shift, clock_shift_of_events, broken_tracking, broken_tracking_of_purchases, broken_tracking_of_a_source,
        bot_traffic, trial_orders, reviews_orders, reviews_orders_of_goods, reviews_orders_of_stars,
        reviews_orders_of_repeats, review_timing, review_timing_of_bursts,
    )
}  # fmt: skip
# what else is true of a store with the defect: a copied day is not that of the orders, and so on
ECHOES = {
    "copied_days": {"traffic_orders"},
    "clock_shift_of_events": {"events_orders"},
    "money_units_of_orders_alone": {"refunds_orders"},
    "gaps": {"products_refunds"},
    "review_timing_of_bursts": {"brushed_orders"},
}


def caught_by(defect: str) -> str:
    """The check that ought to find a defect."""
    return defect.partition("_of_")[0]


def fakes(tables: Tables, product: str, first: pd.Timestamp, last: pd.Timestamp) -> set[str]:
    """The ids of the orders that the simulator brushed: its fake visits pay three seconds after the checkout began and
    eight after they came, which no other visit does."""
    orders, events = tables["orders"], tables["events"]
    days = pd.date_range(first, last)
    bought = tables["order_lines"].loc[tables["order_lines"]["product_id"] == product, "order_id"]
    here = orders[orders["order_id"].isin(bought) & _on(orders["order_date"], days)]
    visits = events[events["order_id"].isin(here["order_id"])][["session_id", "order_id", "event_time"]]
    began = events[events["session_id"].isin(visits["session_id"])].groupby("session_id")["event_time"].min()
    took = visits["event_time"] - visits["session_id"].map(began)
    return set(visits.loc[took == pd.Timedelta(seconds=8), "order_id"])


def disguised(t: Tables, ids: set[str], seed: int) -> Tables:
    """Brushing that takes more care: an address each, and amounts that differ by coupons of up to a fifth."""
    lot = np.random.default_rng(seed)
    orders, lines = t["orders"].copy(), t["order_lines"].copy()
    here = orders["order_id"].isin(ids)
    orders.loc[here, "address_id"] = [f"home {i}" for i in range(here.sum())]
    paid = (orders.loc[here, "revenue"] * lot.uniform(0.8, 1.0, here.sum())).round(2)
    orders.loc[here, "revenue"] = paid
    each = dict(zip(orders.loc[here, "order_id"], paid, strict=True))
    there = lines["order_id"].isin(ids)
    lines.loc[there, "revenue"] = lines.loc[there, "order_id"].map(each)
    lines.loc[there, "unit_price"] = lines.loc[there, "revenue"] / lines.loc[there, "quantity"]
    return _recounted(t | {"orders": orders, "order_lines": lines})


def unhurried(t: Tables, ids: set[str], seed: int) -> Tables:
    """And their buyers look at the page for one to five minutes before they pay, as they are told to."""
    lot = np.random.default_rng([seed, 1])
    events = t["events"].copy()
    visits = events.loc[events["order_id"].isin(ids), "session_id"].unique()
    wait = dict(zip(visits, pd.to_timedelta(lot.integers(60, 300, len(visits)), unit="s"), strict=True))
    looked = events["session_id"].isin(visits) & (events["event_name"] == "view_item")
    events.loc[looked, "event_time"] -= events.loc[looked, "session_id"].map(wait)
    return t | {"events": events}


def without_visits(t: Tables, ids: set[str]) -> Tables:
    """Orders that were never clicked together: placed through a tool, with no event but the purchase."""
    events = t["events"]
    visits = events.loc[events["order_id"].isin(ids), "session_id"].unique()
    return t | {"events": events[~events["session_id"].isin(visits) | (events["event_name"] == "purchase")]}
