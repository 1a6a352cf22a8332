"""Before against after."""

import math

import pandas as pd
import pytest

from ecomkit.diagnosis import metrics
from ecomkit.errors import ParameterError

ORDERS = [
    ("ann", "2025-03-01 10:00", 10),
    ("bob", "2025-03-02 10:00", 20),
    ("ann", "2025-03-03 10:00", 30),
    ("ann", "2025-03-04 10:00", 30),
    ("cid", "2025-03-04 10:00", 15),
    (None, "2025-03-04 10:00", 5),
]

# by hand


def test_compare(make_store):
    found = metrics.compare(make_store(ORDERS)).set_index("metric")
    assert found.loc["gmv"].tolist() == [30, 80, 50, 50 / 30]
    assert found.loc["orders", ["before", "after"]].tolist() == [2, 4]
    assert found.loc["buyers", ["before", "after"]].tolist() == [2, 4]  # ann on two days counts twice
    assert found.loc["customers", ["before", "after"]].tolist() == [2, 2]  # and once here; the guest not at all
    assert found.loc["new_customers", ["before", "after"]].tolist() == [2, 1]
    assert found.loc["repeat_rate", ["before", "after", "change"]].tolist() == [0, 0.5, 0.5]
    assert math.isnan(found.loc["repeat_rate", "change_rate"])  # from 0
    assert found.loc["visitors"].isna().all()


def test_unequal_periods_say_so(make_store):
    found = metrics.compare(make_store(ORDERS), "2025-03-04", "2025-03-04", "2025-03-01..2025-03-03").set_index(
        "metric"
    )
    assert found.loc["days", ["before", "after"]].tolist() == [3, 1]


def test_a_period_before_without_known_customers(make_store):
    found = metrics.compare(make_store([(None, "2025-03-01", 1), ("a", "2025-03-02", 1)])).set_index("metric")
    assert found.loc["customers", "before"] == 0
    assert math.isnan(found.loc["repeat_rate", "before"])


def test_errors_come_from_the_period(make_store):
    with pytest.raises(ParameterError, match="Hint: swap start and end"):
        metrics.compare(make_store(ORDERS), "2025-03-04", "2025-03-01")


def test_the_room_has_one_door():
    for name in metrics.__all__:
        assert getattr(metrics, name) is not None


# properties


def test_compare_is_total_of_both_periods(make_store):
    store = make_store(ORDERS)
    found = metrics.compare(store).set_index("metric")
    after = metrics.total(metrics.daily(store, "2025-03-03", "2025-03-04")).iloc[0]
    for metric in (*metrics.SUMS, *metrics.RATES):
        assert found.loc[metric, "after"] == pytest.approx(after[metric], nan_ok=True)


# reference: the delivered data sets


@pytest.mark.parametrize(("name", "start"), [("online_retail_ii", "2011-11-11"), ("olist", "2018-07-25")])
def test_public_sets(open_public, name, start):
    store = open_public(name)
    assert metrics.period(store).start == pd.Timestamp(start).date()
    found = metrics.compare(store).set_index("metric")
    assert (found["after"] - found["before"]).equals(found["change"])
    period, orders = metrics.period(store), store.orders.df()
    inside = orders[orders["order_date"].dt.date.between(period.start, period.end)]
    assert found.loc["gmv", "after"] == pytest.approx(inside["revenue"].sum(), abs=0.004)
    assert found.loc["customers", "after"] == inside["customer_id"].nunique()
