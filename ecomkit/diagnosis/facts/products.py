"""Products: who sees them, puts them in the cart, pays, and sends them back."""

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.facts.rates import both, error, peers, ratio
from ecomkit.diagnosis.period import Period

SUMS = ["visitors", "cart_users", "buyers", "units", "revenue", "refund_amount", "lines", "refunded_lines"]
RATES = {
    "cart_rate": ("cart_users", "visitors"),
    "pay_rate": ("buyers", "cart_users"),
    "conversion_rate": ("buyers", "visitors"),
    "refund_rate": ("refunded_lines", "lines"),
}
COLUMNS = (
    "product_id", "product", "category", *SUMS, *(f"{s}_before" for s in SUMS), *RATES, *(f"{r}_error" for r in RATES),
    *(f"peers_{r}" for r in RATES), "amount_per_buyer", "price", "revenue_share", "revenue_per_day",
)  # fmt: skip


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row per product; `refund_rate`: of the order lines paid in the period, those refunded so far, by number;
    `refund_amount`: their money; the peers are the other products of the category."""
    now, before = (
        _sold(store, period, date).join(_seen(store, when), how="outer")
        for date, when in ((period.during("order_date"), period.during("date")),
                           (period.earlier("order_date"), period.earlier("date")))
    )  # fmt: skip
    table = both(now, before, period.days / period.before_days, SUMS)
    table = table.join(_shelf(store))
    table["product"] = [
        name if isinstance(name, str) else str(at) for at, name in zip(table.index, table["product"], strict=True)
    ]
    group = table["category"].astype(object).fillna("")
    group = group.where(group.groupby(group).transform("size") >= 4, "")
    for rate, (upper, lower) in RATES.items():
        table[rate], table[f"{rate}_error"] = ratio(table[upper], table[lower]), error(table[upper], table[lower])
        table[f"peers_{rate}"] = peers(table[upper], table[lower], group)
    table["amount_per_buyer"] = ratio(table["revenue"], table["buyers"])
    table["price"] = table["price"].fillna(ratio(table["revenue"], table["units"]))
    table["revenue_share"] = table["revenue"] / (table["revenue"].sum() or 1.0)
    table["revenue_per_day"] = table["revenue"] / period.days
    return table.rename_axis("product_id").reset_index()[list(COLUMNS)]


def _sold(store: Store, period: Period, when: str) -> pd.DataFrame:
    can_return = store.has("refunds") and {"order_id", "product_id"} <= set(store.refunds.columns)
    back = "FROM refunds SELECT order_id, product_id, sum(amount) AS back WHERE order_id IS NOT NULL"
    back = f"{back} AND refunded_at::DATE <= '{period.end}' GROUP BY ALL" if can_return else (
        "SELECT NULL::VARCHAR AS order_id, NULL::VARCHAR AS product_id, NULL::DOUBLE AS back"
    )  # fmt: skip
    known = "" if can_return else "NULL *"
    return (
        store.connection.sql(f"""
        WITH back AS ({back}),
        sold AS (
            SELECT product_id, order_id, sum(quantity) AS units, sum(l.revenue) AS revenue
            FROM order_lines l JOIN orders o USING (order_id) WHERE {when} GROUP BY ALL)
        SELECT product_id, sum(units)::DOUBLE AS units, sum(revenue)::DOUBLE AS revenue,
            {known} coalesce(sum(back), 0)::DOUBLE AS refund_amount, count(*)::DOUBLE AS lines,
            {known} count(back)::DOUBLE AS refunded_lines
        FROM sold LEFT JOIN back USING (order_id, product_id) GROUP BY ALL""")
        .df()
        .set_index("product_id")
    )


def _seen(store: Store, when: str) -> pd.DataFrame:
    columns = ["visitors", "cart_users", "buyers"]
    if not store.has("product_daily"):
        return pd.DataFrame(columns=columns, dtype=float)
    known = store.product_daily.columns
    sums = ", ".join((f"sum({c})" if c in known else "NULL") + f"::DOUBLE AS {c}" for c in columns)
    return store.product_daily.filter(when).aggregate(f"product_id, {sums}", "product_id").df().set_index("product_id")


def _shelf(store: Store) -> pd.DataFrame:
    columns = {"title": "product", "category": "category", "price": "price"}
    known = store.products.columns if store.has("products") else []
    picked = ", ".join(f"any_value({c}) AS {n}" for c, n in columns.items() if c in known)
    if not picked:
        return pd.DataFrame({"product": pd.Series(dtype=str), "category": pd.Series(dtype=str), "price": []})
    shelf = store.products.aggregate(f"product_id, {picked}", "product_id").df().set_index("product_id")
    return shelf.reindex(columns=list(columns.values()))
