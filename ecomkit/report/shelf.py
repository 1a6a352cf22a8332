"""The reports there are: where their notebooks lie, what they are called and which parameters they take."""

import os
from dataclasses import dataclass
from pathlib import Path

import nbformat

from ecomkit.errors import ParameterError
from ecomkit.report.contract import Parameter, Value, parameters, suggestion
from ecomkit.report.export import title
from ecomkit.report.text import LANGUAGES


@dataclass(frozen=True)
class Report:
    """A report that can be run: its name, its notebook, its title per language and its parameters."""

    name: str
    path: Path
    titles: dict[str, str]
    parameters: tuple[Parameter, ...]

    @property
    def defaults(self) -> dict[str, Value]:
        return {p.name: p.default for p in self.parameters}


def folder() -> Path:
    """Where the report notebooks are: `$ECOMKIT_NOTEBOOKS/reports`, else `notebooks/reports` of the checkout."""
    given = os.environ.get("ECOMKIT_NOTEBOOKS")
    notebooks = Path(given) if given else Path(__file__).resolve().parents[2] / "notebooks"
    return notebooks / "reports"


def list_reports() -> list[Report]:
    """All reports, by name."""
    return [_open(path) for path in sorted(folder().glob("*.ipynb"))]


def find(name: str) -> Report:
    """The report called `name`.

    Raises
    ------
    ParameterError
        When there is none; the hint names the nearest.
    """
    paths = {path.stem: path for path in sorted(folder().glob("*.ipynb"))}
    if not paths:
        raise ParameterError(
            f"No report notebooks in {folder()}.",
            "run from a checkout of ecomkit, or set ECOMKIT_NOTEBOOKS to the folder that holds `reports/`.",
        )
    if name not in paths:
        raise ParameterError(f"There is no report `{name}`.", suggestion(name, list(paths)))
    return _open(paths[name])


def _open(path: Path) -> Report:
    try:
        notebook = nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise ParameterError(f"{path} is not a notebook.", "restore it from git.") from error
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    titles = {lang: title(notebook, lang) for lang in LANGUAGES}
    return Report(path.stem, path, titles, parameters(cells[0].source) if cells else ())
