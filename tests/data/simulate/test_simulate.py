import datetime as dt

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ecomkit.data.simulate import Incident, simulate
from ecomkit.data.simulate.incidents import KINDS, default_incidents
from ecomkit.errors import ParameterError

EFFECTS = ["revenue_effect", "refund_effect", "ad_cost_effect", "net_effect"]

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_default_incidents_name_every_kind_once_in_the_last_28_days():
    planned = default_incidents(dt.date(2024, 10, 1), 365, 1600)
    assert sorted(i.kind for i in planned) == sorted(KINDS)
    assert min(i.start for i in planned) == dt.date(2025, 9, 3)
    assert max(i.end for i in planned) == dt.date(2025, 9, 30)


def test_dates_may_be_text_and_numbers_may_be_numpys():
    arguments = {"days": np.int64(5), "seed": np.int64(3), "visitors_per_day": np.float64(80)}
    where = {"size": 0.5, "product_id": "P02"}
    text = Incident("bad_batch", "2025-07-10", "2025-07-12", **where)
    same = Incident("bad_batch", dt.date(2025, 7, 10), dt.date(2025, 7, 12), **where)
    assert text == same
    have = simulate(start="2025-07-09", incidents=[text], **arguments)
    assert_frame_equal(have.truth, simulate(start=dt.date(2025, 7, 9), incidents=(same,), **arguments).truth)


def test_what_is_no_incident_is_refused():
    with pytest.raises(ParameterError, match="'source_lost' is no incident"):
        simulate(days=5, incidents=["source_lost"])


def test_no_incidents_no_truth_rows_but_its_columns():
    store = simulate(days=3, visitors_per_day=100, incidents=[])
    assert store.truth.empty
    assert store.truth.columns[-4:].tolist() == EFFECTS
    assert store.tables["orders"].shape[0] > 0


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ({"days": 0}, "days=0 cannot be", "1 or more"),
        ({"days": -3}, "days=-3 cannot be", "1 or more"),
        ({"days": 2.5}, "days=2.5 cannot be", "whole number"),
        ({"days": 20}, "the default incidents need 28 days", r"incidents=\[\]"),
        ({"seed": -1}, "seed=-1 cannot be", "0 or more"),
        ({"visitors_per_day": 0}, "visitors_per_day=0 cannot be", "above 0"),
        ({"visitors_per_day": float("nan")}, "visitors_per_day=nan cannot be", "above 0"),
        ({"start": "yesterday"}, "start='yesterday' is no date", "2024-10-01"),
        ({"start": "1890-01-01"}, "Lunar New Year", "1950"),
        ({"incidents": "all"}, "incidents='all' is unknown", '"default"'),
    ],
)
def test_bad_arguments_say_what_would_do(arguments, message, hint):
    with pytest.raises(ParameterError, match=f"(?s){message}.*Hint: .*{hint}"):
        simulate(**arguments)


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ({"kind": "fire"}, "no incident of kind 'fire'", "source_lost"),
        ({"product_id": "P99"}, "no product_id 'P99'", "P01"),
        ({"product_id": ""}, "no product_id ''", "P01"),
        ({"device": "ios"}, r"not \['device'\]", "leave device away"),
        ({"start": dt.date(2025, 7, 1)}, "does not lie in the period", "2025-07-09"),
        ({"end": dt.date(2025, 8, 1)}, "does not lie in the period", "2025-07-18"),
        ({"end": dt.date(2025, 7, 9)}, "does not lie in the period", "2025-07-18"),
        ({"end": "soon"}, "end='soon' is no date", "2024-10-01"),
        ({"size": 1.5}, "size=1.5 cannot be", "refund rate"),
        ({"size": float("nan")}, "size=nan cannot be", "refund rate"),
    ],
)
def test_bad_incidents_say_what_would_do(change, message, hint):
    good = {"kind": "bad_batch", "start": dt.date(2025, 7, 10), "end": dt.date(2025, 7, 12), "size": 0.5}
    with pytest.raises(ParameterError, match=f"(?s){message}.*Hint: .*{hint}"):
        simulate(start="2025-07-09", days=10, incidents=[Incident(**{**good, "product_id": "P02", **change})])


# --- properties ------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_store_and_another_another(planted, small):
    again, other = simulate(**small), simulate(**small | {"seed": 12})
    for name, table in planted.tables.items():
        assert_frame_equal(table, again.tables[name])
        assert name == "products" or not table.equals(other.tables[name])
    assert_frame_equal(planted.truth, again.truth)


# --- reference -------------------------------------------------------------------------------------------------------


def test_the_default_store_is_a_year_of_a_plausible_shop():
    store = simulate()
    orders, traffic = store.tables["orders"], store.tables["traffic_daily"]
    assert len(orders) >= 20_000
    assert orders.order_id.str.fullmatch(r"\d{18,19}").all()
    assert len(store.tables["products"]) == 60
    assert traffic.visitors.sum() <= 1_000_000
    assert 0.02 <= traffic.orders.sum() / traffic.visitors.sum() <= 0.045
    assert 0.1 <= (orders.groupby("customer_id").size() > 1).mean() <= 0.3
    day = pd.to_datetime(traffic.date)
    last = traffic.revenue[day >= "2025-09-03"].sum()
    truth = store.truth.set_index("kind")
    assert (truth.net_effect.abs() / last).between(0.03, 0.10).all()
    assert (truth.net_effect.drop("brushed_orders") < 0).all()
    month_before = store.lost[pd.to_datetime(store.lost.date).between("2025-08-06", "2025-09-02")]
    assert month_before.revenue.sum() < 0.01 * traffic.revenue[day.between("2025-08-06", "2025-09-02")].sum()
