"""Stores to learn on: another one for each learner, and one in trouble."""

import pandas as pd
from lessons import SEEDS

from ecomkit.course import my_store, record, stores
from ecomkit.course.spoiled import CENTS_FROM, cents_until, hours_behind, spoiled_store
from ecomkit.diagnosis import findings, quality

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_learner_has_one_store_and_another_learner_another() -> None:
    mine = my_store()
    again = my_store().orders.df()
    assert mine.name == "My store"
    assert (mine.end - mine.start).days + 1 == stores.DAYS
    assert mine.orders.df().equals(again)
    record.save(record.Record(SEEDS["zh"]))
    assert not my_store().orders.df()["revenue"].head(50).equals(again["revenue"].head(50))


def test_nothing_goes_wrong_in_it() -> None:
    assert findings.rank(my_store()).empty


def test_the_careless_export_lies_in_four_ways_and_in_no_other() -> None:
    audit = quality.audit(spoiled_store())
    wrong = set(audit.loc[audit["severity"] == "wrong", "check"])
    lies, follow = {"money_units", "total_rows", "brushed_orders", "clock_shift"}, {"traffic_orders", "review_timing"}
    assert wrong == lies | follow  # moved days count otherwise; fake orders have fake reviews
    clock = quality.evidence(spoiled_store(), "clock_shift").set_index("table").loc["events"]
    assert clock["hours"] == hours_behind(SEEDS["en"])
    assert (clock["day"], clock["until"]) == (pd.Timestamp("2024-12-16"), pd.Timestamp("2024-12-31"))
    orders = spoiled_store().orders.df().set_index("order_id")
    days = orders["order_date"].dt.date
    is_cents = (days >= CENTS_FROM) & (days <= cents_until(SEEDS["en"]))
    lines = spoiled_store().order_lines.df().groupby("order_id")["revenue"].sum() + orders["shipping_fee"]
    assert (orders["revenue"] / lines)[is_cents].round(6).eq(100).all()
    assert (orders["revenue"] / lines)[~is_cents].round(6).eq(1).all()
