"""The first page: why sales moved, and a row for each of the first findings, in both languages."""

import datetime as dt

import pandas as pd
import pytest

from ecomkit.report import front, text

TREE = pd.DataFrame(
    {"factor": ["gmv", "visitors", "conversion_rate"], "contribution": [-100.0, 20.0, -120.0]},
)


@pytest.fixture(autouse=True)
def _yuan() -> None:
    text.use("en", currency="CNY")


def _found(count: int) -> pd.DataFrame:
    words = {"title": "Checkout <b> fails", "evidence": "e", "action": "Pay yourself; then roll back."}
    chinese = {"title": "结算失败", "evidence": "e", "action": "自己下一单；再回滚。"}
    row = {
        "finding": "checkout_fault", "values": {}, "words": {"en": words, "zh": chinese}, "since": dt.date(2025, 9, 24),
        "until": dt.date(2025, 9, 27), "money_at_stake": 14606.4, "owner": "operations", "due": dt.date(2025, 10, 1),
    }  # fmt: skip
    return pd.DataFrame([row] * count)


def test_a_row_says_what_when_how_much_what_first_and_who() -> None:
    said = repr(front.page(TREE, _found(1), "en")).splitlines()
    assert said[0] == "Why sales moved: Conversion rate −¥120.00  ·  Visitors +¥20.00"
    assert "1. Checkout <b> fails 09-24 to 09-27 ¥14,606 Pay yourself Operations10-01" in " ".join(said)
    assert "more" not in " ".join(said)


def test_in_chinese_and_with_more_than_fit() -> None:
    said = repr(front.page(TREE, _found(7), "zh"))
    assert said.count("自己下一单 ") == 6
    assert "再回滚" not in said
    assert "另有 1 个" in said


def test_without_findings_there_is_still_why() -> None:
    piece = front.page(TREE, _found(1).iloc[:0], "en")
    assert repr(piece).startswith("Why sales moved:")
    assert "<table" not in piece.html


def test_without_factors_nothing_is_said_of_why() -> None:
    assert "Why" not in repr(front.page(TREE.iloc[:1], _found(1), "en"))


def test_a_part_of_the_store_is_named_in_both_languages() -> None:
    assert front.place("source=search", "en") == "Traffic source: Search"
    assert front.place("product_id=P01", "zh").endswith("：P01")
