"""New and returning customers: how many ordered, and what they brought."""

import pandas as pd

from ecomkit.data.days import coverage
from ecomkit.data.store import Store
from ecomkit.diagnosis.facts.rates import both, ratio
from ecomkit.diagnosis.period import Period

SUMS = ["customers", "orders", "revenue"]
COLUMNS = (
    "buyer", *SUMS, *(f"{s}_before" for s in SUMS), "amount_per_order", "amount_per_order_before", "revenue_share",
    "revenue_share_before", "is_old", "history_days",
)  # fmt: skip


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row per kind of known customer: "new_buyers" (first order in the data lies in the period) and "old_buyers".
    With little history many that bought long ago look new: `history_days` says how many days lie
    before. `is_old` is 1 of the old buyers, else 0."""
    now, before = (
        _count(store, low, high) for low, high in ((period.start, period.end), (period.before_start, period.before_end))
    )
    table = both(now, before, period.days / period.before_days, SUMS)
    for when in ("", "_before"):
        table[f"amount_per_order{when}"] = ratio(table[f"revenue{when}"], table[f"orders{when}"])
        table[f"revenue_share{when}"] = table[f"revenue{when}"] / (table[f"revenue{when}"].sum() or 1.0)
    table["is_old"] = (table.index == "old_buyers").astype(float)
    table["history_days"] = float((period.before_start - coverage(store)[0]).days)
    return table.rename_axis("buyer").reset_index()[list(COLUMNS)]


def _count(store: Store, low: object, high: object) -> pd.DataFrame:
    return (
        store.connection.sql(f"""
        WITH known AS (
            SELECT *, min(order_date) OVER (PARTITION BY customer_id) AS first FROM orders
            WHERE customer_id IS NOT NULL AND order_date::DATE <= '{high}')
        SELECT if(first::DATE >= '{low}', 'new_buyers', 'old_buyers') AS buyer,
            count(DISTINCT customer_id)::DOUBLE AS customers, count(*)::DOUBLE AS orders,
            sum(revenue)::DOUBLE AS revenue
        FROM known WHERE order_date::DATE >= '{low}' GROUP BY ALL""")
        .df()
        .set_index("buyer")
    )
