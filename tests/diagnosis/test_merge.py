"""One cause, one finding: echoes and moves that a cause explains go under it, and what stands alone stays."""

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ecomkit.diagnosis.causes.finding import Finding
from ecomkit.diagnosis.merge import merge

DAY = dt.date(2025, 9, 1)
LOST = Finding("source_lost", {"source": "search"}, DAY, DAY + dt.timedelta(days=9), 900.0, 800.0, 1000.0, 9.0, "x", 1)
ECHO = replace(LOST, slice={"source": "direct"}, money=200.0, low=100.0, high=300.0, since=DAY + dt.timedelta(days=2))
MOVED = Finding(
    "conversion_fell", {}, DAY - dt.timedelta(days=9), DAY + dt.timedelta(days=18), 1200.0, 900.0, 1500.0, 5.0, "x", 1,
    explained_by=("checkout_fault", "source_lost"),
)  # fmt: skip


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_echo_of_the_same_days_goes_under_its_cause() -> None:
    (one,) = merge([ECHO, LOST])
    assert one == replace(LOST, explains=(ECHO,))


def test_two_losses_alike_are_two() -> None:
    other = replace(ECHO, money=400.0)
    assert merge([other, LOST]) == [LOST, other]


def test_what_happened_on_other_days_is_no_echo() -> None:
    later = replace(ECHO, since=DAY + dt.timedelta(days=7), until=DAY + dt.timedelta(days=20))
    assert merge([later, LOST]) == [LOST, later]


def test_what_names_its_cause_goes_under_it_though_it_holds_more() -> None:
    (one,) = merge([MOVED, LOST])
    assert (one.finding, one.explains) == ("source_lost", (MOVED,))


def test_a_cause_that_holds_too_little_does_not_account_for_it() -> None:
    small = replace(LOST, money=500.0)
    assert merge([MOVED, small]) == [MOVED, small]


def test_what_befell_another_slice_is_not_explained() -> None:
    product = replace(MOVED, slice={"product_id": "p"}, explained_by=("out_of_stock",))
    out = replace(LOST, finding="out_of_stock", slice={"product_id": "q"})
    assert len(merge([product, out])) == 2
    assert len(merge([product, replace(out, slice={"product_id": "p"})])) == 1


# --- properties ------------------------------------------------------------------------------------------------------


@given(st.permutations([LOST, ECHO, MOVED, replace(LOST, finding="ad_waste", slice={"campaign": "c"}, money=50.0)]))
def test_the_order_in_which_they_are_found_does_not_matter(found: list[Finding]) -> None:
    merged = merge(found)
    assert [f.finding for f in merged] == ["source_lost", "ad_waste"]
    assert len(merged[0].explains) == 2
    assert sum(1 + len(f.explains) for f in merged) == len(found)


def test_nothing_merges_to_nothing() -> None:
    assert merge([]) == []
