"""The days of events beside plain days."""

import pandas as pd
import pytest

from ecomkit.diagnosis.occasions import COLUMNS, occasions
from ecomkit.diagnosis.period import period


def _store(make_store, **place):
    """A hundred a day; three hundred on 618, and fifty on the five days after it."""
    days = pd.date_range("2025-06-03", "2025-06-30")
    money = {d: 300 if (d.month, d.day) == (6, 18) else 50 if 19 <= d.day <= 23 else 100 for d in days}
    return make_store([(f"c{d.day}", f"{d:%Y-%m-%d} 12:00", value) for d, value in money.items()], **place)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_event_and_what_it_borrowed_stand_beside_plain_days(make_store) -> None:
    store = _store(make_store)
    found = occasions(store, period(store, "2025-06-17", "2025-06-30"))
    assert found.columns.tolist() == COLUMNS
    assert found["event"].tolist() == ["plain", "618_run_up", "618_eve", "618", "618_after"]
    rows = found.set_index("event")
    assert rows["days"].to_dict() == {"plain": 7, "618_run_up": 13, "618_eve": 2, "618": 1, "618_after": 5}
    assert rows["daily_sales"].to_dict() == {
        "plain": 100, "618_run_up": 100, "618_eve": 100, "618": 300, "618_after": 50
    }  # fmt: skip
    assert rows.loc["618", "change_rate"] == pytest.approx(2.0)
    assert rows.loc["618_after", "change_rate"] == pytest.approx(-0.5)
    assert pd.isna(rows.loc["plain", "change_rate"])


def test_days_without_an_event_are_plain(make_store) -> None:
    rows = [(f"c{d.day}", f"{d:%Y-%m-%d} 12:00", 10) for d in pd.date_range("2025-08-01", "2025-08-28")]
    store = make_store(rows)
    found = occasions(store, period(store, "2025-08-15", "2025-08-28"))
    assert found[["event", "days", "daily_sales"]].to_numpy().tolist() == [["plain", 28, 10.0]]
