"""Trees: too little is said to be too little, what repeats is learned, and no later day is seen."""

import numpy as np
import pandas as pd

from ecomkit.goods import boosting, series


def panel(values, horizon=7):
    dates = pd.date_range("2024-01-01", periods=len(values[0]))
    tables = [pd.DataFrame({"date": dates, "value": v, "series": f"s{i}"}) for i, v in enumerate(values)]
    return series.read(pd.concat(tables), horizon=horizon)


def weeks(n, seed, level=100):
    pattern = np.resize([1.0, 1, 1, 1, 1, 2, 2], n)
    return level * pattern * np.random.default_rng(seed).normal(1, 0.05, n)


def test_too_little_to_learn_from_is_missing():
    assert np.isnan(boosting.forecast(panel([weeks(60, 0)]), np.array([60]), 7)).all()


def test_what_repeats_is_learned_at_every_level():
    told = panel([weeks(250, s, level) for s, level in enumerate((5, 100, 3000, 40, 700))])
    ahead = boosting.forecast(told, np.array([250]), 7)[0]
    weekend = told.dates[250:].day_of_week >= 5
    for mean, level in zip(ahead, (5, 100, 3000, 40, 700), strict=True):
        np.testing.assert_allclose(mean, np.where(weekend, 2 * level, level), rtol=0.2)


def test_no_day_from_the_first_origin_on_trains_and_none_from_each_origin_on_is_seen():
    values = [weeks(260, s) for s in range(5)]
    wild = [np.append(v[:240], np.full(20, 1e4)) for v in values]
    calm, changed = (boosting.forecast(panel(v), np.array([233, 240]), 7) for v in (values, wild))
    np.testing.assert_array_equal(calm, changed)
