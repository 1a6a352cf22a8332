"""Values as readers see them."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomkit.report import text
from ecomkit.report.values import NONE, kind, show, signed


@pytest.mark.parametrize(
    ("value", "kind", "en", "zh"),
    [
        (1234.5, "money", "¥1,234.50", "¥1,234.50"),
        (-0.004, "money", "¥0.00", "¥0.00"),
        (-1234.5, "money", "−¥1,234.50", "−¥1,234.50"),
        (0.03214, "rate", "3.21%", "3.21%"),
        (-0.123, "change_rate", "−12.3%", "−12.3%"),
        (1234567, "count", "1,234,567", "1,234,567"),
        (True, "", "yes", "\u662f"),
        (None, "money", NONE, NONE),
        (float("nan"), "count", NONE, NONE),
        (pd.NaT, "", NONE, NONE),
        (pd.NA, "count", NONE, NONE),
        (dt.date(2025, 9, 30), "", "2025-09-30", "2025-09-30"),
        (pd.Timestamp("2025-09-30 08:05"), "", "2025-09-30 08:05", "2025-09-30 08:05"),
        ("007", "", "007", "007"),
        ("30–1,059", "money", "¥30–¥1,059", "¥30–¥1,059"),
        ("> 59", "money", "> ¥59", "> ¥59"),
    ],
)
def test_by_hand(value: object, kind: str, en: str, zh: str) -> None:
    for lang, expected in (("en", en), ("zh", zh)):
        text.use(lang, currency="CNY")
        assert show(value, kind) == expected


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (123456, "123.5K", "12.3\u4e07"),
        (1234567, "1.23M", "123.5\u4e07"),
        (999_999, "1.00M", "100.0\u4e07"),
        (99_999_999, "100.0M", "1.00\u4ebf"),
        (2_345_000_000, "2.35B", "23.4\u4ebf"),
        (56789, "56,789", "5.68\u4e07"),
        (999.5, "999.50", "999.50"),
    ],
)
def test_short_amounts_by_hand(value: float, en: str, zh: str) -> None:
    for lang, expected in (("en", en), ("zh", zh)):
        text.use(lang)
        assert show(value, "money", short=True) == expected


def test_currencies_have_their_signs() -> None:
    for currency, lang, sign in (("USD", "en", "$"), ("USD", "zh", "US$"), ("GBP", "en", "£"), ("BRL", "en", "R$")):
        text.use(lang, currency=currency)
        assert show(1, "money") == f"{sign}1.00"


def test_the_name_of_a_column_says_its_kind() -> None:
    expected = {"gmv": "money", "refund_rate": "rate", "visitors_before": "count", "cost_after": "money"}
    expected |= {
        "rate_before": "rate",
        "roas_after": "number",
        "amount_per_buyer": "money",
        "change_rate": "change_rate",
    }
    expected |= {"recency_days": "count", "province": "", "revenue_share": "share", "product_id": ""}
    assert {name: kind(name) for name in expected} == expected


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12), st.booleans())
def test_a_number_and_its_opposite_differ_in_the_sign_only(value: float, short: bool) -> None:
    for unit in ("money", "rate", "count", "points", "number"):
        one, other = show(value, unit, short=short), show(-value, unit, short=short)
        assert one.lstrip("−") == other.lstrip("−")
        assert not (one.startswith("−") and other.startswith("−"))
        plus = signed(abs(value), unit, short=short)
        assert plus in (f"+{one.lstrip('−')}", one.lstrip("−"))


@given(st.integers(-(10**12), 10**12))
def test_a_shown_count_reads_back(value: int) -> None:
    assert int(show(np.int64(value), "count").replace(",", "").replace("−", "-")) == value
    assert math.isclose(float(show(value, "money").replace(",", "").replace("−", "-")), value)
