"""Profit and loss, break-even and quotes: every figure of a small shop by hand, and sums that agree to the cent."""

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ecomkit as ek
from ecomkit.data.store import Store
from ecomkit.errors import ParameterError, TableError
from ecomkit.operations import ledger, profit

COSTS = {
    "commission_rate": 0.05,
    "payment_rate": 0.01,
    "freight": 6,
    "packaging": 2,
    "return_handling": 4,
    "resellable_rate": 0.5,
    "fixed": 310,
}
ORDERS = pd.DataFrame(
    {
        "order_id": ["1", "2", "3"],
        "customer_id": ["a", "b", "a"],
        "order_date": pd.to_datetime(["2025-01-05 10:00", "2025-01-31 12:00", "2025-02-01 09:00"]),
        "revenue": [110.0, 200.0, 50.0],
        "refund_amount": [0.0, 100.0, 0.0],
        "discount": [10.0, 0.0, 0.0],
        "source": ["search", "paid", "search"],
    }
)
LINES = pd.DataFrame(
    {
        "order_id": ["1", "1", "2", "3"],
        "line_id": ["1", "2", "1", "1"],
        "product_id": ["cup", "pot", "pot", "cup"],
        "quantity": [1, 1, 2, 1],
        "unit_price": [25.0, 75.0, 100.0, 50.0],
        "revenue": [25.0, 75.0, 200.0, 50.0],  # order 1 paid 10 more: shipping
        "unit_cost": [20.0, 40.0, 40.0, np.nan],
    }
)
PRODUCTS = pd.DataFrame(
    {"product_id": ["cup", "pot"], "category": ["table", "kitchen"], "price": [50.0, 100.0], "unit_cost": [20.0, 40.0]}
)
REFUNDS = pd.DataFrame(
    {
        "refund_id": ["r"],
        "order_id": ["2"],
        "line_id": ["1"],
        "refunded_at": pd.to_datetime(["2025-02-03 10:00"]),
        "amount": [100.0],
        "quantity": [1],
    }
)
ADS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2025-01-10", "2025-02-01"]),
        "campaign": ["brand", "brand"],
        "source": ["paid", "paid"],
        "cost": [30.0, 15.0],
    }
)
TABLES = {"orders": ORDERS, "order_lines": LINES, "products": PRODUCTS, "refunds": REFUNDS, "ads_daily": ADS}


def _store(**changed: Any) -> Store:
    """The small shop, in memory, with some tables changed or left out."""
    connection, tables = duckdb.connect(), {**TABLES, **changed}
    for name, table in tables.items():
        if table is not None:
            connection.from_df(table).create(name)
    there = [name for name, table in tables.items() if table is not None]
    return Store(connection, there, name="S", currency="CNY", timezone="Asia/Shanghai")


@pytest.fixture(scope="module")
def shop() -> Iterator[Store]:
    with _store() as store:
        yield store


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_january_line_by_line(shop):
    january = profit.statement(shop, costs=COSTS, by="month", start="2025-01-05").loc[0].to_dict()
    assert january["orders"] == 2
    assert (january["units"], january["returned_units"]) == (4, 1)
    assert (january["list_sales"], january["discounts"], january["sales"]) == (320, 10, 310)
    assert (january["refunds"], january["net_sales"]) == (100, 210)  # the refund of February is of January's order
    assert january["cost_of_goods"] == 20 + 40 + 80 - 0.5 * 40
    assert january["freight"] == 2 * (6 + 2) + 4
    assert january["fees"] == 0.05 * 210 + 0.01 * 310
    assert january["ads"] == 30
    assert january["contribution"] == 210 - 120 - 20 - 13.6 - 30
    assert january["fixed"] == 270  # 27 days of 31: the data begin on the 5th
    assert january["profit"] == 26.4 - 270
    assert january["missing"] == ""


def test_ads_that_sold_nothing_are_not_lost(shop):
    by_source = profit.statement(shop, costs=COSTS, by="source").set_index("source")
    assert by_source["ads"].to_dict() == {"paid": 45, "search": 0}
    assert by_source["orders"].to_dict() == {"paid": 1, "search": 2}
    by_product = profit.statement(shop, costs=COSTS, by="product_id").set_index("product_id")
    assert by_product["ads"].loc["pot"] == 30
    rest = by_product[by_product.index.isna()].iloc[0]
    assert (rest["sales"], rest["ads"], rest["cost_of_goods"]) == (10, 15, 0)  # shipping, and February's ads
    assert by_product["cost_of_goods"].loc["cup"] == 40  # the line without a cost has that of the product


