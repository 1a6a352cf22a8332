"""Small notebooks for the report room's tests."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from ecomkit.report import text

PARAMETERS = "shop: str = '007'  # the # shop\ndays: int = 28\nrate: float = 0.5\nfast: bool = False\nlang: str = 'en'"
Cells = tuple[str, ...]


def _notebook(*cells: Cells) -> nbformat.NotebookNode:
    made = []
    for i, (kind, source, *tags) in enumerate(cells):
        new = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        made.append(new(source, id=f"c{i}", metadata={"tags": tags}))
    return nbformat.v4.new_notebook(cells=made)


@pytest.fixture
def notebook() -> Callable[..., nbformat.NotebookNode]:
    """Makes a notebook of (kind, source, tag, ...) cells; kind is "code" or "markdown"."""
    return _notebook


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of report notebooks that is found, and an empty current folder beside it."""
    folder = tmp_path / "notebooks" / "reports"
    folder.mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("ECOMKIT_NOTEBOOKS", str(tmp_path / "notebooks"))
    monkeypatch.chdir(tmp_path / "here")
    return folder


@pytest.fixture
def put(shelf: Path) -> Callable[..., None]:
    """Writes a report notebook of the given name: the usual parameters cell, then the given cells."""

    def write(name: str, *cells: Cells, parameters: str = PARAMETERS) -> None:
        nbformat.write(_notebook(("code", parameters, "parameters"), *cells), shelf / f"{name}.ipynb")

    return write


@pytest.fixture(autouse=True)
def _english() -> None:
    text.use("en")
