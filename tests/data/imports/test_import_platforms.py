"""Several platforms in one store: what is numbered or named alike stays apart, and every figure is the parts' sum."""

from pathlib import Path

import pandas as pd
import pytest

from ecomkit.data.imports import import_files
from ecomkit.data.store import open_store, write_store
from ecomkit.diagnosis import metrics

# The same two order numbers, the same buyer's name, the same campaign and the same product number on every platform.
FILES = {
    "taobao": {
        "orders.csv": """订单编号,买家会员名,买家实际支付金额,订单状态,订单付款时间,退款金额,宝贝总数量
1001,mei,100.10,交易成功,2025-09-01 10:00:00,10.00,2
1002,mei,50.00,交易成功,2025-09-02 10:00:00,0.00,1""",
        "items.csv": """订单编号,标题,价格,购买数量,商家编码
1001,床单,60.00,1,77
1001,枕头,60.00,1,78
1002,床单,60.00,1,77""",
        "ads.csv": """日期,计划名字,展现量,点击量,花费,总成交金额,总成交笔数
2025-09-01,新品,1000,10,20.50,100.00,1""",
        "products.csv": """统计日期,商品ID,商品名称,商品访客数,商品浏览量,支付件数,支付金额
2025-09-01,77,床单,300,500,1,50.05""",
        "shop.csv": """统计日期,访客数,浏览量,支付买家数,支付金额,客单价
2025-09-01,400,900,1,100.10,100.10""",
    },
    "jd": {
        "orders.csv": """订单号,商品ID,商品名称,订购数量,京东价,订单金额,运费金额,应付金额,付款确认时间,下单账号
1001,77,床单,3,99.00,297.00,0.00,290.00,2025-09-01 11:00:00,mei
1003,78,枕头,1,30.00,30.00,5.00,35.00,2025-09-02 11:00:00,li""",
        "statement.csv": """订单编号,商品编号,费用名称,应结金额,收支方向,币种,售后服务单号,到账时间,商品数量
1001,77,货款,-99.00,支出,CNY,R1,2025-09-03 10:00:00,1""",
        "products.csv": """时间,SKU,SKU名称,商品访客数,商品浏览量,成交商品件数,成交金额
2025-09-01,77,床单,200,250,3,290.00""",
    },
    "douyin": {
        "orders.csv": """主订单编号,子订单编号,商品ID,商品数量,订单应付金额,支付完成时间
1001,1,77,1,88.00,2025-09-01 12:00:00
1002,2,77,2,166.00,2025-09-03 12:00:00""",
        "ads.csv": """日期,抖音号名称,整体消耗,整体展示次数,整体点击次数,整体成交金额,整体成交订单数
2025-09-01,新品,33.00,2000,40,88.00,1""",
    },
}


def _files(tmp_path: Path, platforms: list[str]) -> list[Path]:
    made = []
    for platform in platforms:
        for name, text in FILES[platform].items():
            made.append(tmp_path / "in" / platform / name)
            made[-1].parent.mkdir(parents=True, exist_ok=True)
            made[-1].write_text(text + "\n", encoding="utf-8")
    return made


def _sums(folder: Path) -> dict[str, float]:
    """Every number that a store's tables and its daily metrics add up to."""
    with open_store(folder) as store:
        sums = {}
        for table in store.tables:
            frame = store.table(table).df()
            numbers = frame.select_dtypes("number").sum()
            sums |= {f"{table}.{name}": float(value) for name, value in numbers.items() if name != "unit_price"}
            sums[f"{table}.rows"] = float(len(frame)) if table != "products" else 0.0
        daily = metrics.daily(store)
        added = [c for c in ("revenue", "orders", "buyers", "visitors", "refunds", "ad_cost") if c in daily]
        sums |= {f"daily.{name}": float(daily[name].sum()) for name in added}
        buyers = store.orders.aggregate("count(DISTINCT customer_id)").fetchall()[0][0]
    return sums | {"buyers": float(buyers)}


def _lines_by_platform(folder: Path) -> list[tuple[str, str, float, float, float]]:
    """(platform, the platform's own number, paid, paid by the lines, refunded) of each order."""
    with open_store(folder) as store:
        return store.connection.sql("""
            WITH l AS (SELECT order_id, sum(revenue) AS goods FROM order_lines GROUP BY 1),
            r AS (SELECT order_id, sum(amount) AS back FROM refunds GROUP BY 1)
            SELECT platform, split_part(order_id, ':', -1) AS number, revenue, round(goods, 2), coalesce(back, 0)
            FROM orders LEFT JOIN l USING (order_id) LEFT JOIN r USING (order_id) ORDER BY 1, 2""").fetchall()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("mixed")
    import_files(_files(place, list(FILES)), to=place / "mine")
    return place / "mine"


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_orders_numbered_alike_stay_apart(mixed: Path) -> None:
    assert _lines_by_platform(mixed) == [
        ("douyin", "1001", 88.0, 88.0, 0.0),
        ("douyin", "1002", 166.0, 166.0, 0.0),
        ("jd", "1001", 290.0, 290.0, 99.0),
        ("jd", "1003", 35.0, 35.0, 0.0),
        ("taobao", "1001", 100.1, 100.1, 0.0),
        ("taobao", "1002", 50.0, 50.0, 0.0),
    ]


