"""Rows that are no data: sums under a spoiled label, sheets that nobody reads, characters that are none."""

import json

import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

from ecomkit.data.imports import import_files
from ecomkit.data.store import open_store
from ecomkit.report.account import lines

HEADER = ["流量载体", "一级来源", "二级来源", "三级来源", "访客数", "支付买家数", "支付金额"]
ROWS = [
    ["全部", "平台流量", "汇总", "汇总", "300", "6", "600.00"],
    ["全部", "平台流量", "手淘搜索", "汇总", "200", "4", "400.00"],
    ["全部", "平台流量", "手淘搜索", "手淘搜索-图片", "50", "1", "100.00"],
    ["全部", "平台流量", "某新来源", "汇总", "100", "2", "200.00"],
    ["全部", "自主访问", "汇总", "汇总", "10", "1", "50.00"],
    ["全部", "自主访问", "我的淘宝", "汇总", "10", "1", "50.00"],
]
ORDERS = ["订单编号", "买家会员名", "买家实际支付金额", "订单状态", "订单付款时间", "退款金额"]


def _read(tmp_path, rows):
    file = tmp_path / "店铺来源_2025-09-27_2025-09-27.csv"
    file.write_text("\n".join(",".join(row) for row in [HEADER, *rows]), encoding="utf-8")
    done = import_files([file], to=tmp_path / "mine")
    with open_store(done.store) as store:
        sources = store.traffic_daily.project("source, visitors").order("visitors DESC").fetchall()
    return sources, {why: told["rows"] for why, told in done.files[0].dropped.items()}


def _book(tmp_path, **sheets):
    with pd.ExcelWriter(tmp_path / "book.xlsx", engine="xlsxwriter") as book:
        for name, rows in sheets.items():
            pd.DataFrame(rows).to_excel(book, sheet_name=name, index=False, header=False)
    return tmp_path / "book.xlsx"


# by hand


def test_sums_and_parts_are_left_out_and_a_new_source_stays(tmp_path):
    sources, dropped = _read(tmp_path, ROWS)
    assert sources == [("search", 200), ("某新来源", 100), ("direct", 10)]
    assert dropped == {"sum of other rows": 2, "part of another row": 1}


@pytest.mark.parametrize("label", ["#REF!", "", "合 计?", "汇总X"])
def test_a_sum_under_a_spoiled_label_is_left_out_and_told(tmp_path, label):
    spoiled = [[*ROWS[0][:2], label, *ROWS[0][3:]], *ROWS[1:]]
    sources, dropped = _read(tmp_path, spoiled)
    assert ("search", 200) in sources
    assert sum(visitors for _source, visitors in sources) == 210  # the new source beside it may be the sum as well
    assert dropped["its level is not known"] == 2


def test_a_report_without_sums_is_read_as_it_is(tmp_path):
    sources, dropped = _read(tmp_path, [row for row in ROWS if row[2] != "汇总"])
    assert sum(visitors for _source, visitors in sources) == 310
    assert dropped == {"part of another row": 1}


def test_a_sheet_that_no_profile_knows_is_told(tmp_path):
    order = [ORDERS, ["1001", "mei", "10.00", "交易成功", "2025-09-01 10:00:00", "0.00"]]
    book = _book(tmp_path, 订单=order, 说明=[["制表人", "x"]], 空=[[""]])
    done = import_files([book], to=tmp_path / "mine")
    assert (done.files[0].unread, done.files[0].left_out) == (["说明"], [])
    assert "  Sheet not read: no profile knows it: 说明" in lines(done.as_dict(), "en")
    assert "  工作表未读取（格式无法识别）：说明" in lines(done.as_dict(), "zh")


def test_both_sheets_of_orders_are_read(tmp_path):
    row = ["1001", "mei", "10.00", "交易成功", "2025-09-01 10:00:00", "0.00"]
    book = _book(tmp_path, 一=[ORDERS, row], 二=[ORDERS, ["1002", *row[1:]]])
    done = import_files([book], to=tmp_path / "mine")
    assert [told.written for told in done.files] == [1, 1]
    assert [told.unread for told in done.files] == [[], []]
    assert done.tables["orders"]["rows"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_characters_that_are_none_are_taken_out_and_told(tmp_path, encoding):
    rows = [ORDERS, ["1001", "mei", "1\x000.00", "交易\x00成功", "2025-09-01 10:00:00", "0.00"]]
    (tmp_path / "orders.csv").write_bytes("\n".join(map(",".join, rows)).encode(encoding))
    done = import_files([tmp_path / "orders.csv"], to=tmp_path / "mine")
    with open_store(done.store) as store:
        assert store.orders.project("revenue, status").fetchall() == [(10.0, "交易成功")]
    assert done.files[0].cleaned == 2
    assert "  Characters that are none (NUL), taken out: 2" in lines(done.as_dict(), "en")


@pytest.mark.parametrize("kind", ["json", "parquet"])
def test_records_are_cleaned_as_well(tmp_path, kind):
    event = {"event_timestamp": 1756692000000000, "event_name": "view\x00_item", "user_pseudo_id": "u"}
    if kind == "json":
        (tmp_path / "ga4.json").write_text(json.dumps(event) + "\n", encoding="utf-8")
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist([event]), tmp_path / "ga4.parquet")
    done = import_files([tmp_path / f"ga4.{kind}"], to=tmp_path / "mine", timezone="UTC")
    with open_store(done.store) as store:
        assert store.events.project("event_name").fetchall() == [("view_item",)]
    assert done.files[0].cleaned == 1
