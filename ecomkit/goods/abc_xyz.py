"""Which products deserve care: ABC by their share of sales, XYZ by how steady their weeks are."""

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError
from ecomkit.goods.demand import read, wide
from ecomkit.goods.stock_rules import number

WEEK = 7
WEEKS_LEAST = 8  # fewer say nothing of how steady a product is
SAME = 4  # decimals: sums in another order differ in the last bits, and equal products would then differ in class


def abc_xyz(
    daily: pd.DataFrame,
    *,
    shares: tuple[float, float] = (0.8, 0.95),
    variations: tuple[float, float] = (0.5, 1.0),
    weeks: int = 26,
) -> pd.DataFrame:
    """Returns each product's class of sales, A to C, and of steadiness, X to Z, over the last whole weeks.

    A are the largest products up to 80 % of the sales, B those up to 95 %, C the rest; the product that crosses the
    line belongs to the class above, and equal products are of one class. X, Y and Z are weeks whose standard deviation
    is up to half the mean, up to the mean, and more. Chance alone makes a product Z that sells one unit a week or
    less: there Z says "small", not "moody".

    Parameters
    ----------
    daily : `date, product_id` and `demand` or `units`, as `demand.daily` gives it; `revenue`, where it is there, is
        what ABC goes by
    shares : cumulative shares of sales at which A and B end, 0 to 1
    variations : coefficients of variation at which X and Y end
    weeks : how many of the last weeks are looked at; the last one ends on the last day

    Returns
    -------
    pandas.DataFrame, one row per product, the largest first
        `product_id`; `revenue`, or units where that is not known; `share` of all; `abc`; `variation` of its weeks
        (missing with fewer than 8 whole weeks since its first day, or none with a sale); `xyz`, missing likewise.

    Raises
    ------
    TableError, ParameterError
        A column is missing, a day and product come twice; the shares or variations are out of order.

    References
    ----------
    Dickie (1951), ABC inventory analysis shoots for dollars, not pennies, Factory Management and Maintenance 109(7).
    Scholz-Reiter et al. (2012), Integration of demand forecasts in ABC-XYZ analysis, International Journal of
    Productivity and Performance Management 61(4), 445-451. The limits are customary, not laws.

    Examples
    --------
    >>> days = pd.date_range("2025-01-06", periods=56)
    >>> parts = [("mug", [8] * 56), ("lid", [1] * 56), ("gift", [0] * 55 + [56])]
    >>> table = pd.concat(pd.DataFrame({"date": days, "product_id": p, "units": u}) for p, u in parts)
    >>> abc_xyz(table)[["product_id", "units", "share", "abc", "variation", "xyz"]].round(2)
      product_id  units  share abc  variation xyz
    0        mug  448.0    0.8   A       0.00   X
    1       gift   56.0    0.1   B       2.83   Z
    2        lid   56.0    0.1   B       0.00   X
    """
    for name, pair, most in [("shares", shares, 1.0), ("variations", variations, np.inf)]:
        if np.shape(pair) != (2,) or not 0 < pair[0] <= pair[1] <= most:
            raise ParameterError(f"{name}={pair!r} are no two limits in order.", f"e.g. {name}=(0.5, 1.0).")
    days = WEEK * int(number("weeks", weeks, above=0))
    measure = next((c for c in ("revenue", "units") if c in daily), "demand")
    sold = wide(daily, "daily", measure).tail(days).sum().round(SAME)
    total = sold.sum()
    table = pd.DataFrame({measure: sold, "share": sold / total if total else np.nan})
    table["abc"] = _abc(sold / total if total else sold, shares)
    table["variation"] = _variation(read(daily).tail(days))
    table["xyz"] = np.select([table["variation"] <= v + 1e-9 for v in variations], ["X", "Y"], "Z")
    table["xyz"] = table["xyz"].where(table["variation"].notna(), None)
    by_size = table.reset_index().sort_values([measure, "product_id"], ascending=[False, True], ignore_index=True)
    return by_size.rename_axis(columns=None)


def _abc(share: pd.Series, shares: tuple[float, float]) -> np.ndarray:
    """Goes by the share of all that is strictly larger, so that neither names nor rows decide between equals."""
    by_size = share.groupby(share).sum().sort_index(ascending=False)
    larger = share.map(by_size.cumsum() - by_size)
    is_a, is_b = (larger < limit - 1e-9 for limit in shares)
    return np.select([share <= 0, is_a, is_b], ["C", "A", "B"], "C")


def _variation(days: pd.DataFrame) -> pd.Series:
    week = np.arange(len(days))[::-1] // WEEK
    whole = days.groupby(week).sum(min_count=WEEK)  # weeks with a missing day are missing
    seen = (whole.notna().sum() >= WEEKS_LEAST) & (whole.sum() > 0)
    return (whole.std() / whole.mean()).where(seen)
