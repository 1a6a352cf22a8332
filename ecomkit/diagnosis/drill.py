"""Sales moved: traffic first, then conversion, then what buyers spend and who returns, each down to the slice."""

from collections.abc import Sequence
from math import isnan, nan, prod
from typing import Any

import pandas as pd

from ecomkit.data.days import Day
from ecomkit.data.store import Store
from ecomkit.diagnosis.period import Period, period
from ecomkit.diagnosis.rootcause import Measure, locate
from ecomkit.diagnosis.slices import slices
from ecomkit.diagnosis.split import split
from ecomkit.diagnosis.tree import tree

__all__ = ["drill"]
STEPS = {
    "visitors": "traffic",
    "buyers": "buyers",
    "conversion_rate": "conversion",
    "amount_per_buyer": "basket",
    "orders": "buyers",  # where no order names its buyer
    "amount_per_order": "basket",
}
OF_ORDERS = ("platform", "channel", "source", "device", "province", "country")
DIMENSIONS = [*OF_ORDERS, "category", "week"]
COLUMNS = ["before", "after", "contribution", "share", "confidence"]
ADDED: tuple[Measure, Measure] = ("before", "after")
DIVIDED: tuple[Measure, Measure] = (("upper_before", "lower_before"), ("upper_after", "lower_after"))

VISITED = "count(DISTINCT (user_id, event_time::DATE))"  # people of the day
BEGUN, BOUGHT = (
    f"count(DISTINCT CASE WHEN event_name = '{event}' THEN (user_id, event_time::DATE) END)"
    for event in ("begin_checkout", "purchase")
)


def drill(store: Store, start: Day = None, end: Day = None, compare: str = "previous") -> pd.DataFrame:
    """Returns why sales moved, in the order in which an operator asks, and under each step where it happened.

    Parameters
    ----------
    store, start, end, compare
        As in `period`.

    Returns
    -------
    pandas.DataFrame, one row per step, followed by the slices that `rootcause.locate` finds for it
        `step`: "traffic", "conversion" and "basket" share out the whole change of the sales, to the cent ("buyers" and
        "basket" where visitors are not known); "payment" is that part of the same change which came from how many who
        began to pay did pay (where events tell), "returning" that which came from customers who had bought before;
        "sales" is the whole, sliced by what the orders know. `metric`. A column per dimension
        (`source, device, category, week` and others, those that a slice is named by), missing where any value
        belongs to it; `week` is the first day of one. `before`, `after` (in the metric's unit; of a slice's rate what
        it would have been and was). `contribution` (money; of a slice the step's times its share). `share` (of the
        step's change; 1 for the step). `confidence` (0.5-1, of slices).

    Raises
    ------
    ParameterError
        As in `period`.
    """
    chosen = period(store, start, end, compare)
    whole, *factors = tree(store, start, end, compare).to_dict("records")
    steps = [(STEPS[row["factor"]], row) for row in factors]
    at = [step for step, _row in steps].index("basket")
    steps[at:at] = [("payment", row) for row in _payment(store, chosen, factors)]
    steps += [("returning", _returning(slices(store, start, end, compare, by="buyer"))), ("sales", whole)]
    found = []
    for step, row in steps:
        parts = pd.concat([pd.DataFrame([row]).assign(share=1.0), _where(store, chosen, step, row["contribution"])])
        found.append(parts.assign(step=step, metric=row["factor"]))
    table = pd.concat(found, ignore_index=True)
    named = [d for d in DIMENSIONS if d in table.columns and table[d].notna().any()]
    table = table.reindex(columns=["step", "metric", *named, *COLUMNS])
    return table.astype(dict.fromkeys(COLUMNS, "float64"))


def _where(store: Store, chosen: Period, step: str, money: float) -> pd.DataFrame:
    leaves, (before, after) = _leaves(store, chosen, step)
    named = [d for d in DIMENSIONS if d in leaves.columns and leaves[d].nunique() > 1]
    if not named:
        return pd.DataFrame()
    for looked in (named, [d for d in named if d != "week"], [d for d in named if d == "source"]):
        found = locate(leaves, dimensions=looked or named, before=before, after=after)  # coarser where too few to tell
        if len(found):
            break
    found = found[found.reindex(columns=named).notna().any(axis=1)].rename(
        columns={"expected": "before", "actual": "after"}
    )
    return found.assign(contribution=(found["share"] * money).round(2))


