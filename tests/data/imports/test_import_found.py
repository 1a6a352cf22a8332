"""What changed samples brought to light, each in a few rows."""

import json
from pathlib import Path

import pytest

from ecomkit.data.imports import Imported, import_files
from ecomkit.data.store import open_store
from ecomkit.errors import TableError

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
TAOBAO = "订单编号,买家会员名,买家实际支付金额,订单状态,订单付款时间,退款金额,宝贝总数量"


def _import(file: Path, tmp_path: Path) -> Imported:
    return import_files([file], to=tmp_path / "mine", timezone="Asia/Shanghai")


def test_an_order_that_stands_twice_in_json_is_counted_once(tmp_path: Path) -> None:
    """Pages of a web service overlap: the later state of the order counts, and its lines are summed once."""
    records = json.loads((SAMPLES / "woo_orders_json" / "orders.json").read_text(encoding="utf-8"))
    paid = next(r for r in records if r.get("date_paid") and r["line_items"])
    (file := tmp_path / "orders.json").write_text(json.dumps([paid, paid]), encoding="utf-8")
    done = _import(file, tmp_path)
    with open_store(done.store) as store:
        assert store.orders.project("units").fetchall() == [(sum(i["quantity"] for i in paid["line_items"]),)]


def test_events_that_stand_twice_are_as_many_after_a_second_import(tmp_path: Path) -> None:
    header = "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
    one = "2025-09-01 10:00:00 UTC,view,1,2,a.b,x,5.00,7,s"
    (file := tmp_path / "2025-Sep.json").with_suffix(".csv").write_text("\n".join([header, one, one, ""]))
    first = _import(file.with_suffix(".csv"), tmp_path)
    with open_store(first.store) as store:
        before = len(store.events)
    again = _import(file.with_suffix(".csv"), tmp_path)
    assert again.tables["events"] == {"rows": before, "new": 0, "changed": 0}


def test_an_amount_beyond_all_reason_is_told(tmp_path: Path) -> None:
    rows = ["1,mei,1e300,交易成功,2025-09-01 10:00:00,0.00,1", "2,li,5.00,交易成功,2025-09-01 10:00:00,0.00,1"]
    (file := tmp_path / "a.csv").write_text("\n".join([TAOBAO, *rows, ""]), encoding="utf-8")
    told = _import(file, tmp_path).files[0]
    assert told.not_parsed == {"买家实际支付金额": {"rows": 1, "first_rows": [2]}}
    assert told.totals["revenue"] == 5.0


def test_a_part_of_a_sum_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    sample = SAMPLES / "amazon_orders" / "29" / "20250929_all_orders.txt"
    raw = sample.read_text(encoding="utf-8-sig").splitlines()
    header = raw[0].split("\t")
    row = next(i for i, line in enumerate(raw[1:], 1) if line.split("\t")[header.index("order-status")] == "Shipped")
    cells = raw[row].split("\t")
    cells[header.index("item-tax")] = "n.n."
    raw[row] = "\t".join(cells)
    (file := tmp_path / sample.name).write_text("\n".join(raw) + "\n", encoding="utf-8")
    assert _import(file, tmp_path).files[0].not_parsed == {"item-tax": {"rows": 1, "first_rows": [row + 1]}}


def test_a_total_row_is_none_of_the_products(tmp_path: Path) -> None:
    """Where the day stands in the file's name, no cell of the row would say that it is no day."""
    sample = SAMPLES / "amazon_business" / "dash" / "BusinessReport-2025-09-27.csv"
    text = sample.read_text(encoding="utf-8-sig").rstrip("\n")
    wide = len(text.splitlines()[0].split(","))
    (file := tmp_path / sample.name).write_text(text + "\n" + ",".join(["Total", *["9"] * (wide - 1)]) + "\n")
    told = _import(file, tmp_path).files[0]
    assert told.dropped == {"total row": {"rows": 1, "first_rows": [told.read + 1]}}


def test_a_cut_file_whose_rows_have_a_cell_too_many_keeps_its_rows(tmp_path: Path) -> None:
    rows = [f"{n},mei,10.00,交易成功,2025-09-0{n} 10:00:00,0.00,1," for n in (1, 2, 3)]
    (file := tmp_path / "a.csv").write_text("\n".join([TAOBAO, *rows])[:-30], encoding="utf-8")
    told = _import(file, tmp_path).files[0]
    assert (told.written, told.dropped) == (2, {"fewer cells than the header": {"rows": 1, "first_rows": [4]}})


def test_records_whose_blocks_are_broken_are_refused(tmp_path: Path) -> None:
    raw = (SAMPLES / "ga4_events" / "parquet" / "events_20250929.parquet").read_bytes()
    (file := tmp_path / "events_20250929.parquet").write_bytes(raw[:40] + b"\xff" * 400 + raw[440:])
    with pytest.raises(TableError, match="cannot be read"):
        _import(file, tmp_path)
