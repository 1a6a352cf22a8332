"""Daily figures: the same people are counted once, whichever exports tell of them."""

import json
from pathlib import Path

import pytest

from ecomkit.data.imports import Imported, import_files
from ecomkit.data.store import open_store
from ecomkit.errors import ParameterError

SHOP = "统计日期,访客数,浏览量,支付买家数,支付金额,客单价,支付转化率"
SOURCES = "流量载体,一级来源,二级来源,三级来源,四级来源,访客数,加购人数,支付买家数,支付金额,支付转化率"
JD = "时间,浏览量(PV),同比,访客数(UV),同比,成交客户数,同比,成交金额,同比"
LIVE = "主播昵称,直播开始时间,直播间观看人数,直播间成交人数,直播间成交订单数,直播间用户支付金额"


def _write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def _traffic(done: Imported) -> list[tuple[str, str, int, float]]:
    with open_store(done.store) as store:
        return (
            store.traffic_daily.project("date::VARCHAR AS date, source, visitors, revenue")
            .order("date, source")
            .fetchall()
        )


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return _write(
        tmp_path / "shop.csv",
        SHOP,
        '2025-09-28,"1,000","3,000",10,"1,200.50",120.05,1.00%',
        '2025-09-29,"1,100","3,100",11,"1,300.00",118.18,1.00%',
    )


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return _write(
        tmp_path / "店铺来源_2025-09-29_2025-09-29.csv",
        SOURCES,
        '全部,平台流量,汇总,汇总,汇总,"1,000",40,9,"1,100.00",0.90%',
        "全部,平台流量,手淘搜索,汇总,汇总,700,30,6,800.00,0.86%",
        "全部,平台流量,手淘搜索,手淘搜索-图片,汇总,300,10,2,200.00,0.67%",
        "全部,平台流量,猜你喜欢,汇总,汇总,400,10,5,500.00,1.25%",
    )


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_the_shop_as_a_whole_gives_way_to_its_sources(shop: Path, sources: Path, tmp_path: Path) -> None:
    done = import_files([shop, sources], to=tmp_path / "mine")
    assert _traffic(done) == [
        ("2025-09-28", "taobao: all", 1000, 1200.5),
        ("2025-09-29", "search", 700, 800.0),
        ("2025-09-29", "猜你喜欢", 400, 500.0),
    ]
    assert done.notes == {"source_gave_way": 1}


def test_it_gives_way_whichever_comes_first_and_another_time(shop: Path, sources: Path, tmp_path: Path) -> None:
    import_files([sources], to=tmp_path / "mine")
    done = import_files([shop], to=tmp_path / "mine")
    assert [source for _day, source, *_ in _traffic(done)] == ["taobao: all", "search", "猜你喜欢"]
    again = import_files([shop, sources], to=tmp_path / "mine")
    assert again.tables["traffic_daily"] == {"rows": 3, "new": 0, "changed": 0}


def test_what_ads_cost_the_shop_is_counted_once(tmp_path: Path) -> None:
    """The shop's own sum stands for days without campaigns; commission, which no campaign holds, always stays."""
    shop = _write(
        tmp_path / "shop.csv",
        f"{SHOP},直通车消耗,钻石展位消耗,淘宝客佣金",
        '2025-09-28,"1,000","3,000",10,"1,200.50",120.05,1.00%,"1,000.10",20.20,3.00',
        '2025-09-29,"1,100","3,100",11,"1,300.00",118.18,1.00%,100.00,20.00,4.00',
    )
    campaigns = _write(
        tmp_path / "plans.csv",
        "日期,计划名字,展现量,点击量,花费,总成交金额,总成交笔数",
        "2025-09-29,新品,1000,10,70.00,0,0",
        "2025-09-29,Brand: all you need,1000,10,50.00,0,0",
    )
    jd = _write(
        tmp_path / "pdd.csv", "日期,推广名称,总花费(元),交易额(元),曝光量,点击量", "2025-09-28,新品,9.00,0,10,1"
    )
    for files in ([shop, campaigns, jd], [jd, campaigns, shop]):
        done = import_files(files, to=tmp_path / "mine")
        with open_store(done.store) as store:
            told = store.ads_daily.project("date::VARCHAR AS d, platform, campaign, cost").order("d, cost").fetchall()
        assert told == [
            ("2025-09-28", "taobao", "taobao: commission", 3.0),
            ("2025-09-28", "pdd", "新品", 9.0),
            ("2025-09-28", "taobao", "taobao: all", 1020.3),
            ("2025-09-29", "taobao", "taobao: commission", 4.0),
            ("2025-09-29", "taobao", "Brand: all you need", 50.0),
            ("2025-09-29", "taobao", "新品", 70.0),
        ]
        assert done.notes == {"campaign_gave_way": 1}


