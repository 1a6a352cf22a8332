"""What an experienced operator would look at next: rules as data, each with its evidence, money, action and owner.

The rules are in `playbook.yaml`; a store may have a file of its own, written alike.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from ecomkit.data.store import Store
from ecomkit.diagnosis.causes.finding import SURE, Finding, priced
from ecomkit.diagnosis.expression import evaluate, parse
from ecomkit.diagnosis.facts import FACTS
from ecomkit.diagnosis.period import Period
from ecomkit.errors import ParameterError

OWNERS = ("operations", "promotion", "service", "supply", "analyst")
LANGUAGES, TEXTS = ("en", "zh"), ("title", "evidence", "action")
HITS_MAX = 3  # per rule, those with the most money: more of one kind is one task
_REQUIRED = ("id", "facts", "when", "money", "owner", "due_in_days", "source", *LANGUAGES)
_OPTIONAL = ("error", "severity", "explained_by")


@dataclass(frozen=True)
class Rule:
    """One rule: which `facts` it looks at, when it speaks, what is at stake and how sure that is, and its words.

    `when`, `money` and `error` (the standard error of the money) are expressions over the columns of the facts;
    `severity` is the most it may be ("act" or "watch"); `explained_by`: findings that would be its cause.
    """

    id: str
    facts: str
    when: str
    money: str
    owner: str
    due_in_days: int
    source: str
    words: Mapping[str, Mapping[str, str]]
    error: str = ""
    severity: str = "watch"
    explained_by: tuple[str, ...] = field(default=())

    @property
    def names(self) -> list[str]:
        """The columns that its texts name."""
        texts = (text for words in self.words.values() for text in words.values())
        return sorted({name for text in texts for _said, name, *_ in string.Formatter().parse(text) if name})


def load(path: str | Path = "") -> list[Rule]:
    """Returns the rules of a playbook, checked.

    Parameters
    ----------
    path : a YAML file written as `ecomkit/diagnosis/playbook.yaml` is; "" is that file itself.

    Raises
    ------
    ParameterError
        There is no such file, or a rule in it is not complete, names an unknown column, or says different figures in
        the two languages; the message names file and rule.

    Examples
    --------
    >>> [rule.owner for rule in load() if rule.id == "cover_low"]
    ['supply']
    """
    builtin = resources.files("ecomkit.diagnosis") / "playbook.yaml"
    source = Path(path).expanduser() if path else builtin
    if not source.is_file():
        raise ParameterError(f"There is no playbook `{path}`.", "give the path of a YAML file, or leave it out.")
    try:
        entries = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{source} is not YAML: {error}.", "copy a rule of the built-in playbook.") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ParameterError(f"{source} is no list of rules.", "begin each rule with `- id: its_name`.")
    rules = [_rule(entry, str(source)) for entry in entries]
    twice = sorted({rule.id for rule in rules if sum(r.id == rule.id for r in rules) > 1})
    if twice:
        raise ParameterError(f"{source} has several rules `{twice[0]}`.", "give each rule an id of its own.")
    return rules


def find(store: Store, period: Period, rules: Sequence[Rule]) -> list[Finding]:
    """Returns what the rules say of a period, at most three findings per rule; facts that the store lacks are passed
    over (`scope` says which)."""
    tables = {f: FACTS[f].make(store, period) for f in {rule.facts for rule in rules} if not FACTS[f].lacks(store)}
    return [f for rule in rules if rule.facts in tables for f in _hits(rule, tables[rule.facts], period)]


def scope(store: Store, rules: Sequence[Rule]) -> pd.DataFrame:
    """Which rules can be looked at in this store.

    Returns
    -------
    pandas.DataFrame, one row per rule
        `rule` (its id), `facts`, `looked_for` (bool), `missing` (tables, "" where none), `source` (of the handbook).
    """
    rows = [
        (r.id, r.facts, not (lacks := FACTS[r.facts].lacks(store)), ", ".join(lacks), r.source) for r in rules
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["rule", "facts", "looked_for", "missing", "source"])


def _hits(rule: Rule, facts: pd.DataFrame, period: Period) -> list[Finding]:
    if facts.empty:
        return []
    table, key = FACTS[rule.facts], FACTS[rule.facts].key
    money = evaluate(parse(rule.money, table.columns), facts)
    error = evaluate(parse(rule.error or "0", table.columns), facts).fillna(0.0)
    is_hit = evaluate(parse(rule.when, table.columns), facts).astype(bool) & (money > 0)
    found = []
    for at in money[is_hit].sort_values(ascending=False, kind="stable").index[:HITS_MAX]:
        row = facts.loc[at]
        z = money[at] / error[at] if error[at] > 0 else SURE
        stake = priced(float(money[at]), float(error[at]), 1.0)
        slices = {key: str(row[key])} if key else {}
        values = {name: row[name] for name in rule.names}
        found.append(
            Finding(
                rule.id, slices, period.start, period.end, *stake, float(z), rule.owner, rule.due_in_days, values,
                explained_by=rule.explained_by, at_most=rule.severity, words=rule.words,
            )
        )  # fmt: skip
    return found


def _rule(entry: Mapping[str, Any], file: str) -> Rule:
    """Checks one entry of the file and returns its rule."""
    where = f"Rule `{entry.get('id', '?')}` in {file}"
    missing = [key for key in _REQUIRED if key not in entry]
    unknown = [key for key in entry if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        raise ParameterError(f"{where} lacks {missing} and has unknown {unknown}.", f"it needs {list(_REQUIRED)}.")
    for key, allowed in (("facts", tuple(FACTS)), ("owner", OWNERS), ("severity", ("act", "watch"))):
        if entry.get(key, allowed[-1]) not in allowed:
            raise ParameterError(f"{where}: {key}={entry[key]!r} is not known.", f"use one of {', '.join(allowed)}.")
    if isinstance(entry["due_in_days"], bool) or not isinstance(entry["due_in_days"], int) or entry["due_in_days"] < 0:
        raise ParameterError(f"{where}: due_in_days={entry['due_in_days']!r}.", "give whole days, 0 or more.")
    words = {lang: entry[lang] for lang in LANGUAGES}
    for lang, said in words.items():
        if not isinstance(said, dict) or sorted(said) != sorted(TEXTS):
            raise ParameterError(f"{where}: `{lang}` needs {', '.join(TEXTS)}.", "write all three, in both languages.")
    columns = FACTS[entry["facts"]].columns
    try:
        for key in ("when", "money", "error"):
            parse(str(entry.get(key, "0")), columns)
    except ParameterError as error:
        raise ParameterError(f"{where}: {str(error).splitlines()[0]}", str(error).partition("Hint: ")[2]) from None
    texts = {key: str(entry[key]) for key in ("id", "facts", "when", "money", "owner", "source")}
    rest = {"error": str(entry.get("error", "")), "severity": entry.get("severity", "watch")}
    rule = Rule(
        **texts,
        **rest,
        due_in_days=entry["due_in_days"],
        words=words,
        explained_by=tuple(entry.get("explained_by", ())),
    )
    _check_names(rule, columns, where)
    return rule


def _check_names(rule: Rule, columns: Sequence[str], where: str) -> None:
    unknown = [name for name in rule.names if name not in columns]
    if unknown:
        raise ParameterError(
            f"{where}: its texts name {unknown}.", f"the columns of `{rule.facts}` are {list(columns)}."
        )
    one, other = ({n for text in rule.words[lang].values() for _s, n, *_ in string.Formatter().parse(text) if n}
                  for lang in LANGUAGES)  # fmt: skip
    if one != other:
        raise ParameterError(f"{where} names {sorted(one ^ other)} in one language only.", "say the same in both.")
