"""Texts against the words that advertising law forbids or asks proof for, and documents that run out.

>>> scan(pd.Series(["Best before 2027", "The best mug"], ["a", "b"]))[["text", "rule", "exception", "word"]]
  text                 rule     exception  word
0    a  superlative_english  usage_advice  Best
1    b  superlative_english                best
"""

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ecomkit.data.days import Day, parse_day
from ecomkit.errors import ParameterError, TableError

SEVERITIES = ("forbidden", "evidence", "risky")
NEEDED = ("rule", "market", "severity", "pattern", "source")
COLUMNS = ["text", "rule", "severity", "word", "start", "exception", "source"]


def load(path: str | Path | None = None) -> pd.DataFrame:
    """Returns the rules as a table, in their order: the built-in ones, or those of a file of yours in the same form.

    Parameters
    ----------
    path : a YAML file like `ecomkit/operations/compliance.yaml`, which says what each part means; None for that one

    Returns
    -------
    pandas.DataFrame, one row per rule
        `rule` (id), `market` (country code), `severity` ("forbidden", "evidence": only with proof, "risky"),
        `pattern` (regular expression), `source` (where it is written), `exceptions` (name -> pattern), `version`.

    Raises
    ------
    ParameterError
        The file cannot be read, or a rule lacks a part, is there twice, or holds a pattern that is none.
    """
    where = str(path or "compliance.yaml")
    try:
        text = Path(path).read_text("utf-8") if path else (resources.files(__package__) / where).read_text("utf-8")
        told = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"{where} cannot be read: {str(error).splitlines()[0]}", "it is a YAML file.") from None
    listed = told.get("rules") if isinstance(told, dict) else None
    if not isinstance(listed, list) or not listed:
        raise ParameterError(f"{where} has no list `rules`.", "copy the built-in compliance.yaml and change it.")
    shared = told.get("exceptions") or {}
    rows = [{**_rule(rule, where), "version": str(told.get("version", ""))} for rule in listed]
    for row in rows:
        row["exceptions"] = {**row["exceptions"], **shared}
        for name, pattern in {"pattern": row["pattern"], **row["exceptions"]}.items():
            _compiled(str(pattern).replace("HIT", "x"), f"{where}, rule `{row['rule']}`, {name}")
    table = pd.DataFrame(rows)
    twice = table.loc[table["rule"].duplicated(), "rule"]
    if len(twice):
        raise ParameterError(f"{where} has the rule `{twice.iloc[0]}` twice.", "give each rule a name of its own.")
    return table


def scan(texts: "pd.Series[str]", *, rules: pd.DataFrame | None = None) -> pd.DataFrame:
    """Returns every place in which a rule's words stand, and where an exception makes them innocent.

    A scan finds words and knows no facts. It can not know whether a claim is true or proved, what a picture or a
    video says, whether a word means the goods at all, or what an authority will decide; nor does it know words that
    nobody put on the list. No finding is no clearance, and a finding is no verdict: someone reads the source.

    Parameters
    ----------
    texts : titles or paragraphs, by whatever tells them apart as index; what is missing has no finding
    rules : as `load` gives them, or some of them, e.g. those of one `market`; all of the built-in ones by default

    Returns
    -------
    pandas.DataFrame, one row per finding, in order of the texts and of the place in them
        `text` (the index), `rule`, `severity`, `word` (as found), `start` (its place, from 0), `exception` (name of
        the exception that applies, "" where none does: these are the ones to change or prove), `source`.

    Raises
    ------
    TableError
        `texts` is no Series, or two texts have the same index.
    """
    if not isinstance(texts, pd.Series) or not texts.index.is_unique:
        raise TableError(
            "`texts` is no series of texts with an index of its own each.",
            'pass e.g. products.set_index("product_id")["title"].',
        )
    known: list[dict[str, Any]] = (load() if rules is None else rules).to_dict("records")  # type: ignore[assignment]
    rows = [
        (name, rule["rule"], rule["severity"], hit[0], hit.start(), _exception(text, hit, rule), rule["source"])
        for name, text in texts.dropna().astype(str).items()
        for rule, hit in sorted(
            ((rule, hit) for rule in known for hit in re.finditer(rule["pattern"], text, re.IGNORECASE) if hit[0]),
            key=lambda found: found[1].start(),
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def expiring(documents: pd.DataFrame, *, as_of: Day, within_days: int = 30) -> pd.DataFrame:
    """Returns the documents (licences, test reports, trade marks), the soonest to run out first.

    Parameters
    ----------
    documents : `document` and `expires` (last day on which it is valid; missing where it never ends)
    as_of : the day from which is counted
    within_days : from how many days before its end on a document is "soon" to be renewed

    Returns
    -------
    pandas.DataFrame, one row per document
        `document, expires, days_left` (negative: over since) and `status`: "expired", "soon" or "valid".

    Raises
    ------
    TableError, ParameterError
        A column is missing, or a day is none.

    Examples
    --------
    >>> papers = pd.DataFrame({"document": ["test report", "trade mark"], "expires": ["2026-01-31", "2031-05-01"]})
    >>> expiring(papers, as_of="2026-02-01")[["document", "days_left", "status"]]
          document  days_left   status
    0  test report         -1  expired
    1   trade mark       1915    valid
    """
    missing = [c for c in ("document", "expires") if c not in documents]
    if missing:
        raise TableError(f"`documents` has no columns {missing}; it has {[*documents.columns]}.", "rename yours first.")
    day = parse_day(as_of, "as_of")
    if day is None:
        raise ParameterError("as_of is not given.", 'write it as as_of="2025-09-30".')
    ends = pd.to_datetime(documents["expires"], errors="coerce", format="ISO8601")
    if (ends.isna() & documents["expires"].notna()).any():
        raise TableError("`documents.expires` holds what is no day.", "write days as 2026-01-31.")
    left = (ends - pd.Timestamp(day)).dt.days
    status = pd.Series("valid", documents.index).mask(left <= within_days, "soon").mask(left < 0, "expired")
    table = documents[["document"]].assign(expires=ends, days_left=left, status=status)
    return table.sort_values("expires", kind="stable").reset_index(drop=True)


def _exception(text: str, hit: "re.Match[str]", rule: dict[str, Any]) -> str:
    """The name of the first exception whose pattern holds around this very finding."""
    for name, pattern in rule["exceptions"].items():
        around = re.compile(pattern.replace("HIT", f"(?:{re.escape(hit[0])})"), re.IGNORECASE)
        if any(_covers(found, hit) for found in around.finditer(text)):
            return str(name)
    return ""


def _covers(found: "re.Match[str]", hit: "re.Match[str]") -> bool:
    return found.start() <= hit.start() and hit.end() <= found.end()


def _rule(rule: Any, where: str) -> dict[str, Any]:
    missing = [part for part in NEEDED if not (isinstance(rule, dict) and rule.get(part))]
    if missing:
        raise ParameterError(f"{where} has a rule without {missing}: {str(rule)[:80]}.", "write all of its parts.")
    if rule["severity"] not in SEVERITIES:
        raise ParameterError(
            f"{where}, rule `{rule['rule']}`: severity `{rule['severity']}` is unknown.",
            f"use one of {', '.join(SEVERITIES)}.",
        )
    return {**{part: str(rule[part]) for part in NEEDED}, "exceptions": dict(rule.get("exceptions") or {})}


def _compiled(pattern: str, where: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ParameterError(f"{where}: `{pattern}` is no pattern: {error}.", "escape ( ) [ ] . + * ?.") from None
