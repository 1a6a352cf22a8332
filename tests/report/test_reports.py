"""The shipped reports, run to the end on the demo store and on real data, and read as their readers do."""

import ast
import base64
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup

from ecomkit.data.demo import demo_path
from ecomkit.data.simulate.incidents import KINDS
from ecomkit.data.store import Store, open_store
from ecomkit.diagnosis import findings, metrics
from ecomkit.errors import MissingDataError
from ecomkit.report import excel, text
from ecomkit.report.advice import advise
from ecomkit.report.run import run
from ecomkit.report.shelf import find
from ecomkit.report.text import label
from ecomkit.report.values import show

# Each report in both languages and each on every store, but not the full product: a run costs 6 to 20 CPU seconds.
EDITIONS = [
    ("store_diagnosis", "demo", "zh"),
    ("store_diagnosis", "online_retail_ii", "en"),
    ("store_diagnosis", "olist", "zh"),
    ("rfm", "demo", "en"),
    ("rfm", "online_retail_ii", "zh"),
    ("rfm", "olist", "en"),
    ("funnel", "demo", "zh"),
    ("funnel", "online_retail_ii", "en"),
    ("funnel", "olist", "zh"),
    ("retention", "demo", "en"),
    ("retention", "online_retail_ii", "zh"),
    ("retention", "olist", "en"),
    ("forecast", "demo", "zh"),
    ("forecast", "olist", "en"),
    ("forecast", "online_retail_ii", "zh"),
    ("forecast", "m5", "zh"),
    ("metric_tree", "demo", "zh"),
    ("metric_tree", "olist", "en"),
    ("inventory", "demo", "zh"),
    ("inventory", "online_retail_ii", "en"),
    ("inventory", "olist", "zh"),
    ("inventory", "m5", "en"),
    ("presale", "demo", "en"),
    ("presale", "m5", "zh"),
    ("presale", "online_retail_ii", "en"),
    ("presale", "olist", "zh"),
    ("daily_clear", "demo", "zh"),
    ("weekly_review", "online_retail_ii", "zh"),
    ("weekly_review", "olist", "en"),
    ("monthly_report", "demo", "en"),
    ("monthly_report", "olist", "zh"),
]
PARAMS = {
    "inventory": {"top": 12},  # forecasts of few products, so that a run costs no more than others
    "monthly_report-olist-zh": {"month": "2018-08", "target": 2_000_000.0},  # a month that is not over
}
OWN_DAYS = {"daily_clear", "weekly_review", "monthly_report"}
CHINESE = re.compile("[\u4e00-\u9fff]")
AS_IN_CHINESE = {"PC", "iOS", "RFM", "ID", "ROI", "SKU", "\u2013"}
Edition = tuple[str, str, str]
Read = Callable[[Edition], "Page"]
Opened = Callable[[str], Store]


