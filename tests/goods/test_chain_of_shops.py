"""A chain of shops as such data is published: promotions and prices known ahead, shut Sundays, gaps and new shops."""

import numpy as np
import pandas as pd
import pytest

from ecomkit.goods import forecast, inventory

DAYS, AHEAD = 230, 28
LIFT = np.exp(0.35)  # of a promotion, true in every shop
GAP, FROM = slice(100, 160), {"new": DAYS - 50, "opened": DAYS - 15}


@pytest.fixture(scope="module")
def chain():
    """Six shops; promotions take turns by the week, prices move by the week, and the last 28 days are only planned."""
    dates = pd.date_range("2013-01-07", periods=DAYS + AHEAD, unit="us")
    week, weekday = np.arange(len(dates)) // 7, dates.day_of_week.to_numpy()
    promo = ((week % 2 == 0) & (weekday < 5)).astype(int)
    closed = (weekday == 6) | dates.isin(pd.to_datetime(["2013-05-01", "2013-09-02"]))
    parts = []
    for seed, name in enumerate(["a", "b", "c", "gap", "new", "opened"]):
        rng = np.random.default_rng(seed)
        price = rng.choice([8.0, 9.0, 10.0], week[-1] + 1)[week]
        usual = 4000 * (seed + 1) * np.array([1.15, 1, 0.95, 1, 1.05, 1.1, 0])[weekday] * (price / 9) ** -1.5
        sold = np.where(closed, 0.0, usual * LIFT**promo * rng.normal(1, 0.08, len(dates))).round()
        table = pd.DataFrame({"series": name, "date": dates, "value": sold, "closed": closed, "promo": promo})
        table["price"], table["school_holiday"] = price, ((week > 25) & (weekday < 5)).astype(int)
        parts.append(table.drop(index=table.index[GAP]) if name == "gap" else table.iloc[FROM.get(name, 0) :])
    table = pd.concat(parts, ignore_index=True)
    return table.assign(truth=table["value"], value=table["value"].where(table["date"] < dates[DAYS]))


@pytest.fixture(scope="module")
def daily(chain):
    return chain.drop(columns="truth")


@pytest.fixture(scope="module")
def ahead(chain, daily):
    return forecast.predict(daily).merge(chain, on=["series", "date"])


def test_promotions_are_learned_even_by_a_shop_of_seven_weeks(ahead):
    even = ahead[~ahead["closed"] & (ahead["date"].dt.day_of_week < 5)].assign(
        plain=lambda t: t["mean"] * (t["price"] / 9) ** 1.5
    )
    by_promo = even.pivot_table(index="series", columns="promo", values="plain")
    learned = (by_promo[1] / by_promo[0]).drop("opened")
    assert ((learned > 1.25) & (learned < 1.6)).all()
    assert by_promo[1].loc["opened"] / by_promo[0].loc["opened"] == pytest.approx(1, abs=0.2)  # too young to tell
    assert ahead.groupby("series")["method"].first().to_dict() == {
        **dict.fromkeys(["a", "b", "c", "gap", "new"], "recipe"),
        "opened": "fallback",
    }


def test_shut_days_bring_nothing_and_open_ones_what_came(ahead):
    assert (ahead.loc[ahead["closed"], ["mean", "low_95", "high_95"]] == 0).all(axis=None)
    is_open = ahead[~ahead["closed"]]
    wrong = (is_open["mean"] - is_open["truth"]).abs().groupby(is_open["series"]).sum()
    assert (wrong / is_open.groupby("series")["truth"].sum()).drop("opened").max() < 0.13
    held = is_open["truth"].between(is_open["low_95"], is_open["high_95"])
    assert held.mean() > 0.88


def test_a_backtest_shows_what_knowing_promotions_is_worth(daily):
    tested = forecast.backtest(daily, folds=1).set_index("method")
    assert tested["wape"]["recipe"] < 0.6 * tested["wape"]["seasonal_naive"]
    assert forecast.verdict(tested.reset_index())["less_error_rate"].item() > 0.4


def test_the_parts_add_up_and_a_promotion_has_its_own(daily, ahead):
    parts = forecast.explain(daily).pivot_table(index=["series", "date"], columns="part", values="value")
    told = ahead.set_index(["series", "date"])
    np.testing.assert_allclose(parts.sum(axis=1), told["mean"].reindex(parts.index), rtol=1e-9, atol=1e-6)
    bought = parts["promotion"].groupby(told["promo"].reindex(parts.index)).sum()
    assert bought[1] > bought[0]


def test_an_order_can_be_made_of_it(daily, chain):
    totals = forecast.predict_total(daily, days=8, quantiles=(0.5, 0.95))
    stock = pd.DataFrame({"product_id": totals["series"], "on_hand": 20_000})
    order = inventory.plan(stock, totals, lead_time_days=7, pack=100)
    came = chain[chain["value"].isna()].groupby("series").head(8).groupby("series")["truth"].sum()
    level = order.set_index("product_id")["reorder_point"]
    assert (level / came).between(0.9, 1.9).all()
    assert (order["order_quantity"] % 100 == 0).all()


def test_ten_more_columns_with_gaps_change_little(daily, ahead):
    rng = np.random.default_rng(0)
    more = {f"flag_{i}": rng.choice([0, 1, np.nan], len(daily)) for i in range(5)}
    more |= {
        f"figure_{i}": np.where(rng.random(len(daily)) < 0.3, np.nan, rng.normal(size=len(daily))) for i in range(5)
    }
    noisy = forecast.predict(daily.assign(**more, never_told=np.nan))
    assert noisy.notna().all(axis=None)
    assert (noisy["mean"] - ahead["mean"]).abs().sum() / ahead["mean"].sum() < 0.06


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_a_price_out_of_all_bounds_does_not_run_away(daily, factor):
    """The comma was lost: the regression is not drawn on to where nothing was seen."""
    a = daily[daily["series"] == "a"]
    lost = a.assign(price=a["price"].where(a["value"].notna(), factor * a["price"]))
    table = forecast.predict(lost, method="calendar")
    most = daily.loc[daily["series"] == "a", "value"].max()
    assert 0.1 * most < table["mean"].max() < 3 * most


def test_flags_of_any_kind_are_one(daily):
    few = daily[daily["series"].isin(["a", "b"])]
    first = forecast.predict(few, method="calendar")
    for kind in (bool, "boolean", "bool[pyarrow]", "Int64", "float32"):
        again = forecast.predict(
            few.assign(promo=few["promo"].astype(kind), closed=few["closed"].astype(int)), method="calendar"
        )
        pd.testing.assert_frame_equal(first, again)