def test_every_figure_of_a_mixed_store_is_the_sum_of_its_platforms(mixed: Path, tmp_path: Path) -> None:
    parts: dict[str, float] = {}
    for platform in FILES:
        import_files(_files(tmp_path, [platform]), to=tmp_path / platform)
        for name, value in _sums(tmp_path / platform).items():
            parts[name] = parts.get(name, 0.0) + value
    sums = _sums(mixed)
    assert sums == pytest.approx(parts, abs=0.004)
    assert sums["buyers"] == 3  # mei of Taobao, mei of JD, li of JD; Douyin names no buyer


def test_one_platform_after_the_other_and_again(mixed: Path, tmp_path: Path) -> None:
    for platform in ("jd", "douyin", "taobao"):
        import_files(_files(tmp_path, [platform]), to=tmp_path / "slow")
    assert _lines_by_platform(tmp_path / "slow") == _lines_by_platform(mixed)
    assert _sums(tmp_path / "slow") == pytest.approx(_sums(mixed), abs=0.004)
    again = import_files(_files(tmp_path, list(FILES)), to=tmp_path / "slow")
    assert {(n["new"], n["changed"]) for n in again.tables.values()} == {(0, 0)}


@pytest.mark.parametrize("last", ["site", "events", "jd"])
def test_a_website_purchase_is_the_order_of_the_website(tmp_path: Path, last: str) -> None:
    """GA4 tells the number alone; where JD has an order of that number, too, the website's is meant, whatever comes
    first."""
    event = '{"event_timestamp": 1756692000000000, "event_name": "purchase", "user_pseudo_id": "u", "ecommerce": %s}'
    files = {
        "jd": ("jd.csv", FILES["jd"]["orders.csv"]),
        "site": ("site.csv", "Date,Order #,Status,Items sold,Net Sales\n2025-09-01 10:00:00,1001,completed,1,9.00"),
        "events": ("ga4.json", "\n".join(event % f'{{"transaction_id": "{number}"}}' for number in ("1001", "7"))),
    }
    order = [name for name in ("jd", "site", "events") if name != last] + [last]
    for name in [*order, "events"]:
        file = tmp_path / files[name][0]
        file.write_text(files[name][1] + "\n", encoding="utf-8")
        import_files([file], to=tmp_path / "mine", timezone="" if name != order[0] else "Asia/Shanghai")
    with open_store(tmp_path / "mine") as store:
        bought = {row[0] for row in store.events.project("order_id").fetchall()}
        ((site,),) = store.orders.filter("platform = 'woocommerce'").project("order_id").fetchall()
        assert bought == {site, "7"}
        assert len(store.events) == 2


def test_who_gives_the_same_address_is_the_same_buyer(tmp_path: Path) -> None:
    """A name is one platform's; an e-mail address is a person's, whoever asks for it."""
    profile = tmp_path / "mine.yaml"
    profile.write_text(
        "platform: mine\ntimezone: UTC\nmatch: [No, Paid, Sum, Who]\n"
        "orders: {order_id: No, order_date: Paid, revenue: Sum, customer_id: Who}\n",
        encoding="utf-8",
    )
    other = tmp_path / "other.yaml"
    other.write_text(profile.read_text(encoding="utf-8").replace("platform: mine", "platform: other"), encoding="utf-8")
    rows = tmp_path / "rows.csv"
    rows.write_text("No,Paid,Sum,Who\n1,2025-09-01,5,mei\n2,2025-09-01,5,Mei@example.org\n", encoding="utf-8")
    for one in (profile, other):
        import_files([rows], to=tmp_path / "store", profile_name=one)
    with open_store(tmp_path / "store") as store:
        buyers = store.orders.aggregate("revenue, count(*), count(DISTINCT customer_id)", "revenue").fetchall()
    assert buyers == [(5.0, 4, 3)]


def test_days_of_a_store_that_names_no_platform_are_brought_up_to_date(tmp_path: Path) -> None:
    days = pd.DataFrame(
        {"date": pd.to_datetime(["2025-08-31", "2025-09-01"]), "campaign": "新品", "cost": [7.0, 1.0], "clicks": [3, 1]}
    )
    for named in (days, days.assign(platform=None)):
        folder = tmp_path / str(len(named.columns))
        write_store(folder, {"ads_daily": named}, name="Mine", currency="CNY", timezone="Asia/Shanghai")
        ads = [f for f in _files(tmp_path, ["taobao"]) if f.name == "ads.csv"]
        import_files(ads, to=folder)
        with open_store(folder) as store:
            told = store.ads_daily.project("date::VARCHAR, platform, cost").order("1").fetchall()
        assert told == [("2025-08-31", None, 7.0), ("2025-09-01", "taobao", 20.5)]
