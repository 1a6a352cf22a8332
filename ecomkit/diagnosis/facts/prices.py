"""Price bands: four equal parts of what was sold before, and how their sales moved."""

from itertools import pairwise

import numpy as np
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.facts.rates import both
from ecomkit.diagnosis.period import Period

BANDS = 4
SUMS = ["units", "revenue"]
COLUMNS = ("price_band", "rank", *SUMS, *(f"{s}_before" for s in SUMS), "revenue_share", "revenue_share_before")


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row per band of the price paid per unit, the lowest first: `price_band` ("30-59"), `rank` (1 to 4). The
    limits are quartiles of the units sold before."""
    lines = store.connection.sql(f"""
        SELECT {period.during("order_date")} AS now, (l.revenue / l.quantity)::DOUBLE AS price,
            sum(quantity)::DOUBLE AS units, sum(l.revenue)::DOUBLE AS revenue
        FROM order_lines l JOIN orders o USING (order_id)
        WHERE l.quantity > 0 AND ({period.during("order_date")} OR {period.earlier("order_date")})
        GROUP BY ALL ORDER BY price""").df()
    before = lines[~lines["now"]]
    if before.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    sold = before["units"].cumsum() / before["units"].sum()
    limits = np.unique([float(before["price"][sold >= i / BANDS].iloc[0]) for i in range(1, BANDS)])
    lines["rank"] = np.searchsorted(limits, lines["price"], side="left") + 1
    now, then = (lines[lines["now"] == when].groupby("rank")[SUMS].sum() for when in (True, False))
    table = both(now, then, period.days / period.before_days, SUMS)
    ends = ["0", *(f"{limit:,.0f}" for limit in limits)]
    names = [*(f"{low}–{high}" for low, high in pairwise(ends)), f"> {ends[-1]}"]
    table["price_band"] = [names[int(rank) - 1] for rank in table.index]
    for when in ("", "_before"):
        table[f"revenue_share{when}"] = table[f"revenue{when}"] / (table[f"revenue{when}"].sum() or 1.0)
    return table.rename_axis("rank").reset_index()[list(COLUMNS)]
