"""Changed exports of days, ads, products and events: as `test_import_fuzz_orders.py` does it with orders."""

import json
from pathlib import Path

import pytest
from fuzz import bench, tried

from ecomkit.data.imports.profile import profiles

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
DAYS = [
    n
    for n, told in TRUTH["files"].items()
    if (p := profiles().get(told["format"])) and "order" not in "".join(p.tables)
]
ROUNDS = 150


def test_a_changed_export_of_days_is_read_right_or_complained_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bench(SAMPLES, TRUTH, tmp_path, monkeypatch) as one:
        count, wrong = tried(one, DAYS, rounds=ROUNDS, first=0)
    assert wrong == [], "\n".join(map(str, wrong))
    assert count >= ROUNDS
