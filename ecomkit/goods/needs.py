"""What each product needs until the next order has come: from its daily history, or from a forecast of the total."""

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError, TableError
from ecomkit.goods.demand import read, wide
from ecomkit.goods.levels import RECENT_DAYS
from ecomkit.goods.stock_rules import reorder_point

Needs = tuple[pd.DataFrame, pd.Timestamp]  # by product `daily_demand, reorder_point, lost_units`; the last day known


def from_history(demand: pd.DataFrame, *, interval: pd.Series, chance: float) -> Needs:
    """A normal quantile of the demand of `interval` days, by the mean and standard deviation of the last 28 days.

    A product that `demand` does not have did not sell; one whose demand is missing on all of these days is unknown.
    """
    days = read(demand)
    recent, products = days.tail(RECENT_DAYS), interval.index
    mean = recent.mean().reindex(products).where(products.isin(days.columns), 0.0)
    sd = recent.std().reindex(products).fillna(0.0)
    level = reorder_point(mean.fillna(0.0), sd, lead_time_days=interval, service_level=chance).where(mean.notna())
    lost = pd.Series(np.nan, products)
    if {"demand", "units"} <= set(demand.columns):
        lost = (days - wide(demand, "demand", "units")).sum().reindex(products)
    return pd.DataFrame({"daily_demand": mean, "reorder_point": level, "lost_units": lost}), days.index[-1]


def from_forecast(totals: pd.DataFrame, *, interval: pd.Series, chance: float) -> Needs:
    """The forecast's own quantile of the demand of `interval` days; a product that it does not have did not sell."""
    quantile = f"q{100 * chance:g}"
    missing = [c for c in ("start", "mean", quantile) if c not in totals]
    if missing:
        raise TableError(
            f"The forecast has no columns {missing}; it has {list(totals.columns)}.",
            f"make it with forecast.predict_total(daily, days=..., quantiles=(0.5, {chance:g})).",
        )
    if totals["series"].duplicated().any() or totals["start"].nunique() != 1:
        raise TableError("The forecast has a product twice, or several first days.", "pass one row per product.")
    table = totals.set_index("series").reindex(interval.index)
    wrong = (table["days"].notna() & (table["days"] != interval)).to_numpy()
    if wrong.any():
        made, needed = table["days"][wrong].iloc[0], interval[wrong].iloc[0]
        raise ParameterError(
            f"The forecast of {interval.index[wrong][0]!r} is for {made:g} days; lead time and review time are "
            f"{needed:g}.",
            "forecast.predict_total(daily, days=...) takes days for each series: lead time plus review time.",
        )
    needs = pd.DataFrame({"daily_demand": table["mean"] / interval, "reorder_point": table[quantile]}).clip(lower=0)
    needs.loc[~needs.index.isin(totals["series"])] = 0.0
    as_of = pd.Timestamp(totals["start"].iloc[0]) - pd.Timedelta(days=1)
    return needs.assign(lost_units=np.nan), as_of
