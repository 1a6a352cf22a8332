"""Columns that may not be added up: kept as the platform states them, marked in the account, and never summed."""

import pytest

from ecomkit.data.imports import import_files
from ecomkit.data.store import open_store
from ecomkit.diagnosis import metrics
from ecomkit.errors import ParameterError
from ecomkit.report.account import lines

SHOP = """统计日期,访客数,浏览量,支付买家数,支付金额,客单价,支付转化率,跳失率,平均停留时长,成功退货退款金额
2025-09-01,100,300,5,500.00,100.00,5.00%,61.50%,12.50,20.00
2025-09-02,100,300,4,500.00,125.00,4.00%,160.00%,00:01:30,0.00
2025-09-03,100,300,0,0.00,-,0.00%,-,-,-"""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    place = tmp_path_factory.mktemp("marks")
    (place / "shop.csv").write_text(SHOP, encoding="utf-8")
    return import_files([place / "shop.csv"], to=place / "mine")


# by hand


def test_what_is_stated_is_kept_and_what_cannot_be_is_told(done):
    with open_store(done.store) as store:
        kept = store.sales_daily.project("conversion_rate, amount_per_buyer, bounce_rate, mean_stay_seconds")
        assert kept.fetchall() == [
            (0.05, 100.0, 0.615, 12.5),
            (0.04, 125.0, None, 90.0),  # a bounce rate of 160 % is none
            (0.0, None, None, None),  # what is missing is missing, never 0
        ]
        assert store.sales_daily.aggregate("sum(refund_amount)").fetchall() == [(20.0,)]
    assert done.files[0].not_parsed == {"跳失率": {"rows": 1, "first_rows": [3]}}


def test_the_account_names_what_is_marked(done):
    assert done.files[0].marked == {
        "never": ["支付转化率", "客单价", "跳失率", "平均停留时长"],
        "repeats": ["访客数", "支付买家数"],
    }
    assert "  Kept as stated: not to be added up: 支付转化率, 客单价, 跳失率, 平均停留时长" in lines(
        done.as_dict(), "en"
    )
    assert "  按平台原值保留：按日去重，跨日相加会重复计人：访客数、支付买家数" in lines(done.as_dict(), "zh")


def test_a_clock_is_told_where_there_was_one(done):
    assert done.files[0].converted["平均停留时长"] == {"unit": "duration", "texts": 0, "comma": False}
    assert "跳失率" in done.files[0].converted


def test_a_user_who_sums_them_is_refused(done):
    with open_store(done.store) as store:
        with pytest.raises(ParameterError, match=r"\['bounce_rate'\] may not be summed over days"):
            metrics.sum_over(store.sales_daily, ["bounce_rate"])
        assert metrics.sum_over(store.sales_daily, ["visitors"]).to_dict() == {"visitor_days": 300.0}


def test_rows_that_add_up_to_one_leave_what_they_state_apart(tmp_path):
    """A format of several rows for a day: figures are summed, a mean stands only where one row told it."""
    (tmp_path / "mine.yaml").write_text(
        "platform: mine\ngrain: row\nsummed: true\nmatch: [day, people, stay]\ntraffic_daily:\n  date: day\n"
        "  source: {is: mine}\n  visitors: people\n  mean_stay_seconds: stay\n",
        encoding="utf-8",
    )
    (tmp_path / "rooms.csv").write_text("day,people,stay\n2025-01-01,1,10\n2025-01-01,2,20\n2025-01-02,3,30\n")
    made = import_files([tmp_path / "rooms.csv"], to=tmp_path / "store", profile_name=tmp_path / "mine.yaml")
    with open_store(made.store) as store:
        assert store.traffic_daily.project("visitors, mean_stay_seconds").fetchall() == [(3, None), (3, 30.0)]


def test_a_table_that_would_hold_days_alone_is_left_out(tmp_path):
    (tmp_path / "shop.csv").write_text("统计日期,商品访客数,有访问商品数,支付买家数,支付金额\n2025-09-01,9,1,1,5\n")
    made = import_files([tmp_path / "shop.csv"], to=tmp_path / "mine")
    assert list(made.tables) == ["traffic_daily"]
