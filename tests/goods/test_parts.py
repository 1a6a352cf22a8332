"""What a forecast is made of adds up to it, and the planted parts are found."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.goods import forecast

START = pd.Timestamp("2023-01-02")


def days(value, **columns):
    return pd.DataFrame({"date": pd.date_range(START, periods=len(value)), "value": value, **columns})


def wide(table, **options):
    parts = forecast.explain(table, **options)
    return parts.pivot(index="date", columns="part", values="value")


# by hand


def test_a_short_history_has_level_and_weekday():
    parts = wide(days([1.0, 1, 1, 1, 1, 3, 6] * 2), horizon=7)
    assert parts["level"].tolist() == [2.0] * 7
    assert parts["weekday"].tolist() == [-1, -1, -1, -1, -1, 1, 4]
    assert parts[["season", "promotion", "event"]].eq(0).all(axis=None)


def test_planted_parts_are_found():
    """Sundays double, a promotion every fourth day adds 50 %, a holiday every 50th day halves."""
    n = np.arange(364)
    promo, holiday = n % 4 == 0, n % 50 == 33
    value = 100 * np.where(n % 7 == 6, 2.0, 1.0) * np.where(promo, 1.5, 1.0) * np.where(holiday, 0.5, 1.0)
    table = days(value * np.random.default_rng(0).normal(1, 0.02, 364), promo=promo.astype(float))
    table.loc[table.index >= 336, "value"] = np.nan
    events = pd.DataFrame({"date": table["date"][holiday | (n == 340)], "event": "holiday"})
    parts = wide(table, horizon=28, events=events)
    assert parts["level"].mean() == pytest.approx(100 * 8 / 7, rel=0.15)
    assert parts.loc[promo[336:], "promotion"].min() > 20
    assert parts.loc[~promo[336:], "promotion"].abs().max() < 1e-9
    assert parts["weekday"].idxmax().day_name() == "Sunday"
    assert parts["event"].idxmin() == table["date"][340]


# properties


@pytest.mark.parametrize("kind", ["regular", "sparse", "short", "zero", "closed"])
def test_the_parts_add_up_to_the_mean(kind):
    rng = np.random.default_rng(1)
    value = {"sparse": rng.poisson(0.3, 150), "short": rng.poisson(30, 30), "zero": np.zeros(90)}.get(
        kind, rng.poisson(30, 130)
    )
    table = days(value.astype(float), closed=False)
    if kind == "closed":
        table["closed"] = table["date"].dt.day_of_week == 6
        table.loc[table["closed"], "value"] = 0
    parts, ahead = wide(table, horizon=14), forecast.predict(table, horizon=14).set_index("date")["mean"]
    np.testing.assert_allclose(parts.sum(axis=1), ahead, atol=1e-9)


def test_many_series_keep_their_names():
    table = pd.concat([days(np.full(20, 5.0), series="b"), days(np.full(20, 7.0), series="a")])
    parts = forecast.explain(table, horizon=2)
    assert parts.columns.tolist() == ["series", "date", "part", "value"]
    assert parts.groupby("series")["value"].sum().tolist() == [14, 10]
