"""Visitors who are no people."""

from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality.check import Case

MOMENTS = 30  # different seconds of a day with an event: fewer say nothing about a pace
PACE_SECONDS = 2.0  # between two clicks on average: a person has to see the page first
STEADY = 0.1  # deviation of the pauses as a share of their mean: a person's pauses vary as much as they last
SLEEPLESS_HOURS = 20  # different hours of one day


def bot_traffic(case: Case) -> DuckDBPyRelation:
    """Visitors and days with more clicks than a person makes, at a beat that no person keeps, or without sleep:
    `user_id, day, rows` (events), `hours`, `pause_seconds`, `sign`. A moment with several events counts once."""
    return case.sql(f"""
        WITH busy AS (SELECT hash(user_id) AS h FROM events GROUP BY 1 HAVING count(*) >= {SLEEPLESS_HOURS}),
        moments AS (
            SELECT user_id, date_trunc('second', event_time) AS moment, count(*) AS n
            FROM events WHERE hash(user_id) IN (SELECT h FROM busy) GROUP BY ALL),
        paused AS (
            SELECT *, epoch(moment) - epoch(lag(moment) OVER (
                PARTITION BY user_id, moment::DATE ORDER BY moment)) AS pause FROM moments),
        days AS (
            SELECT user_id, moment::DATE AS day, sum(n)::BIGINT AS rows, count(*) AS moments,
                count(DISTINCT hour(moment)) AS hours, avg(pause) AS pause_seconds, stddev_pop(pause) AS spread
            FROM paused GROUP BY ALL),
        signed AS (
            SELECT *, CASE
                WHEN moments >= {MOMENTS} AND pause_seconds <= {PACE_SECONDS} THEN 'pace'
                WHEN moments >= {MOMENTS} AND spread <= {STEADY} * pause_seconds THEN 'steady'
                WHEN hours >= {SLEEPLESS_HOURS} THEN 'sleepless' END AS sign
            FROM days)
        SELECT day, user_id, rows, hours, pause_seconds, sign, NULL::DOUBLE AS money
        FROM signed WHERE sign IS NOT NULL""")
