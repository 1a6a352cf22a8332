"""Up to which stock to order at the end of each day: by rules of thumb, and by forecast."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from ecomkit.errors import TableError
from ecomkit.goods.demand import read
from ecomkit.goods.stock_rules import number, rate

RECENT_DAYS = 28  # over which the rules of thumb take their mean and standard deviation
KEY = ["rule", "service_level"]
PerProduct = float | Mapping[str, float] | pd.Series


def rule_levels(
    demand: pd.DataFrame,
    *,
    lead_time_days: PerProduct,
    review_days: int = 1,
    service_level: float | Sequence[float] = 0.95,
) -> pd.DataFrame:
    """Returns up to which stock two rules of thumb would have ordered at the end of each day.

    "handbook": mean of the last 28 days x L. "z_rule": mean x (L + R) + z x standard deviation x sqrt(L + R), because
    what is ordered now must last until the order of the next review has come.

    Parameters
    ----------
    demand : `date, product_id` and `demand` or `units`
    lead_time_days : L, whole days from order to arrival; one for all products, or a mapping from product_id
    review_days : R, days from one review of the stock to the next
    service_level : of the z_rule, one or several, each between 0 and 1

    Returns
    -------
    pandas.DataFrame, one row per rule, service level, day and product with 14 days of history or more
        `rule, service_level` (missing for the handbook), `date` (at whose end it is ordered), `product_id`, `level`
        (units on hand and on order).
    """
    table = read(demand)
    lead = per_product("lead_time_days", lead_time_days, table.columns)
    interval = lead + number("review_days", review_days, above=0)
    recent = table.rolling(RECENT_DAYS, min_periods=RECENT_DAYS // 2)
    mean, sd = recent.mean(), recent.std()
    parts = {("handbook", np.nan): mean * lead}
    for p in np.atleast_1d(rate("service_level", service_level)):
        parts["z_rule", float(p)] = mean * interval + float(ndtri(p)) * sd * interval**0.5
    return pd.concat([_long(*key, units) for key, units in parts.items()], ignore_index=True)


def _long(rule: str, service_level: float, units: pd.DataFrame) -> pd.DataFrame:
    rows = units.clip(lower=0).melt(ignore_index=False, value_name="level").dropna().reset_index()
    return rows.assign(rule=rule, service_level=service_level)[[*KEY, "date", "product_id", "level"]]


def forecast_levels(totals: pd.DataFrame) -> pd.DataFrame:
    """Returns forecast totals as levels of the rule "forecast": each quantile is a service level.

    Parameters
    ----------
    totals : rows of `forecast.predict_total` at the end of many days: `series, start` and quantiles like `q95`. They
        must be totals over lead time plus review time.
    """
    quantiles = [c for c in totals.columns if c.startswith("q") and c[1:].replace(".", "", 1).isdigit()]
    if not quantiles or not {"series", "start"} <= set(totals.columns):
        raise TableError(
            f"`totals` has no columns series, start and quantiles; it has {list(totals.columns)}.",
            "pass rows of forecast.predict_total(daily, days=...).",
        )
    table = totals.melt(["series", "start"], quantiles, "quantile", "level")
    return pd.DataFrame(
        {
            "rule": "forecast",
            "service_level": table["quantile"].str[1:].astype(float) / 100,
            "date": pd.to_datetime(table["start"]) - pd.Timedelta(days=1),
            "product_id": table["series"],
            "level": table["level"].clip(lower=0),
        }
    )


def per_product(name: str, value: PerProduct, products: pd.Index) -> np.ndarray:
    """One number for each product."""
    if not isinstance(value, Mapping | pd.Series):
        return np.full(len(products), number(name, value))
    series = pd.Series(value)
    missing = [p for p in products if p not in series.index]
    if missing:
        raise TableError(f"{name} has nothing for {missing[:3]}.", "give every product one, or one number for all.")
    return np.asarray(number(name, series[products]))
