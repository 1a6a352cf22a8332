"""Answers worked out the slow way, from the definitions alone."""

from typing import Any

import pandas as pd


def rfm(orders: pd.DataFrame, bins: int = 5) -> pd.DataFrame:
    """score = 1 + bins * (number of customers strictly worse) // n, by counting them."""
    by = orders.groupby("customer_id")
    end = orders["order_date"].max().normalize()
    table = pd.DataFrame(
        {
            "recency_days": (end - by["order_date"].max().dt.normalize()).dt.days,
            "frequency": by.size(),
            "monetary": by["revenue"].sum().round(4),
        }
    )
    for name, column, sign in [("r", "recency_days", -1), ("f", "frequency", 1), ("m", "monetary", 1)]:
        axis = sign * table[column]
        counts = axis.value_counts().sort_index()
        worse = (counts.cumsum() - counts).to_dict()
        table[name] = [1 + bins * worse[v] // len(axis) for v in axis]
    return table.reset_index()


def retention(orders: pd.DataFrame, period: str, end: pd.Timestamp) -> pd.DataFrame:
    """Every cohort and age by looking at each customer's periods."""
    unit = "M" if period == "month" else "W-SUN"
    months: dict[Any, dict[pd.Period, float]] = {}
    for customer, when, revenue in zip(orders["customer_id"], orders["order_date"], orders["revenue"], strict=True):
        mine = months.setdefault(customer, {})
        key = when.to_period(unit)
        mine[key] = mine.get(key, 0.0) + revenue
    cohorts: dict[pd.Period, list[dict[pd.Period, float]]] = {}
    for mine in months.values():
        cohorts.setdefault(min(mine), []).append(mine)
    rows: list[tuple[Any, ...]] = []
    for cohort in sorted(cohorts):
        members = cohorts[cohort]
        for age, now in enumerate(pd.period_range(cohort, end.to_period(unit), freq=unit)):
            if now.end_time.normalize() > end:
                rows.append((cohort.start_time, age, None, None, None, len(members)))
                continue
            active = [m[now] for m in members if now in m]
            rows.append((cohort.start_time, age, len(active), len(active) / len(members), sum(active), len(members)))
    table = pd.DataFrame(rows, columns=["cohort", "age", "customers", "rate", "revenue", "cohort_customers"])
    return table.astype({"customers": "Int64", "rate": float, "revenue": float})


def funnel(events: pd.DataFrame, steps: list[str], within: pd.Timedelta, by: str | None = None) -> dict[Any, int]:
    """(group, level, open) -> users, trying every first step of every user."""
    end = events["event_time"].max()
    users: dict[Any, list[tuple[pd.Timestamp, int]]] = {}
    groups = events[by] if by else [None] * len(events)
    for user, when, name, group in zip(
        events["user_id"], events["event_time"], events["event_name"], groups, strict=True
    ):
        if name in steps:
            users.setdefault((user, None if pd.isna(group) else group), []).append((when, steps.index(name)))
    counts: dict[Any, int] = {}
    for (_, group), mine in users.items():
        mine.sort()
        level = 0
        for i, (start, first) in enumerate(mine):
            if first == 0:
                level = max(level, _chain(mine[i:], start + within))
        firsts = [when for when, step in mine if step == 0]
        key = (group, level, bool(firsts) and max(firsts) > end - within)
        counts[key] = counts.get(key, 0) + 1
    return counts


def _chain(events: list[tuple[pd.Timestamp, int]], until: pd.Timestamp) -> int:
    reached = 0
    for when, step in events:
        if when > until:
            break
        reached += step == reached
    return reached
