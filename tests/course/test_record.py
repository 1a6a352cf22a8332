"""The progress file: it survives a crash, and never stands in the way of a lesson."""

import json
import os
import stat
from pathlib import Path

import pytest

from ecomkit.course import record

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_tries_are_counted_until_the_first_right_one(learner: Path) -> None:
    for right in (False, False, True, False):
        record.tried("02.1", right=right)
    record.hinted("02.2", 2)
    record.hinted("02.2", 1)
    assert record.load().exercises == {
        "02.1": record.Exercise(tries=3, hints=0, right=True),
        "02.2": record.Exercise(tries=0, hints=2, right=False),
    }
    assert json.loads(learner.read_text(encoding="utf-8"))["exercises"]["02.1"]["tries"] == 3


def test_a_new_learner_gets_a_seed_and_keeps_it(learner: Path) -> None:
    learner.unlink()
    first = record.load()
    assert 0 <= first.seed < record.SEEDS
    assert record.load() == first
    assert record.is_saved()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"seed": 3}', '{"seed": "x", "exercises": {}}', "\0\xff"])
def test_a_damaged_file_is_set_aside(learner: Path, damage: str) -> None:
    learner.write_text(damage, encoding="latin-1")
    assert record.load().exercises == {}
    assert learner.with_suffix(".damaged").read_text(encoding="latin-1") == damage
    assert record.is_saved()


def test_what_a_later_version_adds_is_passed_over(learner: Path) -> None:
    learner.write_text('{"seed": 3, "new": 1, "exercises": {"02.1": {"right": true, "when": 5}}}', encoding="utf-8")
    assert record.load() == record.Record(3, record.ROLE, {"02.1": record.Exercise(right=True)})


def test_a_crash_in_the_middle_leaves_the_old_file(learner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record.tried("02.1", right=True)
    before = learner.read_bytes()

    def crash(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", crash)
    record.tried("02.2", right=True)
    assert learner.read_bytes() == before
    assert [p.name for p in learner.parent.iterdir()] == [learner.name]
    assert not record.is_saved()


def test_a_home_that_cannot_be_written_stands_in_no_lessons_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECOMKIT_PROGRESS", str(tmp_path / "file" / "progress.json"))
    first = record.load()
    record.tried("02.1", right=True)
    assert record.load().exercises["02.1"].right
    assert not record.is_saved()
    record._unsaved.clear()  # as in the next notebook's kernel
    assert record.load().seed == first.seed


def test_the_file_lies_in_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ECOMKIT_PROGRESS")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert record.place() == tmp_path / ".ecomkit" / "progress.json"
    assert record.save(record.Record(1))
    assert stat.S_IMODE(record.place().stat().st_mode) == 0o600
