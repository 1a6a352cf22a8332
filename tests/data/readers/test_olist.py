"""Olist: an order counts when it was paid and has items; the customer is the unique one."""

import pandas as pd
import pytest

from ecomkit.data import catalog, check
from ecomkit.data.readers import olist
from ecomkit.errors import MissingDataError

TIMES = ["order_purchase_timestamp", "order_approved_at"]
HEADERS = {
    "orders": ["order_id", "customer_id", "order_status", *TIMES],
    "customers": ["customer_id", "customer_unique_id", "customer_state"],
    "order_items": ["order_id", "order_item_id", "product_id", "price", "freight_value"],
    "order_payments": ["order_id", "payment_value"],
    "products": ["product_id", "product_category_name"],
}
DAY, NEXT = "2018-01-01 10:00:00", "2018-01-02 09:30:00"


def read(folder, **rows):
    for name, header in HEADERS.items():
        pd.DataFrame(rows.get(name, []), columns=header).to_csv(folder / f"olist_{name}_dataset.csv", index=False)
    names = ["product_category_name", "product_category_name_english"]
    translation = pd.DataFrame([("beleza_saude", "health_beauty")], columns=names)
    translation.to_csv(folder / "product_category_name_translation.csv", index=False)
    tables, report = olist.read(folder)
    for name, relation in tables.items():
        assert check.problems(relation, name).empty
    return {name: relation.df() for name, relation in tables.items()}, report.set_index("what")


REVIEWS = ["review_id", "order_id", "review_score", "review_comment_message", "review_creation_date",
           "review_answer_timestamp"]  # fmt: skip


def adds_up(report):
    sums = report.groupby("outcome")[["rows", "money"]].sum()
    kept = sums.reindex(["kept", "dropped"]).fillna(0).sum()
    assert kept["rows"] == sums.loc["read", "rows"]
    assert kept["money"] == pytest.approx(sums.loc["read", "money"], abs=0.001)


# by hand


def test_items_become_lines_with_quantity(tmp_path):
    frames, report = read(
        tmp_path,
        orders=[("o1", "c1", "delivered", DAY, NEXT), ("o2", "c2", "delivered", NEXT, None)],
        customers=[("c1", "ana", "SP"), ("c2", "ana", "SP")],
        order_items=[
            ("o1", 1, "p", 10.5, 2.25),
            ("o1", 2, "p", 10.5, 2.25),
            ("o1", 3, "q", 5, 1),
            ("o2", 1, "q", 5, 0),
        ],
        order_payments=[("o1", 20), ("o1", 12), ("o2", 5)],
        products=[("p", "beleza_saude"), ("q", "pc_gamer"), ("r", None)],
    )
    orders = frames["orders"].set_index("order_id")
    assert orders["customer_id"].tolist() == ["ana", "ana"]
    assert orders["order_date"].tolist() == [pd.Timestamp(NEXT)] * 2  # approval; purchase where there is none
    assert orders.loc["o1", ["revenue", "shipping_fee", "units", "province"]].tolist() == [31.5, 5.5, 3, "SP"]
    lines = frames["order_lines"].query("order_id == 'o1'")
    assert lines[["line_id", "product_id", "quantity", "revenue"]].to_numpy().tolist() == [
        ["1", "p", 2, 21.0],
        ["3", "q", 1, 5.0],
    ]
    products = frames["products"].set_index("product_id")
    assert products.loc[["p", "q"], "category"].tolist() == ["health_beauty", "pc_gamer"]
    assert products.loc["r"].isna().all()
    assert report.loc["payments beyond price and freight", "money"] == 0.5
    adds_up(report)


def test_statuses(tmp_path):
    statuses = [("a", "canceled", NEXT), ("b", "canceled", None), ("c", "unavailable", NEXT), ("d", "created", None)]
    frames, report = read(
        tmp_path,
        orders=[(order, order, status, DAY, approved) for order, status, approved in statuses],
        customers=[(order, order, "RJ") for order, _, _ in statuses],
        order_items=[("a", 1, "p", 10, 1)],
        order_payments=[("a", 11), ("b", 20), ("c", 30), ("d", 40)],
    )
    assert frames["orders"][["order_id", "revenue", "refund_amount"]].to_numpy().tolist() == [["a", 11.0, 11.0]]
    assert frames["refunds"][["order_id", "amount", "reason"]].to_numpy().tolist() == [["a", 11.0, "canceled"]]
    assert report["rows"].drop(["orders, money as paid", "payments beyond price and freight"]).to_dict() == {
        "paid, then canceled": 1,
        "never paid": 2,
        "paid, without items": 1,
    }
    assert report["money"].to_dict()["never paid"] == 60.0
    adds_up(report)


