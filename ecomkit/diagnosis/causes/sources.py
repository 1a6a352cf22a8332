"""A traffic source that lost its visitors."""

import math

import numpy as np
import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis import episode
from ecomkit.diagnosis.causes.finding import Finding, by_day, kept_share, priced, span
from ecomkit.diagnosis.period import Period
from ecomkit.diagnosis.sources_told import sources_told

NORMAL = 1.4826  # times the median absolute deviation makes the standard deviation of normal noise
LOOKBACK = 28  # days before an order in which the visit that led to it is looked for


def lost_sources(store: Store, period: Period) -> list[Finding]:
    """Sources with fewer visitors than on the same weekdays before, beyond what befell all sources."""
    now, then = episode.days(period), episode.days_before(period)
    sums = "date, source, sum(visitors) AS visitors, sum(buyers) AS buyers, sum(revenue) AS revenue"
    table = sources_told(store, period).aggregate(sums, "date, source").df()
    sources = by_day(table, "source", ["visitors", "buyers", "revenue"], then.union(now))
    usual = {name: episode.usual(days.loc[then, "visitors"], now) for name, days in sources.items()}
    drift, apart = _drift([(days.loc[now, "visitors"].to_numpy(), usual[name][0]) for name, days in sources.items()])
    back = _came_back(store, period)
    findings = []
    for name, days in sources.items():
        expected = usual[name][0] * drift
        noise = np.hypot(usual[name][1] * drift, expected * apart)
        actual = days.loc[now, "visitors"].to_numpy()
        run = episode.find(expected, actual, noise)
        before = days.loc[then].sum()
        if run is None or not before["buyers"]:
            continue
        left = (now[-1] - now[run.days]).days.to_numpy()  # days in which who was not won could have come back
        missing = np.maximum(expected[run.days] - actual[run.days], 0.0)
        sales = before["revenue"] + np.average(_back(back, name, left), weights=missing)
        per_visitor = sales / before["visitors"] * kept_share(store, period)
        per_visitor *= _worth(sources, name, then, now[run.days], missing)
        lost_buyers = run.missing * before["buyers"] / before["visitors"]  # who would have bought is chance, too
        luck = per_visitor * np.sqrt(1 / before["buyers"] + 1 / max(lost_buyers, 1.0))
        money = priced(run.missing, run.error, per_visitor, luck)
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


def _drift(sources: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray | float, np.ndarray | float]:
    """What befell all sources on each day, such as a mega-sale or the season: the median of actual to usual; and how
    far sources lie apart from it that day, as a share: a mega-sale lifts one threefold and another by half."""
    ratios = np.array([actual / usual for actual, usual in sources if (usual > 0).all()])
    if len(ratios) < 3:
        return 1.0, 0.0
    drift = np.median(ratios, axis=0)
    return drift, NORMAL * np.median(np.abs(ratios / np.where(drift > 0, drift, np.nan) - 1), axis=0)


def _worth(
    sources: dict[str, pd.DataFrame], lost: str, then: pd.DatetimeIndex, days: pd.DatetimeIndex, missing: np.ndarray
) -> float:
    """How much more a visitor of the other sources brought on these days, weighted by the missing, than before."""
    columns = ["visitors", "revenue"]
    others = sum((frame[columns] for frame in sources.values()), -sources[lost][columns])
    before = others.loc[then].sum()
    if not (before["revenue"] > 0 and (others.loc[days, "visitors"] > 0).all()):
        return 1.0
    now = others.loc[days, "revenue"] / others.loc[days, "visitors"]
    worth = float(np.average(now, weights=missing) / (before["revenue"] / before["visitors"]))
    return worth if math.isfinite(worth) else 1.0


def _back(back: pd.DataFrame, source: str, left: np.ndarray) -> np.ndarray:
    """The sales before to whom the source had brought and who came back another way, within each number of days."""
    mine = back[back["source"] == source]
    by_day = np.bincount(mine["lag"], mine["revenue"], LOOKBACK + 1) if len(mine) else np.zeros(LOOKBACK + 1)
    return np.cumsum(by_day)[np.minimum(left, LOOKBACK)]


def _came_back(store: Store, period: Period) -> pd.DataFrame:
    """Sales before to people whom a source had first brought and who bought on a later day through another one, by
    `source` and `lag` (days): who is not brought does not come back to the cart, nor to buy again. People who had
    bought before they were seen would have come anyway. Empty where events do not tell."""
    if not store.has("events") or not {"source", "order_id"} <= set(store.events.columns):
        return pd.DataFrame({"source": [], "lag": [], "revenue": []}).astype({"lag": int})
    return store.connection.execute(
        """
        WITH visit AS (
            SELECT user_id, event_time::DATE AS day, arg_min(source, event_time) AS source
            FROM events WHERE event_time::DATE BETWEEN $first - $back AND $last GROUP BY ALL),
        bought AS (
            SELECT DISTINCT user_id, order_id, event_time::DATE AS day,
                min(event_time::DATE) OVER (PARTITION BY user_id) AS first_day
            FROM events WHERE event_name = 'purchase'),
        brought AS (
            SELECT order_id, b.day - min(v.day) AS lag, arg_min(source, v.day) AS source,
                arg_max(source, v.day) AS door, min(v.day) <= min(b.first_day) AS is_won
            FROM bought b JOIN visit v ON v.user_id = b.user_id AND v.day BETWEEN b.day - $back AND b.day
            WHERE b.day BETWEEN $first AND $last GROUP BY order_id, b.day)
        SELECT b.source, lag::BIGINT AS lag, sum(revenue)::DOUBLE AS revenue
        FROM brought b JOIN orders USING (order_id) WHERE is_won AND lag > 0 AND b.source <> door GROUP BY ALL""",
        {"first": period.before_start, "last": period.before_end, "back": LOOKBACK},
    ).df()