def test_what_one_platform_spends_is_not_charged_to_another():
    orders = ORDERS.assign(platform=["taobao", "taobao", "douyin"], source="paid")
    ads = ADS.assign(platform=["taobao", "douyin"], cost=[30.0, 15.0])
    january = {"date": pd.to_datetime(["2025-01-10", "2025-01-20"])}
    store = _store(orders=orders, ads_daily=ads.assign(**january))
    table = profit.statement(store, costs=COSTS, by="platform").set_index("platform")
    assert table["ads"].to_dict() == {"taobao": 30, "douyin": 15}  # Douyin sold nothing in January
    unsaid = _store(orders=orders, ads_daily=ads.assign(platform=[None, "douyin"], **january))
    table = profit.statement(unsaid, costs=COSTS, by="platform").set_index("platform")
    assert table["ads"].loc["taobao"] == 0
    assert table["ads"][table.index.isna()].tolist() == [30]  # nobody knows whose


def test_customers_are_told_by_what_they_leave(shop):
    table = profit.statement(shop, costs=COSTS, by="customer_id").set_index("customer_id")
    assert table["sales"].loc[["b", "a"]].tolist() == [200, 160]
    assert table["contribution"].idxmax() == "a"  # b sent one of two pots back, and an ad had brought b


def test_an_order_shares_its_costs_by_sales(shop):
    table = profit.statement(shop, costs=COSTS, by="category").set_index("category")
    assert table["freight"].loc["table"] == 8 / 4 + 8
    assert table["freight"].loc["kitchen"] == 8 * 3 / 4 + 8 + 4
    assert "profit" not in table  # fixed costs belong to no category


@pytest.mark.parametrize("cost", list(COSTS))
def test_what_is_not_known_is_said_and_never_nothing(shop, cost):
    row = profit.statement(shop, costs={k: v for k, v in COSTS.items() if k != cost}).loc[0]
    assert row["missing"] == cost
    assert np.isnan(row["profit"])
    assert np.isnan(row["contribution"]) == (cost != "fixed")
    assert row["net_sales"] == 260


def test_tables_that_a_store_lacks_are_said_too():
    told = {"ads_daily": "ads_daily", "products": "unit_cost", "order_lines": "unit_cost"}
    for table, missing in told.items():
        row = profit.statement(_store(**{table: None}), costs=COSTS).loc[0]
        assert row["missing"] == missing
        assert np.isnan(row["contribution"])
    told = profit.statement(_store(order_lines=None, refunds=None), costs=COSTS).loc[0]
    assert told[["units", "returned_units", "freight"]].isna().all()  # what came back, and in how many parcels?
    assert told["fees"] == 0.05 * 260 + 0.01 * 360
    bare = _store(refunds=None, orders=ORDERS.drop(columns=["refund_amount", "discount"]))
    row = profit.statement(bare, costs=COSTS).loc[0]
    assert row["missing"] == "refunds"
    assert row["sales"] == 360
    assert row[["list_sales", "net_sales", "fees", "contribution"]].isna().all()


def test_orders_may_tell_the_refunds_themselves(shop):
    whole = profit.statement(shop, costs=COSTS).loc[0]
    loose = profit.statement(_store(refunds=None), costs=COSTS).loc[0]  # half the money: one of two pots
    pd.testing.assert_series_equal(loose, whole)
    by_order = REFUNDS.assign(line_id=None, quantity=None)
    pd.testing.assert_series_equal(profit.statement(_store(refunds=by_order), costs=COSTS).loc[0], whole)


def test_a_refund_of_no_order_counts_when_it_was_paid():
    lost = pd.concat([REFUNDS, REFUNDS.assign(refund_id="s", order_id="9", amount=5.0)], ignore_index=True)
    store = _store(refunds=lost.assign(refunded_at=pd.to_datetime(["2025-02-03", "2025-02-01"])))
    table = profit.statement(store, costs=COSTS, by="month")
    assert table["refunds"].tolist() == [100, 5]
    assert table["returned_units"].tolist() == [1, 0]


