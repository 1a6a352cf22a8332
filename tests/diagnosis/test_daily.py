"""Key figures by day: what was not observed is missing, and rates are ratios of sums."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomkit.diagnosis.daily import RATES, SUMS, agreement, daily, total
from ecomkit.errors import ParameterError, TableError

ORDERS = [
    ("ann", "2025-03-01 00:00:00", 10.10),
    ("ann", "2025-03-01 23:59:59", 20.20),
    (None, "2025-03-01 12:00:00", 5.00),
    (None, "2025-03-01 13:00:00", 5.00),
    ("bob", "2025-03-03 08:00:00", 7.70),
]


def row(frame, date):
    return frame.set_index("date").loc[date]


# by hand


def test_orders_alone(make_store):
    frame = daily(make_store(ORDERS))
    assert frame["date"].dt.day.tolist() == [1, 2, 3]
    assert frame["orders"].tolist() == [4, 0, 1]
    assert frame["buyers"].tolist() == [3, 0, 1]  # ann once, two guests
    assert frame["gmv"].tolist() == [40.3, 0.0, 7.7]
    assert row(frame, "2025-03-01")["amount_per_order"] == pytest.approx(10.075)
    assert math.isnan(row(frame, "2025-03-02")["amount_per_buyer"])
    unknown = ["visitors", "page_views", "cart_users", "units", "refund_amount", "net_sales", "ad_cost", "ad_revenue"]
    assert frame.drop(index=1)[unknown].isna().all(axis=None)


def test_a_day_without_traffic_is_missing_not_zero(make_store, traffic):
    rows = [
        ("2025-03-01", "search", 50, 2, 30.3),
        ("2025-03-01", "live", 30, 2, 10.0),
        ("2025-03-03", "live", 10, 1, 7.7),
    ]
    store = make_store(
        ORDERS, traffic_daily=traffic(rows).assign(page_views=[90, None, 20]).astype({"page_views": "Int64"})
    )
    frame = daily(store)
    assert frame["visitors"].tolist()[::2] == [80, 10]
    assert math.isnan(frame["visitors"][1])
    assert frame["conversion_rate"].tolist()[::2] == [3 / 80, 0.1]
    assert math.isnan(frame["page_views"][0])  # one source's views are not known, so the day's are not
    assert frame["page_views"][2] == 20
    assert frame["cart_users"].isna().all()


def test_refunds_count_on_the_day_of_the_refund(make_store):
    refunds = pd.DataFrame({"refund_id": ["r"], "order_id": ["o0"], "amount": [4.0]})
    store = make_store(ORDERS, refunds=refunds.assign(refunded_at=pd.Timestamp("2025-03-02 10:00")))
    frame = daily(store)
    assert frame["refund_amount"].tolist() == [0, 4, 0]
    assert frame["net_sales"].tolist() == [40.3, -4.0, 7.7]
    assert math.isnan(frame["refund_rate"][1])  # no sales to divide by


def test_ads_are_zero_between_their_days_and_missing_outside(make_store):
    ads = pd.DataFrame({"date": pd.to_datetime(["2025-03-01", "2025-03-03"]), "campaign": "a", "cost": [2.0, 3.0]})
    frame = daily(make_store([*ORDERS, ("bob", "2025-03-04", 1)], ads_daily=ads.assign(revenue=[8.0, 9.0])))
    assert frame["ad_cost"].tolist()[:3] == [2, 0, 3]
    assert math.isnan(frame["ad_cost"][3])
    assert frame["roas"].tolist()[::2] == [4, 3]
    assert frame["ad_cost_rate"][2] == 3 / 7.7
    assert daily(make_store(ORDERS, ads_daily=ads))["ad_revenue"].isna().all()


def test_units_come_from_the_orders_or_their_lines(make_store):
    line = {"line_id": ["1", "1", "1", "1", "1"], "product_id": "p", "unit_price": 1.0, "revenue": 1.0}
    lines = pd.DataFrame({"order_id": [f"o{n}" for n in range(5)], "quantity": [1, 2, 3, 4, 5]} | line)
    frame = daily(make_store(ORDERS, order_lines=lines))
    assert frame["units"].tolist() == [10, 0, 5]
    assert frame["units_per_order"].tolist()[::2] == [2.5, 5]


def test_a_part_of_the_days(make_store):
    frame = daily(make_store(ORDERS), "2025-03-02", "2025-03-03")
    assert frame["orders"].tolist() == [0, 1]
    with pytest.raises(ParameterError, match="not all in the data"):
        daily(make_store(ORDERS), "2025-03-02", "2025-03-09")
    with pytest.raises(ParameterError, match="ends"):
        daily(make_store(ORDERS), "2025-03-02", "2025-03-01")


def test_total_sums_what_may_be_summed(make_store, traffic):
    rows = [("2025-03-01", "live", 80, 3, 40.3), ("2025-03-02", "live", 20, 0, 0), ("2025-03-03", "live", 10, 1, 7.7)]
    whole = total(daily(make_store(ORDERS, traffic_daily=traffic(rows)))).iloc[0]
    assert (whole["days"], whole["visitors"], whole["buyers"], whole["gmv"]) == (3, 110, 4, 48.0)
    assert whole["conversion_rate"] == 4 / 110  # not the mean of 3/80, 0 and 1/10


def test_total_with_a_day_unobserved(make_store, traffic):
    rows = [("2025-03-01", "live", 80, 3, 40.3), ("2025-03-03", "live", 10, 1, 7.7)]
    whole = total(daily(make_store([*ORDERS, ("cid", "2025-03-02", 1)], traffic_daily=traffic(rows)))).iloc[0]
    assert math.isnan(whole["visitors"])
    assert whole["conversion_rate"] == 4 / 90  # over the days that were observed
    assert whole["buyers"] == 5


def test_total_of_something_else(make_store):
    with pytest.raises(TableError, match=r"no columns \['gmv'\]"):
        total(daily(make_store(ORDERS)).drop(columns="gmv"))
    with pytest.raises(TableError, match="has 0 rows"):
        total(daily(make_store(ORDERS)).head(0))


def test_agreement(make_store, traffic):
    rows = [("2025-03-01", "live", 80, 3, 40.3), ("2025-03-03", "live", 10, 2, 7.0)]
    found = agreement(make_store(ORDERS, traffic_daily=traffic(rows))).set_index("metric")
    assert found.loc["buyers"].tolist() == [4, 5, 1, 1]
    assert found.loc["revenue"].tolist() == [48.0, 47.3, -0.7, 1]


# properties

MONEY = st.integers(0, 10**7).map(lambda cents: cents / 100)
ROWS = st.tuples(st.sampled_from([None, "a", "b", "c"]), st.integers(0, 6 * 24 - 1), MONEY)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=30))
def test_days_add_up_to_the_orders(make_store, rows):
    start = pd.Timestamp("2025-03-01")
    store = make_store([(who, start + pd.Timedelta(hours=hour), revenue) for who, hour, revenue in rows])
    frame = daily(store)
    whole = total(frame).iloc[0]
    assert round(100 * whole["gmv"]) == sum(round(100 * revenue) for *_, revenue in rows)
    assert whole["orders"] == len(rows)
    heads = {(who, hour // 24) if who else (n, hour) for n, (who, hour, _) in enumerate(rows)}
    assert whole["buyers"] == len(heads)
    assert frame["date"].diff().dropna().eq(pd.Timedelta(days=1)).all()
    for rate, (upper, lower) in RATES.items():
        parts = frame.loc[frame[lower] != 0, [rate, upper, lower]].dropna(subset=[upper, lower])
        assert np.allclose(parts[rate] * parts[lower], parts[upper])
        assert frame[rate].drop(parts.index).isna().all()


# reference: the delivered data sets


@pytest.mark.parametrize("name", ["online_retail_ii", "olist"])
def test_public_sets(open_public, name):
    store = open_public(name)
    whole = total(daily(store)).iloc[0]
    orders = store.orders.df()
    assert whole["gmv"] == pytest.approx(orders["revenue"].sum(), abs=0.004)
    assert whole["orders"] == len(orders)
    assert whole["refund_amount"] == pytest.approx(store.refunds.df()["amount"].sum(), abs=0.004)
    heads = orders.assign(
        day=orders["order_date"].dt.date, who=orders["customer_id"].fillna(orders["order_id"] + "guest")
    )
    assert whole["buyers"] == len(heads[["day", "who"]].drop_duplicates())
    assert set(SUMS) <= set(daily(store).columns)
