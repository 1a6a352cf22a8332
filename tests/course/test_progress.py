"""Progress: what is done, what a role asks for, and which lesson closes the gap."""

import re
from pathlib import Path

import pytest

from ecomkit.course import progress, record, skills, speak, words
from ecomkit.course.lessons import LESSONS, exercises
from ecomkit.course.progress import radar
from ecomkit.errors import ParameterError
from ecomkit.report import text


def _done(*lessons: str, role: str = "operations") -> record.Record:
    right = {n: record.Exercise(1, 0, True) for n in exercises() if n[:2] in lessons}
    return record.Record(1, role, right)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_beginner_begins_at_the_beginning() -> None:
    mine = progress()
    assert mine.next == "00"
    assert (mine.skills["level_rate"] == 0).all()
    assert mine.skills.loc[mine.skills["skill"] == "figures", "gap_rate"].item() == 1.0
    assert repr(mine).startswith(f"Operations: 0 of {len(exercises())} exercises right. Go on with: 00 ")
    assert repr(mine).count("\n") == len(LESSONS) + len(mine.skills) + 3


def test_the_lessons_of_a_skill_close_its_gap() -> None:
    lessons = [n for n in LESSONS if "figures" in words.of_lesson(n)["skills"]]
    before, between, after = (skills.skills(_done(*done)).set_index("skill") for done in ((), lessons[:1], lessons))
    assert before.loc["figures", ["level_rate", "gap_rate", "lesson"]].tolist() == [0.0, 1.0, lessons[0]]
    assert 0 < between.loc["figures", "level_rate"] < 1
    assert between.loc["figures", "lesson"] == lessons[1]
    assert after.loc["figures", ["level_rate", "gap_rate", "lesson"]].tolist() == [1.0, 0.0, ""]


def test_a_lesson_beside_the_path_lowers_no_level_and_counts_once_it_is_taken() -> None:
    taught = [n for n in LESSONS if "customers" in words.of_lesson(n)["skills"]]
    own = [n for n in taught if n in words.roles()["role"]["promotion"]["path"]]
    beside = [n for n in taught if n not in own]
    assert own
    assert beside
    levels = [
        skills.skills(_done(*done, role="promotion")).set_index("skill").loc["customers", "level_rate"]
        for done in ((), own, beside, taught)
    ]
    assert levels[0] == 0
    assert levels[1] == levels[3] == 1
    assert levels[2] > 0


def test_a_role_takes_its_own_path_first() -> None:
    for role in words.roles()["role"]:
        path = skills.path(role)
        assert sorted(path) == list(LESSONS)
        table = skills.lessons(_done(role=role))
        assert table["own"].is_monotonic_decreasing
        assert path[0] == "00"
    with pytest.raises(ParameterError, match=r"no role `boss`\.\nHint: there are manager, operations,"):
        skills.path("boss")


def test_an_unknown_role_in_the_file_is_no_harm() -> None:
    record.save(_done("00", role="boss"))
    assert progress().role == "operations"


def test_it_is_shown_as_a_radar_and_tables_in_both_languages() -> None:
    for lang, name in (("en", "Key figures"), ("zh", "\u6307\u6807\u53e3\u5f84")):
        speak(lang)
        html = progress()._repr_html_()
        assert name in html
        assert html.count("<polygon") in (0, 6)  # four rings, what is required, what is there; from three skills on
    assert re.search("[\u4e00-\u9fff]", repr(progress()))


def test_when_all_is_done() -> None:
    record.save(_done(*LESSONS))
    mine = progress()
    assert mine.next == ""
    assert "All done." in repr(mine)
    assert (mine.skills["gap_rate"] == 0).all()


def test_it_says_when_it_cannot_be_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECOMKIT_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert "cannot be saved" in repr(progress())


def test_roles_ask_for_skills_that_there_are() -> None:
    for role in words.roles()["role"].values():
        assert role["requires"].keys() == words.roles()["skill"].keys()
        assert all(0 <= rate <= 1 for rate in role["requires"].values())
        assert len(set(role["path"])) == len(role["path"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_names_around_the_radar_lie_inside_it(lang: str) -> None:
    with text.using(lang):
        shown = radar(progress().skills).html
    left, _, width, _ = (float(x) for x in re.search(r'viewBox="([^"]*)"', shown)[1].split())  # type: ignore[index]
    names = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="(\w+)"[^>]*>([^<]+)<', shown)
    assert len(names) == len(progress().skills)
    for x, anchor, name in names:
        long = sum(12 if ord(letter) > 0x2E80 else 6.8 for letter in name)  # at a size of 12
        start = float(x) - {"start": 0, "middle": long / 2, "end": long}[anchor]
        assert left <= start
        assert start + long <= left + width, name
