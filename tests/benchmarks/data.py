"""Seeded orders and events of any size: power-law customers, ties, sparse ids, rows not in the order of time."""

import os
import tempfile
from pathlib import Path

import duckdb

FOLDER = Path(os.environ.get("ECOMKIT_BENCH", Path(tempfile.gettempdir()) / "ecomkit-bench"))
_UNIFORM = "((hash({0}) % 1000000000) / 1000000000.0)"


def _uniform(seed: str) -> str:
    return _UNIFORM.format(seed)


def _normal(seed: int) -> str:
    """Roughly normal: three uniforms."""
    return "2 * (" + " + ".join(_uniform(f"i * {seed + k} + {k}") for k in (2, 6, 12)) + " - 1.5)"


def orders(rows: int) -> Path:
    """One row per order, two years: `order_id, customer_id` (40 bits), `order_date, revenue`."""
    customers = int(rows * 0.18)
    return _write(
        f"orders-{rows}",
        f"""
        SELECT i AS order_id,
            (hash(({customers} * pow({_uniform("i")}, 1.6))::BIGINT) // 16777216)::BIGINT AS customer_id,
            TIMESTAMP '2022-01-01' + to_seconds((730 * 86400 * {_uniform("i * 7 + 1")})::BIGINT) AS order_date,
            round(exp(3 + 1.2 * {_normal(9)}), 2) AS revenue
        FROM range({rows}) t(i)""",
    )


def events(rows: int) -> Path:
    """One row per event of four steps and one other, a month: `user_id, event_time, event_name`; sessions with and
    without views, some of which run past a day."""
    sessions, users = int(rows / 1.52), int(rows * 0.137)
    return _write(
        f"events-{rows}",
        f"""
        WITH session AS (
            SELECT i, (hash(({users} * pow({_uniform("i + 5")}, 1.6))::BIGINT + 99) // 16777216)::BIGINT AS user_id,
                TIMESTAMP '2024-01-01' + to_seconds((30 * 86400 * {_uniform("i * 3 + 1")})::BIGINT) AS start,
                {_uniform("i * 5 + 2")} AS z
            FROM range({sessions}) t(i)),
        step AS (
            SELECT i, user_id, start, unnest(CASE WHEN z < .06 THEN [0, 1, 2, 3] WHEN z < .1 THEN [0, 1, 2]
                WHEN z < .2 THEN [0, 1] WHEN z < .24 THEN [1] WHEN z < .34 THEN [0, 4] ELSE [0] END) AS k
            FROM session)
        SELECT user_id, start + to_seconds(
            CASE WHEN k = 0 THEN 0 ELSE (k * exp(5.5 + 2.2 * {_normal(29)}))::BIGINT END) AS event_time,
            ['view_item', 'add_to_cart', 'begin_checkout', 'purchase', 'scroll'][k + 1] AS event_name
        FROM step""",
    )


def _write(name: str, query: str) -> Path:
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.parquet"
    if not path.exists():
        draft = path.with_suffix(".draft")
        connection = duckdb.connect()
        connection.execute(
            "SET preserve_insertion_order = false; SET memory_limit = '8GB'; SET enable_progress_bar = false"
        )
        connection.execute(f"COPY ({query}) TO '{draft}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1000000)")
        draft.rename(path)
    return path
