"""Exports of several files: a folder that holds all of them is imported as one, whatever else lies in it."""

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from ecomkit.data import catalog
from ecomkit.data.imports import import_files
from ecomkit.data.readers import olist
from ecomkit.data.store import open_store
from ecomkit.errors import MissingDataError, TableError

DAY = "2018-01-01 10:00:00"
FILES = {
    "olist_orders_dataset": (
        "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at",
        [f"o1,c1,delivered,{DAY},{DAY}", f"o2,c2,canceled,{DAY},{DAY}", f"o3,c3,shipped,{DAY},"],
    ),
    "olist_customers_dataset": (
        "customer_id,customer_unique_id,customer_state",
        ["c1,ana,SP", "c2,ana,SP", "c3,bia,RJ"],
    ),
    "olist_order_items_dataset": (
        "order_id,order_item_id,product_id,price,freight_value",
        ["o1,1,p,10.5,2.25", "o1,2,p,10.5,2.25", "o2,1,q,5,1", "o3,1,q,5,1"],
    ),
    "olist_order_payments_dataset": ("order_id,payment_value", ["o1,25.5", "o2,6", "o3,6"]),
    "olist_products_dataset": ("product_id,product_category_name", ["p,beleza_saude", "q,"]),
    "product_category_name_translation": (
        "product_category_name,product_category_name_english",
        ["beleza_saude,health_beauty"],
    ),
}


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "olist"
    place.mkdir()
    for name, (header, rows) in FILES.items():
        (place / f"{name}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    (place / "olist_sellers_dataset.csv").write_text("seller_id\ns1\n", encoding="utf-8")
    return place


# by hand


def test_a_folder_is_one_export_and_its_people_are_hashed(folder, tmp_path):
    done = import_files([folder], to=tmp_path / "mine")
    (told,) = done.files
    assert (told.file, told.profile, told.currency) == ("olist", "olist", "BRL")
    assert (told.read, told.written, told.dropped) == (3, 2, {"never paid": {"rows": 1, "first_rows": []}})
    assert told.totals["revenue"] == 31.5
    assert (told.totals["lines"], told.totals["refunded"], told.totals["products"]) == (2, 6.0, 2)
    store = open_store(tmp_path / "mine")
    assert (store.currency, store.timezone) == ("BRL", "America/Sao_Paulo")
    orders = store.orders.df()
    assert orders["customer_id"].nunique() == 1
    assert not orders["customer_id"].eq("ana").any()
    assert orders["platform"].eq("olist").all()


def test_again_changes_nothing(folder, tmp_path):
    import_files([folder], to=tmp_path / "mine")
    done = import_files([folder], to=tmp_path / "mine")
    assert [(n["new"], n["changed"]) for n in done.tables.values()] == [(0, 0)] * 4


def test_reviews_come_along_where_they_are_there(folder, tmp_path):
    header = "review_id,order_id,review_score,review_comment_message,review_creation_date,review_answer_timestamp"
    row = f'r1,o1,4,"boa,\nobrigada",{DAY},{DAY}'
    (folder / "olist_order_reviews_dataset.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    (told,) = import_files([folder], to=tmp_path / "mine").files
    store = open_store(tmp_path / "mine")
    reviews, orders = store.reviews.df(), store.orders.df()
    assert told.totals["reviews"] == 1
    assert reviews[["stars", "text_length", "platform"]].to_numpy().tolist() == [[4, 13, "olist"]]
    assert reviews["customer_id"].tolist() == orders.query("order_id == 'o1'")["customer_id"].tolist()


def test_a_store_has_one_currency(folder, tmp_path):
    import_files([folder], to=tmp_path / "mine")
    manifest = (tmp_path / "mine" / "store.json").read_bytes()
    with pytest.raises(TableError, match="'olist' is in BRL, the store in CNY"):
        import_files([folder], to=tmp_path / "other", currency="CNY")
    assert not (tmp_path / "other").exists()
    assert (tmp_path / "mine" / "store.json").read_bytes() == manifest


def test_a_folder_without_all_its_files_is_told_file_by_file_and_hinted_once(folder, tmp_path):
    (folder / "olist_orders_dataset.csv").unlink()
    with pytest.raises(TableError) as caught:
        import_files([folder], to=tmp_path / "mine")
    said = str(caught.value)
    assert said.startswith("There is nothing to import.\n  No profile knows 'olist_customers_dataset.csv'")
    assert said.count("Hint:") == 1


@pytest.mark.parametrize("inside", ["", "archive/"])
def test_an_archive_of_its_files_is_one_export(folder, tmp_path, inside):
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"{inside}{file.name}")
    done = import_files([tmp_path / "archive.zip"], to=tmp_path / "mine")
    assert [(told.file, told.totals["revenue"]) for told in done.files] == [("archive.zip", 31.5)]
    assert done.refused == {}
    assert [item.name for item in (tmp_path / "mine").glob(".import*")] == []


def test_it_is_found_below_a_folder_beside_other_files(folder, tmp_path):
    outer = tmp_path / "downloads"
    outer.mkdir()
    folder.rename(outer / "olist")
    (outer / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = import_files([outer], to=tmp_path / "mine")
    assert [told.file for told in done.files] == ["olist"]
    assert list(done.refused) == ["notes.csv"]


def test_among_exports_of_a_shop_it_does_not_make_its_money_the_shops(folder, tmp_path):
    folder.rename(folder.parent / "in")
    (tmp_path / "in" / "jd").mkdir()
    for number in (1, 2):
        rows = "时间,SKU,SKU名称,商品访客数,商品浏览量,成交商品件数,成交金额\n2025-09-01,77,床单,200,250,3,290.00\n"
        (tmp_path / "in" / "jd" / f"{number}.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "all").mkdir()
    (tmp_path / "in").rename(tmp_path / "all" / "in")
    done = import_files([tmp_path / "all"], to=tmp_path / "mine")
    assert open_store(tmp_path / "mine").currency == "CNY"
    assert [told.profile for told in done.files] == ["jd_products"] * 2
    assert done.refused == {"in": "'in' is in BRL, the store in CNY.\nHint: import it to a store of its own."}


# reference: the sample store as Olist's files, and the public set


SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"


def test_the_sample_comes_back_to_the_totals_of_its_truth(tmp_path):
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    files = {name: told for name, told in truth["files"].items() if told["format"] == "olist"}
    (told,) = import_files([SAMPLES / "olist"], to=tmp_path / "mine").files
    with open_store(tmp_path / "mine") as store:
        found = {
            "orders": len(store.orders),
            "people": store.orders.aggregate("count(DISTINCT customer_id)").fetchall()[0][0],
            "units": told.totals["line_units"],
            "gmv": told.totals["revenue"],
            "goods_paid": store.order_lines.aggregate("sum(revenue)").fetchall()[0][0],
            "shipping": store.orders.aggregate("sum(shipping_fee)").fetchall()[0][0],
            "canceled": told.totals["refunded"],
            "products": told.totals["products"],
            "reviews": len(store.reviews),
        }
        stars = store.reviews.aggregate("count(stars), round(avg(stars), 6), min(stars), max(stars)").fetchall()[0]
        texts = [store.table(table).df().to_csv() for table in store.tables]
    unlike = ("categories", "translated")  # sellers and translations are of no table
    for name, file in files.items():
        for total, expected in file["totals"].items():
            assert total in unlike or found[total] == pytest.approx(expected, abs=0.004), (name, total)
    reviews = files["olist/olist_order_reviews_dataset.csv"]
    assert stars == tuple(reviews["marked"]["stars"].values())
    assert "Chegou" not in "".join(texts)
    orders = files["olist/olist_orders_dataset.csv"]
    assert told.read == orders["rows"] + sum(orders["other_rows"].values())
    assert told.dropped == {
        "never paid": {"rows": orders["other_rows"]["unpaid"], "first_rows": []},
        "paid, without items": {"rows": orders["other_rows"]["empty"], "first_rows": []},
    }


def test_the_public_set_adds_up_as_its_reader_says(tmp_path):
    try:
        path = catalog.path("olist")
    except MissingDataError as error:
        pytest.skip(str(error).splitlines()[0])
    (told,) = import_files([path], to=tmp_path / "mine").files
    tables, report = olist.read(path)
    kept = report[report["outcome"] == "kept"]
    assert told.totals["orders"] == told.written == kept["rows"].sum()
    assert told.totals["revenue"] == pytest.approx(kept["money"].sum(), abs=0.01)
    assert told.totals["lines"] == tables["order_lines"].aggregate("count(*)").fetchall()[0][0]
    assert open_store(tmp_path / "mine").end == open_store("olist").end  # the last days are cut short
    assert pd.Timestamp(told.first) == tables["orders"].aggregate("min(order_date)").fetchall()[0][0]
