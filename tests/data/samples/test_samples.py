"""A store as the files of platforms: what is written, and that the truth beside it is the store's."""

import csv
import hashlib
import io
import json
import zipfile
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from ecomkit.cli import main
from ecomkit.data import samples
from ecomkit.data.samples.spec import load_rows, load_samples
from ecomkit.data.store import open_store, write_store
from ecomkit.errors import ParameterError

ROOT = Path(__file__).resolve().parents[3]
KEPT = ROOT / "datasets" / "samples"
OLIST = KEPT / "olist" / "olist_orders_dataset.csv"
SAMPLES = [sample for name in samples.list_formats() for sample in load_samples(name)]


@cache
def _truth() -> dict:
    return json.loads((KEPT / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The tables of the sample store, read without ecomkit."""
    return {file.stem: pd.read_csv(file, dtype={"order_id": str}) for file in (ROOT / "datasets/store").glob("*.csv")}


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples of the sample store, written anew."""
    folder = tmp_path_factory.mktemp("samples") / "new"
    with open_store(ROOT / "datasets/store") as store:
        samples.export(store, to=folder)
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two orders: one of two lines with 2.50 off and 8.00 shipping, of which 10.00 went back; one of a guest."""
    orders = pd.DataFrame(
        {
            "order_id": ["2327742890515575444", "2327742890515575445"],
            "customer_id": ["ann", None],
            "order_date": pd.to_datetime(["2025-09-01 23:30:00", "2025-09-02 08:00:00"]),
            "revenue": [1245.5, 39.0],
            "refund_amount": [10.0, 0.0],
            "shipping_fee": [8.0, 0.0],
        }
    )
    lines = pd.DataFrame(
        {
            "order_id": ["2327742890515575444"] * 2 + ["2327742890515575445"],
            "line_id": ["1", "2", "1"],
            "product_id": ["A", "B", "B"],
            "quantity": [3, 1, 1],
            "unit_price": [399.5, 39.0, 39.0],
            "revenue": [1198.5, 39.0, 39.0],
        }
    )
    products = pd.DataFrame({"product_id": ["A", "B"], "title": ['Vase "Dune"', "Lamp"], "price": [400.0, 40.0]})
    tables = {"orders": orders, "order_lines": lines, "products": products}
    return write_store(tmp_path / "shop", tables, name="Shop", currency="EUR", timezone="Europe/Paris")


def _export(shop: Path, *formats: str) -> Path:
    with open_store(shop) as store:
        samples.export(store, to=shop.parent / "out", formats=formats)
    return shop.parent / "out"


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_item_report_ends_its_rows_in_a_comma_that_its_header_has_not(shop: Path) -> None:
    raw = (_export(shop, "taobao_items") / "taobao_items/2017/ExportOrderDetailList202509022300.csv").read_bytes()
    lines = raw.decode("gbk").split("\r\n")
    assert lines[0].count(",") == 9
    assert lines[1].startswith('="2327742890515575444","')
    assert [line.count(",") for line in lines[1:-1]] == [10, 10, 10]
    assert lines[2].endswith(",B,")


def test_an_order_figure_stands_on_the_first_row_only(shop: Path) -> None:
    file = _export(shop, "shopify_orders") / "shopify_orders/local/orders_export_1.csv"
    told = pd.read_csv(file, dtype=str)
    assert told["Name"].tolist() == ["#1002", "#1002", "#1004"]
    assert told["Total"].fillna("").tolist() == ["1245.50", "", "39.00"]
    assert told["Discount Amount"].fillna("").tolist() == ["2.50", "", "1.00"]  # 3 x 400 + 40 + 8 - 1245.50
    assert told["Lineitem price"].tolist() == ["400.00", "40.00", "40.00"]
    assert told["Refunded Amount"].fillna("").tolist() == ["10.00", "", "0.00"]
    assert told["Paid at"][0] == "2025-09-01 23:30:00 +0200"
    assert told["Currency"][0] == "EUR"
    assert told["Email"].isna().tolist() == [False, False, True]


def test_the_truth_is_that_of_the_tables(shop: Path) -> None:
    truth = json.loads((_export(shop, "shopify_orders") / "truth.json").read_text(encoding="utf-8"))
    told = truth["files"]["shopify_orders/utc/orders_export_1.csv"]
    assert told["totals"] == {
        "orders": 2,
        "units": 5,
        "gmv": 1284.5,
        "list_amount": 1280.0,
        "discount": 3.5,
        "shipping": 8.0,
        "refunds": 10.0,
        "buyers": 1,
    }
    assert (told["rows"], told["other_rows"], told["currency"]) == (3, {}, "EUR")
    assert (told["first"], told["last"]) == ("2025-09-01 23:30:00", "2025-09-02 08:00:00")


def test_a_format_whose_tables_are_missing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders = pd.DataFrame(
        {"order_id": ["1"], "customer_id": ["a"], "order_date": pd.to_datetime(["2025-01-01"]), "revenue": [1.0]}
    )
    shop = write_store(tmp_path / "shop", {"orders": orders}, name="S", currency="CNY", timezone="Asia/Shanghai")
    assert main(["export-samples", str(tmp_path / "out"), "--store", str(shop), "--format", "pdd_orders"]) == 0
    assert "pdd_orders: not written, the store has no order_lines\n" in capsys.readouterr().out
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["truth.json"]


@pytest.mark.parametrize(
    ("folder", "name", "said"),
    [
        ("new", "taobao", r"There is no format `taobao`\.\nHint: choose from amazon_"),
        ("shop", "pdd_orders", r"is there already\.\nHint: give the name of a new folder\."),
    ],
)
def test_what_cannot_be_written_is_refused(shop: Path, folder: str, name: str, said: str) -> None:
    with open_store(shop) as store, pytest.raises(ParameterError, match=said):
        samples.export(store, to=shop.parent / folder, formats=[name])
    assert not (shop.parent / "new").exists()


# --- properties ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.name}-{s.variant}")
def test_a_format_is_whole(sample) -> None:
    """Every cell has its column, every column is known once, and every total has its meaning."""
    assert set(sample.cells) - set(sample.columns) <= set().union(*(s.columns for s in load_samples(sample.name)))
    assert sample.known in ("full", "partial")
    assert set(sample.totals) <= set(load_rows(sample.rows).totals)
    assert set(sample.marked) <= set(load_rows(sample.rows).marked)
    assert sample.totals


# rows -> the daily table, the traffic source, and the columns behind the totals
DAILY = {
    "ad_days": ("ads_daily", "", {"ad_cost": "cost", "ad_orders": "orders", "ad_revenue": "revenue"}),
    "product_days": (
        "product_daily",
        "",
        {"product_visitors": "visitors", "gmv": "revenue", "refunds": "refund_amount"},
    ),
    "source_days": ("traffic_daily", "", {"gmv": "revenue"}),
    "shop_days": ("traffic_daily", "", {"gmv": "revenue"}),
    "keyword_days": ("traffic_daily", "search", {"gmv": "revenue"}),
    "live_days": ("traffic_daily", "live", {"gmv": "revenue"}),
    "mailings": ("traffic_daily", "private", {"gmv": "revenue", "clicks": "visitors"}),
}


def _known(tables: dict[str, pd.DataFrame]) -> dict[str, float]:
    """The totals of the whole sample store."""
    orders, lines = tables["orders"], tables["order_lines"]
    return {
        "orders": len(orders),
        "units": lines["quantity"].sum(),
        "gmv": orders["revenue"].sum(),
        "goods_paid": lines["revenue"].sum(),
        "discount": orders["discount"].sum(),
        "shipping": orders["shipping_fee"].sum(),
        "refunds": tables["refunds"]["amount"].sum(),
        "buyers": orders["customer_id"].nunique(),
        "list_amount": lines["revenue"].sum() + orders["discount"].sum(),
        "products": len(tables["products"]),
        "categories": tables["products"]["category"].nunique(),
        "translated": tables["products"]["category"].nunique() - 1,  # of one there is none, as in the real file
        "canceled": orders.loc[orders["refund_amount"] >= orders["revenue"], "revenue"].sum(),
        "people": orders["customer_id"].nunique() + orders["customer_id"].isna().sum(),
        "reviews": pd.read_csv(OLIST)["order_status"].eq("delivered").sum(),  # the sample store keeps none: made up
        "list_price": tables["products"]["price"].sum(),
        "unit_cost": tables["products"]["unit_cost"].sum(),
    }


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.name}-{s.variant}")
def test_the_truth_of_each_file_is_that_of_the_sample_store(sample, tables: dict[str, pd.DataFrame]) -> None:
    for name, file in _truth()["files"].items():
        if (file["format"], file["variant"]) != (sample.name, sample.variant):
            continue
        known = _known(tables)
        if sample.rows in DAILY:
            table, source, columns = DAILY[sample.rows]
            rows = tables[table][tables[table]["date"].between(*file["days"])]
            rows = rows[rows["source"].eq(source)] if source else rows
            whole = {total: known[total] for total in ("refunds", "units") if sample.rows == "shop_days"}
            known = whole | {t: rows[columns.get(t, t)].sum() for t in file["totals"] if columns.get(t, t) in rows}
        elif sample.rows in ("clicks", "hits"):
            events = tables["events"][tables["events"]["event_time"].str[:10].between(*file["days"])]
            named = events["event_name"].value_counts()
            known = {"orders": named["purchase"], "views": named["view_item"], "carts": named["add_to_cart"]}
            known |= {"users": events["user_id"].nunique()} if sample.rows == "hits" else {}
        elif sample.rows == "buyer_days":
            orders = tables["orders"].dropna(subset="customer_id")
            known = {"orders": len(orders), "gmv": orders["revenue"].sum(), "units": orders["units"].sum()}
        shared = file["totals"].keys() & known.keys()
        assert shared
        for total in shared:
            assert file["totals"][total] == pytest.approx(known[total], abs=0.001), f"{name}: {total}"


@pytest.mark.parametrize("name", _truth()["files"])
def test_the_rows_of_a_file_are_those_that_are_told(name: str) -> None:
    file, told = KEPT / name, _truth()["files"][name]
    sample = next(s for s in load_samples(told["format"]) if s.variant == told["variant"])
    if sample.kind == "xlsx":
        count = CalamineWorkbook.from_path(file).get_sheet_by_index(0).height
    elif sample.kind == "parquet":
        count = pq.read_metadata(file).num_rows
    else:
        raw = file.read_bytes()
        if sample.zipped:
            archive = zipfile.ZipFile(io.BytesIO(raw))
            raw = archive.read(archive.namelist()[0])
        text = raw.decode(told["encoding"])
        if sample.kind == "json":
            count = len(json.loads(text))
        elif sample.kind == "jsonl":
            count = len([json.loads(line) for line in text.splitlines()])
        else:
            strict = csv.QUOTE_NONE if sample.quote == "never" else csv.QUOTE_MINIMAL
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=sample.delimiter, quoting=strict)
            count = len(list(rows)) if sample.quote != "bare" else text.count(sample.line_end)
    head = 0 if sample.headless or sample.kind in ("json", "jsonl", "parquet") else 1
    assert count == told["rows"] + sum(told["other_rows"].values()) + head


# --- reference -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variant", "columns"),
    [
        ("taobao_orders", "46", 46),
        ("taobao_orders", "56", 56),
        ("taobao_orders", "61", 61),
        ("taobao_items", "2017", 10),
        ("shopify_orders", "local", 79),
        ("amazon_orders", "29", 29),
        ("amazon_orders", "32", 32),
        ("pdd_orders", "23", 23),
        ("woo_orders", "", 11),
        ("jd_statement", "", 22),
        ("sycm_products", "", 38),
        ("sycm_keywords", "", 11),
        ("wanxiang", "76", 76),
        ("wanxiang_net", "", 24),
        ("jd_products", "", 21),
        ("klaviyo", "old", 24),
        ("uci_retail", "I", 8),
    ],
)
def test_a_header_has_as_many_columns_as_the_platform_writes(name: str, variant: str, columns: int) -> None:
    header = next(s for s in SAMPLES if (s.name, s.variant) == (name, variant)).columns
    assert len(header) == len(set(header)) == columns


def _parts(file: Path) -> dict[str, bytes]:
    """The content of a file, without what the compressing library decides."""
    if file.suffix in (".xlsx", ".zip"):
        with zipfile.ZipFile(file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if file.suffix == ".parquet":
        return {"rows": str(pq.read_table(file).to_pylist()).encode()}
    return {"": file.read_bytes()}


def test_the_samples_are_written_again_byte_for_byte(again: Path) -> None:
    kept = {file.relative_to(KEPT).as_posix() for file in KEPT.rglob("*") if file.is_file()}
    assert kept == {file.relative_to(again).as_posix() for file in again.rglob("*") if file.is_file()}
    for name in sorted(kept - {"truth.json"}):
        assert _parts(again / name) == _parts(KEPT / name), f"{name}: run the command of datasets/README.md"
    packed = {name for name in kept if name.endswith((".xlsx", ".zip", ".parquet"))}
    new = json.loads((again / "truth.json").read_text(encoding="utf-8"))
    for manifest in (new, old := json.loads((KEPT / "truth.json").read_text(encoding="utf-8"))):
        for name in packed:
            del manifest["files"][name]["sha256"]
    assert new == old


def test_the_samples_are_whole_and_light() -> None:
    files = _truth()["files"]
    assert {name: hashlib.sha256((KEPT / name).read_bytes()).hexdigest() for name in files} == {
        name: told["sha256"] for name, told in files.items()
    }
    assert sum(file.stat().st_size for file in (ROOT / "datasets").rglob("*") if file.is_file()) < 1_000_000
