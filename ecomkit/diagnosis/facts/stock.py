"""Stock: how long it lasts on the last day of the period."""

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.period import Period
from ecomkit.goods import calendar, inventory

LEAD_TIME_DAYS = 7  # where the store does not know it: the handbook's week
SUMS = {"on_hand": "sum", "inbound": "sum", "unit_cost": "max", "lead_time_days": "max"}
COLUMNS = (
    "product_id", "product", "on_hand", "inbound", "cover_days", "units_per_day", "lead_time_days", "unit_cost",
    "price", "stock_value",
)  # fmt: skip


def make(store: Store, period: Period) -> pd.DataFrame:
    """One row per product in the inventory: `cover_days` = on hand / units a day of the last 28 days, as
    `inventory.plan` counts them, those of a mega-sale apart; `lead_time_days`: until goods ordered today arrive;
    `stock_value` at cost."""
    known = [f"{how}({c})::DOUBLE AS {c}" for c, how in SUMS.items() if c in store.inventory.columns]
    seen = store.inventory.filter(f"date::DATE <= '{period.end}'")
    last = seen.project("*, max(date) OVER (PARTITION BY product_id) AS last").filter("date = last")
    table = last.aggregate(f"product_id, {', '.join(known)}", "product_id").order("product_id").df()
    demand = inventory.daily(store)
    demand = _without_sales(demand[demand["date"] <= pd.Timestamp(period.end)], store)
    if table.empty or demand.empty or not set(table["product_id"]) & set(demand["product_id"]):
        return pd.DataFrame(columns=list(COLUMNS))
    given = table.dropna(subset=["on_hand"])
    plan = inventory.plan(given, demand, lead_time_days=LEAD_TIME_DAYS)
    table = plan.merge(table.reindex(columns=["product_id", "unit_cost", "lead_time_days"]), on="product_id")
    table = table.rename(columns={"days_of_cover": "cover_days", "daily_demand": "units_per_day"})
    table["lead_time_days"] = table["lead_time_days"].fillna(LEAD_TIME_DAYS)
    return table.merge(_shelf(store), how="left", on="product_id").assign(
        product=lambda t: t["product"].fillna(t["product_id"])
    )[list(COLUMNS)]


def _without_sales(demand: pd.DataFrame, store: Store) -> pd.DataFrame:
    """The demand, not known on the days of mega-sales: stock that lasts a day of 618 lasts several of those after."""
    country = calendar.country(store.currency)
    if not country or demand.empty:
        return demand
    events = calendar.days(demand["date"].min().date(), demand["date"].max().date(), country=country)
    is_sale = demand["date"].isin(events.loc[events["mega"], "date"])
    return demand.assign(demand=demand["demand"].mask(is_sale))


def _shelf(store: Store) -> pd.DataFrame:
    """Each product's name and the mean price paid for it."""
    names = "SELECT NULL::VARCHAR AS product_id, NULL::VARCHAR AS product"
    if store.has("products") and "title" in store.products.columns:
        names = "SELECT product_id, any_value(title) AS product FROM products GROUP BY ALL"
    return store.connection.sql(f"""
        WITH names AS ({names}), paid AS (
            SELECT product_id, (sum(revenue) / nullif(sum(quantity), 0))::DOUBLE AS price
            FROM order_lines GROUP BY ALL)
        SELECT product_id, product, price FROM paid LEFT JOIN names USING (product_id)""").df()
