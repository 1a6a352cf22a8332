"""Cells through macros: as a list, in a small file, or one by one, in a large one: the values are the same."""

import json
from pathlib import Path

import pytest

from ecomkit.data.imports import keep, typed
from ecomkit.data.imports.gather import gather
from ecomkit.data.imports.look import look
from ecomkit.data.imports.profile import profiles
from ecomkit.data.imports.values import macros

SAMPLES = Path(__file__).parents[3] / "datasets" / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
NAMES = list({told["format"]: name for name, told in TRUTH["files"].items() if told["format"] in profiles()}.values())


def test_small_files_are_read_as_large_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with keep.connect(tmp_path, size=0) as connection:
        connection.execute(macros())
        for name in NAMES:
            seen = next(seen for found in gather([SAMPLES / name], tmp_path) for seen in look(found.file))
            rows = []
            for small in (typed.SMALL, -1):
                monkeypatch.setattr(typed, "SMALL", small)
                typed.read(connection, seen, tmp_path, zone=TRUTH["timezone"], salt="salt")
                rows.append(connection.execute("SELECT * FROM typed ORDER BY row").fetchall())
            assert rows[0] == rows[1], name
            assert rows[0]
