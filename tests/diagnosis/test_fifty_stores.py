"""The bars of the diagnosis on fifty stores with an incident drawn by lot, half of them over 618; seeds are fixed here.

`tests/benchmarks/diagnosis.py` draws others, and judges these by the same rules.
"""

import datetime as dt

import pandas as pd
import pytest
from benchmarks import diagnosis

from ecomkit.diagnosis import findings, playbook

STORES, QUIET = 50, 20
STARTS = [dt.date(2025, 3, 1), dt.date(2025, 7, 1)]  # sixteen weeks from each: over 618, and a plain season


def _judged(count: int, seeds: range) -> pd.DataFrame:
    rules, rows = playbook.load(), []
    for seed in seeds:
        made = diagnosis.live(seed, count, STARTS[seed % 2])
        store = diagnosis.opened(made)
        rows.append(diagnosis.judge(made, findings.rank(store, rules=rules)) | {"seed": seed})
        store.connection.close()
    return pd.DataFrame(rows).set_index("seed")


@pytest.fixture(scope="module")
def one_incident() -> pd.DataFrame:
    return _judged(1, range(STORES))


# --- reference: what the simulator planted ---------------------------------------------------------------------------


def test_the_first_finding_names_cause_and_slice(one_incident: pd.DataFrame) -> None:
    assert one_incident["first"].mean() >= 0.8, one_incident["missed"][~one_incident["first"]].to_dict()


def test_the_first_three_findings_have_it(one_incident: pd.DataFrame) -> None:
    assert one_incident["in_three"].mean() >= 0.95, one_incident["missed"][one_incident["in_three"] < 1].to_dict()


def test_its_money_is_near_the_truth(one_incident: pd.DataFrame) -> None:
    off = one_incident["off"].explode().dropna().astype(float)
    assert len(off) >= 0.9 * STORES
    assert off.median() <= 0.25


def test_where_nothing_happened_there_is_nothing_to_act_on() -> None:
    quiet = _judged(0, range(QUIET))
    assert (quiet["false_act"] == 0).mean() >= 0.9, quiet["false"][quiet["false_act"] > 0].to_dict()
