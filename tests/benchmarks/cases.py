"""What is measured: each case runs alone in a process of its own, called by run.py."""

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import data
import duckdb
import pandas as pd

MEMORY = "4GB"
STEPS = ["view_item", "add_to_cart", "begin_checkout", "purchase"]


def _open(path: object) -> duckdb.DuckDBPyRelation:
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET enable_progress_bar = false")
    return connection.read_parquet(str(path))


def _floor(relation: duckdb.DuckDBPyRelation, key: str, figures: str, used: str) -> Callable[[], Any]:
    """DuckDB's hash group-by per user of the columns that the function reads, every aggregate used."""
    return lambda: relation.aggregate(f"{key}, {figures}", key).aggregate(used).fetchall()


def rfm_floor(rows: int) -> Callable[[], Any]:
    figures = "max(order_date) AS d, count(*) AS n, sum(revenue) AS m"
    return _floor(_open(data.orders(rows)), "customer_id", figures, "max(d), sum(n), sum(m)")


def retention_floor(rows: int) -> Callable[[], Any]:
    figures = "max(order_date) AS d, sum(revenue) AS m"
    return _floor(_open(data.orders(rows)), "customer_id", figures, "max(d), sum(m)")


def funnel_floor(rows: int) -> Callable[[], Any]:
    figures = "max(event_time) AS d, max(event_name) AS n"
    return _floor(_open(data.events(rows)), "user_id", figures, "max(d), max(n)")


def rfm(rows: int) -> Callable[[], Any]:
    from ecomkit.customers import rfm

    orders = _open(data.orders(rows))
    return lambda: rfm.segment(rfm.score(rfm.measure(orders))).aggregate("count(*), max(segment)").fetchall()


def retention(rows: int) -> Callable[[], Any]:
    from ecomkit.customers import cohort

    orders = _open(data.orders(rows))
    return lambda: cohort.retention(orders)


def funnel(rows: int) -> Callable[[], Any]:
    from ecomkit.traffic import funnel

    events = _open(data.events(rows))
    return lambda: funnel.steps(events, steps=STEPS)


def pandas_rfm(rows: int) -> Callable[[], Any]:
    from ecomkit.customers import rfm

    orders = data.orders(rows).as_posix()
    table = duckdb.sql(f"SELECT customer_id, order_date, revenue FROM '{orders}'").df()
    return lambda: rfm.score(rfm.measure(table))


def pandas_retention(rows: int) -> Callable[[], Any]:
    from ecomkit.customers import cohort

    table = duckdb.sql(f"SELECT customer_id, order_date, revenue FROM '{data.orders(rows).as_posix()}'").df()
    return lambda: cohort.retention(table)


def pandas_funnel(rows: int) -> Callable[[], Any]:
    from ecomkit.traffic import funnel

    table = duckdb.sql(f"FROM '{data.events(rows).as_posix()}'").df()
    return lambda: funnel.steps(table, steps=STEPS)


def plain_rfm(rows: int) -> Callable[[], Any]:
    table = duckdb.sql(f"SELECT customer_id, order_date, revenue FROM '{data.orders(rows).as_posix()}'").df()

    def work() -> pd.DataFrame:
        by = table.groupby("customer_id").agg(
            last=("order_date", "max"), frequency=("order_date", "size"), monetary=("revenue", "sum")
        )
        by["recency_days"] = (by["last"].max().normalize() - by["last"].dt.normalize()).dt.days
        by["monetary"] = by["monetary"].round(4)
        for name, axis in [("r", -by["recency_days"]), ("f", by["frequency"]), ("m", by["monetary"])]:
            by[name] = 1 + 5 * (axis.rank(method="min").astype("int64") - 1) // len(by)
        return by

    return work


def plain_retention(rows: int) -> Callable[[], Any]:
    table = duckdb.sql(f"SELECT customer_id, order_date, revenue FROM '{data.orders(rows).as_posix()}'").df()

    def work() -> pd.DataFrame:
        month = table["order_date"].dt.year * 12 + table["order_date"].dt.month
        active = table.assign(month=month).groupby(["customer_id", "month"], as_index=False)["revenue"].sum()
        active["cohort"] = active.groupby("customer_id")["month"].transform("min")
        return active.groupby(["cohort", "month"]).agg(customers=("month", "size"), revenue=("revenue", "sum"))

    return work


def plain_funnel(rows: int) -> Callable[[], Any]:
    table = duckdb.sql(f"FROM '{data.events(rows).as_posix()}'").df()

    def work() -> pd.Series:
        step = table["event_name"].map({s: i for i, s in enumerate(STEPS)})
        rows = table.assign(step=step)[step.notna()].sort_values(["user_id", "event_time", "step"])
        rows["start"] = rows["event_time"].where(rows["step"] == 0)
        for k in range(1, len(STEPS)):
            seen = rows["start"].where(rows["step"] == k - 1).groupby(rows["user_id"]).ffill()
            rows["start"] = rows["start"].where(rows["step"] != k, seen)
        fits = rows["event_time"] - rows["start"] <= pd.Timedelta("24h")
        return (rows["step"] + 1).where(fits, 0).groupby(rows["user_id"]).max().value_counts()

    return work


def simulate(_rows: int) -> Callable[[], Any]:
    from ecomkit.data.simulate import simulate

    return lambda: simulate()


def main() -> None:
    name, rows, repeat = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    work = globals()[name](rows)
    best = {"cpu": float("inf"), "wall": float("inf")}
    for _ in range(repeat):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        best = min(best, spent, key=lambda s: s["cpu"])
    print(json.dumps({**best, "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2}))


if __name__ == "__main__":
    main()
