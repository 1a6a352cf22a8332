"""12: how much will be sold next?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.goods import calendar, forecast, sales

STOOD, WEEK = "2024-11-16", ("2024-11-17", "2024-11-23")  # the evening on which one stands, and the week after it
SALE, ORDINARY = "2024-11-11", ("2024-10-01", "2024-10-28")
HORIZON, FOLDS = 7, 4


@once_per_store
def _daily() -> "pd.Series[float]":
    return sales.daily(my_store()).set_index("date")["value"]


@once_per_store
def _events() -> pd.DataFrame:
    return calendar.days("2024-10-01", "2025-04-30")


@once_per_store
def _ahead(method: str) -> pd.DataFrame:
    return forecast.predict(_daily().reset_index(), horizon=HORIZON, events=_events(), method=method)


@once_per_store
def _tested() -> pd.DataFrame:
    daily = sales.daily(my_store())
    return forecast.backtest(daily, horizon=HORIZON, folds=FOLDS, events=_events(), closed_ahead=False)


@exercise("12.1")
def naive(next_week: Any) -> Answer:
    daily = _daily()
    mistakes = {
        "one_day": daily.iloc[-1] * HORIZON,
        "whole_period": daily.mean() * HORIZON,
        "mean": daily.iloc[-HORIZON:].mean(),
        "week_before": daily.iloc[-2 * HORIZON : -HORIZON].sum(),
    }
    return close(next_week, _ahead("seasonal_naive")["mean"].sum(), mistakes)


@exercise("12.2")
def echo(too_much: Any) -> Answer:
    daily = _daily()
    known = daily[:STOOD].reset_index()
    said = forecast.predict(known, horizon=HORIZON, method="seasonal_naive")["mean"].sum()
    came = daily[slice(*WEEK)].sum()
    mistakes = {"money": said - came, "of_said": 1 - came / said, "sign": came / said - 1, "times": said / came}
    return close(too_much, said / came - 1, mistakes)


@exercise("12.3")
def uplift(times: Any) -> Answer:
    daily = _daily()
    usual, november = daily.loc[slice(*ORDINARY)].mean(), daily.loc[slice("2024-11-01", "2024-11-30")].mean()
    sale = daily[SALE]
    mistakes = {
        "november": sale / november,
        "whole_period": sale / daily.mean(),
        "sum": sale / daily.loc[slice(*ORDINARY)].sum(),
        "wrong_way_round": usual / sale,
        "growth": sale / usual - 1,
    }
    return close(times, sale / usual, mistakes)


@exercise("12.4")
def error(naive_error: Any) -> Answer:
    daily = _daily()
    days = HORIZON * FOLDS
    came, said = daily.iloc[-days:], daily.shift(HORIZON).iloc[-days:]
    mistakes = {
        "mean_of_ratios": ((came - said).abs() / came).mean(),
        "cancelled": (said - came).sum() / came.sum(),
        "money": (came - said).abs().mean(),
        "whole_period": (daily - daily.shift(HORIZON)).abs().sum() / daily.sum(),
        "wrong_way_round": came.sum() / (came - said).abs().sum(),
    }
    return close(naive_error, _tested().set_index("method")["wape"]["seasonal_naive"], mistakes)


@exercise("12.5")
def gain(less_error: Any) -> Answer:
    error = _tested().set_index("method")["wape"]
    ours, theirs = error["recipe"], error["seasonal_naive"]
    mistakes = {"points": theirs - ours, "left": ours / theirs, "base": theirs / ours - 1, "sign": ours / theirs - 1}
    return close(less_error, 1 - ours / theirs, mistakes)


@exercise("12.6")
def enough(week_high: Any) -> Answer:
    daily = _daily().reset_index()
    total = forecast.predict_total(daily, days=HORIZON, events=_events(), quantiles=(0.5, 0.9)).iloc[0]
    mistakes = {
        "sum_of_days": _ahead("recipe")["high_80"].sum(),
        "middle": total["q50"],
        "widest": _ahead("recipe")["high_95"].sum(),
    }
    return close(week_high, total["q90"], mistakes)