def test_costs_may_be_a_table(shop):
    table = ek.costs.table().drop(columns="means")
    table["amount"] = table["cost"].map(COSTS)
    pd.testing.assert_frame_equal(profit.statement(shop, costs=table), profit.statement(shop, costs=COSTS))


def test_where_it_breaks_even():
    table = pd.DataFrame(
        {"orders": [10, 10, 0], "units": [20, 10, 0], "sales": [1000.0, 500.0, 0.0], "ads": [100.0, 200.0, 0.0]}
    ).assign(contribution=[200.0, -50.0, 0.0], fixed=[100.0, 100.0, np.nan])
    even = profit.break_even(table)
    assert even["break_even_orders"].tolist()[:2] == [5, np.inf]
    assert even["break_even_units"].tolist()[:2] == [10, np.inf]
    assert even["break_even_sales"].tolist()[:2] == [500, np.inf]
    assert even["safety_rate"].tolist()[:2] == [0.5, -np.inf]
    assert even["margin_rate"].tolist()[:2] == [0.3, 0.3]
    assert even.loc[2].drop("orders").isna().all()


def test_its_break_even_return_is_that_of_the_ads(shop):
    even = profit.break_even(profit.statement(shop, costs=COSTS)).loc[0]
    campaigns = shop.ads_daily.df().assign(clicks=1, orders=1, revenue=10.0)
    returns = ek.ads.returns(campaigns, margin_rate=even["margin_rate"])
    assert returns["break_even_roas"].iloc[0] == even["break_even_roas"]


def test_a_price_leaves_its_margin_after_fees():
    breaks = pd.DataFrame({"quantity": [1, 4], "unit_cost": [32.0, 30.0]})
    table = profit.quote(breaks, margin_rate=0.34, costs=COSTS)
    assert table["handling"].tolist() == [8, 2]
    assert table["price"].tolist() == [66.67, 53.34]  # 40 / 0.6 and 32 / 0.6, up
    assert table["amount"].tolist() == pytest.approx([66.67, 213.36])
    assert table["fees"].tolist() == pytest.approx([4.0002, 3.2004])


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        ({"freigt": 6}, r"There is no cost `freigt`\.\nHint: did you mean `freight`"),
        ({"rent": 6}, r"There is no cost `rent`\.\nHint: there are commission_rate"),
        ({"commission_rate": 5}, r"commission_rate=5 is no rate\.\nHint: write 5 % as 0\.05"),
        ({"freight": -1}, r"freight=-1 cannot be"),
        ({"freight": "6"}, r"freight='6' cannot be"),
        ({"freight": True}, r"freight=True cannot be"),
        ({"fixed": float("inf")}, r"fixed=inf cannot be"),
    ],
)
def test_costs_that_cannot_be(shop, costs, said):
    with pytest.raises(ParameterError, match=said):
        profit.statement(shop, costs=costs)


def test_tables_and_parameters_that_cannot_be(shop):
    with pytest.raises(ParameterError, match=r"by='colour' is no column of `orders`"):
        profit.statement(shop, costs=COSTS, by="colour")
    with pytest.raises(ParameterError, match=r"is not all in the data"):
        profit.statement(shop, costs=COSTS, start="2024-01-01")
    with pytest.raises(TableError, match=r"has no columns \['fixed'\]\.\nHint: pass statement"):
        profit.break_even(profit.statement(shop, costs=COSTS, by="source"))
    breaks = pd.DataFrame({"quantity": [1], "unit_cost": [10.0]})
    with pytest.raises(ParameterError, match=r"\['freight', 'packaging'\] are not known\.\nHint: write 0"):
        profit.quote(breaks, margin_rate=0.3, costs={"commission_rate": 0.05, "payment_rate": 0})
    for margin in (0.94, 30, -0.1, "0.3", True, float("nan")):
        with pytest.raises(ParameterError, match=r"cannot be: fees take 0\.06 of the price"):
            profit.quote(breaks, margin_rate=margin, costs=COSTS)
    with pytest.raises(TableError, match=r"no columns \['unit_cost'\]"):
        profit.quote(breaks[["quantity"]], margin_rate=0.3, costs=COSTS)
    for wrong in (0, np.nan, "ten"):
        with pytest.raises(TableError, match=r"`breaks\.unit_cost` holds what is no number above 0"):
            profit.quote(breaks.assign(unit_cost=wrong), margin_rate=0.3, costs=COSTS)
    with pytest.raises(TableError, match=r"`costs` has `freight` twice"):
        ek.costs.known(pd.DataFrame({"cost": ["freight", "freight"], "amount": [1, 2]}))
    with pytest.raises(TableError, match=r"no columns \['amount'\]"):
        ek.costs.known(pd.DataFrame({"cost": ["freight"]}))


