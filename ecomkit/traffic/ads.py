"""Paid traffic: what the money spent on ads brings back, what would pay for it, and what a click may cost.

>>> daily = pd.DataFrame({"campaign": ["brand", "social"], "cost": [100.0, 500.0], "clicks": [200, 500],
...                       "orders": [10, 10], "revenue": [1000.0, 1000.0]})
>>> returns(daily, margin_rate=0.4)[["campaign", "roas", "break_even_roas", "contribution", "value_per_click"]]
  campaign  roas  break_even_roas  contribution  value_per_click
0   social   2.0              2.5        -100.0              0.8
1    brand  10.0              2.5         300.0              2.0
"""

from numbers import Real

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError, TableError

SUMS = ["cost", "clicks", "orders", "revenue"]


def returns(daily: pd.DataFrame, *, margin_rate: float, by: str = "campaign") -> pd.DataFrame:
    """Returns what each campaign (or word, audience, hour) cost and brought back, and the most a click may cost.

    Sales are those that the platform attributes to its ads. Some of these buyers would have come anyway, so that the
    figures are upper limits; only a test tells by how much.

    Parameters
    ----------
    daily : `cost` (money), `clicks`, `orders`, `revenue` (money, attributed) and the column `by`; any number of rows
    margin_rate : what is left of a unit of revenue after goods, freight, fees and refunds, between 0 and 1
    by : the column whose values are compared, e.g. "campaign" or "keyword"

    Returns
    -------
    pandas.DataFrame, one row per value of `by`, the most cost first
        `by`; `cost, clicks, orders, revenue`; `cost_per_click`; `ad_conversion_rate` (orders per click);
        `roas` (revenue per unit of cost); `break_even_roas` (1 / margin_rate: below it ads cost more than they leave);
        `contribution` (revenue x margin_rate - cost); `value_per_click` (what a click has left, before its cost);
        `bid_ceiling`: the same with the conversion rate and revenue per order drawn towards those of all, the more
        so the fewer clicks there are: what a word seen for a few days may cost. Missing where nothing divides.

    Raises
    ------
    TableError, ParameterError
        A column is missing, holds no numbers or negative ones; `margin_rate` is out of range.

    References
    ----------
    Kleinman (1973), Proportions with extraneous variance: single and independent samples, JASA 68, 46-54 (the moments
    by which the spread of the true rates is told from chance). Morris (1983), Parametric empirical Bayes inference:
    theory and applications, JASA 78, 47-55.
    """
    if isinstance(margin_rate, bool) or not isinstance(margin_rate, Real) or not 0 < float(margin_rate) < 1:
        raise ParameterError(f"margin_rate={margin_rate!r} cannot be.", "write a margin of 40 % as 0.4.")
    table = _sums(daily, by)
    cost, clicks, orders, revenue = (table[c].where(table[c] > 0) for c in SUMS)
    earned = table["revenue"] * margin_rate
    weight, rate = _weight(table["orders"], table["clicks"]), likely(table["orders"], table["clicks"])
    typical = table["revenue"].sum() / (table["orders"].sum() or np.nan)
    own = (revenue / orders).fillna(typical)
    return table.assign(
        cost_per_click=table["cost"] / clicks,
        ad_conversion_rate=table["orders"] / clicks,
        roas=table["revenue"] / cost,
        break_even_roas=1 / margin_rate,
        contribution=earned - table["cost"],
        value_per_click=earned / clicks,
        bid_ceiling=rate * (weight * own + (1 - weight) * typical) * margin_rate,
    ).reset_index()


def likely(successes: pd.Series, trials: pd.Series) -> pd.Series:
    """Returns each group's likeliest true rate: its own, drawn towards that of all the more, the fewer its trials.

    How much the true rates differ is told from how much more the rates differ than chance would have it; where they
    do not, all are alike. A group without trials has the rate of all. Sources as in `returns`.

    Parameters
    ----------
    successes, trials : counts per group, with the same index

    Examples
    --------
    >>> likely(pd.Series([0, 60, 140]), pd.Series([10, 1000, 1000])).round(3).tolist()
    [0.073, 0.061, 0.139]
    """
    weight, whole = _weight(successes, trials), successes.sum() / (trials.sum() or np.nan)
    own = (successes / trials.where(trials > 0)).fillna(whole)
    return weight * own + (1 - weight) * whole


def _weight(successes: pd.Series, trials: pd.Series) -> pd.Series:
    """The weight of each group's own rate, 0-1, by the moments of rates that differ (Kleinman)."""
    many, total = trials.astype(float), float(trials.sum())
    whole = successes.sum() / (total or np.nan)
    chance, groups = whole * (1 - whole), int((many > 0).sum())
    if groups < 2 or not chance > 0:
        return (many > 0).astype(float)
    off = (successes / many.where(many > 0) - whole).fillna(0.0)
    spread = ((many * off**2).sum() - (groups - 1) * chance) / (total - (many**2).sum() / total)
    return many / (many + max(chance / spread - 1, 0.0)) if spread > 0 else many * 0.0


def _sums(daily: pd.DataFrame, by: str) -> pd.DataFrame:
    missing = [c for c in (by, *SUMS) if c not in daily]
    if missing:
        raise TableError(f"`daily` has no columns {missing}; it has {[*daily.columns]}.", "rename yours first.")
    numbers = daily[SUMS].apply(pd.to_numeric, errors="coerce")
    bad = [c for c in SUMS if (numbers[c].isna() & daily[c].notna()).any() or (numbers[c] < 0).any()]
    if bad:
        raise TableError(f"`daily.{bad[0]}` holds what is no number of 0 or more.", "see which rows are corrections.")
    sums = numbers.groupby(daily[by]).sum()
    return sums.sort_values("cost", ascending=False, kind="stable")
