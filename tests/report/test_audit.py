"""What an audit says in words, and the report that shows it."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from planting import DEFECTS, caught_by, open_tables

from ecomkit.data.simulate import simulate
from ecomkit.data.store import open_store
from ecomkit.diagnosis import quality
from ecomkit.diagnosis.quality.checks import CHECKS
from ecomkit.errors import MissingDataError
from ecomkit.report import audit, text
from ecomkit.report.labels import BY_COLUMN, LABELS
from ecomkit.report.run import run

CHINESE = re.compile("[\u4e00-\u9fff]")
EDITIONS = [("demo", "zh"), ("olist", "en"), ("m5", "zh")]
ROWS = [
    ("money_units", "wrong", 7, 1234.0, 0.05, "2025-03-01", "2025-03-07", "convert_units", ""),
    ("bot_traffic", "wrong", 900, None, 0.02, "2025-03-05", "2025-03-05", "exclude_bots", ""),
    ("gaps", "watch", 2, 100.0, 0.01, "2025-02-01", "2025-02-02", "export_again", ""),
    ("orphans", "ok", 0, 0.0, 0.0, None, None, "import_again", ""),
    ("stock_flow", "not checked", None, None, None, None, None, "count_stock", "inventory.sold|inventory.received"),
]


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    text.use("en", currency="CNY")
    yield
    text.use("en")


def _audited(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(quality.TYPES))
    return table.astype(quality.TYPES)


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "lead"),
    [
        (ROWS, "Not as it is: 2 of 4 checks found wrong figures."),
        (ROWS[2:], "Yes, but look at 1 of 2 checks before you rely on it."),
        (ROWS[3:], "Yes: all 1 checks are in order."),
        (ROWS[4:], "Nothing could be checked, for want of data."),
    ],
)
def test_the_verdict_answers_the_question(rows: list[tuple], lead: str) -> None:
    assert repr(audit.verdict(_audited(rows))).splitlines()[0] == lead


def test_the_verdict_names_where_to_begin_and_what_was_not_seen() -> None:
    said = repr(audit.verdict(_audited(ROWS))).splitlines()
    assert said[1] == "Begin with: Units of money, money touched ¥1,234."
    assert said[2] == "Checks that could not be made, for want of columns: 1."
    assert repr(audit.verdict(_audited(ROWS[1:]))).splitlines()[1] == "Begin with: Bots."


def test_each_step_says_what_was_found_and_what_to_do() -> None:
    said = repr(audit.steps(_audited(ROWS)))
    for part in (
        "Units of money",
        "7 amounts are about a hundred times",
        "What to do Bring the column to one unit",
        "When 2025-03-01 – 2025-03-07",
        "Share touched 5.00%",
        "When 2025-03-05\n",
    ):
        assert part in said, part
    assert "Rows without their order" not in said
    assert repr(audit.steps(_audited(ROWS[3:]))) == "There is nothing to do: no check found anything."


def test_what_was_not_checked_says_what_it_needs() -> None:
    assert "inventory.sold or inventory.received" in repr(audit.unchecked(_audited(ROWS)))
    assert repr(audit.unchecked(_audited(ROWS[:2]))) == "Every check could be made."


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_has_its_words(check: quality.Check, lang: str) -> None:
    rows = [(check.name, "wrong", 3, 45.0, 0.1, "2025-03-01", "2025-03-02", check.advice, "")]
    said = repr(audit.steps(_audited(rows), lang))
    assert {check.name} <= BY_COLUMN["check"].keys() & BY_COLUMN["found"].keys()
    assert check.advice in BY_COLUMN["advice"]
    assert "{" not in said
    assert bool(CHINESE.search(said)) == (lang == "zh")


# --- reference: planted defects, and the report on known stores ------------------------------------------------------


def test_every_column_of_the_evidence_has_a_name_and_every_code_its_word() -> None:
    clean = simulate(seed=5, days=70, visitors_per_day=300, incidents=[]).tables
    for defect, plant in DEFECTS.items():
        found = quality.evidence(open_tables(plant(dict(clean))), caught_by(defect), limit=3)
        assert set(found.columns) - {"day", "sure"} <= LABELS.keys(), defect
        for column in found.columns.intersection(["sign", "problem", "against"]):
            assert set(found[column]) <= BY_COLUMN[column].keys() | {"traffic_daily"}, defect


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, str]], BeautifulSoup]:
    """Runs an edition once and reads it; skips where its data is not on this machine."""

    @cache
    def page(edition: tuple[str, str]) -> BeautifulSoup:
        store, lang = edition
        path = run("data_audit", store=store, lang=lang, out=tmp_path_factory.mktemp("audit"), progress=False)
        soup = BeautifulSoup(Path(path).read_bytes(), "html.parser")
        for hidden in soup(["script", "style"]):
            hidden.decompose()
        return soup

    def read_or_skip(edition: tuple[str, str]) -> BeautifulSoup:
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("ECOMKIT_NOTEBOOKS", raising=False)
            try:
                return page(edition)
            except MissingDataError as error:
                pytest.skip(str(error).splitlines()[0])

    return read_or_skip


@pytest.mark.parametrize("edition", EDITIONS, ids="-".join)
def test_the_report_says_what_the_audit_found(read: Callable[..., BeautifulSoup], edition: tuple[str, str]) -> None:
    page, (name, lang) = read(edition), edition
    with open_store(name) as store:
        audited = quality.audit(store)
        text.use(lang, currency=store.currency)
    assert page.select_one(".ek-lead").get_text() == repr(audit.verdict(audited)).splitlines()[0]
    titles = [text.label(check, column="check") for check in audit.found(audited)["check"]]
    assert [h4.find(string=True) for h4 in page.select(".ek-finding h4")] == titles
    assert [c.get_text() for c in page.select("caption")] == titles[:4]
    rows = page.select_one("table.ek-table tbody").select("tr")
    assert len(rows) == (audited["severity"] != "not checked").sum()


@pytest.mark.parametrize("edition", EDITIONS, ids="-".join)
def test_the_report_speaks_one_language_and_no_python(
    read: Callable[..., BeautifulSoup], edition: tuple[str, str]
) -> None:
    page, (_name, lang) = read(edition), edition
    said = page.get_text(" ")
    assert re.findall(r"\{\w*\}|\b(?:nan|NaN|NaT|None|inf)\b|<NA>|Traceback", said) == []
    if lang == "en":
        assert CHINESE.findall(said) == []
    else:
        for tag in page.select("h1, h2, h3, h4, th, dt, p, caption, td.ek-code"):
            words = tag.get_text(" ", strip=True)
            assert CHINESE.search(words) or not re.search(r"[A-Za-z]{3}", words), words
