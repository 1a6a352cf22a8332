"""The catalog and the code say the same."""

import ast
import csv
import re
import string
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import ecomkit
from ecomkit.data.simulate import NAME
from ecomkit.data.simulate.aftersale import REASONS
from ecomkit.data.simulate.sales_tables import PROVINCES
from ecomkit.data.tables import TABLES
from ecomkit.diagnosis.dictionary import dictionary
from ecomkit.errors import ParameterError
from ecomkit.report import labels, text
from ecomkit.report.advice import WORDS
from ecomkit.report.values import kind

PACKAGE = Path(ecomkit.__file__).parent
NOTEBOOKS = PACKAGE.parent / "notebooks"
HAN = re.compile("[\u2e80-\u9fff\uff00-\uffef]")


def _spoken() -> Iterator[str]:
    """Every message id that code, notebooks and the demo store can ask the catalog for."""
    for found in extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords={"_": None}):
        yield str(found[2])
    for names in (labels.LABELS, *labels.BY_COLUMN.values()):
        yield from names.values()
    for words in WORDS.values():
        yield from words
    segments = tomllib.loads(files("ecomkit.customers").joinpath("segments.toml").read_text(encoding="utf-8"))
    yield from (segment["action"] for segment in segments["segment"])
    with files("ecomkit.data.simulate").joinpath("shelf.csv").open(encoding="utf-8") as shelf:
        for product in csv.DictReader(shelf):
            yield from (product["title"], product["category"])
    yield from (NAME, *REASONS, *PROVINCES)
    for path in NOTEBOOKS.rglob("*.ipynb"):
        yield from _in_notebook(path)


def _in_notebook(path: Path) -> Iterator[str]:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code" or "_(" not in cell.source:
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("_", "text._"):
                yield ast.literal_eval(node.args[0])


def _fields(said: str) -> set[str]:
    return {field for _text, field, _spec, _conversion in string.Formatter().parse(said) if field is not None}


def test_every_text_is_translated_and_no_translation_is_left_over() -> None:
    spoken, known = set(_spoken()), set(text.catalog("zh"))
    assert spoken - known == set(), "translate these in ecomkit.po"
    assert known - spoken == set(), "nothing asks for these any more"


def test_translations_have_the_same_placeholders() -> None:
    wrong = {msgid: said for msgid, said in text.catalog("zh").items() if _fields(msgid) != _fields(said)}
    assert wrong == {}


def test_the_catalog_has_no_fuzzy_empty_or_repeated_entry() -> None:
    path = PACKAGE / "report" / "locale" / "zh" / "LC_MESSAGES" / "ecomkit.po"
    with path.open("rb") as file:
        messages = [m for m in read_po(file, locale="zh") if m.id]
    assert [m.id for m in messages if m.fuzzy or not m.string] == []
    lines = path.read_text(encoding="utf-8").splitlines()
    ids = [line for line in lines if line.startswith("msgid ")]
    assert sorted({line for line in ids if ids.count(line) > 1}) == []


def test_chinese_stands_in_catalogs_only() -> None:
    chinese = [str(p) for p in (PACKAGE / "report").rglob("*.py") if HAN.search(p.read_text(encoding="utf-8"))]
    assert chinese == []
    assert HAN.search(text.catalog("zh")["Conversion rate"])


def test_use_changes_what_is_said_and_using_gives_it_back() -> None:
    assert text.label("gmv") == "Sales"
    with text.using("zh"):
        assert HAN.search(text.label("gmv"))
    assert text.label("gmv") == "Sales"
    text.use("zh", currency="CNY")
    assert (text.lang(), text.currency()) == ("zh", "CNY")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ParameterError, match="Unknown language 'fr'") as refused:
        text.use("fr")
    assert "Hint: use one of en, zh." in str(refused.value)
    assert text.lang() == "en"


def test_codes_are_named_by_their_column() -> None:
    assert text.label("lost") == "Lost"
    assert text.label("lost", column="segment") == "Lost customers"
    assert text.label("promotion", column="owner") == "Advertising"
    assert [text.label("new", column=column) for column in ("segment", "customer_type")] == ["New customers", "New"]
    assert text.label("some_new_thing") == "Some new thing"
    assert text.label("my campaign", column="campaign") == "my campaign"


def test_every_segment_of_rfm_has_a_name() -> None:
    segments = tomllib.loads(files("ecomkit.customers").joinpath("segments.toml").read_text(encoding="utf-8"))
    assert {segment["name"] for segment in segments["segment"]} == set(labels.SEGMENTS)


def test_metrics_are_called_as_in_the_dictionary() -> None:
    called = {row["key"]: row["zh"] for row in dictionary().to_dict("records") if row["key"] in labels.METRICS}
    with text.using("zh"):
        assert {key: text.label(key) for key in called} == called
    assert len(called) > 15


def test_metrics_have_the_units_of_the_dictionary() -> None:
    kinds = {"people": "count", "count": "count", "money": "money", "fraction": "rate", "number": "number"}
    units = {row["key"]: kinds[row["unit"]] for row in dictionary().to_dict("records")}
    assert {key: kind(key) for key in units} == units


def test_every_canonical_column_has_a_name() -> None:
    columns = {column.name for table in TABLES.values() for column in table.columns}
    assert columns - set(labels.LABELS) == set()
