"""19: does what sells well earn well?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.operations import profit

COSTS = {
    "commission_rate": 0.05,
    "payment_rate": 0.006,
    "freight": 8,
    "packaging": 3,
    "return_handling": 8,
    "resellable_rate": 0.8,
    "fixed": 18000,
}
FEES = COSTS["commission_rate"] + COSTS["payment_rate"]
PARCEL = COSTS["freight"] + COSTS["packaging"]
CHEAP, ASKED, QUANTITY, MARGIN = "P03", "P12", 50, 0.25
MONTHS = 6  # of the learner's store, each whole


@once_per_store
def _whole() -> "pd.Series[Any]":
    return profit.statement(my_store(), costs=COSTS).iloc[0]


@once_per_store
def _by(what: str) -> pd.DataFrame:
    return profit.statement(my_store(), costs=COSTS, by=what).set_index(what)


@once_per_store
def _piece() -> tuple[float, float]:
    """What a piece of the cheap product sold for on average, and what it cost."""
    lines = my_store().order_lines.df()
    mine = lines[lines["product_id"] == CHEAP]
    return float(mine["revenue"].sum() / mine["quantity"].sum()), float(mine["unit_cost"].iloc[0])


@exercise("19.1")
def piece(per_piece: Any) -> Answer:
    paid, cost = _piece()
    want = paid * (1 - FEES) - cost - PARCEL
    mistakes = {
        "gross": paid - cost,
        "no_freight": want + PARCEL,
        "no_fees": paid - cost - PARCEL,
        "no_packaging": want + COSTS["packaging"],
        "fee_on_margin": (paid - cost) * (1 - FEES) - PARCEL,
        "sign": -want,
    }
    return close(per_piece, want, mistakes)


@exercise("19.2")
def left(left_rate: Any) -> Answer:
    row, months = _whole(), _by("month")
    mistakes = {
        "gross": 1 - row["cost_of_goods"] / row["sales"],
        "fixed": row["profit"] / row["sales"],
        "of_net": row["contribution"] / row["net_sales"],
        "mean_of_ratios": (months["contribution"] / months["sales"]).mean(),
        "money": row["contribution"],
    }
    return close(left_rate, row["contribution"] / row["sales"], mistakes)


@exercise("19.3")
def losing(losing: Any) -> Answer:
    table = _by("product_id")
    gross = table["net_sales"] - table["cost_of_goods"]
    lost = table["contribution"] < 0
    mistakes = {
        "gross": list(table.index[gross < 0]),
        "one": [table["contribution"].idxmin()],
        "winning": list(table.index[~lost]),
        "no_ads": list(table.index[table["contribution"] + table["ads"] < 0]),
    }
    return close(losing, list(table.index[lost]), mistakes)


@exercise("19.4")
def orders(needed_orders: Any) -> Answer:
    row = _whole()
    even = profit.break_even(pd.DataFrame([row])).iloc[0]
    gross = (row["net_sales"] - row["cost_of_goods"]) / row["orders"]
    mistakes = {
        "whole_period": even["break_even_orders"],
        "sales": COSTS["fixed"] * row["orders"] / row["sales"],
        "gross": COSTS["fixed"] / gross,
        "money": even["break_even_sales"] / MONTHS,
    }
    return close(needed_orders, even["break_even_orders"] / MONTHS, mistakes)


@exercise("19.5")
def returned(needed_return: Any) -> Answer:
    row = _whole()
    want = profit.break_even(pd.DataFrame([row])).iloc[0]["break_even_roas"]
    mistakes = {
        "margin": 1 / want,
        "goods": row["sales"] / (row["net_sales"] - row["cost_of_goods"]),
        "ads_twice": row["sales"] / row["contribution"],
        "one": 1.0,
    }
    return close(needed_return, want, mistakes)


@exercise("19.6")
def quoted(price: Any) -> Answer:
    products = my_store().products.df().set_index("product_id")
    whole = float(products["unit_cost"][ASKED])
    cost = 0.95 * whole
    breaks = pd.DataFrame({"quantity": [QUANTITY, 10], "unit_cost": [cost, whole]})
    right = profit.quote(breaks, margin_rate=MARGIN, costs=COSTS)["price"]
    mistakes = {
        "markup": cost * (1 + MARGIN),
        "markup_and_parcel": (cost + PARCEL / QUANTITY) * (1 + MARGIN),
        "no_fees": (cost + PARCEL / QUANTITY) / (1 - MARGIN),
        "parcel_each": (cost + PARCEL) / (1 - FEES - MARGIN),
        "quantity": right[1],
        "amount": right[0] * QUANTITY,
    }
    return close(price, right[0], mistakes)
