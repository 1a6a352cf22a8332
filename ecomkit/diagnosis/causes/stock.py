"""A product that sold out."""

import numpy as np
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.causes.finding import Finding, kept_share, priced, title
from ecomkit.diagnosis.period import Period


def stock_outs(store: Store, period: Period) -> list[Finding]:
    """Products that on several days had less to sell than they usually sell: less than a day's units, or none."""
    findings = []
    every = _days(store, period)
    sold = every.groupby("date")["units"].sum()
    for product, days in every.groupby("product_id"):
        days = days.assign(others=days["date"].map(sold) - days["units"])
        stocked = days[days["on_hand"] > 0]
        if len(stocked) < 7 or stocked["units"].sum() < 20 or not stocked["others"].sum():
            continue
        pace = stocked["units"].sum() / stocked["others"].sum()  # per unit of all else: the season moves both
        due = pace * days["others"]
        apart = stocked["units"] - due[stocked.index]
        spread = max(float((apart**2).sum() / due[stocked.index].sum()), 1.0)  # of the variance over that of a count
        is_short = (days["on_hand"] + days["units"] < due) & (days["date"] >= pd.Timestamp(period.start))
        short, due = days[is_short], due[is_short]
        missing = float((due - short["units"]).sum())
        if len(short) < 2 or missing <= 0:
            continue
        error = np.sqrt(spread * (due.sum() + due.sum() ** 2 / stocked["units"].sum()))
        price = stocked["revenue"].sum() / stocked["units"].sum() * kept_share(store, period)
        money = priced(missing, error, price)
        values = {
            "product": title(store, str(product)),
            "days_out": len(short),
            "units_per_day": stocked["units"].mean(),
        }
        since, until = short["date"].min().date(), short["date"].max().date()
        slices = {"product_id": str(product)}
        found = Finding(
            "out_of_stock", slices, since, until, *money, missing / error, "supply", 1, values, is_seen=True
        )
        findings.append(found)
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
