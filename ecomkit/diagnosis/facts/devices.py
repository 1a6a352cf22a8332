"""Devices: who begins a checkout, and who pays."""

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.facts.rates import both, error, peers, ratio
from ecomkit.diagnosis.period import Period

SUMS = ["viewers", "checkouts", "buyers"]
COLUMNS = (
    "device", *SUMS, *(f"{s}_before" for s in SUMS), "pay_rate", "pay_rate_before", "pay_rate_error", "peers_pay_rate",
    "checkout_rate", "checkout_rate_error", "peers_checkout_rate", "amount_per_order",
)  # fmt: skip


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row per device: visitors of the day who viewed a product, began a checkout, bought (summed over the days);
    `pay_rate` = buyers / checkouts, `checkout_rate` = checkouts / viewers; `amount_per_order` is the store's."""
    if "device" not in store.events.columns:
        return pd.DataFrame(columns=list(COLUMNS))
    now, before = (_count(store, when) for when in (period.during("event_time"), period.earlier("event_time")))
    table = both(now, before, period.days / period.before_days, SUMS)
    for rate, upper, lower in (("pay_rate", "buyers", "checkouts"), ("checkout_rate", "checkouts", "viewers")):
        table[rate] = ratio(table[upper], table[lower])
        table[f"{rate}_error"] = error(table[upper], table[lower])
        table[f"peers_{rate}"] = peers(table[upper], table[lower])
    table["pay_rate_before"] = ratio(table["buyers_before"], table["checkouts_before"])
    amount = store.orders.filter(period.during("order_date")).aggregate("avg(revenue)").fetchall()[0][0]
    table["amount_per_order"] = float(amount or 0.0)
    return table.rename_axis("device").reset_index()[list(COLUMNS)]


def _count(store: Store, when: str) -> pd.DataFrame:
    names = {"viewers": "view_item", "checkouts": "begin_checkout", "buyers": "purchase"}
    counts = ", ".join(f"count(DISTINCT user_id) FILTER (event_name = '{e}') AS {n}" for n, e in names.items())
    sums = ", ".join(f"sum({n})::DOUBLE AS {n}" for n in names)
    return (
        store.connection.sql(f"""
        SELECT device, {sums} FROM (
            SELECT event_time::DATE AS day, device, {counts} FROM events
            WHERE {when} AND device IS NOT NULL AND event_name IN ('view_item', 'begin_checkout', 'purchase')
            GROUP BY ALL)
        GROUP BY ALL""")
        .df()
        .set_index("device")
    )