def test_reviews_are_of_orders_that_count_and_their_text_stays_away(tmp_path):
    """A review may be of several orders; its product is known where the order has one; the day asked stands in."""
    told = [
        ("r1", "o1", 5, "Maria, tel. 11 5555", "2018-01-09 00:00:00", "2018-01-10 08:15:00"),
        ("r1", "o2", 5, None, "2018-01-09 00:00:00", None),
        ("r3", "o2", 1, None, None, None),
        ("r2", "gone", 1, "never paid", "2018-01-11 00:00:00", "2018-01-12 09:00:00"),
    ]
    pd.DataFrame(told, columns=REVIEWS).to_csv(tmp_path / "olist_order_reviews_dataset.csv", index=False)
    frames, _ = read(
        tmp_path,
        orders=[("o1", "c1", "delivered", DAY, NEXT), ("o2", "c2", "delivered", DAY, NEXT),
                ("gone", "c3", "created", DAY, None)],
        customers=[("c1", "ana", "SP"), ("c2", "bia", "SP"), ("c3", "eva", "SP")],
        order_items=[("o1", 1, "p", 10, 1), ("o1", 2, "q", 5, 1), ("o2", 1, "p", 10, 1), ("gone", 1, "p", 10, 1)],
        order_payments=[("o1", 17), ("o2", 11)],
        products=[("p", "beleza_saude"), ("q", None)],
    )  # fmt: skip
    reviews = frames["reviews"].set_index("review_id")
    assert reviews.index.tolist() == ["r1-o2", "r1-o1"]
    assert reviews["reviewed_at"].tolist() == [pd.Timestamp("2018-01-09"), pd.Timestamp("2018-01-10 08:15")]
    assert reviews["product_id"].fillna("").tolist() == ["p", ""]
    assert reviews[["customer_id", "stars", "text_length"]].to_numpy().tolist() == [["bia", 5, 0], ["ana", 5, 19]]
    assert not reviews.astype(str).apply(lambda column: column.str.contains("Maria")).any(axis=None)


# reference: the delivered data set


@pytest.fixture(scope="module")
def shop():
    try:
        folder = catalog.path("olist")
    except MissingDataError as error:
        pytest.skip(str(error).splitlines()[0])
    return olist.read(folder)


def test_known_totals(shop):
    report = shop.report.set_index("what")
    assert report.loc["orders, money as paid", "rows"] == 99_441  # the data set's own count
    assert report.loc["orders, money as paid", "money"] == 16_008_872.12
    assert report.query("outcome == 'kept'")["money"].sum() == pytest.approx(13_591_643.70 + 2_251_909.54, abs=0.004)
    assert report.query("outcome == 'dropped'")["rows"].sum() == 775  # orders without items
    adds_up(report)


def test_tables_agree_to_the_cent(shop):
    orders, lines, refunds = (shop.tables[name].df() for name in ("orders", "order_lines", "refunds"))
    assert lines["quantity"].sum() == orders["units"].sum() == 112_650
    assert orders["customer_id"].nunique() == 95_420
    by_order = lines.groupby("order_id")["revenue"].sum() + orders.set_index("order_id")["shipping_fee"]
    assert (by_order - orders.set_index("order_id")["revenue"]).abs().max() < 0.005
    assert refunds["amount"].sum() == pytest.approx(orders["refund_amount"].sum(), abs=0.004)


def test_most_buyers_are_asked_and_most_are_content(shop):
    reviews = shop.tables["reviews"].df()
    assert reviews["review_id"].is_unique
    assert set(reviews["order_id"]) <= set(shop.tables["orders"].df()["order_id"])
    assert len(reviews) > 98_000  # of 99,224 in the file, the rest of orders that do not count
    assert reviews["stars"].between(1, 5).all()
    assert 4.0 < reviews["stars"].mean() < 4.2  # 4.09 by the publisher's own page of the data set
