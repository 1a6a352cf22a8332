import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ecomkit.data import check
from ecomkit.data.simulate import simulate
from ecomkit.data.tables import TABLES


def cents(money):
    return np.rint(np.asarray(money, dtype=float) * 100).astype(np.int64)


# --- properties: the tables agree to the cent and the head -----------------------------------------------------------


def test_tables_are_canonical(planted):
    assert list(planted.tables) == [name for name in TABLES if name in planted.tables]
    assert {"orders", "order_lines", "refunds", "products", "traffic_daily", "events", "inventory"} <= {*planted.tables}
    assert {"product_daily", "ads_daily"} <= {*planted.tables}
    for name, table in planted.tables.items():
        stated = {c.name for c in TABLES[name].columns if "platform states it" in c.meaning or "_to_date_" in c.name}
        left_out = stated if name == "orders" else {"platform", *stated}  # one shop's, and no platform's words
        known = [c.name for c in TABLES[name].columns if c.name not in left_out]
        assert table.columns.tolist() == known
        assert check.problems(table, name).empty


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), planted=st.booleans())
def test_every_identity_holds_for_any_seed(seed, planted):
    store = simulate(seed=seed, days=30, visitors_per_day=150, incidents="default" if planted else [])
    identities(store.tables)


def test_every_identity_holds_with_incidents(planted):
    identities(planted.tables)


def identities(t):
    orders_are_their_lines_and_refunds(t)
    purchases_are_orders(t)
    traffic_counts_events_and_orders(t)
    products_count_events_lines_and_refunds(t)
    stock_follows_sales_and_returns(t)
    ads_are_the_paid_sources(t)
    reviews_are_of_lines(t)


def orders_are_their_lines_and_refunds(t):
    orders, lines, refunds = t["orders"], t["order_lines"], t["refunds"]
    price = lines.product_id.map(t["products"].set_index("product_id").price)
    by_line = lines.assign(cents=cents(lines.revenue), off=cents((price - lines.unit_price) * lines.quantity))
    assert (cents(lines.unit_price) * lines.quantity == by_line.cents).all()
    sums = by_line.groupby("order_id")[["cents", "quantity", "off"]].sum().loc[orders.order_id]
    assert (sums.cents.to_numpy() == cents(orders.revenue)).all()
    assert (sums.quantity.to_numpy() == orders.units).all()
    assert (sums.off.to_numpy() == cents(orders.discount)).all()
    assert len(sums) == orders.order_id.nunique() == lines.order_id.nunique()
    paid_back = refunds.assign(cents=cents(refunds.amount)).groupby("order_id").cents.sum()
    assert set(paid_back.index) <= set(orders.order_id)
    assert (paid_back.reindex(orders.order_id, fill_value=0).to_numpy() == cents(orders.refund_amount)).all()
    of_line = refunds.merge(lines, on=["order_id", "line_id", "product_id"], how="left", suffixes=("", "_sold"))
    assert (of_line.amount <= of_line.revenue).all()
    assert (of_line.quantity <= of_line.quantity_sold).all()
    of_order = refunds.merge(orders, on="order_id", how="left", suffixes=("", "_order"))
    assert (of_order.refunded_at > of_order.order_date).all()
    assert (of_order.customer_id == of_order.customer_id_order).all()


def purchases_are_orders(t):
    bought = (
        t["events"]
        .query("event_name == 'purchase'")
        .rename(columns={"user_id": "customer_id", "event_time": "order_date"})
    )
    columns = ["order_id", "customer_id", "order_date", "device", "source"]
    by_id = [frame[columns].sort_values("order_id").reset_index(drop=True) for frame in (bought, t["orders"])]
    assert_frame_equal(*by_id)
    assert t["events"].order_id.notna().sum() == len(bought)


def traffic_counts_events_and_orders(t):
    events = t["events"].assign(date=t["events"].event_time.dt.normalize())
    assert (events.groupby(["date", "user_id"]).session_id.nunique() == 1).all()  # so visitors add up over sources
    key = ["date", "source"]
    seen = events.groupby([*key, "event_name"]).user_id.agg(["nunique", "size"]).unstack("event_name", fill_value=0)
    orders = t["orders"].assign(date=t["orders"].order_date.dt.normalize(), cents=cents(t["orders"].revenue))
    sold = orders.groupby(key).agg(
        buyers=("customer_id", "nunique"), orders=("order_id", "size"), cents=("cents", "sum")
    )
    have = t["traffic_daily"].assign(date=pd.to_datetime(t["traffic_daily"].date)).set_index(key)
    same(have.visitors, events.groupby(key).user_id.nunique())
    same(have.page_views, seen[("size", "view_item")])
    same(have.cart_users, seen[("nunique", "add_to_cart")])
    same(have.buyers, seen[("nunique", "purchase")])
    for column in ("buyers", "orders"):
        same(have[column], sold[column])
    same(pd.Series(cents(have.revenue), have.index), sold.cents)


