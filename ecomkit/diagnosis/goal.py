"""Whether a month reaches its target: what is sold so far, what the forecast adds, and what would close the gap."""

import calendar as months

import pandas as pd

from ecomkit.data.days import Day
from ecomkit.data.store import Store
from ecomkit.diagnosis import usual
from ecomkit.diagnosis.daily import daily, total
from ecomkit.goods import calendar, forecast, sales
from ecomkit.operations import plan

RECENT = 28  # days by which visitors, conversion and amount per buyer of the days to come are told
RANGE = (0.1, 0.9)


def track(store: Store, of: str = "", *, target: float) -> pd.DataFrame:
    """Returns where a month will end against its target: one row.

    Parameters
    ----------
    of
        "YYYY-MM"; the last whole month of the data where not given.
    target
        Sales (paid, before refunds) to reach in the month, in the store's currency.

    Returns
    -------
    pandas.DataFrame
        As `plan.track` gives it. What is `ahead`, with `low` and `high`, is the forecast of the days of the month that
        are left after the data's last full day; it knows the holidays and mega-sales of the currency's country.

    Raises
    ------
    ParameterError
        The month is not written so, or not in the data; the target is not above 0.
    """
    start, _last = usual.span(store, of)
    end = start.replace(day=months.monthrange(start.year, start.month)[1])
    sold = sales.daily(store)
    sold = sold[sold["date"] <= pd.Timestamp(end)]
    left = (end - sold["date"].max().date()).days
    ahead = None
    if left:
        known = events(store, sold["date"].min().date(), end)
        ahead = forecast.predict_total(sold, days=left, events=known, quantiles=RANGE)
    return plan.track(sold[["date", "value"]], ahead, target=target, start=start, end=end)


def events(store: Store, first: Day, last: Day) -> pd.DataFrame | None:
    """Returns the holidays and mega-sales of these days, as `calendar.days` gives them; None where the currency is
    that of several countries."""
    country = calendar.country(store.currency)
    return calendar.days(first, last, country=country) if country else None


def levers(store: Store, tracked: pd.DataFrame) -> pd.DataFrame:
    """Returns what each factor alone would have to be for the target: one row per factor, none where it is reached.

    Parameters
    ----------
    tracked
        The row of `track`. Of a month that is over, `now` is what the month had; otherwise it is what the days left
        are expected to have: conversion and amount per buyer of the last 28 days, and the visitors at which they come
        to the forecast.

    Returns
    -------
    pandas.DataFrame
        As `plan.levers` gives it: `factor, now, needed, change_rate, possible`; where visitors are not known the
        factors are buyers and amount per buyer.
    """
    row = tracked.iloc[0]
    is_over = row["days_left"] == 0
    last = row["end"] - pd.Timedelta(days=int(row["days_left"]))
    first = row["start"] if is_over else max(last - pd.Timedelta(days=RECENT - 1), pd.Timestamp(store.start))
    now = total(daily(store, first.date(), last.date())).iloc[0]
    expected, missing = (row["so_far"], row["target"]) if is_over else (row["ahead"], row["target"] - row["so_far"])
    if row["gap"] <= 0 or not expected > 0:
        return pd.DataFrame(columns=["factor", "now", "needed", "change_rate", "possible"])
    if now[list(plan.FACTORS)].gt(0).all():
        factors = now[list(plan.FACTORS)].astype(float)
        factors["visitors"] *= expected / factors.prod()
        return plan.levers(factors, target=missing)
    amount = float(now["amount_per_buyer"])
    rows = pd.DataFrame({"factor": ["buyers", "amount_per_buyer"], "now": [expected / amount, amount]})
    lift = missing / expected
    return rows.assign(needed=rows["now"] * lift, change_rate=lift - 1, possible=True)
