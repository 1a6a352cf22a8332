"""Findings graded by hand, and the exam of a class."""

from pathlib import Path

import pandas as pd
import pytest

from ecomkit.cli import main
from ecomkit.course import exam, grade, speak, stores, submit
from ecomkit.course.submission import Submission
from ecomkit.diagnosis import findings
from ecomkit.errors import ParameterError, TableError

SEED = 1_000_020


def _truth() -> pd.DataFrame:
    days = pd.to_datetime(["2025-09-01", "2025-09-03", "2025-09-05"])
    return pd.DataFrame(
        {
            "finding": ["checkout_fault", "out_of_stock", "ad_waste"],
            "slice": ["android", "P01", "brand"],
            "since": days,
            "felt_from": days + pd.to_timedelta([0, 6, 0], unit="D"),
            "money": [1000.0, 500.0, 3.0],
            "to_find": [True, True, False],
        }
    )


def _given(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=grade.COLUMNS)


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "points", "alarms"),
    [
        ([("checkout_fault", "android", "2025-09-01", 1000, "")], [10, 0], 0),
        ([("checkout_fault", " Android", "2025-09-04", -1290, "")], [10, 0], 0),
        ([("checkout_fault", "android", "2025-09-05", 1550, "")], [7, 0], 0),
        ([("checkout_fault", "ios", "2025-09-01", 3000, "")], [5, 0], 0),
        ([("source_lost", "android", "2025-09-01", 1000, "")], [7, 0], 0),
        ([("source_lost", "search", "2025-09-01", 1000, "")], [0, 0], 1),
        ([("out_of_stock", "P01", "2025-09-12", 500, "")], [0, 10], 0),  # a late delivery, felt days later
        ([("checkout_fault", "android", "2025-09-01", 1000, "")] * 2, [10, 0], 1),  # said twice
        ([("ad_waste", "brand", "2025-09-05", 3, "")], [0, 0], 0),  # too small to be asked for, and no false alarm
        ([("checkout_fault", "android", None, None, None)], [6, 0], 0),
        ([], [0, 0], 0),
    ],
)
def test_points(rows: list[tuple], points: list[int], alarms: int) -> None:
    graded = grade.grade(_given(*rows), _truth())
    assert graded.marks["points"].tolist() == points
    assert len(graded.false_alarms) == alarms
    assert graded.score_rate == max(sum(points) - 3 * alarms, 0) / 20


def test_where_nothing_is_to_be_found_silence_is_right() -> None:
    quiet = _truth().assign(to_find=False)
    assert grade.grade(_given(), quiet).score_rate == 1.0
    assert grade.grade(_given(("source_lost", "live", "2025-09-01", 5, "")), quiet).score_rate == 0.0


@pytest.mark.parametrize("given", [None, "text", [1], pd.DataFrame({"finding": ["x"]})], ids=str)
def test_what_is_no_table_of_findings_is_refused(given: object) -> None:
    with pytest.raises(TableError, match="columns"):
        grade.grade(given, _truth())


def test_submit_tells_the_truth_and_what_the_automatic_diagnosis_found() -> None:
    true = grade.truth(SEED)
    mine = true[true["to_find"]].assign(action="look")
    shown = submit(mine)
    assert isinstance(shown, Submission)
    assert shown.mine.score_rate == 1.0
    assert repr(shown).startswith(f"Score: 100%.\nFound: {len(mine)} of {len(mine)}, with cause and place.\n")
    speak("zh")
    assert "\u81ea\u52a8\u8bca\u65ad\u80fd\u5f97" in shown._repr_html_()
    wrong = submit(_given(("source_lost", "no such", "2025-09-01", 5, "")))
    assert "\u8bef\u62a5" in repr(wrong)


def test_submit_never_raises() -> None:
    assert submit(...).status == "todo"  # type: ignore[union-attr]
    assert submit("text").status == "broken"  # type: ignore[union-attr]


def test_the_store_in_trouble_does_not_hold_its_truth() -> None:
    store = stores.trouble_store()
    assert len(store.tables) == 10
    made = grade.truth(stores.trouble_seed())
    assert made["finding"].is_unique
    assert (made["since"] >= pd.Timestamp(store.end) - pd.Timedelta(days=27)).all()
    found = grade.as_findings(findings.rank(store))
    assert list(found) == grade.COLUMNS


def test_an_exam_from_the_paper_to_the_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper, handed = tmp_path / "exam", tmp_path / "handed in"
    assert main(["exam", "--seed", str(SEED), "--to", str(paper)]) == 0
    assert sorted(p.name for p in paper.iterdir()) == ["findings.csv", "seal.txt", "store"]
    assert not (paper / "store" / "truth.json").exists()
    assert (paper / "seal.txt").read_text(encoding="utf-8").strip() == exam.seal(SEED)
    handed.mkdir()
    header = (paper / "findings.csv").read_text(encoding="utf-8")
    true = grade.truth(SEED)
    best = true[true["to_find"]].assign(action="")[grade.COLUMNS]
    best.to_csv(handed / "\u738b\u82b3.csv", index=False, encoding="utf-8-sig")
    (handed / "empty.csv").write_text(header, encoding="utf-8")
    (handed / "broken.csv").write_bytes(b"\xff\xfe\x00")
    (handed / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    out = tmp_path / "results.csv"
    assert main(["exam", "--seed", str(SEED), "--grade", str(handed), "--out", str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(out)
    results = pd.read_csv(out, keep_default_na=False).set_index("name")
    assert results["score_rate"].iloc[0] == 1.0
    assert results.loc["\u738b\u82b3", "problem"] == ""
    assert set(results.index) == {"\u738b\u82b3", "empty", "broken", "other", "(automatic)"}
    assert results.loc["empty", ["score_rate", "found", "false_alarms"]].tolist() == [0, 0, 0]
    assert "have no columns" in results.loc["other", "problem"]
    assert results.loc["broken", "problem"] != ""


def test_what_cannot_be_an_exam(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="seed=-1 cannot be"):
        exam.write(tmp_path, seed=-1)
    with pytest.raises(ParameterError, match="There are no findings in"):
        exam.results(tmp_path, seed=1)
    (tmp_path / "file").touch()
    with pytest.raises(ParameterError, match="cannot be written"):
        exam.write(tmp_path / "file", seed=1)
    with pytest.raises(ParameterError, match="cannot be written"):
        exam.save(pd.DataFrame(), tmp_path / "none" / "results.csv")
