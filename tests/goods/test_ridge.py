"""The calendar regression: planted effects are found, and nothing from an origin on is looked at."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.goods import design, ridge, series


def panel(value, horizon=28, events=None, **columns):
    table = pd.DataFrame({"date": pd.date_range("2022-01-03", periods=len(value)), "value": value, **columns})
    return series.read(table, horizon=horizon, events=events)


def noise(n, size=0.03, seed=0):
    return np.random.default_rng(seed).normal(1, size, n)


# by hand


def test_weights_and_ridge_of_one_column_by_hand():
    """(w'xg) / (w'xx + ridge), without far days: two days, weights 1 and 1/2."""
    beta = ridge._weighted(np.ones((2, 1)), np.array([[1.0, 3.0]]), np.array([[0.5, 1.0]]), np.array([0.5]))
    assert beta.item() == pytest.approx((0.5 * 1 + 1 * 3) / (1.5 + 0.5))


def test_rare_columns_are_solved_as_all_others():
    rng = np.random.default_rng(0)
    matrix = np.hstack([rng.normal(size=(200, 3)), np.eye(200)[:, :4]])
    target, weight, penalty = rng.normal(size=(2, 200)), rng.random((2, 200)), rng.random(7)
    got = ridge._weighted(matrix, target, weight, penalty)
    for i in range(2):
        gram = matrix.T @ (matrix * weight[i][:, None]) + np.diag(penalty)
        np.testing.assert_allclose(got[i], np.linalg.solve(gram, matrix.T @ (weight[i] * target[i])))


def test_weekdays_and_the_season_of_the_year_are_found():
    n = np.arange(800)
    truth = 100 * np.where(n % 7 > 4, 1.5, 1.0) * np.exp(0.4 * np.sin(2 * np.pi * n / 365.25))
    ahead = ridge.forecast(panel(truth[:772] * noise(772)), np.array([772]), 28)[0, 0]
    np.testing.assert_allclose(ahead, truth[772:], rtol=0.12)  # penalties draw towards the mean


def test_a_price_that_is_known_ahead_moves_the_forecast():
    n = np.arange(300)
    price = np.where(n % 20 < 10, 8.0, 10.0)
    value = np.where(n < 280, 100 * (price / 10) ** -2 * noise(300), np.nan)
    ahead = ridge.forecast(panel(value, 20, price=price), np.array([280]), 20)[0, 0]
    assert ahead[:10].mean() / ahead[10:].mean() == pytest.approx(1.25**2, rel=0.06)


# properties


def test_days_from_an_origin_on_are_not_looked_at():
    value = 100 * noise(300)
    wild = value.copy()
    wild[250:] = 1e5
    origins = np.array([200, 250])
    calm, changed = (ridge.forecast(panel(v), origins, 14) for v in (value, wild))
    np.testing.assert_allclose(calm, changed, rtol=1e-9)


def test_several_origins_and_series_are_as_each_alone():
    values = [100 * noise(200, seed=s) for s in range(3)]
    dates = pd.date_range("2022-01-03", periods=200)
    table = pd.concat([pd.DataFrame({"date": dates, "value": v, "series": str(s)}) for s, v in enumerate(values)])
    together = ridge.forecast(series.read(table, horizon=7), np.array([150, 200]), 7)
    for s, v in enumerate(values):
        for i, origin in enumerate((150, 200)):
            alone = ridge.forecast(panel(v, 7), np.array([origin]), 7)[0, 0]
            np.testing.assert_allclose(together[i, s], alone, rtol=1e-9)


def test_no_columns_but_those_of_the_past():
    """A first mega-sale to come has no column; a holiday of one day has its eve and what holidays share."""
    days = pd.to_datetime(["2022-03-01", "2022-06-18", "2022-07-20"])
    events = pd.DataFrame({"date": days, "event": ["fair", "618", "first"], "mega": [False, True, True]})
    told = panel(100 * noise(190), events=events)
    assert design.event_days(told, mega=True).columns.tolist() == ["618"]
    assert len(design.ordinary_events(told)) == 1 + 1 + 4
    assert design.mega_days(told).sum() == 2


def test_all_zero_is_zero():
    assert ridge.forecast(panel(np.zeros(100)), np.array([100]), 7).max() < 1e-4