def products_count_events_lines_and_refunds(t):
    key = ["date", "product_id"]
    events = t["events"].assign(date=t["events"].event_time.dt.normalize())
    seen = events.groupby([*key, "event_name"]).user_id.agg(["nunique", "size"]).unstack("event_name", fill_value=0)
    orders = t["orders"].assign(date=t["orders"].order_date.dt.normalize())[["order_id", "customer_id", "date"]]
    lines = t["order_lines"].merge(orders).assign(cents=cents(t["order_lines"].revenue))
    sold = lines.groupby(key).agg(buyers=("customer_id", "nunique"), units=("quantity", "sum"), cents=("cents", "sum"))
    refunds = t["refunds"].assign(date=t["refunds"].refunded_at.dt.normalize(), cents=cents(t["refunds"].amount))
    have = t["product_daily"].assign(date=pd.to_datetime(t["product_daily"].date)).set_index(key)
    same(have.visitors, seen[("nunique", "view_item")])
    same(have.page_views, seen[("size", "view_item")])
    same(have.cart_users, seen[("nunique", "add_to_cart")])
    for column in ("buyers", "units"):
        same(have[column], sold[column])
    same(pd.Series(cents(have.revenue), have.index), sold.cents)
    same(pd.Series(cents(have.refund_amount), have.index), refunds.groupby(key).cents.sum())


def stock_follows_sales_and_returns(t):
    key = ["date", "product_id"]
    have = t["inventory"].assign(date=pd.to_datetime(t["inventory"].date)).set_index(key)
    orders = t["orders"].assign(date=t["orders"].order_date.dt.normalize())
    visit = t["events"].groupby("session_id").agg({"event_time": ["min", "max"], "order_id": "first"})
    time = visit["event_time", "max"] - visit["event_time", "min"]
    hasty = visit["order_id", "first"][time < pd.Timedelta(seconds=15)]  # nobody who reads the page buys so fast
    orders["fake"] = orders.order_id.isin(hasty.dropna())
    lines = t["order_lines"].merge(orders[["order_id", "date", "fake"]])
    same(have.sold, lines.groupby(key).quantity.sum())
    refunds = t["refunds"].assign(date=t["refunds"].refunded_at.dt.normalize())
    sellable = refunds[refunds.reason != "quality problem"].groupby(key).quantity.sum()
    put_back = lines[lines.fake].groupby(key).quantity.sum()  # nothing was sent
    same(have.returned, sellable.add(put_back, fill_value=0))
    wide = {name: have[name].unstack() for name in ("on_hand", "inbound", "received", "sold", "returned")}
    opening = wide["on_hand"].shift()[1:]
    moved = opening + wide["received"][1:] - wide["sold"][1:] + wide["returned"][1:]
    assert (moved == wide["on_hand"][1:]).all(axis=None)
    sent = (have.sold - put_back.reindex(have.index, fill_value=0)).unstack()
    assert (sent[1:] <= opening + wide["received"][1:]).all(axis=None)
    assert (wide["inbound"][1:] >= wide["inbound"].shift()[1:] - wide["received"][1:]).all(axis=None)


def ads_are_the_paid_sources(t):
    key = ["date", "source"]
    ads = t["ads_daily"].assign(cents=cents(t["ads_daily"].revenue))
    assert (ads.clicks <= ads.impressions).all()
    sums = ads.groupby(key)[["clicks", "orders", "cents"]].sum()
    traffic = t["traffic_daily"].set_index(key).loc[sums.index]
    assert (sums.clicks == traffic.visitors).all()
    assert (sums.orders == traffic.orders).all()
    assert (sums.cents == cents(traffic.revenue)).all()


def reviews_are_of_lines(t):
    reviews = t["reviews"]
    of_line = reviews.merge(t["order_lines"], on=["order_id", "line_id", "product_id"]).merge(
        t["orders"], on=["order_id", "customer_id"]
    )
    assert len(of_line) == len(reviews)
    assert reviews.review_id.is_unique
    assert not reviews.duplicated(["order_id", "line_id"]).any()
    assert (of_line.reviewed_at > of_line.order_date).all()
    assert (reviews.replied_at.dropna() > reviews.reviewed_at[reviews.replied_at.notna()]).all()
    assert reviews.reviewed_at.is_monotonic_increasing
    for column in ("stars", "description_stars", "service_stars", "logistics_stars"):
        assert reviews[column].dropna().between(1, 5).all()


def same(have, expected):
    """Asserts that the table says what was counted, and 0 where nothing was."""
    assert set(expected.index) <= set(have.index)
    assert (have == expected.reindex(have.index, fill_value=0)).all()


def test_a_visit_runs_forward_in_time(planted):
    events = planted.tables["events"]
    step = events.event_name.map({"view_item": 0, "add_to_cart": 1, "begin_checkout": 2, "purchase": 3})
    assert events.event_time.is_monotonic_increasing
    first = events.assign(step=step).groupby(["session_id", "step"]).event_time.min().unstack()
    assert first[0].notna().all()
    for later in (1, 2, 3):
        assert (first[later].dropna() > first[0][first[later].notna()]).all()
    assert (first[3].dropna() > first[2][first[3].notna()]).all()  # every payment came through the checkout
    assert not events.duplicated(["user_id", "event_time", "event_name", "product_id"]).any()
