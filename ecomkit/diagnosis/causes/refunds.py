"""A batch that comes back."""

import datetime as dt

import numpy as np
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis import episode
from ecomkit.diagnosis.causes.finding import Finding, by_day, priced, span, title
from ecomkit.diagnosis.period import Period

WATCH_Z = 3.5  # standard errors from which on refunds are worth watching: a batch is small, and refunds are few
LINES_MIN, REFUNDED_MIN = 30, 5  # sold before and refunded now, below which a rate tells nothing
FIGURES = ["lines", "refunded", "amount"]
RECENT = dt.timedelta(days=60)  # the usual rate is that of the days before, when nearly all returns have arrived


def bad_batches(store: Store, period: Period) -> list[Finding]:
    """Products of which the units sold on a run of days are refunded more often than usual."""
    first = period.before_start - RECENT
    now, then = episode.days(period), pd.date_range(first, period.before_end)
    table = store.connection.execute(
        """
        WITH back AS (
            SELECT order_id, product_id, sum(amount) AS back
            FROM refunds WHERE order_id IS NOT NULL AND refunded_at::DATE <= ? GROUP BY ALL),
        sold AS (
            SELECT order_date::DATE AS date, order_id, product_id
            FROM order_lines l JOIN orders o USING (order_id) WHERE order_date::DATE BETWEEN ? AND ? GROUP BY ALL)
        SELECT date, product_id, count(*) AS lines, count(back) AS refunded,
            coalesce(sum(back), 0) AS amount
        FROM sold LEFT JOIN back USING (order_id, product_id) GROUP BY ALL""",
        [period.end, first, period.end],
    ).df()
    findings = []
    for product, days in by_day(_enough(table, then, now), "product_id", FIGURES, then.union(now)).items():
        before, after = days.loc[then].sum(), days.loc[now]
        usual = (before["refunded"] + 1) / (before["lines"] + 2)
        lines, refunded = after["lines"].to_numpy(), after["refunded"].to_numpy()
        run = episode.find(-usual * lines, -refunded, np.sqrt(lines * usual * (1 - usual) + 0.1), WATCH_Z)
        if run is None:
            continue
        amount = after["amount"].to_numpy()[run.days].sum() / refunded[run.days].sum()
        since, until = span(now, run)
        values = {
            "product": title(store, product),
            "rate_before": usual,
            "rate_after": refunded[run.days].sum() / lines[run.days].sum(),
            "sold_from": since,
            "sold_to": until,
        }
        money = priced(run.missing, run.error, amount)
        at_most = "act" if run.z >= episode.Z_MIN else "watch"
        told = ({"product_id": product}, since, until, *money, run.z, "supply", 1, values)
        findings.append(Finding("bad_batch", *told, at_most=at_most))
    return findings


def _enough(table: pd.DataFrame, then: pd.DatetimeIndex, now: pd.DatetimeIndex) -> pd.DataFrame:
    """The rows of products of which a rate can be told."""
    sold = table["lines"].where(table["date"].isin(then), 0).groupby(table["product_id"]).sum()
    returned = table["refunded"].where(table["date"].isin(now), 0).groupby(table["product_id"]).sum()
    enough = sold.index[(sold >= LINES_MIN) & (returned >= REFUNDED_MIN)]
    return table[table["product_id"].isin(enough)]
