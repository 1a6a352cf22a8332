"""The account of an import in words: what the terminal shows, and the page."""

import re
from pathlib import Path
from typing import Any

import pytest

from ecomkit.data.imports import Imported, import_files
from ecomkit.data.store import open_store
from ecomkit.report import text
from ecomkit.report.account import lines, remarks
from ecomkit.report.account_page import NAME, page, write

# Two orders, one not paid, a time that is none, a rate that is not what it is made of, a column nobody knows.
ORDERS = """订单编号,买家会员名,买家实际支付金额,订单状态,订单付款时间,退款金额,<b>新列</b>
1001,mei,"1,000.00",交易成功,2025-09-01 10:00:00,5.00,x
1002,mei,50.00,等待买家付款,,0.00,x
1003,li,50.00,交易成功,2025-09-02 10:00:00,oops,x"""
SHOP = """统计日期,访客数,浏览量,支付买家数,支付金额,客单价,支付转化率
2025-09-01,100,300,5,500.00,100.00,5.00%
2025-09-02,100,300,5,500.00,100.00,9.00%"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    place = tmp_path_factory.mktemp("account")
    for name, rows in {"in/orders.csv": ORDERS, "in/shop.csv": SHOP, "in/notes.csv": "a,b\n1,2"}.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(rows + "\n", encoding="utf-8")
    return import_files([place / "in"], to=place / "mine")


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_the_terminal_tells_the_totals_first_then_each_file(done: Imported) -> None:
    said = lines(done.as_dict(), "en")
    assert said[0] == "Of 5 rows read, 4 are in the store and 1 were left out."
    assert re.split("  +", said[2])[:4] == ["File", "Format", "Rows read", "Rows kept"]
    assert re.fullmatch(r"orders\.csv +Taobao / Tmall orders +3 +2 +1  2025-09-01  2025-09-02  CNY", said[3])
    assert said[4:7] == [
        "  Cannot be read: 1 × 退款金额 (row 4)",
        "  Column not used: <b>新列</b>",
        "  Left out: 1 × Not paid (row 3)",
    ]
    assert "  Differs from its parts: 1 × 支付转化率 (row 3)" in said
    assert "not imported: No profile knows 'notes.csv'." in said


def test_it_speaks_chinese_and_keeps_its_columns_in_line(done: Imported) -> None:
    said = lines(done.as_dict(), "zh")
    assert said[0] == "共读取 5 行，4 行已入库，1 行未导入。"
    assert "  未导入：未付款，1 行（第 3 行）" in said
    wide = [
        sum(2 if "\u2e80" < c < "\uffff" else 1 for c in line[: line.index("CNY")]) for line in said if "CNY" in line
    ]
    assert len(set(wide)) == 1


def test_a_long_name_loses_its_middle_and_nothing_else(done: Imported) -> None:
    report = done.as_dict()
    name = "shopify_sales/returns/Total sales over time - 2024-10-01 - 2025-09-30.csv"
    line = lines({**report, "files": [{**report["files"][0], "file": name}]}, "en")[3]
    head, tail = line.split("  ")[0].split("…")
    assert (name.startswith(head), name.endswith(tail), len(head + tail)) == (True, True, 43)


@pytest.mark.parametrize(("lang", "heading"), [("en", "What came in"), ("zh", "导入报告")])
def test_the_page_stands_alone_in_either_language(done: Imported, lang: str, heading: str) -> None:
    made = write(done, lang).read_text(encoding="utf-8")
    assert f"<h1>{heading}</h1>" in made
    assert not re.search(r"""(src|href)=["']|@import|<script|url\(""", made)
    assert "&lt;b&gt;新列&lt;/b&gt;" in made
    assert "<b>" not in made
    assert made.count("<details") == made.count('<details class="ek-file" open') == 2
    assert ("¥1,050.00" in made, "notes.csv" in made) == (True, True)
    assert ("Rows kept" in made) == (lang == "en")
    assert (text.lang(), text.currency()) == ("en", "")
    with text.using("zh"):
        write(done, lang)
        assert text.lang() == "zh"


def test_files_without_a_question_stand_closed_where_there_are_many(done: Imported) -> None:
    report: dict[str, Any] = done.as_dict()
    calm = {**report["files"][0], "not_parsed": {}, "not_understood": []}
    with open_store(done.store) as store:
        made = page({**report, "files": [calm] * 69 + report["files"][:1]}, store, "zh")
    assert made.count("<details") == 70
    assert made.count('<details class="ek-file" open') == 1


def test_a_store_without_days_has_its_page(tmp_path: Path) -> None:
    ads = tmp_path / "ads.csv"
    ads.write_text("日期,宝贝名称,花费(分),点击量,展现量\n2025-09-01,床单,1250,3,100\n", encoding="utf-8")
    done = import_files([ads], to=tmp_path / "mine")
    assert [(r.kind, r.what) for r in remarks(done.files[0].as_dict())] == [("converted", "花费(分): fen to yuan")]
    assert write(done, "en") == tmp_path / "mine" / NAME


def test_a_reason_that_only_a_profile_knows_is_shown_as_it_is(done: Imported) -> None:
    told = {**done.as_dict()["files"][0], "dropped": {"a gift": {"rows": 7, "first_rows": [2, 3]}}}
    dropped = [r for r in remarks(told) if r.kind == "dropped"]
    assert [(r.what, r.rows, r.places) for r in dropped] == [("a gift", 7, "2, 3, …")]
    with text.using("zh"):
        told["dropped"] = {"no readable order_date": {"rows": 1, "first_rows": [2]}}
        assert [r.what for r in remarks(told) if r.kind == "dropped"] == ["支付时间无法识别"]


# --- reference -------------------------------------------------------------------------------------------------------


def test_every_reason_of_the_profiles_has_a_name() -> None:
    from ecomkit.data.imports.cells import REASONS
    from ecomkit.data.imports.profile import UNITS, profiles
    from ecomkit.data.imports.take import ORPHAN
    from ecomkit.report.labels import BY_COLUMN

    told = {rule.why for p in profiles().values() for rule in (*p.drop, *p.whole)} | {*REASONS.values(), ORPHAN}
    assert told - BY_COLUMN["why"].keys() == set()
    assert set(UNITS) == BY_COLUMN["unit"].keys()
