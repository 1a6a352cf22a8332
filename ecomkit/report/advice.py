"""What a finding says: its title, its evidence and its action, in words with the finding's own figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecomkit.report import text
from ecomkit.report.piece import Piece, join, tag
from ecomkit.report.text import _, label
from ecomkit.report.values import NONE, kind, show

# code -> title, evidence, action. Visitors and units are a day's average, rates 0-1, `lost_orders` a total.
WORDS = {
    "source_lost": (
        "{source}: {change_rate} of the visitors are gone",
        "{source} brought {visitors_after} visitors a day over {days} days, against {visitors_before} a day before.",
        "Check the account, its delivery and the tracking links of {source} today; ask the channel for the reason; "
        "move budget to the sources that still convert until it is back.",
    ),
    "checkout_fault": (
        "Checkout on {device} is failing",
        "On {device}, {rate_after} of the visitors who began checkout paid, against {rate_before} before. "
        "That is about {lost_orders} lost orders.",
        "Pay for an order on {device} yourself, from start to end; roll back the last change to the checkout; "
        "then remind those who left with a full cart.",
    ),
    "out_of_stock": (
        "{product} ran out of stock",
        "{product} sold {units_per_day} units a day while it was in stock, "
        "and had less than that to sell on {days_out} days.",
        "Chase the late delivery; sell the product as a pre-order or send its visitors to a substitute; "
        "pause its ads until it is back; raise its reorder point.",
    ),
    "bad_batch": (
        "{product}: one batch comes back",
        "Of the units sold from {sold_from} to {sold_to}, {rate_after} were refunded, against {rate_before} before.",
        "Stop shipping this batch and inspect what is left of it; write to its buyers before they complain; "
        "claim the cost from the supplier.",
    ),
    "ad_waste": (
        "{campaign}: spend is up, sales are not",
        "Spend went from {cost_before} to {cost_after}, and the return on it from {roas_before} to {roas_after}.",
        "Set the budget back to its old level; exclude the audiences and keywords that click and do not buy; "
        "raise it again only while one more unit of spend earns more than it costs.",
    ),
    "brushed_orders": (
        "{product}: {orders} orders look brushed",
        "{orders} orders of {product}, worth {revenue}, went to {addresses} delivery addresses.",
        "Leave these orders out of every decision; find out who placed them; stop it, "
        "because the platform punishes brushing by hiding the product.",
    ),
}


@dataclass(frozen=True)
class Advice:
    """The words of one finding."""

    title: str
    evidence: str
    action: str


def advise(finding: Mapping[Any, Any]) -> Advice:
    """The words of a finding in the language in use.

    Parameters
    ----------
    finding : `finding` (a code) and `values` (its figures and names), and `words` where it brings its own; a code
        without words is named as it is.
    """
    code, values = str(finding["finding"]), dict(finding.get("values") or {})
    said = {key: _say(key, value) for key, value in values.items()}
    own = finding.get("words")
    if own:
        return Advice(*(own[text.lang()][part].format_map(_Dashes(said)) for part in ("title", "evidence", "action")))
    if code not in WORDS:
        return Advice(label(code), _("; ").join(f"{label(key)}: {value}" for key, value in said.items()), "")
    return Advice(*(_fill(msgid, said) for msgid in WORDS[code]))


def _fill(msgid: str, said: Mapping[str, str]) -> str:
    """The text with its figures; one that is missing shows as a dash."""
    return _(msgid).format_map(_Dashes(said))


class _Dashes(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return NONE


def _say(key: str, value: Any) -> str:
    if isinstance(value, str) and kind(key) == "money":
        return show(value, "money")
    if isinstance(value, str):
        return label(value, column=key) if key in ("source", "device", "campaign") else _(value) if value else NONE
    what = {"rate": "share", "number": "decimal"}.get(kind(key), kind(key))  # a sentence needs no second digit
    return show(abs(value) if key == "change_rate" else value, what, short=what == "money")


def findings(frame: pd.DataFrame, lang: str | None = None, *, scope: pd.DataFrame | None = None) -> Piece:
    """Cards of findings, in the order given: what happened, the evidence, what to do, who and until when.

    Parameters
    ----------
    frame : one row per finding, as `diagnosis.findings.rank` gives it: `finding, values, money_at_stake` and, where
        known, `severity, money_low, money_high, since, until, confidence, owner, due, explains`.
    lang : "en" or "zh"; None is the language in use.
    scope : what was looked for, as `diagnosis.findings.scope` tells: without it, no finding means that all is well.
    """
    with text.using(lang):
        if frame.empty:
            is_blind = scope is not None and not scope["looked_for"].any()
            blind, fine = _("Nothing could be checked, for want of data."), _("Nothing stands out in this period.")
            return tag("div", tag("p", blind if is_blind else fine), kind="note", role="note")
        cards = [_card(rank, row) for rank, row in enumerate(frame.to_dict("records"), start=1)]
        return tag("ol", *cards, kind="findings")


def _card(rank: int, row: Mapping[Any, Any]) -> Piece:
    words = advise(row)
    action = [tag("p", tag("strong", _("What to do")), " ", words.action, kind="action")] if words.action else []
    return tag(
        "li",
        tag("span", str(rank), kind="rank"),
        tag("div", tag("h4", words.title, *_badge(row)), tag("p", words.evidence), *action, _facts(row), kind="body"),
        _money(row),
        kind="finding",
    )


def _money(row: Mapping[Any, Any]) -> Piece:
    low, high = (show(row.get(name), "money", short=True) for name in ("money_low", "money_high"))
    extent = [tag("span", f"{low} – {high}", kind="range")] if NONE not in (low, high) and low != high else []
    stake = tag("span", show(row.get("money_at_stake"), "money", short=True), kind="value")
    return tag("div", tag("span", _("Money at stake"), kind="name"), stake, *extent, kind="money")


def _facts(row: Mapping[Any, Any]) -> Piece:
    since, until = show(row.get("since")), show(row.get("until"))
    days = NONE if NONE in (since, until) else f"{since} – {until}"
    confidence = row.get("confidence")
    facts = {
        _("When"): days,
        _("Owner"): _coded(row.get("owner"), "owner"),
        _("Due"): show(row.get("due")),
        _("Confidence"): _coded(confidence, "confidence")
        if isinstance(confidence, str)
        else show(confidence, "certainty"),
        _("Also explains"): _("; ").join(advise(other).title for other in row.get("explains") or ()) or NONE,
    }
    said = [tag("div", tag("dt", term), tag("dd", value)) for term, value in facts.items() if value not in (NONE, "")]
    return tag("dl", join(*said), kind="facts")


def _badge(row: Mapping[Any, Any]) -> list[Piece]:
    """A word beside the title of what is only to be watched; what is to be acted on needs none."""
    return [tag("span", label("watch", column="severity"), kind="badge")] if row.get("severity") == "watch" else []


def _coded(code: Any, column: str) -> str:
    return label(code, column=column) if isinstance(code, str) and code else NONE
