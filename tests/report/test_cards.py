"""Cards and tables: what they say, how they escape it, in both languages."""

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.data.store import open_store, write_store
from ecomkit.report import cards, text
from ecomkit.report.advice import WORDS, advise
from ecomkit.report.piece import Piece, join, tag

MOVES = pd.DataFrame(
    [
        ("gmv", 1000.0, 900.0, -100.0, -0.1),
        ("conversion_rate", 0.02, 0.03, 0.01, 0.5),
        ("refund_rate", 0.05, 0.06, 0.01, 0.2),
        ("orders", 10.0, 10.0, 0.0, 0.0),
        ("visitors", float("nan"), 500.0, float("nan"), float("nan")),
    ],
    columns=["metric", "before", "after", "change", "change_rate"],
)
FOUND = pd.DataFrame(
    {
        "finding": ["checkout_fault", "made_up"],
        "values": [
            {"device": "android", "rate_before": 0.62, "rate_after": 0.31, "lost_orders": 212},
            {"some_orders": 3, "product": "<b>bold</b>"},
        ],
        "money_at_stake": [54_321.0, 1_000.0],
        "money_low": [40_000.0, None],
        "money_high": [60_000.0, None],
        "since": [dt.date(2025, 9, 10), None],
        "until": [dt.date(2025, 9, 16), None],
        "confidence": [0.9, "high"],
        "owner": ["promotion", None],
        "due": [dt.date(2025, 10, 1), None],
    }
)


