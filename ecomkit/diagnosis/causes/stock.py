"""A product that sold out."""

import numpy as np
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.causes.finding import Finding, kept_share, priced, title
from ecomkit.diagnosis.period import Period


def stock_outs(store: Store, period: Period) -> list[Finding]:
    """Products that on several days had less to sell than they usually sell: less than a day's units, or none."""
    findings = []
    for product, days in _days(store, period).groupby("product_id"):
        stocked = days[days["on_hand"] > 0]
        if len(stocked) < 7 or stocked["units"].sum() < 20:
            continue
        pace, spread = stocked["units"].mean(), stocked["units"].std()
        short = days[(days["on_hand"] + days["units"] < pace) & (days["date"] >= pd.Timestamp(period.start))]
        missing = float((pace - short["units"]).sum())
        if len(short) < 2 or missing <= 0:
            continue
        error = np.hypot(np.sqrt(pace * len(short)), len(short) * spread / np.sqrt(len(stocked)))
        price = stocked["revenue"].sum() / stocked["units"].sum() * kept_share(store, period)
        money = priced(missing, error, price)
        values = {"product": title(store, str(product)), "days_out": len(short), "units_per_day": pace}
        since, until = short["date"].min().date(), short["date"].max().date()
        slices = {"product_id": str(product)}
        findings.append(Finding("out_of_stock", slices, since, until, *money, missing / error, "supply", 1, values))
    return findings


def _days(store: Store, period: Period) -> pd.DataFrame:
    """Stock and sales of each product on each day of both periods."""
    return store.connection.execute(
        """
        WITH sold AS (
            SELECT order_date::DATE AS date, product_id, sum(quantity) AS units, sum(l.revenue) AS revenue
            FROM order_lines l JOIN orders o USING (order_id) GROUP BY ALL),
        stock AS (SELECT date, product_id, sum(on_hand) AS on_hand FROM inventory GROUP BY ALL)
        SELECT date, product_id, on_hand::DOUBLE AS on_hand, coalesce(units, 0)::DOUBLE AS units,
            coalesce(revenue, 0)::DOUBLE AS revenue
        FROM stock LEFT JOIN sold USING (date, product_id)
        WHERE date BETWEEN ? AND ? OR date BETWEEN ? AND ? ORDER BY date""",
        [period.start, period.end, period.before_start, period.before_end],
    ).df()
