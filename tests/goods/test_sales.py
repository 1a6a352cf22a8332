"""The store's sales as daily series."""

import datetime as dt

import pandas as pd
import pytest

from ecomkit.data import simulate
from ecomkit.data.store import Store, open_store, write_store
from ecomkit.errors import MissingDataError, MissingTableError, ParameterError
from ecomkit.goods import sales


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Store:
    made = simulate.simulate(days=40, visitors_per_day=200, incidents=[])
    return open_store(made.write(tmp_path_factory.mktemp("sales") / "store"))


@pytest.fixture
def make(tmp_path):
    """A store with one order per (day, revenue, country)."""

    def write(rows):
        orders = pd.DataFrame(rows, columns=["order_date", "revenue", "country"])
        orders["order_date"] = pd.to_datetime(orders["order_date"]) + pd.Timedelta(hours=20)
        orders.insert(0, "order_id", [f"o{i}" for i in range(len(orders))])
        orders["customer_id"] = "c"
        path = write_store(tmp_path / "shop", {"orders": orders}, name="Shop", currency="EUR", timezone="UTC")
        return open_store(path)

    return write


# by hand


def test_a_quiet_day_is_zero_and_a_series_begins_with_its_first_sale(make):
    store = make([("2025-01-01", 5.0, "FR"), ("2025-01-03", 7.0, "FR"), ("2025-01-03", 1.0, "DE")])
    assert sales.daily(store)["value"].tolist() == [5.0, 0.0, 8.0]
    by = sales.daily(store, by="country")
    assert by[["series", "value"]].to_numpy().tolist() == [["FR", 5.0], ["FR", 0.0], ["FR", 7.0], ["DE", 1.0]]
    assert not by["closed"].any()  # with one sale a day, a day without one is nothing to wonder at


def test_a_busy_store_that_sells_nothing_is_closed(make):
    busy = [day for day in ("2025-01-01", "2025-01-03") for _ in range(10)]
    found = sales.daily(make([(day, 1.0, "FR") for day in busy]))
    assert found["closed"].tolist() == [False, True, False]


def test_only_the_largest_series_are_kept(make):
    store = make([("2025-01-01", 5.0, "FR"), ("2025-01-01", 9.0, None), ("2025-01-01", 7.0, "DE")])
    assert sales.daily(store, by="country", top=2)["series"].tolist() == ["unknown", "DE"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"measure": "profit"}, "measure='profit' is unknown.\nHint: use one of revenue, units, orders"),
        ({"top": 0}, "top=0 cannot be"),
        ({"by": "colour"}, "by='colour' is no column of `orders`"),
    ],
)
def test_what_cannot_be_is_refused(make, asked, said):
    with pytest.raises(ParameterError, match=said):
        sales.daily(make([("2025-01-01", 5.0, "FR")]), **asked)


def test_units_without_lines_are_refused(make):
    with pytest.raises(MissingTableError, match="order_lines"):
        sales.daily(make([("2025-01-01", 5.0, "FR")]), measure="units")


# properties


@pytest.mark.parametrize("measure", ["revenue", "units"])
@pytest.mark.parametrize("by", ["product_id", "category", "device"])
def test_series_add_up_to_the_store(shop, measure, by):
    whole = sales.daily(shop, measure=measure).set_index("date")["value"]
    parts = sales.daily(shop, measure=measure, by=by, top=1000).groupby("date")["value"].sum()
    pd.testing.assert_series_equal(parts, whole)


def test_the_days_are_the_full_ones(shop):
    dates = sales.daily(shop)["date"]
    assert (dates.min().date(), dates.max().date()) == (dt.date(2024, 10, 1), dt.date(2024, 11, 9))
    assert dates.diff().dropna().eq(pd.Timedelta(days=1)).all()


# reference: public data


def opened(name: str) -> Store:
    try:
        return open_store(name)
    except MissingDataError as error:
        pytest.skip(str(error).splitlines()[0])


def test_the_british_shop_is_closed_on_saturdays():
    found = sales.daily(opened("online_retail_ii"))
    saturdays = found[found["date"].dt.day_of_week == 5]
    assert saturdays["closed"].mean() > 0.95


def test_walmart_is_closed_at_christmas_and_has_units_only():
    store = opened("m5")
    found = sales.daily(store, measure="units")
    assert found.loc[found["closed"], "date"].dt.strftime("%m-%d").unique().tolist() == ["12-25"]
    with pytest.raises(MissingTableError, match="no column `revenue`"):
        sales.daily(store)
    with pytest.raises(ParameterError, match="needs `orders`"):
        sales.daily(store, measure="units", by="country")
