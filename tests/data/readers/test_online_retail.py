"""Online Retail II: every line of the export is kept as what it is, or dropped with its money."""

import pandas as pd
import pytest

from ecomkit.data import catalog, check
from ecomkit.data.readers import online_retail
from ecomkit.errors import MissingDataError, TableError

HEADER = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
UK = "United Kingdom"


def read(tmp_path, rows, header=HEADER):
    pd.DataFrame(rows, columns=header).to_csv(tmp_path / "online_retail_II.csv", index=False)
    tables, report = online_retail.read(tmp_path)
    frames = {name: relation.df() for name, relation in tables.items()}
    for name, frame in tables.items():
        assert check.problems(frame, name).empty
    return frames, report.set_index("what")


def adds_up(report):
    sums = report.groupby("outcome")[["rows", "money"]].sum()
    kept = sums.reindex(["kept", "dropped"]).fillna(0).sum()
    assert kept["rows"] == sums.loc["read", "rows"]
    assert kept["money"] == pytest.approx(sums.loc["read", "money"], abs=0.001)


# by hand


def test_goods_shipping_and_a_cancellation(tmp_path):
    frames, report = read(
        tmp_path,
        [
            ("1", "85123A", "HEART", 6, "2010-01-04 09:00:00", 2.5, "12345.0", UK),
            ("1", "85123a", "HEART", 2, "2010-01-04 09:00:00", 2.5, "12345.0", UK),
            ("1", "POST", "POSTAGE", 1, "2010-01-04 09:00:00", 3.0, "12345.0", UK),
            ("2", "22041", "FRAME", 1, "2010-01-05 09:00:00", 4.0, None, "EIRE"),
            ("C3", "85123A", "HEART", -7, "2010-01-06 09:00:00", 2.5, "12345.0", UK),
        ],
    )
    orders = frames["orders"].set_index("order_id")
    assert orders.loc["1", ["revenue", "shipping_fee", "units", "refund_amount"]].tolist() == [23.0, 3.0, 8, 17.5]
    assert orders.loc["1", "customer_id"] == "12345"
    assert pd.isna(orders.loc["2", "customer_id"])
    assert orders.loc["2", "country"] == "EIRE"
    lines = frames["order_lines"]
    assert lines[["order_id", "line_id", "product_id", "quantity"]].to_numpy().tolist() == [
        ["1", "1", "85123A", 6],
        ["1", "2", "85123A", 2],
        ["2", "1", "22041", 1],
    ]
    refund = frames["refunds"].iloc[0]
    assert refund[["refund_id", "order_id", "product_id", "amount", "quantity"]].tolist() == [
        "C3-1",
        "1",
        "85123A",
        17.5,
        7,
    ]
    assert frames["products"]["product_id"].tolist() == ["22041", "85123A"]
    adds_up(report)


def test_services_are_no_products_and_their_money_is_told(tmp_path):
    frames, report = read(
        tmp_path,
        [
            ("1", "22041", "FRAME", 1, "2010-01-05 09:00:00", 4.0, "1", UK),
            ("1", "M", "Manual", 1, "2010-01-05 09:00:00", 50.0, "1", UK),
            ("A5", "B", "Adjust bad debt", 1, "2010-01-05 09:00:00", -99.5, None, UK),
            ("6", "gift_0001_20", "Gift Voucher", 1, "2010-01-05 09:00:00", 17.4, None, UK),
            ("7", "DOT", "DOTCOM POSTAGE", 1, "2010-01-05 09:00:00", 8.0, None, UK),
            ("C8", "BANK CHARGES", "Bank Charges", -1, "2010-01-05 09:00:00", 15.0, None, UK),
        ],
    )
    assert frames["orders"]["revenue"].tolist() == [4.0]
    assert frames["refunds"].empty
    assert report["money"].drop("invoice lines").to_dict() == {
        "goods sold": 4.0,
        "manual entry": 50.0,
        "bad debt": -99.5,
        "gift voucher": 17.4,
        "shipping without goods": 8.0,
        "bank charges": -15.0,
    }
    adds_up(report)


def test_stock_corrections_and_unreadable_lines_are_counted(tmp_path):
    frames, report = read(
        tmp_path,
        [
            ("1", "22041", "FRAME", 1, "2010-01-05 09:00:00", 4.0, "1", UK),
            ("2", "22041", "damaged", -9, "2010-01-05 09:00:00", 0.0, None, UK),
            ("3", "22041", None, 5, "2010-01-05 09:00:00", 0.0, None, UK),
            ("4", "22041", "FRAME", -1, "2010-01-05 09:00:00", 4.0, "1", UK),
            ("5", "22041", "FRAME", "many", "2010-01-05 09:00:00", 4.0, "1", UK),
            ("6", "22041", "FRAME", 1, "soon", 4.0, "1", UK),
        ],
    )
    assert len(frames["orders"]) == 1
    counts = report["rows"].to_dict()
    assert (counts["stock correction"], counts["no price"], counts["sign does not fit"], counts["unreadable"]) == (
        1,
        1,
        1,
        2,
    )
    adds_up(report)


def test_no_order_gives_back_more_than_it_took(tmp_path):
    sold = [("1", "22041", "FRAME", 5, "2010-01-01 09:00:00", 4.0, "1", UK)]
    back = [(f"C{n}", "22041", "FRAME", -3, f"2010-01-0{n} 09:00:00", 4.0, "1", UK) for n in (2, 3)]
    early = [("C0", "22041", "FRAME", -1, "2009-12-31 09:00:00", 4.0, "1", UK)]
    other = [("C9", "22041", "FRAME", -1, "2010-01-09 09:00:00", 4.0, "2", UK)]
    frames, _ = read(tmp_path, early + sold + back + other)
    matched = frames["refunds"].set_index("refund_id")["order_id"]
    assert matched["C2-1"] == "1"
    assert matched.drop("C2-1").isna().all()
    assert frames["orders"]["refund_amount"].tolist() == [12.0]


