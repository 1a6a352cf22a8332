"""The learner's own store as a careless export would have it, to learn how data lie."""

import datetime as dt
from pathlib import Path

import pandas as pd

from ecomkit.course import record, stores
from ecomkit.data import demo
from ecomkit.data.simulate import CURRENCY, TIMEZONE, Incident, simulate
from ecomkit.data.store import Store, open_store, write_store

TOTAL = "total"
TOTAL_FROM = "2025-03-04"  # the last four weeks
CENTS_FROM = dt.date(2025, 1, 10)
BRUSHED = ("2025-02-18", "2025-02-20", "P10")
ABROAD = ("2024-12-16", "2025-01-01")  # from and before which the clock of `orders` is that of a server elsewhere


def spoiled_store() -> Store:
    """Returns a store in which four things are not what they seem: totals, cents, a clock, and orders nobody wanted.

    In `traffic_daily` the last four weeks have a row of totals per day; for some days of January the amounts of
    `orders` are in cents; in the last weeks of December their times are those of a server abroad; and in February
    someone placed orders of their own product.
    """
    seed = record.load().seed
    return open_store(demo.kept(f"careless-{seed}", lambda path: _write(seed, path)))


def cents_until(seed: int) -> dt.date:
    """The last day whose orders are in cents; another one for each learner."""
    return CENTS_FROM + dt.timedelta(days=2 + seed % 5)


def hours_behind(seed: int) -> int:
    """By how many hours the clock of those orders is behind the store's: it tells UTC, or the time of Berlin."""
    return (8, 7)[seed % 2]


def _write(seed: int, path: Path) -> Path:
    start, end, product = BRUSHED
    size = 8.0 + seed % 7
    fake = Incident(
        "brushed_orders", dt.date.fromisoformat(start), dt.date.fromisoformat(end), size, product_id=product
    )
    lived = simulate(
        seed=seed,
        start=stores.START,
        days=stores.DAYS,
        visitors_per_day=stores.VISITORS_PER_DAY,
        incidents=[fake],
    )
    tables = {
        **lived.tables,
        "traffic_daily": _with_totals(lived.tables["traffic_daily"]),
        "orders": _abroad(_in_cents(lived.tables["orders"], cents_until(seed)), hours_behind(seed)),
    }
    return write_store(path, tables, name="Careless export", currency=CURRENCY, timezone=TIMEZONE)


def _with_totals(traffic: pd.DataFrame) -> pd.DataFrame:
    recent = traffic[pd.to_datetime(traffic["date"]) >= pd.Timestamp(TOTAL_FROM)]
    sums = recent.drop(columns="source").groupby("date", as_index=False).sum().assign(source=TOTAL)
    return pd.concat([traffic, sums[traffic.columns]], ignore_index=True).sort_values("date", kind="stable")


def _in_cents(orders: pd.DataFrame, until: dt.date) -> pd.DataFrame:
    days = orders["order_date"].dt.date
    wrong = (days >= CENTS_FROM) & (days <= until)
    return orders.assign(revenue=orders["revenue"].where(~wrong, orders["revenue"] * 100))


def _abroad(orders: pd.DataFrame, hours: int) -> pd.DataFrame:
    first, end = (pd.Timestamp(day) for day in ABROAD)
    wrong = (orders["order_date"] >= first) & (orders["order_date"] < end)
    return orders.assign(
        order_date=orders["order_date"].where(~wrong, orders["order_date"] - pd.Timedelta(hours=hours))
    )
