"""Stores to learn on: another one for each learner, and one in trouble."""

from ecomkit.course import my_store, record, stores
from ecomkit.diagnosis import findings

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_learner_has_one_store_and_another_learner_another() -> None:
    mine = my_store()
    again = my_store().orders.df()
    assert mine.name == "My store"
    assert (mine.end - mine.start).days + 1 == stores.DAYS
    assert mine.orders.df().equals(again)
    record.save(record.Record(21))
    assert not my_store().orders.df()["revenue"].head(50).equals(again["revenue"].head(50))


def test_nothing_goes_wrong_in_it() -> None:
    assert findings.rank(my_store()).empty
