"""Membership: which card an order count earns, how far the next one is, who moved, and what the cards cost."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd

from ecomkit.customers import segments
from ecomkit.data import check, frames
from ecomkit.errors import ParameterError, TableError

TIERS = {"silver": 1, "gold": 3, "black": 5}
NONE = "none"  # of whom no order is left


def tier(
    orders: Any,
    *,
    thresholds: Mapping[str, int] = TIERS,
    as_of: date | str | None = None,
    window_days: int | None = None,
) -> Any:
    """Returns the tier of each customer on the evening of `as_of`; the rows in no order.

    An order counts where something of it was kept: one that was refunded in full does not. Parcels into which one
    payment was split are one order: rows of one customer that were paid at the same moment (of data that have days
    and no times: on the same day).

    Parameters
    ----------
    orders : table, one row per order
        `customer_id, order_date, revenue`, and `refund_amount` where it is known
    thresholds : name of each tier -> orders from which on it is earned
    as_of : day, by default the last in the data; later orders are not seen
    window_days : only the orders of so many days up to `as_of` count; by default all of them

    Returns
    -------
    The same kind of table, one row per customer seen up to `as_of`
        `customer_id`; `orders` that count, 0 or more; `net_sales` of those days (paid less refunded); `tier`, "none"
        below the first.

    Raises
    ------
    TableError
        A column is missing or of the wrong type; a customer or date is missing; money is missing or negative.
    ParameterError
        The thresholds do not rise or a name is used twice; no orders up to `as_of`; a window of no days.

    Examples
    --------
    >>> orders = pd.DataFrame({"customer_id": ["ann", "ann", "ann", "bob"], "revenue": [9.0, 5.0, 5.0, 7.0],
    ...                        "refund_amount": [0.0, 0.0, 5.0, 7.0],
    ...                        "order_date": pd.to_datetime(["2025-01-01", "2025-01-30", "2025-01-31", "2025-01-31"])})
    >>> tier(orders, thresholds={"silver": 1, "gold": 2}).sort_values("customer_id", ignore_index=True)
      customer_id  orders  net_sales  tier
    0         ann       2       14.0  gold
    1         bob       0        0.0  none
    """
    steps = _steps(thresholds)
    _check_window(window_days)
    seen = check.require(orders, "orders", ["customer_id", "order_date", "revenue"], ["refund_amount"])
    until = _last_day(seen) if as_of is None else check.day("as_of", as_of).toordinal()
    counted = frames.once(_count(_payments(seen, until), 0 if window_days is None else until - window_days))
    state = frames.summary(counted.select(nw.len().alias("customers"), nw.col("bad").max().alias("bad"))).iloc[0]
    if state["customers"] == 0:
        raise ParameterError("There are no orders up to then.", "choose as_of on or after the first order.")
    if state["bad"]:
        check.fail_on_orders(seen)
    named = nw.lit(NONE)
    for name, least in steps.items():
        named = nw.when(nw.col("orders") >= least).then(nw.lit(name)).otherwise(named)
    return frames.like(counted.select("customer_id", "orders", "net_sales", tier=named), orders)


def next_tier(members: Any, *, thresholds: Mapping[str, int] = TIERS) -> Any:
    """Adds to a table from `tier` what is still missing: whom to tell "one more order to gold".

    Returns
    -------
    The same table with `next_tier`, missing in the highest one, and `orders_missing`, 1 or more, missing there, too.

    Examples
    --------
    >>> next_tier(pd.DataFrame({"customer_id": ["ann", "bob"], "orders": [2, 7], "tier": ["silver", "black"]}))
      customer_id  orders    tier next_tier  orders_missing
    0         ann       2  silver      gold             1.0
    1         bob       7   black       NaN             NaN
    """
    steps = _steps(thresholds)
    _require(members, "members", ["customer_id", "orders"])
    ahead: Any = nw.lit(None, dtype=nw.String)
    least: Any = nw.lit(None, dtype=nw.Float64)
    for name, at in reversed(steps.items()):
        ahead = nw.when(nw.col("orders") < at).then(nw.lit(name)).otherwise(ahead)
        least = nw.when(nw.col("orders") < at).then(nw.lit(float(at))).otherwise(least)
    frame = nw.from_native(members)
    return frame.with_columns(next_tier=ahead, orders_missing=least - nw.col("orders")).to_native()


def migration(before: Any, after: Any) -> pd.DataFrame:
    """Returns how many customers moved from which tier to which, between two tables from `tier`.

    Returns
    -------
    pandas.DataFrame, one row per tier `before` (missing for customers not seen then) and tier `after`
        `before, after, customers`, the pairs that occur: those of one `before` add up to the customers it had.

    Examples
    --------
    >>> before = pd.DataFrame({"customer_id": ["ann", "bob"], "tier": ["silver", "silver"]})
    >>> migration(before, before.assign(tier=["gold", "silver"]))
       before   after  customers
    0  silver    gold          1
    1  silver  silver          1
    """
    return segments.migrate(_as_segments(before), _as_segments(after))


def _as_segments(members: Any) -> Any:
    _require(members, "members", ["customer_id", "tier"])
    return nw.from_native(members).select("customer_id", segment=nw.col("tier")).to_native()


def benefits(members: Any, *, cost_rates: Mapping[str, float], margin_rate: float) -> pd.DataFrame:
    """Returns what the benefits of each tier cost, against what its members brought in the same days.

    It does not tell what the card caused: who orders often holds the better card, whatever the card does. `needed_rate`
    says what it would have to cause.

    Parameters
    ----------
    members : table from `tier`, best with its `window_days`
    cost_rates : name of each tier -> what its benefits cost, as a share of its members' sales, 0-1; 0 where not named
    margin_rate : what is left of a unit of net sales before benefits, between 0 and 1

    Returns
    -------
    pandas.DataFrame, one row per tier, those that bring most first
        `tier, customers, customer_share, net_sales, net_sales_share` (shares 0-1); `cost` of the benefits;
        `margin_left` after them; `needed_rate`: share of the tier's sales that must be there because of the benefits
        for them to pay.

    Examples
    --------
    >>> members = pd.DataFrame({"customer_id": ["a", "b", "c"], "tier": ["gold", "silver", "silver"],
    ...                         "net_sales": [600.0, 100.0, 300.0]})
    >>> benefits(members, cost_rates={"gold": 0.1}, margin_rate=0.4)[["tier", "net_sales", "cost", "margin_left",
    ...                                                              "needed_rate"]]
         tier  net_sales  cost  margin_left  needed_rate
    0    gold      600.0  60.0        180.0         0.25
    1  silver      400.0   0.0        160.0         0.00
    """
    _require(members, "members", ["tier", "net_sales"])
    margin = _rate("margin_rate", margin_rate)
    rates = {name: _rate(f"cost_rates[{name!r}]", value, least=0.0) for name, value in cost_rates.items()}
    sums = frames.lazy(members, ["tier", "net_sales"]).group_by("tier")
    table = frames.summary(
        sums.agg(customers=nw.len().cast(nw.Int64), net_sales=nw.col("net_sales").sum().round(4)), "tier"
    )
    if unknown := sorted(rates.keys() - {*table["tier"]} - TIERS.keys()):
        raise ParameterError(f"There is no member with the tier {unknown}.", f"there are {sorted(table['tier'])}.")
    rate = table["tier"].map(rates).fillna(0.0)
    table["customer_share"] = table["customers"] / table["customers"].sum()
    table["net_sales_share"] = table["net_sales"] / table["net_sales"].sum()
    table["cost"] = table["net_sales"] * rate
    table["margin_left"] = table["net_sales"] * margin - table["cost"]
    table["needed_rate"] = rate / margin
    order = [
        "tier",
        "customers",
        "customer_share",
        "net_sales",
        "net_sales_share",
        "cost",
        "margin_left",
        "needed_rate",
    ]
    return table.sort_values(["net_sales", "tier"], ascending=[False, True], ignore_index=True)[order]


def _payments(seen: nw.LazyFrame[Any], until: int) -> nw.LazyFrame[Any]:
    """One row per customer and moment: its `day`, what was `kept` of it, and whether anything about it is `bad`."""
    bad = nw.col("customer_id").is_null() | nw.col("order_date").is_null() | ~check.is_amount("revenue")
    kept = nw.col("revenue")
    if "refund_amount" in seen.collect_schema().names():
        bad = bad | ~(nw.col("refund_amount").is_null() | check.is_amount("refund_amount"))
        kept = kept - nw.col("refund_amount").fill_null(0.0)
    return (
        seen.filter(nw.col("order_date").is_null() | (frames.days("order_date") <= until))
        .with_columns(bad=nw.when(bad).then(1).otherwise(0), kept=nw.when(bad).then(0.0).otherwise(kept))
        .group_by("customer_id", "order_date")
        .agg(nw.col("bad").max(), nw.col("kept").sum().round(4))
        .with_columns(day=frames.days("order_date"))
    )


def _count(payments: nw.LazyFrame[Any], after: int) -> nw.LazyFrame[Any]:
    """Orders and money of each customer on the days after `after`."""
    inside = nw.col("day") > after
    return (
        payments.with_columns(
            counts=nw.when(inside & (nw.col("kept") > 0)).then(1).otherwise(0),
            money=nw.when(inside).then(nw.col("kept")).otherwise(0.0),
        )
        .group_by("customer_id")
        .agg(
            orders=nw.col("counts").sum().cast(nw.Int64),
            net_sales=nw.col("money").sum().round(4),
            bad=nw.col("bad").max(),
        )
    )


def _last_day(seen: nw.LazyFrame[Any]) -> int:
    last = frames.summary(seen.select(frames.days("order_date").max().alias("day")))["day"].iloc[0]
    return 0 if pd.isna(last) else int(last)


def _require(members: Any, name: str, columns: list[str]) -> None:
    missing = [c for c in columns if c not in frames.schema(members)]
    if missing:
        raise TableError(f"`{name}` has no columns {missing}.", "pass the table that membership.tier returns.")


def _rate(name: str, value: Any, *, least: float = 1e-9) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 1:
        raise ParameterError(f"{name}={value!r} cannot be.", "it is a share between 0 and 1, e.g. 0.05.")
    return float(value)


def _check_window(days: Any) -> None:
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or days < 1):
        raise ParameterError(f"window_days={days!r} is no number of days.", "e.g. window_days=365.")


def _steps(thresholds: Mapping[str, int]) -> dict[str, int]:
    least = list(thresholds.values())
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in least)
    if not least or not whole or NONE in thresholds or least != sorted({*least}):
        raise ParameterError(
            f"thresholds={dict(thresholds)!r} are no rising whole numbers from 1 on.",
            'lowest first, e.g. {"silver": 1, "gold": 3, "black": 5}.',
        )
    return dict(thresholds)
