"""The commands `ecomkit learn` and `ecomkit progress`: what they write and say."""

from pathlib import Path

import pytest

from ecomkit.cli import main
from ecomkit.course import desk, record
from ecomkit.report import text

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_learn_writes_the_course_and_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(desk, "open_lab", opened.append)
    folder = tmp_path / "mine"
    assert main(["learn", "--to", str(folder), "--lang", "en", "--role", "analyst"]) == 0
    assert opened == [folder / "00_start_here.ipynb"]
    assert opened[0].is_file()
    assert capsys.readouterr().out.endswith(f" new lessons in {folder}.\n")
    assert record.load().role == "analyst"
    assert main(["learn", "--to", str(folder), "--lang", "en", "--no-open"]) == 0
    said = capsys.readouterr().out
    assert "are there already and stay as they are. For another language choose another folder with --to." in said
    assert said.splitlines()[-1] == str(folder / "00_start_here.ipynb")
    assert record.load().role == "analyst"
    assert len(opened) == 1


def test_an_unknown_role_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "--to", str(tmp_path / "mine"), "--role", "boss", "--no-open"]) == 2
    assert "There is no role `boss`.\nHint: there are manager, operations," in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


def test_progress_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["progress", "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("Operations: 0 of ")


@pytest.mark.parametrize(
    ("variables", "lang"),
    [({}, "en"), ({"LANG": "zh_CN.UTF-8"}, "zh"), ({"LC_ALL": "C", "LANG": "zh_CN"}, "en"), ({"LANG": "de_DE"}, "en")],
)
def test_the_language_is_the_computers(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], lang: str) -> None:
    for key in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(key, raising=False)
    for key, value in variables.items():
        monkeypatch.setenv(key, value)
    assert text.system_language() == lang
