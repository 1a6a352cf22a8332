"""How a value looks: money, rates, counts and dates in the language and currency in use."""

import datetime as dt
import math
import re
from typing import Any

from babel.numbers import get_currency_symbol
from pandas import isna

from ecomkit.data.tables import TABLES
from ecomkit.report import text
from ecomkit.report.text import _

MINUS, NONE = "−", "–"
_NUMBERS = ("money", "count", "rate", "number")
_COLUMN_KINDS = {c.name: c.kind for t in TABLES.values() for c in t.columns if c.kind in _NUMBERS}
_KINDS = {
    **_COLUMN_KINDS,
    **dict.fromkeys(("gmv", "net_sales", "monetary", "amount", "contribution", "money", "value"), "money"),
    **dict.fromkeys(("money_at_stake", "money_low", "money_high", "gross_profit"), "money"),
    **dict.fromkeys(("revenue_per_day", "stock_value"), "money"),
    **dict.fromkeys(("share", "customer_share", "revenue_share", "net_sales_share"), "share"),
    **dict.fromkeys(("stock_value", "old_value", "order_value", "inventory_value", "gain", "expected_loss"), "money"),
    **dict.fromkeys(("reorder_point", "handbook_point", "rule_point", "order_quantity", "clear_days"), "count"),
    **dict.fromkeys(
        ("daily_demand", "demand", "times_usual", "days_of_cover", "lift", "affinity", "expected_orders"), "decimal"
    ),
    "service_level": "share",
    "retention": "rate",
    "confidence": "certainty",
    **dict.fromkeys(("customers", "users", "lost", "open", "rank", "age", "frequency", "addresses"), "count"),
    **dict.fromkeys(("roas", "units_per_day", "units_per_order"), "number"),
    **dict.fromkeys(("change_rate", "year_change_rate"), "change_rate"),
    "bias": "change_rate",
    **dict.fromkeys(("wape", "total_wape", "coverage_80", "coverage_95"), "share"),
}
_PERCENT = {"rate": 2, "change_rate": 1, "share": 1, "certainty": 0}  # digits after the point


def kind(column: str) -> str:
    """What a column of this name holds: "money", "rate", "change_rate", "count", "number" or "" (its values say).

    No name says "estimate": money that nobody knows to the cent.

    >>> kind("gmv"), kind("refund_rate"), kind("visitors_before"), kind("province")
    ('money', 'rate', 'count', '')
    """
    column = column.removeprefix("peers_")
    for ending in ("_before", "_after", "_low", "_high", "_change"):
        if column not in _KINDS:
            column = column.removesuffix(ending)
    if column in _KINDS:
        return _KINDS[column]
    if column == "rate" or column.endswith("_rate"):
        return "rate"
    if column.endswith("_share"):
        return "share"
    if column.startswith(("amount_per", "net_sales_per", "value_per", "cost_per", "price")) or column.endswith(
        ("_revenue", "_cost", "_effect", "_amount", "_price", "_sales")
    ):
        return "money"
    return "count" if column.endswith(("_orders", "_customers", "_buyers", "_users", "_days", "_units")) else ""


def show(value: Any, kind: str = "", *, short: bool = False, short_from: float = 100_000) -> str:
    """A value as a reader sees it; a missing one is a dash, never 0.

    Parameters
    ----------
    value : a number, date, flag or text; of a text of money (a price band) each amount gets the currency's sign.
    kind : as `kind` says; "" goes by the value itself.
    short : large amounts in thousands and millions (in Chinese in its own units of ten thousand).
    short_from : from which amount on; in Chinese always from ten thousand.

    >>> show(0.03214, "rate"), show(-1234.5, "money"), show(float("nan"), "count")
    ('3.21%', '−1,234.50', '–')
    """
    if value is None or (not isinstance(value, (list, dict, tuple)) and isna(value)):
        return NONE
    if type(value).__name__ in ("bool", "bool_"):
        return _("yes") if value else _("no")
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d %H:%M}" if _has_time(value) else f"{value:%Y-%m-%d}"
    if isinstance(value, str) and kind == "money":  # a band between amounts: "30–59"
        return re.sub(r"\d[\d,.]*", lambda amount: _symbol() + amount[0], value)
    if isinstance(value, str) or not hasattr(value, "__float__"):
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        return NONE
    kind = kind or ("count" if number == int(number) and abs(number) < 1e15 else "number")
    return _number(number, kind, (10_000 if text.lang() == "zh" else short_from) if short else math.inf)


def signed(value: Any, kind: str = "", *, short: bool = False) -> str:
    """As `show`, with a plus before what is above zero."""
    shown = show(value, kind, short=short)
    return f"+{shown}" if shown != NONE and float(value) > 0 and _is_more_than_zero(shown) else shown


def _is_more_than_zero(digits: str) -> bool:
    return any(digit in "123456789" for digit in digits)


def _has_time(value: dt.date) -> bool:
    return isinstance(value, dt.datetime) and value.time() != dt.time()


def _number(number: float, kind: str, short_from: float) -> str:
    size = abs(number)
    if kind == "points":
        digits = _("{number} pp", number=f"{size * 100:,.2f}")
    elif kind in _PERCENT:
        digits = f"{size:.{_PERCENT[kind]}%}"
    elif kind == "decimal":
        digits = f"{size:,.1f}"
    elif size >= short_from:
        digits = _short(size)
    else:
        is_whole = kind in ("count", "estimate") or (short_from < math.inf and size >= 1000)
        digits = f"{size:,.0f}" if is_whole else f"{size:,.2f}"
    sign = MINUS if number < 0 and _is_more_than_zero(digits) else ""
    return f"{sign}{_symbol() if kind in ('money', 'estimate') else ''}{digits}"


def _short(number: float) -> str:
    """Three or four digits and a unit: 123.5K, 1.23M; Chinese counts in ten thousands."""
    if text.lang() == "zh":
        steps = [(1e8, _("{number} hundred million")), (1e4, _("{number} ten thousand"))]
    else:
        steps = [(1e9, "{number}B"), (1e6, "{number}M"), (1e3, "{number}K")]
    size, unit = next(step for step in steps if number >= 0.99995 * step[0])
    scaled = number / size
    return unit.format(number=f"{scaled:,.{2 if scaled < 10 else 1}f}")


def _symbol() -> str:
    code = text.currency()
    if not code:
        return ""
    if code == "CNY":
        return "¥"
    return str(get_currency_symbol(code, locale={"en": "en_US", "zh": "zh_CN"}[text.lang()]))
