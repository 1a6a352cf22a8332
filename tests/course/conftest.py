"""A learner whose progress lies in a folder of the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lessons import SEEDS

from ecomkit.course import record
from ecomkit.report import text


@pytest.fixture(autouse=True)
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The learner's progress file."""
    path = tmp_path / "progress.json"
    monkeypatch.setenv("ECOMKIT_PROGRESS", str(path))
    record.save(record.Record(SEEDS["en"]))
    yield path
    record._unsaved.clear()
    text.use("en")
