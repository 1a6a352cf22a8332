"""Changed exports of orders: what is read is right, or refused, or its loss is told and adds up.

A change is a file of its own: cells, rows, columns, encoding, a file cut anywhere or appended to itself. Sums of every
table in the store are those of the whole sample and of what the change means, less what the account says is lost;
of rows that were not touched it says nothing new. `python tests/benchmarks/fuzz.py` tries far more.
"""

import json
from pathlib import Path

import pytest
from fuzz import bench, tried

from ecomkit.data.imports.profile import profiles

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
ORDERS = [
    n for n, told in TRUTH["files"].items() if (p := profiles().get(told["format"])) and "order" in "".join(p.tables)
]
ROUNDS = 150


def test_a_changed_export_of_orders_is_read_right_or_complained_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench(SAMPLES, TRUTH, tmp_path, monkeypatch) as one:
        count, wrong = tried(one, ORDERS, rounds=ROUNDS, first=0)
    assert wrong == [], "\n".join(map(str, wrong))
    assert count >= ROUNDS
