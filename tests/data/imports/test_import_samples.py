"""Every sample that has a profile comes back to the totals of its truth; the store is that of the file, and no more."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecomkit.data.imports import Imported, import_files
from ecomkit.data.imports.account import FileAccount
from ecomkit.data.imports.profile import profiles
from ecomkit.data.store import Store, open_store
from ecomkit.data.tables import TABLES

SAMPLES = Path(os.environ.get("ECOMKIT_SAMPLES", Path(__file__).parents[3] / "datasets" / "samples"))
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
FILES = {name: told for name, told in TRUTH["files"].items() if told["format"] in profiles()}
NEEDS = {"taobao_items": "taobao_orders/46"}  # lines whose orders are in another export
# What a total of the truth is in a store: the first of these tables that the file fills.
_DAILY = ("traffic_daily", "product_daily", "keyword_daily", "live_sessions", "email_campaigns")
IN_STORE = {
    "orders": {
        "orders": "count(*)",
        "sales_daily": "sum(orders)",
        "traffic_daily": "sum(orders)",
        "live_sessions": "sum(orders)",
    },
    "units": {"orders": "sum(units)", "order_lines": "sum(quantity)", **dict.fromkeys(_DAILY, "sum(units)")},
    "gmv": dict.fromkeys(("orders", *_DAILY), "sum(revenue)"),
    "goods_paid": {"orders": "sum(revenue)"},
    "list_amount": {"sales_daily": "sum(list_amount)"},
    "shipping": dict.fromkeys(("orders", "sales_daily"), "sum(shipping_fee)"),
    "discount": dict.fromkeys(("orders", "sales_daily"), "sum(discount)"),
    "refunds": {"refunds": "sum(amount)", **dict.fromkeys(("orders", "sales_daily", *_DAILY), "sum(refund_amount)")},
    "buyers": {"orders": "count(DISTINCT customer_id)", **dict.fromkeys(_DAILY, "sum(buyers)")},
    "visitors": dict.fromkeys(_DAILY, "sum(visitors)"),
    "product_visitors": {"product_daily": "sum(visitors)"},
    "page_views": dict.fromkeys(_DAILY, "sum(page_views)"),
    "cart_users": dict.fromkeys(_DAILY, "sum(cart_users)"),
    "ad_cost": {"ads_daily": "sum(cost)"},
    "impressions": {"ads_daily": "sum(impressions)"},
    "clicks": {"ads_daily": "sum(clicks)", "email_campaigns": "sum(clicks)"},
    "ad_orders": {"ads_daily": "sum(orders)"},
    "ad_revenue": {"ads_daily": "sum(revenue)"},
    "recipients": {"email_campaigns": "sum(recipients)"},
    "products": {"products": "count(*)"},
    "list_price": {"products": "sum(price)"},
    "unit_cost": {"products": "sum(unit_cost)"},
    "events": {"events": "count(*)"},
    "users": {"events": "count(DISTINCT user_id)"},
    "views": {"events": "count(*) FILTER (event_name = 'view_item')"},
    "carts": {"events": "count(*) FILTER (event_name = 'add_to_cart')"},
    "purchases": {"events": "count(*) FILTER (event_name = 'purchase')"},
}
MARKED = ("product_daily", "keyword_daily", "live_sessions", "sales_daily", "traffic_daily")
ELSEWHERE = {  # what a format tells otherwise: net of shipping, with postage, a row per item
    "taobao_items": {"gmv", "orders", "refunds"},
    "woo_orders_json": {"goods_paid"},
    "ga4_events": {"events", "orders", "units", "goods_paid", "shipping"},
    "uci_retail": {"gmv", "shipping", "refunds"},
}
OTHER_ROWS = ("jd_statement", "woo_orders_json", "ga4_events", "uci_retail")  # a row per item; bookings left out


@pytest.fixture(scope="module", params=list(FILES))
def imported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Imported, Store]]:
    name = request.param
    needed = NEEDS.get(TRUTH["files"][name]["format"])
    paths = [SAMPLES / name, *([SAMPLES / needed] if needed else [])]
    own = profiles()[TRUTH["files"][name]["format"]]["timezone"]
    zone = own or TRUTH["timezone"]
    done = import_files(paths, to=tmp_path_factory.mktemp("store") / "mine", timezone=zone)
    with open_store(done.store) as store:
        yield name, done, store


def _told(name: str, done: Imported) -> FileAccount:
    return next(told for told in done.files if told.file.startswith(Path(name).name))


def _columns(store: Store, table: str) -> list[str]:
    return store.table(table).columns if store.has(table) else []


def _value(store: Store, table: str, aggregate: str) -> float:
    return float(store.table(table).aggregate(aggregate).fetchall()[0][0] or 0)


def test_the_totals_are_those_of_the_truth(imported: tuple[str, Imported, Store]) -> None:
    name, _done, store = imported
    compared = 0
    for total, expected in FILES[name]["totals"].items():
        for table, aggregate in IN_STORE.get(total, {}).items():
            columns = re.findall(r"[a-z_]+(?=[) ])", aggregate.partition("(")[2].removeprefix("DISTINCT "))[:1]
            known = store.has(table) and {*columns} <= {*_columns(store, table)}
            if known and total not in ELSEWHERE.get(FILES[name]["format"], ()):
                assert _value(store, table, aggregate) == pytest.approx(expected, abs=0.004), total
                compared += 1
                break
    assert compared


def test_figures_that_may_not_be_added_up_come_as_they_are_stated(imported: tuple[str, Imported, Store]) -> None:
    name, done, store = imported
    marks = {"repeats": set(), "within a day": set(), "never": set()} | _told(name, done).marked
    for column, expected in FILES[name].get("marked", {}).items():
        table = next(t for t in MARKED if store.has(t) and column in _columns(store, t))
        rows = f"count({column}), round(avg({column}), 6), min({column}), max({column})"
        assert store.table(table).aggregate(rows).fetchall() == [tuple(expected.values())], column
        assert TABLES[table].column(column).adds != "yes"
        assert marks[TABLES[table].column(column).adds]


def test_every_row_is_accounted_for(imported: tuple[str, Imported, Store]) -> None:
    name, done, _store = imported
    told = _told(name, done)
    dropped = sum(reason["rows"] for reason in told.dropped.values())
    assert told.read == told.written + dropped
    assert told.written == FILES[name]["rows"] or FILES[name]["format"] in OTHER_ROWS
    assert told.not_parsed == {}
    assert told.rates == {}
    assert told.not_understood == []


def test_lines_sum_to_their_order_to_the_cent(imported: tuple[str, Imported, Store]) -> None:
    _name, _done, store = imported
    if store.has("order_lines") and store.has("orders"):
        lines = store.order_lines.aggregate("order_id, round(sum(revenue), 2) AS paid", "order_id")
        both = lines.set_alias("l").join(store.orders.set_alias("o"), "order_id")
        assert both.filter("paid <> round(revenue, 2)").fetchall() == []
        assert len(both) == len(store.orders)


def test_nobody_is_known_by_name(imported: tuple[str, Imported, Store]) -> None:
    _name, done, store = imported
    texts = [json.dumps(done.as_dict(), ensure_ascii=False), str(done)]
    texts += [store.table(table).df().to_csv() for table in store.tables]
    texts.append((done.store / "import_report.json").read_text(encoding="utf-8"))
    for person in TRUTH["personal"]:
        assert not [text for text in texts if person in text], person


def test_the_times_are_those_of_the_truth(imported: tuple[str, Imported, Store]) -> None:
    name, done, _store = imported
    told = _told(name, done)
    if told.first and FILES[name]["first"] and FILES[name]["format"] != "jd_statement":  # whose refunds come later
        assert [told.first[:10], told.last[:10]] == [FILES[name]["first"][:10], FILES[name]["last"][:10]]
