"""Last week again, and the mean of the last same weekdays."""

import numpy as np
import pandas as pd

from ecomkit.goods import naive, series


def panel(value, **columns):
    table = pd.DataFrame({"date": pd.date_range("2025-03-03", periods=len(value)), "value": value, **columns})
    return series.read(table, horizon=14)


def last(method, value, horizon=9, **columns):
    return method(panel(value, **columns), np.array([len(value)]), horizon)[0, 0].tolist()


# by hand


def test_last_week_repeats():
    assert last(naive.last_week, [9.0] * 7 + [1.0, 2, 3, 4, 5, 6, 7]) == [1, 2, 3, 4, 5, 6, 7, 1, 2]


def test_a_closed_day_of_last_week_is_repeated_as_the_books_have_it_and_a_missing_one_is_not():
    assert last(naive.last_week, [5.0] * 7 + [0.0] + [5.0] * 6, 1, closed=[False] * 7 + [True] + [False] * 6) == [0]
    assert last(naive.last_week, [5.0] * 7 + [np.nan] + [6.0] * 6, 1) == [5]


def test_the_mean_of_four_weekdays_leaves_closed_ones_out():
    value = np.array([[w] + [1] * 6 for w in (100, 4, 5, 6, 0, 9)], float).ravel()
    closed = [v == 0 for v in value]
    assert last(naive.weekday_mean, value, 2, closed=closed) == [(4 + 5 + 6 + 9) / 4, 1]


def test_a_weekday_never_seen_gets_the_mean_of_all():
    assert last(naive.weekday_mean, [1.0, 2, 3], 5) == [2, 2, 2, 2, 1]