class _Cells(HTMLParser):
    """The texts of a table's cells, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.numbers: list[bool] = []
        self.feed(html)

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        if name == "tr":
            self.rows.append([])
        if name in ("td", "th"):
            self.rows[-1].append("")
            self.numbers.append("ek-number" in str(dict(attrs).get("class")))

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_key_figures_say_value_move_and_before() -> None:
    text.use("en", currency="CNY")
    assert repr(cards.kpis(MOVES)).splitlines() == [
        "Sales", "¥900.00", "▼ 10.0% before: ¥1,000",
        "Conversion rate", "3.00%", "▲ 50.0% before: 2.00%",
        "Refund rate", "6.00%", "▲ 20.0% before: 5.00%",
        "Orders", "10", "no change before: 10",
        "Visitors", "500",  # not known before
    ]  # fmt: skip


def test_where_no_buyer_is_named_the_amount_per_order_stands_in() -> None:
    row = {"before": 10.0, "after": 12.0, "change_rate": 0.2}
    frame = pd.DataFrame([{"metric": "gmv", **row}, {"metric": "amount_per_order", **row}])
    shown = cards.kpis(frame, metrics=["gmv", "amount_per_buyer", "roas"])
    assert "Sales per order" in shown.html
    assert shown.html.count('ek-kpi"') == 2


def test_the_colour_says_good_or_bad_not_up_or_down() -> None:
    tones = {m: "ek-good" in cards.kpis(MOVES, metrics=[m]).html for m in ("gmv", "conversion_rate", "refund_rate")}
    assert tones == {"gmv": False, "conversion_rate": True, "refund_rate": False}


def test_the_headline_names_sales_and_stake() -> None:
    text.use("en", currency="CNY")
    assert repr(cards.headline(MOVES, FOUND)).splitlines() == [
        "Sales fell 10.0% to ¥900.00, from ¥1,000.",
        "Findings: 2. Money at stake: ¥55,321. Begin with: Checkout on Android is failing.",
    ]
    rose = MOVES.assign(change_rate=0.25)
    assert "Sales rose 25.0%" in repr(cards.headline(rose))
    assert repr(cards.headline(MOVES.assign(change_rate=None))) == "Sales came to ¥900.00."


def test_findings_say_what_why_what_to_do_and_who() -> None:
    text.use("en", currency="CNY")
    said = repr(cards.findings(FOUND))
    for part in (
        "Checkout on Android is failing",
        "On Android, 31.0% of the visitors who began checkout paid, against 62.0% before.",
        "What to do Pay for an order on Android yourself",
        "When 2025-09-10 – 2025-09-16",
        "Owner Advertising",
        "Due 2025-10-01",
        "Confidence 90%",
        "¥54,321",
        "¥40,000 – ¥60,000",
        "Made up",
        "Some orders: 3; Product: <b>bold</b>",
    ):
        assert part in said, part
    assert "<b>" not in cards.findings(FOUND).html
    sure = FOUND.head(1).assign(money_low=54_321.0, money_high=54_321.0)
    assert repr(cards.findings(sure)).count("¥54,321") == 1
    assert repr(cards.findings(FOUND.head(0))) == "Nothing stands out in this period."


def test_only_what_was_looked_for_can_be_fine() -> None:
    codes = ["checkout_fault", "ad_waste"]
    scope = pd.DataFrame({"finding": codes, "looked_for": [True, False], "missing": ["", "ads_daily.cost"]})
    blind = scope.assign(looked_for=False, missing=["events.device", "ads_daily.cost"])
    nothing = FOUND.head(0)
    assert repr(cards.findings(nothing, scope=scope)) == "Nothing stands out in this period."
    assert repr(cards.findings(nothing, scope=blind)) == "Nothing could be checked, for want of data."
    assert repr(cards.findings(FOUND, scope=blind)) == repr(cards.findings(FOUND))
    assert repr(cards.scope(scope)).splitlines() == [
        "Looked for: Checkout fault.",
        "Not looked for: Wasted ad spend, for want of ads_daily.cost.",
    ]
    assert repr(cards.scope(blind)).splitlines() == [
        "Not looked for: Checkout fault, for want of events.device.",
        "Not looked for: Wasted ad spend, for want of ads_daily.cost.",
    ]


def test_agreement_is_shown_in_each_rows_unit() -> None:
    text.use("en", currency="CNY")
    frame = pd.DataFrame(
        {"metric": ["orders", "revenue"], "orders_table": [8.0, 90.5], "traffic_daily": [7.0, 90.0],
         "difference": [-1.0, -0.5], "days_that_differ": [1, 2]}
    )  # fmt: skip
    assert _Cells(cards.table(frame).html).rows == [
        ["Metric", "Orders table", "Daily traffic", "Difference", "Days that differ"],
        ["Orders", "8", "7", "−1", "1"],
        ["Sales", "¥90.50", "¥90.00", "−¥0.50", "2"],
    ]


def test_the_headline_also_leaves_brushed_orders_out() -> None:
    text.use("en", currency="CNY")
    found = pd.DataFrame({"finding": ["brushed_orders"], "values": [{}], "money_at_stake": [100.0]})
    said = "Without the orders that look brushed, sales came to ¥800.00, −20.0% against before."
    assert repr(cards.headline(MOVES, found)).splitlines()[1] == said


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_finding_fills_its_words(code: str, lang: str) -> None:
    values: dict[str, object] = {"source": "search", "visitors_before": 400.0, "visitors_after": 100.5, "days": 9}
    values |= {"change_rate": -0.75, "device": "ios", "rate_before": 0.5, "rate_after": 0.25, "lost_orders": 12}
    values |= {"product": "Tea <set>", "days_out": 3, "units_per_day": 4.5, "campaign": "a & b", "cost_before": 10.0}
    values |= {"sold_from": dt.date(2025, 9, 1), "sold_to": dt.date(2025, 9, 5), "cost_after": 20.0}
    values |= {"roas_before": 3.0, "roas_after": 1.5, "orders": 20, "addresses": 2, "revenue": 999.0}
    with text.using(lang):
        words = advise({"finding": code, "values": values})
        bare = advise({"finding": code, "values": None})
    for said in (words.title, words.evidence, words.action):
        assert said
        assert "{" not in said
        assert "–" not in said
    assert "–" in bare.evidence


def test_a_table_of_metrics_takes_each_rows_unit() -> None:
    text.use("en", currency="CNY")
    cells = _Cells(cards.table(MOVES).html)
    assert cells.rows[0] == ["Metric", "Before", "After", "Change", "Change in %"]
    assert cells.rows[1] == ["Sales", "¥1,000.00", "¥900.00", "−¥100.00", "−10.0%"]
    assert cells.rows[2] == ["Conversion rate", "2.00%", "3.00%", "+1.00 pp", "+50.0%"]
    assert cells.rows[5] == ["Visitors", "–", "500", "–", "–"]
    assert cells.numbers == [False, True, True, True, True] * 6


def test_a_table_translates_headings_and_codes_and_nothing_else() -> None:
    frame = pd.DataFrame({"segment": ["lost"], "product_id": ["0001"], "platform": ["gmv"], "gmv": [1.5]})
    assert _Cells(cards.table(frame).html).rows[1] == ["Lost customers", "0001", "gmv", "1.50"]
    head, row = _Cells(cards.table(frame, "zh").html).rows
    assert head == [text.catalog("zh")[k] for k in ("Segment", "Product ID", "Platform", "Sales")]
    assert row == [text.catalog("zh")["Lost customers"], "0001", "gmv", "1.50"]
    assert text.lang() == "en"


def test_a_table_can_be_cut_and_says_so() -> None:
    frame = pd.DataFrame({"source": list("abcde"), "visitors": range(5)})
    html = cards.table(frame, limit=2, columns=["visitors"], caption="Top & co", bars=["visitors"]).html
    assert "3 more rows" in html
    assert "Top &amp; co" in html
    assert _Cells(html).rows[0] == ["Visitors"]
    assert html.count("data-bar") == 2
    assert "more rows" not in cards.table(frame).html


def test_a_mean_of_counts_keeps_its_decimal() -> None:
    frame = pd.DataFrame({"frequency": [1.4, 2.0], "customers": [3, 4], "visitors": [1000.5, 2.0]})
    assert _Cells(cards.table(frame).html).rows[1:] == [["1.4", "3", "1,000"], ["2.0", "4", "2"]]


def test_a_table_keeps_a_named_index_and_stands_no_rows() -> None:
    frame = pd.DataFrame({"visitors": [1, 2]}, index=pd.Index(["a", "b"], name="source"))
    assert _Cells(cards.table(frame).html).rows[0] == ["Traffic source", "Visitors"]
    empty = cards.table(frame.head(0)).html
    assert ("<td" in empty, "There is nothing to list here." in empty) == (False, True)


class _Store:
    def __init__(self, *tables: str) -> None:
        self._tables = tables

    def has(self, name: str) -> bool:
        return name in self._tables


def test_needs_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    store = _Store("orders", "events")
    assert cards.needs(store, "events")  # type: ignore[arg-type]
    assert capsys.readouterr().out == ""
    assert not cards.needs(store, "events", "inventory", "ads_daily")  # type: ignore[arg-type]
    assert capsys.readouterr().out == (
        "This section needs inventory (inventory), daily ad spend (ads_daily), which this store does not have. "
        "The rest of the report stands.\n"
    )


def test_a_column_that_is_empty_is_missing_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2"],
            "customer_id": pd.Series([None, None], dtype="str"),
            "order_date": pd.to_datetime(["2025-01-01", "2025-01-02"]),
            "revenue": [1.0, 2.0],
        }
    )
    path = write_store(tmp_path / "shop", {"orders": orders}, name="S", currency="CNY", timezone="Asia/Shanghai")
    with open_store(path) as store:
        assert cards.needs_values(store, "orders", "revenue")
        assert capsys.readouterr().out == ""
        assert not cards.needs_values(store, "orders", "customer_id")
        assert not cards.needs_values(store, "orders", "device")
        assert not cards.needs_values(store, "events", "user_id")
    said = capsys.readouterr().out
    assert said.startswith("This section needs Customer ID (orders.customer_id), which this store does not have.")
    assert said.count("The rest of the report stands.") == 3


def test_cards_do_not_change_their_input() -> None:
    moves, found = MOVES.copy(deep=True), FOUND.copy(deep=True)
    cards.kpis(MOVES), cards.headline(MOVES, FOUND), cards.findings(FOUND), cards.table(MOVES, bars=["before"])
    pd.testing.assert_frame_equal(MOVES, moves)
    pd.testing.assert_frame_equal(FOUND, found)


@given(st.text())
def test_whatever_goes_in_is_escaped(said: str) -> None:
    for piece in (
        cards.note(said),
        cards.table(pd.DataFrame({"title": [said], said: [said]})),
        tag("p", said, title=said),
    ):
        assert isinstance(piece, Piece)
        assert piece._repr_html_() == piece.html
        open_tags = set(re.findall(r"<(\w+)", piece.html))
        assert open_tags <= {"div", "p", "table", "thead", "tbody", "tr", "th", "td"}


def test_a_piece_reads_as_text() -> None:
    assert repr(join(tag("p", "a & b"), tag("p", "c"))) == "a & b\nc"
    assert "<style" in cards.style().html
    assert repr(cards.style()) == ""


def test_a_hash_for_an_id_is_cut_at_its_end_for_the_eye_alone() -> None:
    hashed, taobao = "e7cc48a9daff5436f63d3aad9426f28b", "1234567890123456789"
    grid = cards.table(pd.DataFrame({"product_id": [hashed, taobao, "A travel mug of half a litre or more"]}))
    assert f'<td class="ek-id" title="{hashed}">{hashed}</td>' in grid.html
    assert grid.html.count("ek-id") == 1


def test_a_price_band_in_a_sentence_carries_the_currency() -> None:
    said = {"title": "What sells at {price_band}", "evidence": "", "action": ""}
    text.use("en", currency="GBP")
    found = {"finding": "x", "values": {"price_band": "30–59"}, "words": {"en": said}}
    assert advise(found).title == "What sells at £30–£59"
    text.use("en")