class Page:
    """A report as it was written, and as it is read."""

    def __init__(self, edition: Edition, path: Path) -> None:
        self.report, self.store, self.lang = edition
        self.raw = path.read_bytes()
        self.soup = BeautifulSoup(self.raw, "html.parser")
        self.visible = BeautifulSoup(self.raw, "html.parser")
        for hidden in self.visible(["script", "style"]):
            hidden.decompose()

    def said(self, selector: str) -> list[str]:
        return [tag.get_text(" ", strip=True) for tag in self.visible.select(selector)]

    def table(self, *heads: str) -> list[dict[str, str]]:
        """The rows of the first table that has these headings."""
        for table in self.visible.select("table"):
            names = [th.get_text(strip=True) for th in table.select("th")]
            if set(heads) <= set(names):
                rows = [[td.get_text(strip=True) for td in tr.select("td")] for tr in table.select("tbody tr")]
                return [dict(zip(names, row, strict=True)) for row in rows]
        raise AssertionError(f"no table with the headings {heads}")


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Runs an edition once and reads it; skips where its data is not on this machine."""

    @cache
    def page(edition: Edition) -> Page:
        name, store, lang = edition
        out, params = tmp_path_factory.mktemp(name), PARAMS.get(_edition(edition), PARAMS.get(name))
        return Page(edition, run(name, store=store, lang=lang, params=params, out=out, progress=False))

    def read_or_skip(edition: Edition) -> Page:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("ECOMKIT_NOTEBOOKS", raising=False)
            try:
                return page(edition)
            except MissingDataError as error:
                pytest.skip(str(error).splitlines()[0])

    return read_or_skip


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    """Opens a store once; an edition that was read has its data on this machine."""
    stores: dict[str, Store] = {}

    def once(name: str) -> Store:
        stores[name] = stores.get(name) or open_store(name)
        return stores[name]

    yield once
    for store in stores.values():
        store.close()


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    """What a test says in Chinese, the tests after it do not."""
    yield
    text.use("en")


def _edition(edition: Edition) -> str:
    return "-".join(edition)


def _number(said: str) -> float:
    return float(re.sub(r"[^\d.\-]", "", said.replace("\u2212", "-")))


def _gates(name: str) -> list[str]:
    """The table of each `report.needs(shop, ...)` in the notebook, in order."""
    cells = nbformat.read(find(name).path, as_version=4).cells
    nodes = [node for c in cells if c.cell_type == "code" for node in ast.walk(ast.parse(c.source))]
    calls = [
        n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "needs"
    ]
    return [ast.literal_eval(argument) for call in calls for argument in call.args[1:]]


# --- every report ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS, ids=_edition)
def test_it_runs_and_is_one_page_that_needs_nothing_else(read: Read, edition: Edition) -> None:
    page = read(edition)
    report = find(page.report)
    assert page.said("h1") == [report.titles[page.lang]]
    assert page.soup.html["lang"] == {"en": "en", "zh": "zh-CN"}[page.lang]
    links = [
        str(tag[a]) for tag in page.soup.find_all(True) for a in ("src", "href", "srcset", "action") if tag.has_attr(a)
    ]
    assert [link[:80] for link in links if not link.startswith(("#", "data:image/", f"data:{excel.TYPE};"))] == []
    assert {link[1:] for link in links if link.startswith("#")} <= {str(tag["id"]) for tag in page.soup.select("[id]")}
    assert page.soup.select("link, iframe, object, embed, script[src]") == []
    styles = "".join(tag.get_text() for tag in page.soup.select("style"))
    assert not re.search(r"@import|url\(\s*['\"]?(?!data:|#)", styles)
    assert b"/ek-" not in page.raw  # the kernel's folder


@pytest.mark.parametrize("edition", EDITIONS, ids=_edition)
def test_its_charts_stand_alone_and_say_what_they_show(read: Read, opened: Opened, edition: Edition) -> None:
    page = read(edition)
    images = page.soup.select("figure img")
    has_events = opened(page.store).has("events")
    assert len(images) >= (1 if page.report != "funnel" or has_events else 0)
    for image in images:
        assert bool(CHINESE.search(str(image["alt"]))) == (page.lang == "zh"), image["alt"]
        kind, _comma, data = str(image["src"]).partition(";base64,")
        drawn = base64.b64decode(data)
        if kind == "data:image/svg+xml":
            named = [(a.rpartition("}")[2], v) for tag in ET.fromstring(drawn).iter() for a, v in tag.attrib.items()]
            links = [value for name, value in named if name == "href"]
            assert [link[:60] for link in links if not link.startswith(("#", "data:"))] == []
        else:
            assert drawn.startswith(b"\x89PNG")


@pytest.mark.parametrize("edition", EDITIONS, ids=_edition)
def test_no_placeholder_or_python_is_left_in_its_words(read: Read, edition: Edition) -> None:
    page = read(edition)
    words = page.visible.get_text(" ") + " ".join(str(i["alt"]) for i in page.visible.select("img"))
    assert (
        re.findall(r"\{\w*\}|%\(\w+\)|\b(?:nan|NaN|NaT|None|inf)\b|<NA>|\[object|Traceback|0x[0-9a-f]{6}", words) == []
    )
    assert page.said("pre") == []


@pytest.mark.parametrize("edition", EDITIONS, ids=_edition)
def test_it_speaks_one_language(read: Read, edition: Edition) -> None:
    page = read(edition)
    if page.lang == "en":
        assert CHINESE.findall(page.visible.get_text()) == []
        return
    selectors = "h1, h2, h3, h4, th, dt, p, li > a, .ek-name, .ek-facts dd, .ek-note, td.ek-code"
    for said in page.said(selectors):
        is_figure = not re.search(r"[A-Za-z]{2}", said)
        assert is_figure or said in AS_IN_CHINESE or CHINESE.search(said), said


def _missing(page: Page, store: Store) -> list[str]:
    """The tables that the report asks for and the store does not have."""
    return [table for table in _gates(page.report) if not store.has(table)]


@pytest.mark.parametrize("edition", EDITIONS, ids=_edition)
def test_a_section_whose_table_is_missing_says_so(read: Read, opened: Opened, edition: Edition) -> None:
    page = read(edition)
    missing = _missing(page, opened(page.store))
    with text.using(page.lang):
        expected = [f"{label(table, column='table')} ({table})" for table in missing]
    notes = [
        note
        for note in page.said(".ek-note")
        if re.search(r"\((traffic_daily|ads_daily|events|inventory|order_lines)\)", note)
    ]
    assert len(notes) == len(expected)
    assert [name for name, note in zip(expected, notes, strict=True) if name not in note] == []
    assert bool(missing) == (page.store != "demo" and bool(_gates(page.report)))


@pytest.mark.parametrize("edition", EDITIONS, ids=_edition)
def test_the_masthead_names_store_and_days(read: Read, opened: Opened, edition: Edition) -> None:
    page = read(edition)
    store = opened(page.store)
    days = [f"{store.start} \u2013 {store.end}"]
    if "compare" in find(page.report).defaults:
        period = metrics.period(store)
        days = [f"{period.start} \u2013 {period.end}", f"{period.before_start} \u2013 {period.before_end}"]
    with text.using(page.lang):
        name = text._(store.name)
    said = page.said(".masthead dd")
    if page.report in OWN_DAYS:  # the report's own test has their days
        assert (said[0], said[-1]) == (name, store.currency)
    else:
        assert said == [name, *days, store.currency]


def test_the_same_inputs_give_the_same_bytes(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECOMKIT_NOTEBOOKS", raising=False)
    first = read(("retention", "demo", "en")).raw
    assert run("retention", lang="en", out=tmp_path / "again.html", progress=False).read_bytes() == first


# --- what they say is so ---------------------------------------------------------------------------------------------


def _sales(store: Store, first: Any, last: Any) -> float:
    return (
        store.orders.filter(f"order_date::DATE BETWEEN '{first}' AND '{last}'")
        .aggregate("sum(revenue)")
        .fetchall()[0][0]
    )


@pytest.mark.parametrize("edition", [e for e in EDITIONS if e[0] == "store_diagnosis"], ids=_edition)
def test_the_headline_is_the_sum_of_the_orders(read: Read, opened: Opened, edition: Edition) -> None:
    page = read(edition)
    lead = page.said(".ek-lead")[0]
    store = opened(page.store)
    period = metrics.period(store)
    now = _sales(store, period.start, period.end)
    before = _sales(store, period.before_start, period.before_end)
    figures = metrics.compare(store).set_index("metric").loc["gmv"]
    text.use(page.lang, currency=store.currency)
    assert (figures["after"], figures["before"]) == pytest.approx((now, before))
    for figure in (show(now, "money", short=True), show(before, "money", short=True)):
        assert figure in lead
    assert show(now / before - 1, "change_rate").lstrip("\u2212") in lead
    cards = dict(zip(page.said(".ek-kpi .ek-name"), page.said(".ek-kpi .ek-value"), strict=True))
    assert cards[label("gmv")] == show(now, "money", short=True)


def test_the_flagship_shows_the_planted_truth(read: Read, opened: Opened) -> None:
    page = read(("store_diagnosis", "demo", "zh"))
    truth = json.loads((demo_path() / "truth.json").read_text(encoding="utf-8"))
    store = opened("demo")
    found = findings.rank(store)
    text.use("zh", currency=store.currency)
    planted, small = found[found["severity"] == "act"], found[found["severity"] != "act"]
    assert sorted(planted["finding"]) == sorted(incident["kind"] for incident in truth) == sorted(KINDS)
    assert set(small["finding"]) <= {"out_of_stock"}  # a shelf that chance emptied for some days, and was so in truth
    titles = [advise(row).title for row in found.to_dict("records")]
    said = page.said(".ek-finding h4")
    assert said[: len(planted)] == titles[: len(planted)]
    assert said[len(planted) :] == [f"{title} {text._('Watch')}" for title in titles[len(planted) :]]
    assert page.said(".ek-finding .ek-rank") == [str(n + 1) for n in range(len(found))]
    assert found["money_at_stake"].is_monotonic_decreasing
    money = [show(m, "money", short=True) for m in found["money_at_stake"]]
    assert page.said(".ek-finding .ek-money .ek-value") == money
    stake = " ".join(page.said(".ek-headline .ek-stake"))
    assert titles[0] in stake
    assert show(found["money_at_stake"].sum(), "money", short=True) in stake
    for card, (since, until) in zip(
        page.said(".ek-finding .ek-facts"), found[["since", "until"]].itertuples(index=False), strict=True
    ):
        assert f"{since} \u2013 {until}" in card


def test_the_flagship_splits_the_change_without_a_rest(read: Read) -> None:
    page = read(("store_diagnosis", "demo", "zh"))
    text.use("zh")
    rows = page.table(label("factor"), label("contribution"))
    parts = {row[label("factor")]: _number(row[label("contribution")]) for row in rows}
    total = parts.pop(label("gmv"))
    assert sum(parts.values()) == pytest.approx(total, abs=0.02)
    assert len(parts) == 3


def test_the_funnel_shows_the_planted_fault_and_shrinks(read: Read, opened: Opened) -> None:
    page = read(("funnel", "demo", "zh"))
    store = opened("demo")
    found = findings.rank(store)
    text.use("zh", currency=store.currency)
    about = found[found["finding"].isin(["checkout_fault", "source_lost"])]
    assert page.said(".ek-finding h4") == [advise(row).title for row in about.to_dict("records")]
    users = [_number(row[label("users")]) for row in page.table(label("step"), label("users"), label("overall_rate"))]
    assert users == sorted(users, reverse=True)
    assert len(users) == 4


@pytest.mark.parametrize("edition", [e for e in EDITIONS if e[0] == "rfm"], ids=_edition)
def test_every_known_customer_stands_in_one_segment(read: Read, opened: Opened, edition: Edition) -> None:
    page = read(edition)
    text.use(page.lang)
    rows = page.table(label("segment"), label("customers"), label("recency_days"))
    store = opened(page.store)
    known = store.orders.filter(f"order_date::DATE <= '{metrics.period(store).end}' AND customer_id IS NOT NULL")
    customers = known.aggregate("count(DISTINCT customer_id)").fetchall()[0][0]
    assert sum(_number(row[label("customers")]) for row in rows) == customers
    assert sum(_number(row[label("customer_share")]) for row in rows) == pytest.approx(100, abs=0.05 * len(rows))
    assert all(row[label("segment")] for row in rows)


@pytest.mark.parametrize("edition", [e for e in EDITIONS if e[0] == "retention"], ids=_edition)
def test_every_cohort_begins_whole(read: Read, edition: Edition) -> None:
    page = read(edition)
    text.use(page.lang)
    rows = page.table(label("age"), label("retention_rate"))
    rates = [_number(row[label("retention_rate")]) for row in rows]
    assert rates[0] == 100
    assert all(0 <= rate < 100 for rate in rates[1:])
    assert [int(_number(row[label("age")])) for row in rows] == list(range(len(rows)))