@pytest.mark.parametrize(
    ("quantity", "price", "is_matched"), [(5, 1.0, True), (6, 1.0, False), (1, 20.0, True), (1, 20.5, False)]
)
def test_both_units_and_money_bound_a_refund(tmp_path, quantity, price, is_matched):
    sold = ("1", "22041", "FRAME", 5, "2010-01-01 09:00:00", 4.0, "1", UK)
    back = ("C2", "22041", "FRAME", -quantity, "2010-01-02 09:00:00", price, "1", UK)
    frames, _ = read(tmp_path, [sold, back])
    assert frames["refunds"]["order_id"].notna().tolist() == [is_matched]


def test_same_price_is_matched_before_the_latest_order(tmp_path):
    sold = [
        (str(n), "22041", "FRAME", 5, f"2010-01-0{n} 09:00:00", price, "1", UK)
        for n, price in ((1, 4.0), (2, 3.0), (3, 5.0))
    ]
    back = [
        ("C4", "22041", "FRAME", -1, "2010-01-04 09:00:00", 3.0, "1", UK),
        ("C5", "22041", "FRAME", -1, "2010-01-05 09:00:00", 2.0, "1", UK),
    ]
    frames, _ = read(tmp_path, sold + back)
    assert frames["refunds"]["order_id"].tolist() == ["2", "3"]


@pytest.mark.parametrize("has_sheet", [True, False])
def test_the_sheets_overlap_is_dropped_once(tmp_path, has_sheet):
    first = [(str(n), "22041", "FRAME", 1, f"2010-12-0{n} 09:00:00", 4.0, "1", UK) for n in (1, 3, 5)]
    first.insert(2, first[1])  # the same line twice in one invoice is two lines
    sheets = [
        (*row, sheet) for sheet in ("2009-2010", "2010-2011") for row in (first if sheet == "2009-2010" else first[1:])
    ]
    rows = sheets if has_sheet else [row[:-1] for row in sheets]
    frames, report = read(tmp_path, rows, [*HEADER, "sheet"] if has_sheet else HEADER)
    assert frames["orders"].set_index("order_id")["units"].to_dict() == {"1": 1, "3": 2, "5": 1}
    assert report.loc["overlap of the two sheets", "rows"] == 3
    adds_up(report)


def test_a_sorted_file_loses_nothing(tmp_path):
    rows = [(str(n), "22041", "FRAME", 1, f"2010-0{n}-01 09:00:00", 4.0, "1", UK) for n in (5, 3, 1)]
    frames, _ = read(tmp_path, rows)
    assert len(frames["orders"]) == 3


def test_the_first_editions_headers(tmp_path):
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    frames, _ = read(tmp_path, [("536365", "85123A", "HEART", 6, "12/1/2010 8:26", 2.55, 17850, UK)], header)
    order = frames["orders"].iloc[0]
    assert order[["customer_id", "order_date", "revenue"]].tolist() == ["17850", pd.Timestamp("2010-12-01 08:26"), 15.3]


def test_what_is_not_there(tmp_path):
    with pytest.raises(MissingDataError, match="has no file online_retail_ii_union"):
        online_retail.read(tmp_path)
    with pytest.raises(TableError, match=r"lacks the columns \['price \(UnitPrice or Price\)'\]"):
        read(tmp_path, [("1",) * 7], [name for name in HEADER if name != "Price"])


# reference: the delivered data set


@pytest.fixture(scope="module")
def shop():
    try:
        folder = catalog.path("online_retail_ii")
    except MissingDataError as error:
        pytest.skip(str(error).splitlines()[0])
    tables, report = online_retail.read(folder)
    return tables, report


def test_known_totals(shop):
    _, report = shop
    by_what = report.set_index("what")
    assert by_what.loc["invoice lines", "rows"] == 1_067_370  # the data set's own count
    assert by_what.loc["overlap of the two sheets", "rows"] == 22_523
    assert by_what.loc["invoice lines", "money"] == 19_287_232.55
    adds_up(by_what)


def test_tables_agree_to_the_cent(shop):
    tables, report = shop
    money = report.set_index("what")["money"]
    orders, lines, refunds = (tables[name].df() for name in ("orders", "order_lines", "refunds"))
    assert orders["revenue"].sum() == pytest.approx(money["goods sold"] + money["shipping sold"], abs=0.004)
    by_order = lines.groupby("order_id")["revenue"].sum() + orders.set_index("order_id")["shipping_fee"]
    assert (by_order - orders.set_index("order_id")["revenue"]).abs().max() < 0.005
    assert refunds["amount"].sum() == pytest.approx(-money["goods returned"] - money["shipping returned"], abs=0.004)
    matched = refunds.groupby("order_id")["amount"].sum()
    assert (orders.set_index("order_id")["refund_amount"] - matched).dropna().abs().max() < 0.005
    assert orders["refund_amount"].sum() == pytest.approx(matched.sum(), abs=0.004)
    assert (orders["refund_amount"] <= orders["revenue"] + 0.005).all()
    dated = refunds.merge(orders, on="order_id", suffixes=("", "_of_order"))
    assert (dated["refunded_at"] >= dated["order_date"]).all()
    assert (dated["customer_id"] == dated["customer_id_of_order"]).all()


def test_only_goods_are_products(shop):
    tables, _ = shop
    codes = tables["products"].df()["product_id"]
    assert codes.str.fullmatch(r"\d{5}[A-Z]{0,2}|DCGS.*|SP1002|PADS").all()