def test_another_platform_stays_beside_the_whole_shop(shop: Path, tmp_path: Path) -> None:
    jd = _write(tmp_path / "jd.csv", JD, "2025-09-29,900,1%,500,2%,5,3%,600.00,4%")
    done = import_files([shop, jd], to=tmp_path / "mine")
    assert _traffic(done)[1:] == [
        ("2025-09-29", "jd: shop", 500, 600.0),
        ("2025-09-29", "taobao: all", 1100, 1300.0),
    ]
    assert done.notes == {}


def test_two_live_sessions_of_a_day_add_up(tmp_path: Path) -> None:
    live = _write(
        tmp_path / "live.csv",
        LIVE,
        "晴居,2025/09/29 10:00:00,300,3,4,120.10",
        "晴居,2025/09/29 20:00:00,500,5,5,230.20",
        "晴居,2025/09/30 20:00:00,100,0,0,0",
    )
    done = import_files([live], to=tmp_path / "mine")
    assert _traffic(done) == [
        ("2025-09-29", "douyin: live", 800, 350.3),
        ("2025-09-30", "douyin: live", 100, 0.0),
    ]


def test_the_sources_of_several_days_cannot_be_told_apart(sources: Path, tmp_path: Path) -> None:
    week = sources.rename(tmp_path / "店铺来源_2025-09-23_2025-09-29.csv")
    with pytest.raises(ValueError, match=r"sums several days .*\nHint: export one day per file\."):
        import_files([week], to=tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_campaign_may_be_called_total(tmp_path: Path) -> None:
    report = _write(
        tmp_path / "Campaign report.csv",
        "Campaign report",
        '"September 1, 2026 - September 2, 2026"',
        "Day,Campaign,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value",
        '2026-09-01,Total Wine,USD,"1,234.50","5,000",10,2.00,80.00',
        "2026-09-02,Total Wine,USD,0.50,5,0, --, --",
        'Total: Campaigns, --,USD,"1,235.00","5,005",10,2.00,80.00',
        'Total: Account, --,USD,"1,235.00","5,005",10,2.00,80.00',
    )
    done = import_files([report], to=tmp_path / "mine")
    with open_store(done.store) as store:
        assert store.ads_daily.aggregate("count(*), sum(cost), sum(orders), count(orders)").fetchall() == [
            (2, 1235.0, 2, 1)
        ]
        assert store.currency == "USD"


def test_a_sum_that_lacks_a_column_says_so(tmp_path: Path) -> None:
    header = "商品ID,商品名称,讲解次数,用户支付金额,成交件数,商品点击人数,发货前退款金额"
    rows = _write(tmp_path / "直播间商品_2025-09-29.csv", header, "11,床单,1,¥100.00,2,1.16万,¥5.00")
    told = import_files([rows], to=tmp_path / "mine").files[0]
    assert told.not_there == ["发货后退款金额"]
    assert told.totals["product_revenue"] == 100.0


# --- reference -------------------------------------------------------------------------------------------------------


def test_a_mixed_store_keeps_its_platforms_apart(tmp_path: Path) -> None:
    """Taobao, JD and Douyin in one store: each platform's orders and money are those of its own truth."""
    samples = Path(__file__).parents[3] / "datasets" / "samples"
    truth = json.loads((samples / "truth.json").read_text(encoding="utf-8"))["files"]
    names = [next(n for n in truth if n.startswith(f"{format_}_orders/")) for format_ in ("taobao", "jd", "douyin")]
    done = import_files([samples / name for name in names], to=tmp_path / "mine")
    with open_store(done.store) as store:
        found = store.orders.aggregate("platform, count(*), round(sum(revenue), 2)", "platform").fetchall()
    wanted = [(truth[n]["platform"], truth[n]["totals"]["orders"], round(truth[n]["totals"]["gmv"], 2)) for n in names]
    assert sorted(found) == sorted(wanted)


# --- what files do not tell ------------------------------------------------------------------------------------------

TIKTOK = ["By Day,Campaign name,Cost,Impressions,Clicks (destination)", "2025-09-29,new,70.00,1000,10"]
KAMPAGNEN = ["Tag,Kampagne,Kosten{told},Impr.,Klicks", '29.09.2025,neu,"1.234,50",1000,10']


def test_a_currency_that_no_file_tells_is_asked_for(tmp_path: Path) -> None:
    ads = _write(tmp_path / "ads.csv", *TIKTOK)
    assert import_files([ads], to=tmp_path / "mine").notes == {"no_zone": 1, "no_currency": 1}
    done = import_files([ads], to=tmp_path / "mine", currency="USD", timezone="UTC")
    assert done.notes == {}
    with open_store(done.store) as store:
        assert store.currency == "USD"
    with pytest.raises(ParameterError, match=r"The store is in USD, not EUR\.\nHint: leave --currency out\."):
        import_files([ads], to=tmp_path / "mine", currency="EUR")
    with pytest.raises(ParameterError, match="--currency dollar is no ISO 4217 code"):
        import_files([ads], to=tmp_path / "new", currency="dollar")


def test_beside_files_that_tell_it_it_is_taken_to_be_theirs(shop: Path, tmp_path: Path) -> None:
    ads = _write(tmp_path / "ads.csv", *TIKTOK)
    done = import_files([ads, shop], to=tmp_path / "mine")
    assert done.notes == {"currency_taken": 1}
    with open_store(done.store) as store:
        assert store.currency == "CNY"


@pytest.mark.parametrize(("told", "currency"), [(" (EUR)", "EUR"), ("", "XX" + "X")])
def test_a_heading_may_tell_the_currency(told: str, currency: str, tmp_path: Path) -> None:
    ads = _write(tmp_path / "ads.csv", *(line.format(told=told) for line in KAMPAGNEN))
    done = import_files([ads], to=tmp_path / "mine", timezone="Europe/Berlin")
    assert done.notes == ({} if told else {"no_currency": 1})
    with open_store(done.store) as store:
        assert store.currency == currency
        assert store.ads_daily.project("date::VARCHAR, cost").fetchall() == [("2025-09-29", 1234.5)]


def test_a_stray_file_does_not_choose_the_time_zone(shop: Path, tmp_path: Path) -> None:
    """An old American data set in the folder is refused for its currency, and says nothing of the days of the shop."""
    cds = _write(tmp_path / "CDNOW.txt", *(f" 0000{n} 19970101  1   11.77" for n in range(1, 5)))
    jd = _write(tmp_path / "jd.csv", JD, "2025-09-29,900,1%,500,2%,5,3%,600.00,4%")
    (tmp_path / "in").mkdir()
    for file in (cds, jd, shop):
        file.rename(tmp_path / "in" / file.name)
    done = import_files([tmp_path / "in"], to=tmp_path / "mine", currency="CNY")
    assert list(done.refused) == ["CDNOW.txt"]
    with open_store(done.store) as store:
        assert store.timezone == "Asia/Shanghai"
