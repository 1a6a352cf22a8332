"""11: which product does what?"""

from typing import Any

import pandas as pd

from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.goods import products

DEAR = 200  # from which price on the highest band begins


@once_per_store
def _daily() -> pd.DataFrame:
    return my_store().product_daily.df()


@once_per_store
def _classes(by: str) -> pd.DataFrame:
    return products.abc_xyz(_daily().drop(columns="revenue" if by == "units" else []))


@once_per_store
def _each() -> pd.DataFrame:
    """Each product's visitors, units, revenue and margin, with its role and price."""
    shop = my_store()
    lines, known = shop.order_lines.df(), shop.products.df().set_index("product_id")
    margin = (lines["revenue"] - lines["unit_cost"] * lines["quantity"]).groupby(lines["product_id"]).sum()
    sums = _daily().groupby("product_id")[["visitors", "units", "revenue"]].sum()
    return sums.assign(margin=margin).fillna({"margin": 0.0}).join(known[["role", "price"]])


def _shares(of: "pd.Series[bool]") -> dict[str, float]:
    each = _each()[["visitors", "units", "revenue", "margin"]]
    parts = each[of].sum() / each.sum()
    return {str(name): float(part) for name, part in parts.items()}


@exercise("11.1")
def abc(a_products: Any) -> Answer:
    classes = _classes("revenue")
    many = int((classes["abc"] == "A").sum())
    mistakes = {
        "by_units": int((_classes("units")["abc"] == "A").sum()),
        "share": many / len(classes),
        "fifth": round(0.2 * len(classes)),
        "products": len(classes),
    }
    return close(a_products, many, mistakes)


@exercise("11.2")
def xyz(moody_share: Any) -> Answer:
    classes = _classes("revenue")
    is_a, is_z = classes["abc"] == "A", classes["xyz"] == "Z"
    sales = classes["share"]
    mistakes = {
        "all_z": sales[is_z].sum(),
        "steady": sales[is_a & (classes["xyz"] == "X")].sum(),
        "not_a": sales[~is_a & is_z].sum(),
        "products": int((is_a & is_z).sum()),
        "of_a": sales[is_a & is_z].sum() / sales[is_a].sum(),
    }
    return close(moody_share, sales[is_a & is_z].sum(), mistakes)


@exercise("11.3")
def traffic(margin_share: Any) -> Answer:
    each = _each()
    is_traffic = each["role"] == "traffic"
    shares, mine = _shares(is_traffic), each[is_traffic]
    mistakes = {
        "sales": shares["revenue"],
        "visitors": shares["visitors"],
        "units": shares["units"],
        "rate": mine["margin"].sum() / mine["revenue"].sum(),
        "money": mine["margin"].sum(),
    }
    return close(margin_share, shares["margin"], mistakes)


@exercise("11.4")
def per_visitor(times: Any) -> Answer:
    sums = _each().groupby("role")[["visitors", "units", "revenue", "margin"]].sum()
    high, low = sums.loc["profit"], sums.loc["traffic"]
    want = (high["margin"] / high["visitors"]) / (low["margin"] / low["visitors"])
    mistakes = {
        "wrong_way_round": 1 / want,
        "per_unit": (high["margin"] / high["units"]) / (low["margin"] / low["units"]),
        "rates": (high["margin"] / high["revenue"]) / (low["margin"] / low["revenue"]),
        "sales": (high["revenue"] / high["visitors"]) / (low["revenue"] / low["visitors"]),
    }
    return close(times, want, mistakes)


@exercise("11.5")
def bands(dear_share: Any) -> Answer:
    is_dear = _each()["price"] >= DEAR
    shares = _shares(is_dear)
    mistakes = {
        "sales": shares["revenue"],
        "visitors": shares["visitors"],
        "units": shares["units"],
        "count": float(is_dear.mean()),
    }
    return close(dear_share, shares["margin"], mistakes)
