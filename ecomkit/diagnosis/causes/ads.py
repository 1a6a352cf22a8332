"""A campaign whose spend grew without its sales."""

import numpy as np

from ecomkit.data.store import Store
from ecomkit.diagnosis import episode
from ecomkit.diagnosis.causes.finding import Finding, by_day, gross_margin, priced, span
from ecomkit.diagnosis.period import Period


def ad_waste(store: Store, period: Period) -> list[Finding]:
    """Campaigns that spent more than before on a run of days and earned less on it than it cost."""
    now, then = episode.days(period), episode.days_before(period)
    table = store.connection.sql(
        "SELECT date, campaign, sum(cost) AS cost, coalesce(sum(revenue), 0) AS revenue FROM ads_daily GROUP BY ALL"
    ).df()
    margin = gross_margin(store, period)
    margin = margin if np.isfinite(margin) else 1.0  # where costs are not known
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
