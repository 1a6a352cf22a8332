"""Forbidden words: what is found, what is innocent, what cannot be known, and rules of one's own."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.operations import compliance

RULES = compliance.load()
TEXTS = yaml.safe_load((Path(__file__).parent / "claims.yaml").read_text("utf-8"))


def _found(text: str) -> list[tuple[str, str]]:
    hits = compliance.scan(pd.Series([text]), rules=RULES)
    return list(zip(hits["rule"], hits["exception"], strict=True))


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "rule"), TEXTS["wrong"].items())
def test_what_the_law_names_is_found(text, rule):
    assert (rule, "") in _found(text)


@pytest.mark.parametrize(("text", "exception"), TEXTS["innocent"].items())
def test_an_innocent_use_is_told_as_such(text, exception):
    assert [why for _, why in _found(text)] == ([exception] if exception else [])


def test_findings_stand_in_order_with_their_place_and_source():
    texts = pd.Series(["A mug", None, "The best mug. Guaranteed!"], ["p1", "p2", "p3"])
    hits = compliance.scan(texts)
    assert hits["text"].tolist() == ["p3", "p3"]
    assert hits["word"].tolist() == ["best", "Guaranteed"]
    assert hits["start"].tolist() == [4, 14]
    assert hits["severity"].tolist() == ["evidence", "evidence"]
    assert hits["source"].str.contains("CAP Code").all()
    assert compliance.scan(texts, rules=RULES[RULES["market"] == "CN"]).empty
    assert compliance.scan(texts[:2]).columns.tolist() == compliance.COLUMNS


def test_each_finding_is_judged_by_its_own_surroundings():
    hits = compliance.scan(pd.Series(["Best before May. The best mug."]))
    assert hits["exception"].tolist() == ["usage_advice", ""]


def test_rules_of_ones_own(tmp_path):
    mine = tmp_path / "mine.yaml"
    rule = {"rule": "rival", "market": "CN", "severity": "risky", "pattern": "acme", "source": "house rule 7"}
    mine.write_text(
        yaml.safe_dump({"version": 3, "rules": [{**rule, "exceptions": {"street": "HIT street"}}]}), "utf-8"
    )
    rules = compliance.load(mine)
    assert rules["version"].tolist() == ["3"]
    hits = compliance.scan(pd.Series(["better than Acme", "in Acme Street"]), rules=rules)
    assert hits["exception"].tolist() == ["", "street"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [", r"mine\.yaml cannot be read: "),
        ("- a", r"has no list `rules`\.\nHint: copy the built-in"),
        ("rules: []", r"has no list `rules`"),
        ("rules: [{rule: a}]", r"a rule without \['market', 'severity', 'pattern', 'source'\]"),
        ("rules: [a]", r"a rule without \['rule', "),
        ("rules: [{rule: a, market: CN, severity: bad, pattern: b, source: c}]", r"severity `bad` is unknown"),
        ("rules: [{rule: a, market: CN, severity: risky, pattern: '(', source: c}]", r"`\(` is no pattern"),
        (
            "rules: [&r {rule: a, market: CN, severity: risky, pattern: b, source: c}, *r]",
            r"has the rule `a` twice\.\nHint: give each",
        ),
    ],
)
def test_files_that_are_no_rules(tmp_path, text, said):
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    with pytest.raises(ParameterError, match=said):
        compliance.load(tmp_path / "mine.yaml")


def test_what_cannot_be_scanned(tmp_path):
    with pytest.raises(ParameterError, match=r"cannot be read"):
        compliance.load(tmp_path / "none.yaml")
    for texts in (["best"], pd.Series(["best", "best"], [1, 1])):
        with pytest.raises(TableError, match=r"`texts` is no series of texts with an index of its own"):
            compliance.scan(texts)


def test_documents_that_run_out():
    papers = pd.DataFrame(
        {"document": ["a", "b", "c", "d"], "expires": ["2026-03-03", None, "2026-01-31", "2026-04-01"]}
    )
    table = compliance.expiring(papers, as_of="2026-02-01")
    assert table["document"].tolist() == ["c", "a", "d", "b"]
    assert table["status"].tolist() == ["expired", "soon", "valid", "valid"]
    assert table["days_left"].tolist()[:3] == [-1, 30, 59]
    assert compliance.expiring(papers, as_of="2026-01-31")["status"].iloc[0] == "soon"  # valid on its last day
    with pytest.raises(TableError, match=r"no columns \['expires'\]"):
        compliance.expiring(papers[["document"]], as_of="2026-02-01")
    with pytest.raises(TableError, match=r"`documents\.expires` holds what is no day"):
        compliance.expiring(papers.assign(expires="soon"), as_of="2026-02-01")
    with pytest.raises(ParameterError, match=r"as_of is not given"):
        compliance.expiring(papers, as_of=None)


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*TEXTS["wrong"], *TEXTS["innocent"]]), st.text(max_size=12))
def test_a_word_stands_where_it_is_said_to_stand(text, around):
    whole = around + text + around
    for hit in compliance.scan(pd.Series([whole]), rules=RULES).itertuples():
        assert whole[hit.start : hit.start + len(hit.word)] == hit.word


# --- reference -------------------------------------------------------------------------------------------------------


def test_the_three_words_of_the_law_itself():
    """PRC Advertising Law (2021), art. 9 (3) names three expressions; tests/operations/claims.yaml has them."""
    hits = compliance.scan(pd.Series(TEXTS["of_the_law"]), rules=RULES)
    assert hits["rule"].tolist() == ["superlative_named"] * 3
    assert set(hits["severity"]) == {"forbidden"}
