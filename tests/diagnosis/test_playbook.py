"""The rules: each speaks when it should and is silent when not, and a file that is wrong is refused by name."""

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from ecomkit.data.store import Store
from ecomkit.diagnosis import findings, playbook
from ecomkit.diagnosis.facts import FACTS
from ecomkit.diagnosis.period import Period
from ecomkit.errors import ParameterError

PERIOD = Period(dt.date(2025, 9, 1), dt.date(2025, 9, 28), dt.date(2025, 8, 4), dt.date(2025, 8, 31))
RULES = {rule.id: rule for rule in playbook.load()}

# rule -> figures on which it speaks; figures that silence it; the money that it then names
CASES: dict[str, tuple[dict, dict, float]] = {
    "visitors_fell": (
        {"visitors": 800, "visitors_before": 1000, "value_per_visitor_before": 5}, {"visitors": 860}, 1000),
    "paid_share_rose": (
        {"paid_share": 0.4, "paid_share_before": 0.3, "ad_cost": 9, "ad_cost_before": 6}, {"paid_share": 0.34}, 3),
    "paid_source_converts_poorly": (
        {"ad_cost": 1000, "visitors": 900, "conversion_rate": 0.01, "conversion_rate_error": 0.001,
         "peers_conversion_rate": 0.04}, {"ad_cost": 0}, 750),
    "good_source_is_small": (
        {"visitor_share": 0.05, "visitors": 900, "conversion_rate": 0.08, "conversion_rate_error": 0.004,
         "peers_conversion_rate": 0.04, "revenue": 2000}, {"visitor_share": 0.2}, 200),
    "conversion_fell": (
        {"conversion_rate": 0.03, "conversion_rate_error": 0.001, "conversion_rate_before": 0.04, "visitors": 1000,
         "amount_per_buyer": 100}, {"conversion_rate_error": 0.004}, 1000),
    "cart_rate_fell": (
        {"cart_rate": 0.06, "cart_rate_error": 0.001, "cart_rate_before": 0.08, "visitors": 1000, "gmv": 600,
         "cart_users": 60}, {"cart_rate": 0.075}, 200),
    "seen_not_carted": (
        {"visitors": 1000, "cart_rate": 0.02, "cart_rate_error": 0.002, "peers_cart_rate": 0.06, "pay_rate": 0.5,
         "amount_per_buyer": 50}, {"visitors": 400}, 1000),
    "cart_high_pay_low": (
        {"cart_users": 200, "cart_rate": 0.09, "peers_cart_rate": 0.06, "pay_rate": 0.3, "pay_rate_error": 0.03,
         "peers_pay_rate": 0.6, "amount_per_buyer": 50}, {"cart_rate": 0.05}, 3000),
    "device_pays_less": (
        {"checkouts": 500, "pay_rate": 0.5, "pay_rate_error": 0.02, "peers_pay_rate": 0.7, "amount_per_order": 100},
        {"pay_rate": 0.6}, 10_000),
    "device_checkout_low": (
        {"viewers": 5000, "checkout_rate": 0.02, "checkout_rate_error": 0.002, "peers_checkout_rate": 0.05,
         "pay_rate": 0.5, "amount_per_order": 10}, {"viewers": 500}, 750),
    "amount_per_order_fell": (
        {"amount_per_order": 90, "amount_per_order_error": 2, "amount_per_order_before": 100, "orders": 50},
        {"amount_per_order_error": 4}, 500),
    "units_per_order_fell": (
        {"units_per_order": 1.2, "units_per_order_before": 1.4, "orders": 500, "gmv": 6000, "units": 600},
        {"orders": 200}, 1000),
    "top_band_fell": (
        {"rank": 4, "revenue": 700, "revenue_before": 1000, "revenue_share": 0.3, "revenue_share_before": 0.4},
        {"rank": 3}, 300),
    "product_sales_fell": (
        {"units": 40, "units_before": 100, "revenue": 400, "revenue_before": 1000}, {"revenue": 700}, 600),
    "hero_dependency": ({"revenue_share": 0.4, "revenue_per_day": 100}, {"revenue_share": 0.25}, 700),
    "product_sent_back": (
        {"lines": 100, "refund_rate": 0.2, "refund_rate_error": 0.03, "peers_refund_rate": 0.05, "refund_amount": 400},
        {"lines": 20}, 300),
    "refunds_rose": ({"refund_rate": 0.1, "refund_rate_before": 0.05, "gmv": 10_000}, {"refund_rate": 0.055}, 500),
    "repeat_fell": (
        {"repeat_rate": 0.02, "repeat_rate_error": 0.003, "repeat_rate_before": 0.04, "customers": 1000,
         "amount_per_order": 50}, {"repeat_rate_error": 0.01}, 1000),
    "new_buyers_fell": (
        {"is_old": 0, "history_days": 200, "customers": 80, "customers_before": 100, "amount_per_order_before": 50},
        {"history_days": 100}, 1000),
    "old_buyers_fell": (
        {"is_old": 1, "history_days": 200, "customers": 8, "customers_before": 10, "revenue": 800,
         "revenue_before": 1000}, {"is_old": 0}, 200),
    "campaign_below_break_even": (
        {"cost": 1000, "orders": 20, "roas": 1.0, "roas_error": 0.2, "break_even_roas": 2.0, "revenue": 1000,
         "margin": 0.5}, {"roas_error": 0.6}, 500),
    "campaign_has_room": (
        {"orders": 50, "roas": 6.0, "roas_error": 0.5, "break_even_roas": 2.0, "cost_share": 0.1, "cost": 100,
         "margin": 0.5}, {"cost_share": 0.5}, 40),
    "click_cost_rose": (
        {"clicks": 1000, "cost_per_click": 1.5, "cost_per_click_before": 1.0}, {"cost_per_click": 1.1}, 500),
    "ad_cost_rate_rose": (
        {"ad_cost_rate": 0.1, "ad_cost_rate_before": 0.05, "gmv": 1000, "gmv_before": 1000, "ad_cost": 100},
        {"gmv": 1200}, 50),
    "cover_low": (
        {"on_hand": 20, "inbound": 10, "units_per_day": 10, "cover_days": 2, "lead_time_days": 8, "price": 10},
        {"inbound": 80}, 500),
    "cover_high": ({"on_hand": 500, "units_per_day": 10, "cover_days": 50, "unit_cost": 2}, {"cover_days": 25}, 400),
    "dead_stock": ({"on_hand": 5, "units_per_day": 0, "stock_value": 70}, {"units_per_day": 0.1}, 70),
}  # fmt: skip


