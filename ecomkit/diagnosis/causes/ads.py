"""A campaign whose spend grew without its sales."""

import numpy as np

from ecomkit.data.store import Store
from ecomkit.diagnosis import episode
from ecomkit.diagnosis.causes.finding import Finding, by_day, priced, span
from ecomkit.diagnosis.period import Period


def ad_waste(store: Store, period: Period) -> list[Finding]:
    """Campaigns that spent more than before on a run of days and earned less on it than it cost."""
    now, then = episode.days(period), episode.days_before(period)
    table = store.connection.sql(
        "SELECT date, campaign, sum(cost) AS cost, coalesce(sum(revenue), 0) AS revenue FROM ads_daily GROUP BY ALL"
    ).df()
    margin = _margin(store, period)
    findings = []
    for name, days in by_day(table, "campaign", ["cost", "revenue"], then.union(now)).items():
        before, after = days.loc[then], days.loc[now]
        if before["cost"].sum() <= 0:
            continue
        usual, _ = episode.usual(before["cost"], now)
        spread = float(before["cost"].std()) or 1.0
        cost, revenue = after["cost"].to_numpy(), after["revenue"].to_numpy()
        run = episode.find(-usual, -cost, np.full(len(now), spread))
        if run is None:
            continue
        length = run.last - run.first + 1
        extra = revenue[run.days].sum() - before["revenue"].mean() * length
        error = float(before["revenue"].std()) * np.sqrt(length) * margin
        wasted = run.missing - max(extra, 0.0) * margin
        if wasted <= 0:
            continue
        values = {
            "campaign": name,
            "cost_before": usual[run.days].sum(),
            "cost_after": cost[run.days].sum(),
            "roas_before": before["revenue"].sum() / before["cost"].sum(),
            "roas_after": revenue[run.days].sum() / cost[run.days].sum(),
        }
        money = priced(wasted, error, 1.0)
        findings.append(Finding("ad_waste", {"campaign": name}, *span(now, run), *money, run.z, "promotion", 0, values))
    return findings


def _margin(store: Store, period: Period) -> float:
    """Gross margin of the lines sold before, as a fraction; 1 where costs are not known."""
    if not store.has("order_lines") or "unit_cost" not in store.order_lines.columns:
        return 1.0
    share = store.connection.execute(
        "SELECT 1 - sum(unit_cost * quantity) / sum(l.revenue) FROM order_lines l JOIN orders USING (order_id) "
        "WHERE unit_cost IS NOT NULL AND order_date::DATE BETWEEN ? AND ?",
        [period.before_start, period.before_end],
    ).fetchall()[0][0]
    return min(max(float(share), 0.0), 1.0) if share is not None else 1.0
