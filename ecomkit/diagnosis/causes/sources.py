"""A traffic source that lost its visitors."""

import numpy as np

from ecomkit.data.store import Store
from ecomkit.diagnosis import episode
from ecomkit.diagnosis.causes.finding import Finding, by_day, kept_share, priced, span
from ecomkit.diagnosis.period import Period


def lost_sources(store: Store, period: Period) -> list[Finding]:
    """Sources with fewer visitors than on the same weekdays before, beyond what befell all sources."""
    now, then = episode.days(period), episode.days_before(period)
    table = store.connection.sql(
        "SELECT date, source, sum(visitors) AS visitors, sum(buyers) AS buyers, sum(revenue) AS revenue "
        "FROM traffic_daily GROUP BY ALL"
    ).df()
    sources = by_day(table, "source", ["visitors", "buyers", "revenue"], then.union(now))
    usual = {name: episode.usual(days.loc[then, "visitors"], now) for name, days in sources.items()}
    ratios = [
        days.loc[now, "visitors"].sum() / usual[name][0].sum() for name, days in sources.items() if usual[name][0].sum()
    ]
    drift = float(np.median(ratios)) if len(ratios) >= 3 else 1.0  # season and store-wide causes move all sources
    findings = []
    for name, days in sources.items():
        expected, noise = usual[name][0] * drift, usual[name][1]
        actual = days.loc[now, "visitors"].to_numpy()
        run = episode.find(expected, actual, noise)
        before = days.loc[then].sum()
        if run is None or not before["buyers"]:
            continue
        sales = _brought(store, period).get(name, before["revenue"])
        per_visitor = sales / before["visitors"] * kept_share(store, period)
        money = priced(run.missing, run.error, per_visitor, per_visitor / np.sqrt(before["buyers"]))
        length = run.last - run.first + 1
        values = {
            "source": name,
            "visitors_before": expected[run.days].mean(),
            "visitors_after": actual[run.days].mean(),
            "change_rate": -run.depth,
            "days": length,
        }
        findings.append(
            Finding("source_lost", {"source": name}, *span(now, run), *money, run.z, "promotion", 1, values)
        )
    return findings


def _brought(store: Store, period: Period) -> dict[str, float]:
    """Sales before, by the source of the buyer's first visit in the week up to the order: who came through a source
    and paid on a later visit through another was brought by the first. Empty where events do not tell."""
    if not store.has("events") or not {"source", "order_id"} <= set(store.events.columns):
        return {}
    rows = store.connection.execute(
        """
        WITH visit AS (
            SELECT user_id, event_time::DATE AS day, arg_min(source, event_time) AS source
            FROM events WHERE event_time::DATE BETWEEN $first - 7 AND $last GROUP BY ALL),
        bought AS (
            SELECT DISTINCT user_id, order_id, event_time::DATE AS day
            FROM events WHERE event_name = 'purchase' AND event_time::DATE BETWEEN $first AND $last),
        brought AS (
            SELECT order_id, arg_min(source, v.day) AS source
            FROM bought b JOIN visit v ON v.user_id = b.user_id AND v.day BETWEEN b.day - 7 AND b.day GROUP BY ALL)
        SELECT b.source, sum(revenue) FROM brought b JOIN orders USING (order_id) WHERE b.source IS NOT NULL
        GROUP BY ALL""",
        {"first": period.before_start, "last": period.before_end},
    ).fetchall()
    return {source: float(revenue) for source, revenue in rows}
