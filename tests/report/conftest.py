"""Small notebooks for the report room's tests."""

from pathlib import Path

import nbformat
import pytest

from ecomkit.report import text

PARAMETERS = "shop: str = '007'  # the # shop\ndays: int = 28\nrate: float = 0.5\nfast: bool = False\nlang: str = 'en'"


def notebook(*cells: tuple[str, ...]) -> nbformat.NotebookNode:
    """A notebook of (kind, source, tag, ...) cells; kind is "code" or "markdown"."""
    made = []
    for i, (kind, source, *tags) in enumerate(cells):
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        made.append(new(source, id=f"c{i}", metadata={"tags": tags}))
    return nbformat.v4.new_notebook(cells=made)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of report notebooks that is found, and an empty current folder beside it."""
    folder = tmp_path / "notebooks" / "reports"
    folder.mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("ECOMKIT_NOTEBOOKS", str(tmp_path / "notebooks"))
    monkeypatch.chdir(tmp_path / "here")
    return folder


def put(shelf: Path, name: str, *cells: tuple[str, ...]) -> None:
    """Writes a report notebook with the usual parameters cell before `cells`."""
    nbformat.write(notebook(("code", PARAMETERS, "parameters"), *cells), shelf / f"{name}.ipynb")


@pytest.fixture(autouse=True)
def _english() -> None:
    text.use("en")
