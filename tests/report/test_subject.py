"""What a report is about is settled before anything runs."""

from pathlib import Path

import pandas as pd
import pytest

from ecomkit.data.store import write_store
from ecomkit.errors import EcomkitError, ParameterError, TableError
from ecomkit.report.subject import Subject, settle


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Ten days of one order each."""
    days = pd.date_range("2025-09-01 20:00", periods=10)
    orders = pd.DataFrame({"order_id": [f"{i:03}" for i in range(10)], "customer_id": "c", "order_date": days})
    tables = {"orders": orders.assign(revenue=10.0)}
    return str(write_store(tmp_path / "0 {tea}", tables, name="Tea & co", currency="CNY", timezone="Asia/Shanghai"))


def test_a_report_that_compares_has_two_periods(store: str) -> None:
    subject = settle({"store": store, "start": "2025-09-06", "end": "2025-09-10", "compare": "previous"})
    assert subject.parts == ("0 {tea}", "2025-09-06", "2025-09-10")
    assert subject.facts == {
        "store": "Tea & co", "currency": "CNY", "start": "2025-09-06", "end": "2025-09-10",
        "before_start": "2025-09-01", "before_end": "2025-09-05",
    }  # fmt: skip


def test_a_report_that_does_not_compare_looks_at_all_days(store: str) -> None:
    whole = settle({"store": store, "start": "", "end": ""})
    assert whole.parts[1:] == ("2025-09-01", "2025-09-10")
    assert settle({"store": store}).parts == whole.parts
    part = settle({"store": store, "start": "2025-09-03", "end": ""})
    assert (part.facts["start"], part.facts["end"]) == ("2025-09-03", "2025-09-10")
    assert "before_start" not in part.facts


def test_a_report_without_a_store_has_no_subject() -> None:
    assert settle({"days": 3}) == Subject()


@pytest.mark.parametrize("compares", [{}, {"compare": "previous"}])
@pytest.mark.parametrize(
    ("start", "end"), [("yesterday", ""), ("2025-09-09", "2025-09-02"), ("2026-01-01", "2026-01-31")]
)
def test_a_wrong_period_is_refused(store: str, start: str, end: str, compares: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match="Hint: "):
        settle({"store": store, "start": start, "end": end, **compares})


@pytest.mark.parametrize("days", [{}, {"start": "", "end": ""}, {"start": "", "end": "", "compare": "previous"}])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order_id,customer_id,order_date,revenue\n1,c,yesterday,9\n", "yesterday"),
        ("order_id,customer_id,revenue\n1,c,9\n", r"`orders` has no columns \['order_date'\]"),
        ("order_id,order_date\n1,2025-09-01\n", r"`orders` has no columns \['customer_id', 'revenue'\]"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path, days: dict[str, str], text: str, said: str) -> None:
    (tmp_path / "store.json").write_text('{"name": "Tea", "currency": "CNY", "timezone": "Asia/Shanghai"}')
    (tmp_path / "orders.csv").write_text(text)
    with pytest.raises(TableError, match=rf"{said}.*\nHint: "):
        settle({"store": str(tmp_path), **days})


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text('{"name": "Tea", "currency": "CNY", "timezone": "Asia/Shanghai"}')
    (tmp_path / "orders.csv").write_text("order_id,customer_id,order_date,revenue\n1,c,2025-09-01,much\n")
    with pytest.raises(TableError, match=r"cannot be read: .*'much'.* column revenue\nHint: correct the cell"):
        settle({"store": str(tmp_path), "start": "2025-09-01", "end": "2025-09-01"})


def test_a_store_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EcomkitError, match="Hint: "):
        settle({"store": str(tmp_path / "nowhere")})
