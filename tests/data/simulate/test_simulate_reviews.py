"""Reviews: who writes, when, how many stars; they hang on the orders and nothing hangs on them."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ecomkit.data.simulate import Incident, simulate
from ecomkit.data.simulate.reviews_table import STARS, _stars

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_the_same_luck_gives_fewer_stars_to_who_is_let_down():
    luck = np.array([0.0, 0.1, 0.5, 0.95])
    assert _stars(luck, np.zeros(4, dtype=int)).tolist() == [1, 4, 5, 5]
    assert _stars(luck, np.full(4, 2)).tolist() == [1, 1, 2, 5]


def test_shares_are_whole():
    assert [sum(shares) for shares in STARS.values()] == pytest.approx([1, 1, 1])


# --- properties ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(planted):
    """The reviews of the store in trouble with what their orders were."""
    lines = planted.tables["order_lines"][["order_id", "line_id"]]
    reviews = planted.tables["reviews"].merge(lines).merge(planted.tables["orders"][["order_id", "order_date"]])
    events = planted.tables["events"]
    visit = events.groupby("session_id").agg(took=("event_time", np.ptp), order_id=("order_id", "first"))
    reviews["fake"] = reviews.order_id.isin(visit.order_id[visit.took < pd.Timedelta(seconds=15)])
    return reviews.assign(days=(reviews.reviewed_at - reviews.order_date).dt.total_seconds() / 86_400)


def test_nobody_reviews_what_has_not_come(written):
    real = written[~written.fake]
    assert real.days.min() > 2
    assert 4 < real.days.median() < 8
    assert real.days.max() < 30


def test_a_third_writes_and_most_are_content(planted, written):
    lines = planted.tables["order_lines"].merge(planted.tables["orders"])
    old = lines[lines.order_date < lines.order_date.max() - pd.Timedelta(days=30)]
    reviewed = written[~written.fake].merge(old[["order_id", "line_id"]])
    assert len(reviewed) / len(old) == pytest.approx(0.35, abs=0.06)
    assert 4.4 < written.stars.mean() < 4.9
    assert written.description_stars.isna().mean() == pytest.approx(0.15, abs=0.06)


def test_who_gets_a_faulty_piece_gives_fewer_stars(planted, written):
    faulty = planted.tables["refunds"].query("reason in ('quality problem', 'not as described')")
    sorry = written.merge(faulty[["order_id", "line_id"]])
    assert len(sorry) >= 5
    assert sorry.stars.mean() < 3.5 < 4.4 < written.stars.mean()
    assert sorry.description_stars.mean() < written.description_stars.mean() - 0.7


def test_brushed_orders_have_five_stars_after_one_delay(written):
    fake = written[written.fake]
    assert len(fake) >= 5
    assert set(fake.stars) == {5}
    assert fake.days.max() - fake.days.min() < 1201 / 86_400


def test_nothing_but_its_own_orders_is_reviewed_otherwise(planted, without):
    have, other = planted.tables["reviews"], without["brushed_orders"].tables["reviews"]
    real = have[have.review_id.isin(other.review_id)].reset_index(drop=True)
    assert_frame_equal(real, other)


def test_a_brush_a_day_before_the_end_has_no_review_after_it():
    late = Incident("brushed_orders", "2025-07-20", "2025-07-20", 20, product_id="P10")
    made = simulate(seed=4, start="2025-07-01", days=20, visitors_per_day=100, incidents=[late]).tables
    assert made["reviews"].reviewed_at.max() < pd.Timestamp("2025-07-21")
