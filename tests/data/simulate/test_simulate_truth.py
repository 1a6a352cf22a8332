import datetime as dt

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ecomkit.data.simulate import Incident, simulate
from ecomkit.data.simulate.incidents import KINDS

EFFECTS = ["revenue_effect", "refund_effect", "ad_cost_effect", "net_effect"]


def cents(money):
    return np.rint(np.asarray(money, dtype=float) * 100).astype(np.int64)


def before(table, column, day):
    return table[pd.to_datetime(table[column]) < pd.Timestamp(day)].reset_index(drop=True)


# --- properties: the truth, and what an incident leaves alone --------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_truth_is_the_store_minus_the_store_without_it(planted, without, kind):
    row = planted.truth.set_index("kind").loc[kind]
    change = [
        cents(planted.tables[table][column]).sum() - cents(without[kind].tables[table][column]).sum()
        for table, column in (("orders", "revenue"), ("refunds", "amount"), ("ads_daily", "cost"))
    ]
    assert cents(row[EFFECTS]).tolist() == [*change, change[0] - change[1] - change[2]]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_changes_before_the_incident(planted, without, kind):
    start = planted.truth.set_index("kind").loc[kind].start
    when = {"orders": "order_date", "refunds": "refunded_at", "events": "event_time", "reviews": "reviewed_at"}
    for name in ("events", "refunds", "reviews", "traffic_daily", "product_daily", "inventory", "ads_daily"):
        column = when.get(name, "date")
        assert_frame_equal(
            before(planted.tables[name], column, start), before(without[kind].tables[name], column, start)
        )


def test_an_incident_is_felt_from_its_first_change(planted):
    truth = planted.truth.set_index("kind")
    for kind in ("source_lost", "ad_waste", "checkout_fault", "brushed_orders"):
        assert truth.felt_from[kind] == truth.start[kind]
    assert truth.felt_from["bad_batch"] >= truth.start["bad_batch"] + dt.timedelta(days=2)  # nobody refunds sooner
    lost = planted.lost.query("product_id == 'P01'").date
    assert truth.felt_from["out_of_stock"] == lost[lost >= truth.start["out_of_stock"]].min()


def test_truth_has_the_right_signs(planted):
    effect = planted.truth.set_index("kind")
    for kind in ("source_lost", "checkout_fault", "out_of_stock"):
        assert effect.revenue_effect[kind] < 0
        assert effect.ad_cost_effect[kind] == 0
    assert effect.revenue_effect["bad_batch"] == effect.revenue_effect["ad_waste"] == 0
    assert effect.refund_effect["bad_batch"] > 0
    assert effect.ad_cost_effect["ad_waste"] > 0
    assert effect.revenue_effect["brushed_orders"] > 0
    assert effect.refund_effect["brushed_orders"] == 0


def test_a_lost_source_loses_its_own_visitors_only(planted, without):
    row = planted.truth.set_index("kind").loc["source_lost"]
    have, full = (
        t[t.date.between(row.start, row.end)].groupby("source").visitors.sum()
        for t in (planted.tables["traffic_daily"], without["source_lost"].tables["traffic_daily"])
    )
    assert have["recommend"] / full["recommend"] == pytest.approx(1 - row["size"], abs=0.04)
    for source in ("paid_search", "paid_social", "live"):  # nobody comes back by these
        assert have[source] == full[source]


def test_a_checkout_fault_stops_payments_on_its_device(planted, without):
    row = planted.truth.set_index("kind").loc["checkout_fault"]
    rates = {}
    for name, store in (("have", planted), ("full", without["checkout_fault"])):
        events = store.tables["events"]
        day = events.event_time.dt.date
        seen = events[(day >= row.start) & (day <= row.end)].groupby(["device", "event_name"]).size().unstack()
        rates[name] = seen.purchase / seen.begin_checkout
    assert rates["have"]["android"] < 0.4 * rates["full"]["android"]
    assert rates["have"]["ios"] > 0.7


def test_a_sold_out_page_sells_nothing(planted):
    row = planted.truth.set_index("kind").loc["out_of_stock"]
    stock = planted.tables["inventory"].query("product_id == 'P01'").set_index("date")
    lost = planted.lost.query("product_id == 'P01' and @row.start <= date <= @row.end")
    waiting = stock.loc[row.start : row.end]
    assert waiting.received.sum() == 0
    assert stock.loc[row.end + dt.timedelta(days=1)].received > 0
    assert (waiting.on_hand == 0).sum() >= 3
    assert lost.units.sum() >= 10
    assert lost.revenue.sum() == pytest.approx(-row.revenue_effect, rel=0.5)  # some lost buyers take others with them


def test_a_bad_batch_changes_refunds_of_its_units_only(planted, without):
    row = planted.truth.set_index("kind").loc["bad_batch"]
    other = without["bad_batch"].tables
    assert_frame_equal(planted.tables["events"], other["events"])
    more = planted.tables["refunds"].merge(other["refunds"], how="left", indicator=True).query("_merge == 'left_only'")
    assert len(more) >= 5
    assert set(more.product_id) == {"P02"}
    assert set(more.reason) == {"quality problem"}
    sold = more.merge(planted.tables["orders"], on="order_id").order_date.dt.date
    assert sold.between(row.start, row.end).all()


def test_wasted_clicks_cost_money_and_buy_nothing(planted, without):
    other = without["ad_waste"].tables
    assert_frame_equal(planted.tables["orders"], other["orders"])
    have, usual = planted.tables["ads_daily"], other["ads_daily"]
    wasted = (have.cost != usual.cost).to_numpy()
    assert set(have.campaign[wasted]) == {"social-lookalike"}
    assert wasted.sum() == 14
    cost, clicks = (have[c][wasted].sum() / usual[c][wasted].sum() for c in ("cost", "clicks"))
    assert cost == pytest.approx(4.5, rel=0.001)
    assert clicks == pytest.approx(4.5**0.75, rel=0.05)  # diminishing returns: more money per click


def test_brushed_orders_are_the_only_difference_they_make(planted, without):
    have, other = planted.tables["orders"], without["brushed_orders"].tables["orders"]
    fake = have[~have.order_id.isin(other.order_id)]
    assert_frame_equal(have.drop(fake.index).reset_index(drop=True), other)
    assert len(fake) == 3 * 10  # ten on each of three evenings
    assert fake.revenue.nunique() == fake.units.nunique() == 1
    assert fake.address_id.nunique() <= 6
    assert fake.customer_id.is_unique
    events = planted.tables["events"]
    visits = events[events.user_id.isin(fake.customer_id)].groupby("user_id").event_time.agg(["min", "max", "size"])
    assert ((visits["max"] - visits["min"]).dt.total_seconds() < 15).all()
    real = events[~events.user_id.isin(fake.customer_id)].reset_index(drop=True)
    assert_frame_equal(real, without["brushed_orders"].tables["events"])


def test_clicks_grow_more_slowly_than_spend():
    start = dt.date(2025, 7, 9)

    def boosted(size):
        spend = Incident("ad_waste", start, start + dt.timedelta(days=9), size, campaign="search-category")
        ads = simulate(start=start, days=10, visitors_per_day=400, incidents=[spend]).tables["ads_daily"]
        return ads[ads.campaign == "search-category"][["cost", "clicks"]].sum()

    one, two, four = boosted(1.0), boosted(2.0), boosted(4.0)
    assert (two.clicks - one.clicks) / (two.cost - one.cost) > (four.clicks - two.clicks) / (four.cost - two.cost) > 0
