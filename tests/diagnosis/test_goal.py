"""The month's target: what is sold and forecast against it, and what would close the gap."""

from collections.abc import Callable

import pandas as pd
import pytest

from ecomkit.data.store import Store
from ecomkit.diagnosis import goal
from ecomkit.errors import ParameterError


def _rows(first: str, last: str) -> list[tuple[str, str, float]]:
    """Two orders of 50 a day; the last day's at its end, so that it is a full one."""
    days = pd.date_range(first, last)
    return [(f"c{day.day}-{n}", f"{day:%Y-%m-%d} {10 + 13 * n}:50", 50.0) for day in days for n in (0, 1)]


@pytest.fixture
def running(make_store: Callable[..., Store]) -> Store:
    """Until the 20th of March; every day sells 100."""
    return make_store(_rows("2025-01-01", "2025-03-20"))


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_so_far_and_the_forecast_of_the_days_left(running: Store) -> None:
    row = goal.track(running, "2025-03", target=4000).iloc[0]
    assert (row["days_done"], row["days_left"], row["so_far"]) == (20, 11, 2000.0)
    assert row["ahead"] == pytest.approx(1100, rel=0.01)
    assert row["expected"] == row["so_far"] + row["ahead"]
    assert row["low"] <= row["expected"] <= row["high"]
    assert row["gap"] == pytest.approx(900, rel=0.02)
    assert row["needed_per_day"] == pytest.approx(2000 / 11)


def test_a_month_that_is_over_needs_no_forecast(running: Store) -> None:
    row = goal.track(running, target=2000).iloc[0]  # the last whole month: February
    assert (row["so_far"], row["ahead"], row["gap"], row["days_left"]) == (2800.0, 0.0, -800.0, 0)
    assert goal.levers(running, goal.track(running, target=2000)).empty


def test_without_visitors_buyers_and_what_they_pay_would_close_the_gap(running: Store) -> None:
    needed = goal.levers(running, goal.track(running, "2025-02", target=4200)).set_index("factor")
    assert needed["now"].to_dict() == {"buyers": 56.0, "amount_per_buyer": 50.0}
    assert needed["needed"].to_dict() == {"buyers": pytest.approx(84.0), "amount_per_buyer": pytest.approx(75.0)}


def test_each_factor_alone_reaches_the_target(make_store: Callable[..., Store], traffic: Callable) -> None:
    days = pd.date_range("2025-01-01", "2025-03-20")
    store = make_store(
        _rows("2025-01-01", "2025-03-20"), traffic_daily=traffic([(day, "s", 40, 2, 100.0) for day in days])
    )
    tracked = goal.track(store, "2025-03", target=4000)
    needed = goal.levers(store, tracked).set_index("factor")
    now = needed["now"]
    assert now["conversion_rate"] == pytest.approx(0.05)
    assert now.prod() == pytest.approx(tracked["ahead"].item())  # what is expected of the days left
    for factor in needed.index:
        assert now.drop(factor).prod() * needed.loc[factor, "needed"] == pytest.approx(2000)  # what they must bring
    assert needed["possible"].all()


def test_the_calendar_is_that_of_the_currency(make_store: Callable[..., Store]) -> None:
    store = make_store([("a", "2025-11-01", 1)])
    assert "double_11" in set(goal.events(store, "2025-11-01", "2025-11-30")["event"])
    store.currency = "EUR"
    assert goal.events(store, "2025-11-01", "2025-11-30") is None


@pytest.mark.parametrize(
    ("of", "target", "said"),
    [("2025-03", 0, "target=0 cannot be"), ("March", 10, "is no month"), ("2025-04", 10, "not all in the data")],
)
def test_what_cannot_be_tracked_is_refused(running: Store, of: str, target: float, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        goal.track(running, of, target=target)