def _payment(store: Store, chosen: Period, factors: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """What the share of those who began to pay and did so made or cost: of all visitors they are so few that a fault
    of the checkout drowns in the chance of who buys at all."""
    rates = [row["factor"] == "conversion_rate" for row in factors]
    sums = _leaves(store, chosen, "payment")[0].sum(numeric_only=True) if any(rates) else pd.Series(dtype=float)
    pay = [sums.get(f"upper_{side}", 0.0) / (sums.get(f"lower_{side}", 0.0) or nan) for side in ("before", "after")]
    if not all(pay) or any(map(isnan, pay)):
        return []
    before, after = (
        [row[side] / (rate if is_rate else 1.0) for row, is_rate in zip(factors, rates, strict=True)] + [rate]
        for side, rate in zip(("before", "after"), pay, strict=True)
    )
    money = split(before, after)[-1]
    return [{"factor": "pay_rate", "before": pay[0], "after": pay[1], "contribution": money}]


def _returning(parts: pd.DataFrame) -> dict[Any, Any]:
    """What customers who had bought before paid, before and after."""
    old = parts[parts["buyer"] == "old"]
    before, after = (round(prod(old[side].tolist()), 2) if len(old) else 0.0 for side in ("before", "after"))
    money = round(float(old["contribution"].sum()), 2)
    return {"factor": "old_sales", "before": before, "after": after, "contribution": money}


def _leaves(store: Store, chosen: Period, step: str) -> tuple[pd.DataFrame, tuple[Measure, Measure]]:
    """The finest table that the store has for a step; without columns where it has none."""
    came = [c for c in ("platform", "source") if store.has("traffic_daily") and c in store.traffic_daily.columns]
    if step == "traffic":
        return _both(store, chosen, "traffic_daily", "date", came, ["sum(visitors)"]), ADDED
    if step in ("conversion", "payment") and store.has("events"):
        below = VISITED if step == "conversion" else BEGUN
        known = [c for c in ("source", "device") if c in store.events.columns]
        return _both(store, chosen, "events", "event_time", known, [BOUGHT, below]), DIVIDED
    if step == "payment":
        return pd.DataFrame(), DIVIDED
    if step == "conversion":
        return _both(store, chosen, "traffic_daily", "date", came, ["sum(buyers)", "sum(visitors)"]), DIVIDED
    dimensions = [c for c in OF_ORDERS if c in store.orders.columns]
    if step in ("basket", "returning", "buyers"):
        sides = DIVIDED if step == "basket" else ADDED
        measures = {"basket": ["sum(revenue)", "count(*)"], "buyers": ["count(*)"], "returning": ["sum(revenue)"]}
        table = "old_orders" if step == "returning" else "orders"
        return _both(store, chosen, table, "order_date", dimensions, measures[step]), sides
    has_category = store.has("order_lines") and store.has("products") and "category" in store.products.columns
    if not has_category:
        return _both(store, chosen, "orders", "order_date", dimensions, ["sum(revenue)"]), ADDED
    return _both(store, chosen, "lines", "order_date", [*dimensions, "category"], ["sum(revenue)"]), ADDED


SOURCES = {
    "old_orders": """(SELECT *, order_date > min(order_date) OVER (PARTITION BY customer_id) AS is_old FROM orders
        WHERE customer_id IS NOT NULL)""",
    "lines": """(SELECT orders.* EXCLUDE (revenue), order_lines.revenue, category FROM order_lines
        JOIN orders USING (order_id)
        LEFT JOIN (SELECT product_id, max(category) AS category FROM products GROUP BY 1) USING (product_id))""",
}


def _both(
    store: Store, chosen: Period, table: str, when: str, dimensions: Sequence[str], measures: list[str]
) -> pd.DataFrame:
    """The measures of both periods by dimension and week, each side in columns of its own."""
    if table not in (*SOURCES, *store.tables):
        return pd.DataFrame()
    stacked = []
    for side, first, last in (
        ("before", chosen.before_start, chosen.before_end),
        ("after", chosen.start, chosen.end),
    ):
        names = [side] if len(measures) == 1 else [f"upper_{side}", f"lower_{side}"]
        place = f"(7 * (({when}::DATE - DATE '{first}') // 7))::INTEGER"
        week = f"strftime(DATE '{chosen.start}' + {place}, '%Y-%m-%d') AS week"
        told = ", ".join(f"({m})::DOUBLE AS {name}" for m, name in zip(measures, names, strict=True))
        by = [*dimensions, week] if chosen.days == chosen.before_days else dimensions
        query = f"""SELECT {", ".join([*by, told])} FROM {SOURCES.get(table, table)}
            WHERE {when}::DATE BETWEEN '{first}' AND '{last}' {"AND is_old" if table == "old_orders" else ""}
            GROUP BY ALL ORDER BY ALL"""
        stacked.append(store.connection.sql(query).df())
    return pd.concat(stacked, ignore_index=True)
