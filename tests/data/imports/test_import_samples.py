"""Every sample that has a profile comes back to the totals of its truth; the store is that of the file, and no more."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from ecomkit.data.imports import Imported, import_files
from ecomkit.data.imports.account import FileAccount
from ecomkit.data.imports.profile import profiles
from ecomkit.data.store import Store, open_store

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
FILES = {name: told for name, told in TRUTH["files"].items() if told["format"] in profiles()}
NEEDS = {"taobao_items": "taobao_orders/46"}  # lines whose orders are in another export
# What a total of the truth is in a store: the first of these aggregates whose table and column are there.
IN_STORE = {
    "orders": ["orders: count(*)", "traffic_daily: sum(orders)", "events: count(DISTINCT order_id)"],
    "units": ["orders: sum(units)", "product_daily: sum(units)"],
    "gmv": [f"{table}: sum(revenue)" for table in ("orders", "traffic_daily", "product_daily", "ads_daily")],
    "shipping": ["orders: sum(shipping_fee)"],
    "discount": ["orders: sum(discount)"],
    "refunds": ["orders: sum(refund_amount)", "product_daily: sum(refund_amount)"],
    "goods_paid": ["orders: sum(revenue)"],
    "buyers": ["orders: count(DISTINCT customer_id)", "traffic_daily: sum(buyers)", "product_daily: sum(buyers)"],
    "visitors": ["traffic_daily: sum(visitors)"],
    "product_visitors": ["product_daily: sum(visitors)"],
    "page_views": ["traffic_daily: sum(page_views)", "product_daily: sum(page_views)"],
    "cart_users": ["traffic_daily: sum(cart_users)", "product_daily: sum(cart_users)"],
    "ad_cost": ["ads_daily: sum(cost)"],
    "impressions": ["ads_daily: sum(impressions)"],
    "clicks": ["ads_daily: sum(clicks)"],
    "ad_orders": ["ads_daily: sum(orders)"],
    "ad_revenue": ["ads_daily: sum(revenue)"],
    "events": ["events: count(*)"],
    "views": ["events: count(*) FILTER (event_name = 'view_item')"],
    "carts": ["events: count(*) FILTER (event_name = 'add_to_cart')"],
    "purchases": ["events: count(*) FILTER (event_name = 'purchase')"],
    "users": ["events: count(DISTINCT user_id)"],
    "products": ["products: count(*)"],
    "list_price": ["products: sum(price)"],
    "unit_cost": ["products: sum(unit_cost)"],
}
ELSEWHERE = {  # what a format tells in another table, or of other rows than it writes
    ("taobao_items", "units"): ["order_lines: sum(quantity)"],
    ("jd_statement", "refunds"): ["refunds: sum(amount)"],
    ("woo_orders_json", "goods_paid"): [],
    ("ga4_events", "events"): ["events: count(DISTINCT (user_id, event_time, event_name))"],
    ("klaviyo", "buyers"): ["ads_daily: sum(orders)"],
}
# bookings that are no refunds; a row per line, not per order; a row per item, not per event
OTHER_ROWS = ("jd_statement", "woo_orders_json", "ga4_events")


@pytest.fixture(scope="module", params=list(FILES))
def imported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Imported, Store]]:
    name = request.param
    needed = NEEDS.get(TRUTH["files"][name]["format"])
    paths = [SAMPLES / name, *([SAMPLES / needed] if needed else [])]
    done = import_files(paths, to=tmp_path_factory.mktemp("store") / "mine", timezone=TRUTH["timezone"])
    with open_store(done.store) as store:
        yield name, done, store


def _told(name: str, done: Imported) -> FileAccount:
    return next(told for told in done.files if told.file.startswith(Path(name).name))


def _value(store: Store, candidates: list[str]) -> float | None:
    for table, aggregate in (candidate.split(": ") for candidate in candidates):
        if store.has(table):
            with suppress(duckdb.BinderException):  # the file has no such column
                return float(store.table(table).aggregate(aggregate).fetchall()[0][0] or 0)
    return None


def test_the_totals_are_those_of_the_truth(imported: tuple[str, Imported, Store]) -> None:
    name, _done, store = imported
    compared = 0
    for total, expected in FILES[name]["totals"].items():
        value = _value(store, ELSEWHERE.get((FILES[name]["format"], total), IN_STORE.get(total, [])))
        if value is not None:
            assert value == pytest.approx(expected, abs=0.004), total
            compared += 1
    assert compared


def test_every_row_is_accounted_for(imported: tuple[str, Imported, Store]) -> None:
    name, done, _store = imported
    told = _told(name, done)
    dropped = sum(reason["rows"] for reason in told.dropped.values())
    assert told.read == told.written + dropped
    assert told.written == FILES[name]["rows"] or FILES[name]["format"] in OTHER_ROWS
    assert told.not_parsed == {}
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
    if told.first and FILES[name]["format"] != "jd_statement":  # whose refunds come later
        assert [told.first[:10], told.last[:10]] == [FILES[name]["first"][:10], FILES[name]["last"][:10]]
