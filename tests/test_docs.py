"""What the documents say is what the code says: columns, data sets, dependencies, links; and the README twins agree."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from ecomkit.data import catalog
from ecomkit.data.tables import TABLES, Table

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ["README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md", "datasets/README.md"]


def _text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def _rows(text: str) -> list[list[str]]:
    """The cells of every table row that begins with a name in backticks."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_columns_of_a_store_are_told_as_they_are(table: Table) -> None:
    section = re.search(rf"^### {table.name} · .*?(?=^##)", _text("datasets/README.md"), re.MULTILINE | re.DOTALL)
    assert section
    assert table.grain in section[0].lower()
    assert f"`{', '.join(table.key)}`" in section[0]
    told = [row[:4] for row in _rows(section[0])]
    must = {(False, True): "", (True, True): "there", (True, False): "filled"}
    assert told == [[c.name, c.kind, must[c.required, c.nullable], c.meaning] for c in table.columns]
    assert all(re.search("[\u4e00-\u9fff]|ID", row[4]) for row in _rows(section[0]))


def test_the_marks_of_columns_are_told_as_they_are() -> None:
    section = _text("datasets/README.md").split("### What may not be added up")[1].split("\n## ")[0]
    told = {row[0]: [re.findall("`([^`]+)`", f"`{cell}`") for cell in row[1:]] for row in _rows(section)}
    kinds = ("repeats", "within a day", "never")
    marks = {t.name: [[c.name for c in t.columns if c.adds == kind] for kind in kinds] for t in TABLES.values()}
    assert told == {name: found for name, found in marks.items() if any(found)}


def test_the_public_data_sets_are_told_as_the_catalog_has_them() -> None:
    section = _text("datasets/README.md").split("## Public data sets")[1]
    known = catalog.table()
    told = [(name, what, licence, opens) for name, what, _, licence, opens in _rows(section)]
    opens = known["has_reader"].map({True: "yes", False: "no"})
    assert told == list(zip(known["name"], known["what"], known["licence"], opens, strict=True))


def test_every_dependency_is_accounted_for() -> None:
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    wanted = {Requirement(r).name for r in project["dependencies"] + project["optional-dependencies"]["spark"]}
    section = _text("CONTRIBUTING.md").split("## Dependencies")[1].split("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("|")][2:]
    assert {row[0].split()[-1] for row in rows} == wanted
    assert all(cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", _text(document))
    assert [link for link in links if not ((ROOT / document).parent / link).exists()] == []


def test_the_readme_twins_agree() -> None:
    english, chinese = _text("README.md"), _text("README.zh.md")
    shape = re.compile(r"^(#+ |```|\| ?-*|- \*\*|!\[)", re.MULTILINE)
    assert shape.findall(english) == shape.findall(chinese)
    python = re.compile(r"```python\n.*?```", re.DOTALL)
    assert python.findall(english) == python.findall(chinese) != []
    cells = re.compile(r"`((?:ek\.|ECOMKIT_|--|-p )[^`]*)`")
    assert sorted(cells.findall(english)) == sorted(cells.findall(chinese))


@pytest.mark.parametrize("picture", ["docs/report.png", "docs/report.zh.png"])
def test_the_pictures_are_light(picture: str) -> None:
    data = (ROOT / picture).read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < 200_000