def _speak(monkeypatch: pytest.MonkeyPatch, rule: playbook.Rule, row: dict) -> list:
    facts = FACTS[rule.facts]
    table = pd.DataFrame([row]).reindex(columns=list(facts.columns))
    if facts.key:
        table = table.astype({facts.key: object})
        table[facts.key] = "x"
    monkeypatch.setitem(FACTS, rule.facts, replace(facts, needs=(), make=lambda _store, _period: table))
    return playbook.find(None, PERIOD, [rule])  # type: ignore[arg-type]


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_every_rule_has_its_case() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("name", CASES)
def test_a_rule_speaks_when_it_should(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    speaks, silences, money = CASES[name]
    (found,) = _speak(monkeypatch, RULES[name], speaks)
    assert found.money == pytest.approx(money)
    assert 0 <= found.low < found.money < found.high
    assert (found.finding, found.since, found.until) == (name, PERIOD.start, PERIOD.end)
    assert found.slice == ({FACTS[RULES[name].facts].key: "x"} if FACTS[RULES[name].facts].key else {})
    assert set(found.values) == set(RULES[name].names)
    assert _speak(monkeypatch, RULES[name], speaks | silences) == []


@pytest.mark.parametrize("name", CASES)
def test_a_rule_whose_figures_are_missing_is_silent(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert _speak(monkeypatch, RULES[name], dict.fromkeys(CASES[name][0])) == []


def test_a_rule_names_at_most_three_those_with_the_most_money(monkeypatch: pytest.MonkeyPatch) -> None:
    facts, rule = FACTS["stock"], RULES["dead_stock"]
    rows = [CASES["dead_stock"][0] | {"product_id": f"p{i}", "stock_value": 10 * i} for i in range(1, 6)]
    table = pd.DataFrame(rows).reindex(columns=list(facts.columns))
    monkeypatch.setitem(FACTS, "stock", replace(facts, needs=(), make=lambda _store, _period: table))
    found = playbook.find(None, PERIOD, [rule])  # type: ignore[arg-type]
    assert [f.slice["product_id"] for f in found] == ["p5", "p4", "p3"]


MINE = """
- id: mine
  facts: store
  when: gmv > 0
  money: gmv
  owner: analyst
  due_in_days: 1
  source: ours
  en: {title: Sales, evidence: "They came to {gmv}.", action: Count them.}
  zh: {title: a, evidence: "{gmv}", action: b}
"""


def test_a_file_of_ones_own(tmp_path: Path, make_store: Callable[..., Store]) -> None:
    (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
    rules = playbook.load(tmp_path / "mine.yaml")
    days = pd.date_range("2025-01-01", "2025-02-28")
    store = make_store([("c", f"{day:%Y-%m-%d} 10:00", 5) for day in days])
    found = findings.rank(store, rules=rules)
    assert found["finding"].tolist() == ["mine"]
    assert found["money_at_stake"].tolist() == [140.0]
    assert found["severity"].tolist() == ["watch"]
    assert found["words"][0]["en"]["evidence"] == "They came to {gmv}."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("facts: store", "facts: shop"), r"Rule `mine` in .*mine.yaml: facts='shop' is not known.\nHint: use one of"),
        (("when: gmv > 0", "when: sales > 0"), r"Rule `mine` .*`sales > 0` names `sales`.\nHint: the columns are"),
        (("money: gmv", "money: gmv.sum()"), "Rule `mine` .* holds a call"),
        (("owner: analyst", "owner: me"), "owner='me' is not known"),
        (("due_in_days: 1", "due_in_days: soon"), "due_in_days='soon'"),
        (("due_in_days: 1", "due_in_days: yes"), "due_in_days=True"),
        (("source: ours", "tax: 1"), r"lacks \['source'\] and has unknown \['tax'\]"),
        (('evidence: "{gmv}"', 'evidence: "{orders}"'), r"names \['gmv', 'orders'\] in one language only"),
        (("They came to {gmv}", "They came to {joy}"), r"its texts name \['joy'\]"),
        (("action: b", "act: b"), "`zh` needs title, evidence, action"),
        (("- id: mine", "- id: ["), "is not YAML"),
        (("- id: mine", "id: mine"), "is not YAML|is no list of rules"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    (tmp_path / "mine.yaml").write_text(MINE.replace(*change), encoding="utf-8")
    with pytest.raises(ParameterError, match=said):
        playbook.load(tmp_path / "mine.yaml")


def test_no_file_and_two_of_a_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="There is no playbook"):
        playbook.load(tmp_path / "none.yaml")
    (tmp_path / "twice.yaml").write_text(MINE + MINE, encoding="utf-8")
    with pytest.raises(ParameterError, match="several rules `mine`"):
        playbook.load(tmp_path / "twice.yaml")


# --- properties ------------------------------------------------------------------------------------------------------


def test_a_copy_of_the_built_in_file_is_the_built_in_playbook(tmp_path: Path) -> None:
    shutil.copy(str(files("ecomkit.diagnosis") / "playbook.yaml"), tmp_path / "copy.yaml")
    assert playbook.load(tmp_path / "copy.yaml") == playbook.load()


def test_every_cause_that_a_rule_names_is_a_cause(make_store: Callable[..., Store]) -> None:
    store = make_store([("c", "2025-01-01 10:00", 5), ("c", "2025-01-02 10:00", 5)])
    causes = set(findings.scope(store)["finding"])
    assert {cause for rule in RULES.values() for cause in rule.explained_by} <= causes


def test_what_could_be_looked_at_is_said(make_store: Callable[..., Store]) -> None:
    store = make_store([("c", "2025-01-01 10:00", 5), ("c", "2025-01-02 10:00", 5)])
    looked = playbook.scope(store, playbook.load()).set_index("rule")
    assert list(looked.columns) == ["facts", "looked_for", "missing", "source"]
    assert looked.loc["repeat_fell", "looked_for"]
    assert looked.loc["cover_low", "missing"] == "inventory, order_lines"
