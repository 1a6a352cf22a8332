"""A device on which checkout fails."""

import datetime as dt

import numpy as np

from ecomkit.data.store import Store
from ecomkit.diagnosis import episode
from ecomkit.diagnosis.causes.finding import Finding, by_day, kept_share, priced, span
from ecomkit.diagnosis.period import Period


def checkout_faults(store: Store, period: Period) -> list[Finding]:
    """Devices on which fewer of those who began checkout paid on the day than before."""
    now, then = episode.days(period), episode.days_before(period)
    table = store.connection.sql("""
        SELECT event_time::DATE AS date, device,
            count(DISTINCT user_id) FILTER (event_name = 'begin_checkout') AS began,
            count(DISTINCT user_id) FILTER (event_name = 'purchase') AS paid
        FROM events WHERE event_name IN ('begin_checkout', 'purchase') AND device IS NOT NULL GROUP BY ALL""").df()
    findings = []
    for name, days in by_day(table, "device", ["began", "paid"], then.union(now)).items():
        before, after = days.loc[then].sum(), days.loc[now]
        if before["began"] < 30 or before["paid"] == 0:
            continue
        rate = min(before["paid"] / before["began"], 1.0)
        began, paid = after["began"].to_numpy(), after["paid"].to_numpy()
        run = episode.find(rate * began, paid, np.sqrt(began * rate * (1 - rate) + 1))
        if run is None:
            continue
        since, until = span(now, run)
        lost, error = _lost_buyers(store, period, name, since, until)
        money = priced(lost, error, *_amount(store, period, name))
        values = {
            "device": name,
            "rate_before": rate,
            "rate_after": paid[run.days].sum() / began[run.days].sum(),
            "lost_orders": lost,
        }
        findings.append(
            Finding("checkout_fault", {"device": name}, since, until, *money, run.z, "operations", 0, values)
        )
    return findings


def _lost_buyers(store: Store, period: Period, device: str, since: dt.date, until: dt.date) -> tuple[float, float]:
    """People who began checkout in the episode and did not pay in the days after it either, beyond the usual share;
    and the standard error. A person who tries again counts once, and who pays later is not lost."""
    later = min(max((period.end - until).days, 1), 7)
    rows = store.connection.execute(
        f"""
        WITH began AS (
            SELECT user_id, event_time::DATE >= $since AS struck, min(event_time) AS at
            FROM events WHERE event_name = 'begin_checkout' AND device = $device
                AND (event_time::DATE BETWEEN $since AND $until OR event_time::DATE BETWEEN $first AND $last)
            GROUP BY ALL),
        paid AS (SELECT user_id, event_time FROM events WHERE event_name = 'purchase')
        SELECT struck, count(*), count(*) FILTER (EXISTS (
            SELECT 1 FROM paid p WHERE p.user_id = b.user_id
                AND p.event_time BETWEEN b.at AND b.at + INTERVAL {later} DAY))
        FROM began b GROUP BY struck ORDER BY struck""",
        {
            "since": since, "until": until, "device": device, "first": period.before_start, "last": period.before_end,
        },
    ).fetchall()  # fmt: skip
    (_, usual, usually_paid), (_, people, paid) = rows
    rate, now = usually_paid / usual, paid / people
    error = people * np.sqrt(rate * (1 - rate) / usual + now * (1 - now) / people)
    return (rate - now) * people, float(error)


def _amount(store: Store, period: Period, device: str) -> tuple[float, float]:
    """Net amount per order before, on the device where orders know it, and its standard error."""
    known = "device" in store.orders.columns
    mean, error = store.connection.execute(
        "SELECT avg(revenue), stddev_samp(revenue) / sqrt(count(*)) FROM orders "
        f"WHERE order_date::DATE BETWEEN ? AND ? {'AND device = ?' if known else ''}",
        [period.before_start, period.before_end, *([device] if known else [])],
    ).fetchall()[0]
    kept = kept_share(store, period)
    return float(mean or 0) * kept, float(error or 0) * kept
