"""Which way each series is forecast."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.goods import recipe, series


def panel(**values):
    n = max(len(v) for v in values.values())
    tables = [
        pd.DataFrame({"date": pd.date_range("2024-01-01", periods=n)[n - len(v) :], "value": v, "series": name})
        for name, v in values.items()
    ]
    return series.read(pd.concat(tables), horizon=7)


def test_short_sparse_and_regular_series_go_their_ways():
    told = panel(
        a_regular=np.full(100, 5.0),
        b_short=np.full(34, 5.0),
        c_sparse=np.resize([1.0, 0, 1], 100),
        d_never=np.zeros(99),
    )
    assert recipe.routes(told).tolist() == ["recipe", "fallback", "sparse", "sparse"]
    mean, done = recipe.forecast(told, np.array([100]), 7)
    assert done.tolist() == ["calendar", "fallback", "sparse", "sparse"]  # too little for trees
    np.testing.assert_allclose(mean[0, 0], 5, rtol=0.01)
    assert mean[0, 1].tolist() == [5.0] * 7
    assert mean[0, 2].mean() == pytest.approx(2 / 3, rel=0.15)
    assert mean[0, 3].tolist() == [0.0] * 7


def test_a_mega_sale_is_the_regression_s_alone():
    """Trees never see a mega day, so their mean would halve its lift."""
    value = np.random.default_rng(0).normal(100, 5, (5, 250))
    value[:, [60, 160]] *= 4
    told = panel(**{f"s{i}": v for i, v in enumerate(value)})
    sale = pd.DataFrame({"date": told.dates[[60, 160, 252]], "event": "sale", "mega": True})
    told = series.Panel(**{**told.__dict__, "events": sale})
    mean, done = recipe.forecast(told, np.array([250]), 7)
    assert set(done) == {"recipe"}
    assert (mean[0, :, 2] > 300).all()
    assert mean[0, :, [1, 3]].max() < 120


@pytest.mark.parametrize("name", recipe.METHODS)
def test_every_method_fills_every_day(name):
    told = panel(a=np.full(70, 3.0), b=np.resize([0.0, 0, 2], 70))
    mean, done = recipe.METHODS[name](told, np.array([60, 70]), 7)
    assert mean.shape == (2, 2, 7)
    assert np.isfinite(mean).all()
    assert len(done) == 2
