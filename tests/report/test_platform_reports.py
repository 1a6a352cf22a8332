"""The flagship report on what each platform alone lets one download, and on several platforms in one store."""

import ast
import builtins
import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest
from bs4 import BeautifulSoup

from ecomkit.data.imports import import_files
from ecomkit.data.store import Store, open_store
from ecomkit.errors import MissingTableError
from ecomkit.report import text
from ecomkit.report.piece import Piece
from ecomkit.report.run import run

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "datasets" / "samples"
FLAGSHIP = ROOT / "notebooks" / "reports" / "store_diagnosis.ipynb"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["files"]
EXPORTS = {  # one variant of each format, as one shop would have them
    "taobao": "taobao_orders/61 taobao_items/2017 sycm_shop sycm_sources sycm_products sycm_keywords wanxiang/76",
    "jd": "jd_orders/2017 jd_statement jd_products jd_traffic",
    "douyin": "douyin_orders/75 compass_live compass_products qianchuan",
    "pdd": "pdd_orders/paid pdd_ads",
    "shopify": "shopify_orders/utc shopify_products/2024 shopify_sales/reversals",
    "woocommerce": "woo_orders_json woo_products/point",
    "amazon": "amazon_orders/32 amazon_business/dash",
}
SECTIONS = ("traffic_daily", "events", "order_lines", "ads_daily")
SALES = next(file["totals"]["gmv"] for name, file in TRUTH.items() if name.startswith("taobao_orders/61"))


def _imported(platforms: list[str], to: Path) -> Path:
    paths = [SAMPLES / name for platform in platforms for name in EXPORTS[platform].split()]
    return import_files(paths, to=to, timezone="Asia/Shanghai").store


def _shown(store: Path, lang: str, patch: pytest.MonkeyPatch) -> BeautifulSoup:
    """What the flagship report shows of a store: its cells run one after the other in this process."""
    shown: list[Any] = []
    patch.setattr("IPython.display.display", shown.append)
    patch.setattr(builtins, "display", shown.append, raising=False)
    space: dict[str, Any] = {"store": str(store), "lang": lang, "start": "", "end": "", "compare": "previous"}
    try:
        for cell in nbformat.read(FLAGSHIP, as_version=4).cells:
            if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
                *steps, last = ast.parse(cell.source).body
                steps = steps if isinstance(last, ast.Expr) else [*steps, last]
                exec(compile(ast.Module(steps, []), cell.id, "exec"), space)
                if isinstance(last, ast.Expr):
                    shown.append(eval(compile(ast.Expression(last.value), cell.id, "eval"), space))
        return BeautifulSoup("".join(piece.html for piece in shown if isinstance(piece, Piece)), "html.parser")
    finally:
        plt.close("all")
        if "shop" in space:
            space["shop"].close()
        text.use("en")


def _lacks(store: Store) -> set[str]:
    """The names, as notes have them, of what sections of the report need and the store has not."""
    has_buyers = bool(store.orders.filter("customer_id IS NOT NULL").limit(1).fetchall())
    return {table for table in SECTIONS if not store.has(table)} | (set() if has_buyers else {"orders.customer_id"})


@pytest.mark.parametrize("platform", EXPORTS)
def test_each_platform_alone_fills_the_report_and_gaps_are_told(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lang = "zh" if platform in ("taobao", "douyin", "pdd") else "en"
    place = _imported([platform], tmp_path / platform)
    page = _shown(place, lang, monkeypatch)
    notes = [note.get_text() for note in page.select(".ek-note.ek-note")]
    with open_store(place) as store:
        assert store.orders.aggregate("round(sum(revenue), 2)").fetchall() == [(round(SALES, 2),)]
        told = {name for name in (*SECTIONS, "orders.customer_id") if any(f"({name})" in note for note in notes)}
        assert told == _lacks(store)
    assert page.select(".ek-kpi")
    assert len(page.select("table")) >= 4
    assert not {"None", "nan", "NaT"} & {cell.get_text(strip=True) for cell in page.select("td, p")}


def test_a_store_without_orders_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = import_files([SAMPLES / "qianchuan"], to=tmp_path / "ads").store
    with pytest.raises(MissingTableError, match=r"no table `orders`.*\nHint: import an export that has it"):
        _shown(place, "zh", monkeypatch)


def test_a_mixed_store_reports_side_by_side(tmp_path: Path) -> None:
    """Run to the end, as a user would: each platform has a row with its own sales, and they come to the headline."""
    place = _imported(["taobao", "jd", "douyin"], tmp_path / "mixed")
    page = BeautifulSoup(
        run("store_diagnosis", store=str(place), lang="zh", out=tmp_path, progress=False).read_bytes(), "html.parser"
    )
    table = next(t for t in page.select("table") if t.select_one("th").get_text() == "平台")
    heads = [th.get_text(strip=True) for th in table.select("th")]
    rows = [
        dict(zip(heads, [td.get_text(strip=True) for td in tr.select("td")], strict=True))
        for tr in table.select("tbody tr")
    ]
    days = page.select_one(".masthead").get_text(" ").split("统计时间")[1].split()
    with open_store(place) as store:
        sold = store.orders.filter(f"order_date::DATE BETWEEN '{days[0]}' AND '{days[2]}'")
        sums = dict(sold.aggregate("platform, round(sum(revenue), 2)", "platform").fetchall())
    assert {row["平台"]: row["支付金额"] for row in rows} == {
        "淘宝/天猫": f"¥{sums['taobao']:,.2f}",
        "京东": f"¥{sums['jd']:,.2f}",
        "抖音": f"¥{sums['douyin']:,.2f}",
    }
    assert [row["客单价"] for row in rows if row["平台"] == "抖音"] == ["–"]  # it names no buyer: only 笔单价 is known
    assert all(row["笔单价"].startswith("¥") for row in rows)
    assert f"¥{sum(sums.values()):,.0f}" in page.select_one(".ek-headline").get_text()
