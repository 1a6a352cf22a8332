"""Running a report notebook, and everything that can go wrong with it."""

import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from ecomkit.errors import CellFailure, ParameterError, TableError
from ecomkit.report import run as room
from ecomkit.report.run import run
from ecomkit.report.shelf import find, list_reports

Put = Callable[..., None]


def test_a_report_becomes_one_html_file(put: Put, tmp_path: Path) -> None:
    put(
        "ok",
        ("markdown", "# Title", "en"),
        ("code", "import sys\nprint(f'<{shop}|{days * 2}|{lang}>', sys.executable)"),
        ("code", "import os; print(os.environ['IPYTHONDIR'])"),
        ("code", "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])"),
    )
    out = tmp_path / "{shop} \u5e97" / "a {b}.html"
    path = run("ok", params={"shop": "{007}", "days": "14"}, out=out, keep_notebook=True)
    html = path.read_text(encoding="utf-8")
    assert path == out
    assert "&lt;{007}|28|en&gt;" in html
    assert sys.executable in html
    assert "/ek-" in html
    assert "data:image/png;base64," in html
    assert sorted(p.name for p in out.parent.iterdir()) == ["a {b}.html", "a {b}.ipynb"]
    kept = nbformat.read(out.with_suffix(".ipynb"), as_version=4)
    assert "injected-parameters" in [tag for cell in kept.cells for tag in cell.metadata.get("tags", [])]


def test_a_failing_cell_is_named_and_its_notebook_kept(put: Put, capfd: pytest.CaptureFixture[str]) -> None:
    put("bad", ("code", "x = 1"), ("code", "# why\nx / 0"), ("code", "x"))
    with pytest.raises(CellFailure) as failure:
        run("bad")
    kept = Path.cwd() / "reports" / "bad-en-failed.ipynb"
    assert str(failure.value) == (
        "A cell of report `bad` failed:\n\n    # why\n    x / 0\n\nZeroDivisionError: division by zero\n\n"
        f"The executed notebook: {kept}\nHint: open it in JupyterLab; it holds every result up to the failure."
    )
    assert [p.name for p in kept.parent.iterdir()] == [kept.name]
    assert "ZeroDivisionError" in kept.read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("from ecomkit.errors import TableError\nraise TableError('Two orders are one.', 'sum them.')",
         "Two orders are one.\nHint: sum them."),
        ("import duckdb\nduckdb.sql(\"SELECT 'abc'::DOUBLE\").fetchall()", "A table .* cannot be read: .*'abc'"),
    ],
)  # fmt: skip
def test_a_table_refused_in_a_cell_is_bad_input_and_leaves_no_file(put: Put, source: str, said: str) -> None:
    put("refused", ("code", source))
    with pytest.raises(TableError, match=rf"^{said}") as refused:
        run("refused")
    assert str(refused.value).count("\nHint: ") == 1
    assert list((Path.cwd() / "reports").iterdir()) == []


@pytest.mark.parametrize(
    ("source", "timeout", "seen"),
    [("import os; os._exit(1)", None, "DeadKernelError"), ("import time; time.sleep(60)", 1, "CellTimeoutError")],
)
def test_a_lost_kernel_and_a_timeout_leave_no_report(put: Put, source: str, timeout: int | None, seen: str) -> None:
    put("lost", ("code", "x = 1"), ("code", source), ("code", "x"))
    with pytest.raises(CellFailure, match=seen) as failure:
        run("lost", cell_timeout=timeout)
    assert f"\n\n    {source}\n\n" in str(failure.value)
    assert [p.name for p in (Path.cwd() / "reports").iterdir()] == ["lost-en-failed.ipynb"]


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is refused must be refused before a kernel starts."""

    def execute(*_args: object, **_options: object) -> None:
        raise AssertionError("a kernel would have started")

    monkeypatch.setattr(room, "_execute", execute)


@pytest.mark.usefixtures("no_kernel")
@pytest.mark.parametrize(
    ("name", "options", "message", "hint"),
    [
        ("okk", {}, "no report `okk`", "did you mean `ok`? There are: ok."),
        ("ok", {"params": {"dayz": 1}}, "no parameter `dayz`", "did you mean `days`?"),
        ("ok", {"params": {"days": "many"}}, "`days` must be a whole number, not 'many'", "days=28"),
        ("ok", {"start": "2025-01-01"}, "no parameter `start`", "There are: shop, days, rate, fast, lang."),
        ("ok", {"lang": "fr"}, "Unknown language 'fr'", "en, zh"),
        ("ok", {"params": {"lang": "fr"}}, "Unknown language 'fr'", "en, zh"),
        ("ok", {"out": "report.pdf"}, "not `report.pdf`", "report.pdf.html"),
        ("ok", {"out": "taken/x.html"}, "Cannot write", "--out PATH"),
    ],
)
def test_wrong_calls_are_refused_at_once(
    put: Put, name: str, options: dict[str, object], message: str, hint: str
) -> None:
    put("ok", ("code", "1"))
    Path("taken").touch()
    with pytest.raises(ParameterError) as refused:
        run(name, **options)  # type: ignore[arg-type]
    said, _newline, hinted = str(refused.value).partition("\nHint: ")
    assert message in said
    assert hint in hinted
    assert not Path("reports").exists()


@pytest.mark.usefixtures("shelf")
def test_an_empty_shelf_says_where_it_looked() -> None:
    with pytest.raises(ParameterError, match=r"No report notebooks in .*reports") as refused:
        find("rfm")
    assert "ECOMKIT_NOTEBOOKS" in str(refused.value)


def test_the_shelf_lists_titles_and_parameters(put: Put, shelf: Path) -> None:
    put("two", ("markdown", "intro\n\n# Two `x`", "en"), ("markdown", "# \u4e8c", "zh"))
    put("one", ("code", "1"))
    one, two = list_reports()
    assert (one.name, two.name) == ("one", "two")
    assert two.titles == {"en": "Two x", "zh": "\u4e8c"}
    assert one.titles == {"en": "", "zh": ""}
    assert [p.name for p in two.parameters] == ["shop", "days", "rate", "fast", "lang"]
    (shelf / "broken.ipynb").write_text("{")
    with pytest.raises(ParameterError, match=r"broken\.ipynb is not a notebook"):
        find("broken")


def test_the_shipped_reports_keep_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECOMKIT_NOTEBOOKS", raising=False)
    for report in list_reports():
        assert all(report.titles.values()), report.name
        assert {"store", "lang"} <= report.defaults.keys(), report.name
        assert all(parameter.help for parameter in report.parameters), report.name
