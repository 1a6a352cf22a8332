"""A forecast in words: every verdict with its figures, runs of days, and the target."""

import pandas as pd
import pytest

from ecomkit.goods import calendar
from ecomkit.operations import plan
from ecomkit.report import outlook, text

VERDICT = pd.DataFrame(
    [{"verdict": "use", "wape": 0.172, "naive_wape": 0.213, "less_error_rate": 0.19, "coverage_80": 0.76,
      "folds": 6, "folds_won": 5}]
)  # fmt: skip


@pytest.fixture(autouse=True)
def _english():
    text.use("en", currency="CNY")
    yield
    text.use("en")


# by hand


@pytest.mark.parametrize(
    ("code", "begins", "tone"),
    [
        ("use", "Worth using.", "note"),
        ("use_mean", "Use its means, but not its ranges.", "warning"),
        ("no_gain", "Not worth more than last week's values.", "warning"),
        ("worse", "Do not use it.", "warning"),
    ],
)
def test_every_verdict_has_a_sentence_with_its_figures(code, begins, tone):
    said = outlook.worth(VERDICT.assign(verdict=code))
    assert repr(said).startswith(begins)
    assert "17.2%" in repr(said)
    assert "21.3%" in repr(said)
    assert f"ek-{tone}" in said.html
    assert "17.2%" in repr(outlook.worth(VERDICT.assign(verdict=code), "zh"))


def test_days_of_one_event_are_one_row():
    events = calendar.days("2026-02-01", "2026-03-05")
    said = repr(outlook.calendar(events, pd.Timestamp("2026-02-01"), pd.Timestamp("2026-03-05"))).splitlines()
    assert "2026-02-07 2026-02-25 Spring Festival" in said
    assert sum("Spring Festival" in line for line in said) == 1


def test_no_event_is_said_and_one_of_one_s_own_keeps_its_name():
    day = pd.Timestamp("2026-03-03")
    assert "No holiday or mega-sale" in repr(outlook.calendar(None, day, day))
    own = pd.DataFrame({"date": [day], "event": ["members_day"], "mega": [False]})
    assert "Members day" in repr(outlook.calendar(own, day, day))
    assert "No holiday" in repr(outlook.calendar(own, day + pd.Timedelta(days=1), day + pd.Timedelta(days=2)))


@pytest.mark.parametrize(
    ("goal", "says"),
    [(500.0, "is safe"), (1020.0, "within the range"), (2000.0, "out of reach as things are")],
)
def test_the_target_is_safe_within_the_range_or_out_of_reach(goal, says):
    daily = pd.DataFrame({"date": pd.date_range("2025-03-01", periods=10), "value": 30.0})
    ahead = pd.DataFrame({"days": [21], "mean": [700.0], "q10": [600.0], "q90": [800.0]})
    said = repr(outlook.target(plan.track(daily, ahead, target=goal), "revenue"))
    assert says in said
    assert "¥1,000" in said


@pytest.mark.parametrize(
    ("goal", "says"), [(200.0, "was reached: ¥300.00, ¥100.00 more"), (450.0, "was missed by ¥150.00")]
)
def test_the_target_of_a_month_that_is_over_was_reached_or_missed(goal, says):
    daily = pd.DataFrame({"date": pd.date_range("2025-03-22", periods=10), "value": 30.0})
    assert says in repr(outlook.target(plan.track(daily, None, target=goal), "revenue"))
