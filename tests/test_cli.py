"""The command line: what it prints and how it exits."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

import ecomkit
from ecomkit.cli import main


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with a report that works, one that fails and one that takes its time."""
    folder = tmp_path / "notebooks" / "reports"
    folder.mkdir(parents=True)
    for name, source in {"ok": "print(days)", "bad": "1 / 0", "slow": "import time; time.sleep(30)"}.items():
        cells = [
            nbformat.v4.new_code_cell("days: int = 28  # how many\nlang: str = 'en'  # language", id="p"),
            nbformat.v4.new_markdown_cell(f"# The {name} one", id="t"),
            nbformat.v4.new_code_cell(source, id="c"),
        ]
        cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    monkeypatch.setenv("ECOMKIT_NOTEBOOKS", str(tmp_path / "notebooks"))
    monkeypatch.chdir(tmp_path)
    return folder


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"ecomkit {ecomkit.__version__}\n"


def test_the_version_needs_no_heavy_import() -> None:
    heavy = ["numpy", "pandas", "duckdb", "narwhals", "matplotlib", "nbformat", "papermill", "babel"]
    code = f"import sys, ecomkit.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_import_needs_no_notebook(tmp_path: Path) -> None:
    """Whoever only brings files in does not wait for Jupyter to be loaded."""
    rows = tmp_path / "ads.csv"
    rows.write_text("日期,宝贝名称,花费(分),点击量,展现量\n2025-09-01,床单,1250,3,100\n", encoding="utf-8")
    heavy = ["nbformat", "nbconvert", "papermill", "matplotlib", "sklearn"]
    call = ["import", str(rows), "--to", str(tmp_path / "mine"), "--lang", "en"]
    code = f"import sys; from ecomkit.cli import main; main({call}); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.usefixtures("shelf")
def test_a_report_prints_the_path_of_its_html_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "ok", "-p", "days=7", "--lang", "zh", "--out", "here/"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == str(tmp_path / "here" / "ok-zh.html")
    assert '<pre class="printed">7\n</pre>' in (tmp_path / "here" / "ok-zh.html").read_text(encoding="utf-8")
    assert shown.err == ""


@pytest.mark.usefixtures("shelf")
def test_a_failing_cell_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "bad"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    for said in ("    1 / 0", "ZeroDivisionError: division by zero", str(tmp_path / "reports" / "bad-en-failed.ipynb")):
        assert said in shown.err


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "okay"], "There is no report `okay`.\nHint: did you mean `ok`? There are: bad, ok, slow.\n"),
        (["report"], "Which report?\nHint: ecomkit report NAME; `ecomkit report --list` shows the names.\n"),
        (
            ["report", "ok", "-p", "days"],
            "`-p days` is not a parameter.\nHint: write -p name=value, e.g. -p days=28.\n",
        ),
        (["report", "ok", "-p", "days=x"], "Parameter `days` must be a whole number, not 'x'.\n"),
        (["report", "ok", "--store", "nowhere"], "Report `ok` has no parameter `store`.\n"),
        (["report", "ok", "--lang", "fr"], "Unknown language 'fr'.\nHint: use one of en, zh.\n"),
    ],
)
def test_a_wrong_call_exits_with_2_and_a_hint(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"ecomkit: {said}")
    assert "\nHint: " in shown.err
    assert not Path("reports").exists()


@pytest.mark.usefixtures("shelf")
def test_the_list_shows_titles_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["bad  The bad one", "    days: int = 28  # how many", "    lang: str = 'en'  # language"]


@pytest.mark.skipif(os.name != "posix", reason="signals to another process are POSIX")
@pytest.mark.usefixtures("shelf")
def test_ctrl_c_exits_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = "import sys; from ecomkit.cli import main; sys.exit(main(['report', 'slow']))"
    running = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(scratch)}, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(scratch.glob("ek-*/k-*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    _out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert err == "Stopped.\n"
    assert list(scratch.iterdir()) == []
    assert list((tmp_path / "reports").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="pipes break so on POSIX")
def test_a_reader_that_leaves_is_no_error() -> None:
    code = "import sys; from ecomkit.cli import main; sys.exit(main(['metrics']))"
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == ""
    running.stderr.close()
    assert running.wait(timeout=60) == 141


def test_simulate_writes_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine"
    assert main(["simulate", "--to", str(target), "--seed", "3", "--days", "40"]) == 0
    assert (target / "orders.parquet").exists()
    assert capsys.readouterr().out.splitlines()[-1] == str(target)


def test_simulate_refuses_a_store_of_no_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--to", str(tmp_path / "mine"), "--days", "0"]) == 2
    assert "Hint: " in capsys.readouterr().err
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("arguments", "shown", "hidden"), [([], "en: ", "name: "), (["--lang", "en"], "name: ", "zh: ")]
)
def test_metrics_prints_the_dictionary(
    arguments: list[str], shown: str, hidden: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["metrics", *arguments]) == 0
    out = capsys.readouterr().out
    assert "key: conversion_rate\n" in out
    assert f"\n{shown}" in out
    assert f"\n{hidden}" not in out