# --- properties ------------------------------------------------------------------------------------------------------


def test_any_split_adds_up_to_the_whole_and_its_lines_to_the_cent():
    demo, days = ek.open_store("demo"), {"start": "2025-08-18", "end": "2025-09-21"}
    costs = {**COSTS, "freight": 5.37, "commission_rate": 0.0333}
    whole = profit.statement(demo, costs=costs, **days).loc[0]
    assert whole["missing"] == ""
    money = ["list_sales", "discounts", "sales", "refunds", "net_sales", "cost_of_goods", "freight", "fees", "ads",
             "contribution"]  # fmt: skip
    orders = demo.orders.filter("order_date::DATE BETWEEN '2025-08-18' AND '2025-09-21'").df()
    assert whole["sales"] == pytest.approx(orders["revenue"].sum(), abs=0.01)
    ads = demo.ads_daily.filter("date BETWEEN '2025-08-18' AND '2025-09-21'").df()
    assert whole["ads"] == pytest.approx(ads["cost"].sum(), abs=0.01)
    for by in ("month", "product_id", "source"):
        table = profit.statement(demo, costs=costs, by=by, **days)
        cents = (table[money] * 100).round().astype(int)
        assert (cents.sum() == (whole[money] * 100).astype(float).round().astype(int)).all()
        assert (cents["list_sales"] - cents["discounts"] - cents["refunds"] == cents["net_sales"]).all()
        costs_of = cents[["cost_of_goods", "freight", "fees", "ads"]].sum(axis=1)
        assert (cents["net_sales"] - costs_of == cents["contribution"]).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=40))
def test_cents_never_drift(money):
    amounts = pd.Series(money)
    cents = ledger._cents(amounts)
    assert (cents == cents.round()).all()
    assert ((cents.cumsum() - amounts.cumsum() * 100).abs() <= 0.5 + 1e-3).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 500), st.floats(0.5, 1e4), st.floats(0, 0.9), st.floats(0, 0.09))
def test_a_quote_never_leaves_less_than_asked_nor_a_cent_too_much(quantity, cost, margin, commission):
    costs = {**COSTS, "commission_rate": commission, "payment_rate": 0}
    breaks = pd.DataFrame({"quantity": [quantity], "unit_cost": [cost]})
    row = profit.quote(breaks, margin_rate=margin, costs=costs).iloc[0]
    assert row["margin_rate"] >= margin - 1e-6
    less = row["price"] - 0.01
    assert less * (1 - commission) - cost - 8 / quantity <= margin * less + 1e-6


# --- reference -------------------------------------------------------------------------------------------------------


def test_a_manufacturer_of_toasters():
    """Kotler, Keller (2012), Marketing Management, 14th ed., ch. 14: unit cost 16, markup on sales 20 %."""
    nothing = dict.fromkeys(["commission_rate", "payment_rate", "freight", "packaging"], 0)
    table = profit.quote(pd.DataFrame({"quantity": [1], "unit_cost": [16]}), margin_rate=0.2, costs=nothing)
    assert table["price"].tolist() == [20]
    assert table["markup_rate"].tolist() == [0.25]


def test_a_booth_that_sells_software():
    """Horngren, Datar, Rajan (2012), Cost Accounting, 14th ed., ch. 3: price 200, variable costs 120, fixed 2,000."""
    sold = pd.DataFrame({"orders": [40], "units": [40], "sales": [8000.0], "ads": [0.0], "contribution": [3200.0]})
    even = profit.break_even(sold.assign(fixed=2000.0)).loc[0]
    assert (even["break_even_units"], even["break_even_sales"]) == (25, 5000)
    assert even["margin_rate"] == pytest.approx(0.4)
    assert even["safety_rate"] == pytest.approx(0.375)
