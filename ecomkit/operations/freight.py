"""Freight by tiers: what each carrier's tariff would have cost on a store's own orders, and the best split by region.

>>> orders = pd.DataFrame({"province": ["Hebei", "Hebei", "Tibet"], "units": [1, 4, 1]})
>>> tariffs = pd.DataFrame({"carrier": ["swift", "swift", "post"], "province": [None, "Tibet", None],
...                         "first": [1, 1, 3], "first_price": [6.0, 20.0, 9.0], "next_price": [2.0, 8.0, 1.0]})
>>> compare(quote(orders, tariffs=tariffs))
      carrier  orders  cost  cost_per_order
0  best split       3  27.0        9.000000
1        post       3  28.0        9.333333
2       swift       3  38.0       12.666667
"""

import numpy as np
import pandas as pd

from ecomkit.errors import TableError

PRICES = ["first", "first_price", "next_price"]
SPLIT = "best split"


def quote(orders: pd.DataFrame, *, tariffs: pd.DataFrame, by: str = "units") -> pd.DataFrame:
    """Returns what each carrier would have charged for the orders of each province.

    A parcel costs `first_price` up to the size `first`, and `next_price` for each unit of size begun beyond.

    Parameters
    ----------
    orders : `province` and the column `by`, one row per parcel
    tariffs : `carrier`; `province`, missing for everywhere that the carrier names no price of its own for; `first`
        (size, above 0), `first_price` and `next_price` (money)
    by : the size that carriers charge by, e.g. "units", or "weight_kg" where you have it

    Returns
    -------
    pandas.DataFrame, one row per province and carrier that serves it
        `province, carrier, orders`; `cost` and `cost_per_order` (money); `cheapest` (of the province; several where
        they cost the same). Costs are missing where an order of the province has no size.

    Raises
    ------
    TableError
        A column is missing, holds what is no number of 0 or more, a carrier has two prices for a province, or a
        province with orders is served by nobody.
    """
    _checked(orders, tariffs, by)
    parcels = orders[["province"]].assign(size=pd.to_numeric(orders[by]), place=range(len(orders)))
    carriers = tariffs["carrier"].drop_duplicates()
    asked = parcels[["province"]].drop_duplicates().merge(carriers, how="cross")
    own = tariffs.dropna(subset="province").rename(columns={"province": "named"})
    named = asked.merge(own, left_on=["carrier", "province"], right_on=["carrier", "named"], how="left")
    usual = tariffs[tariffs["province"].isna()].set_index("carrier")
    for column in PRICES:
        named[column] = named[column].fillna(named["carrier"].map(usual[column]))
    unserved = sorted(set(asked["province"].dropna()) - set(named.dropna(subset="first")["province"]))
    if unserved:
        raise TableError(
            f"`tariffs` has no price for {unserved[0]!r}.", "add a row with a missing province: elsewhere."
        )
    long = parcels.merge(named.dropna(subset="first"), on="province")
    steps = np.ceil((long["size"] - long["first"]).round(9).clip(lower=0))
    long["cost"] = long["first_price"] + steps * long["next_price"]
    groups = long.groupby(["province", "carrier"], dropna=False)["cost"]
    table = pd.DataFrame({"orders": groups.size(), "cost": groups.sum(skipna=False)}).reset_index()
    table["cost_per_order"] = table["cost"] / table["orders"]
    least = table.groupby("province", dropna=False)["cost"].transform("min")
    return table.assign(cheapest=(table["cost"] - least).abs() < 1e-9)


def compare(quotes: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per carrier that serves every province, and for the cheapest of each, the least cost first.

    Parameters
    ----------
    quotes : as `quote` gives them

    Returns
    -------
    pandas.DataFrame
        `carrier` ("best split": each province by its cheapest); `orders`; `cost, cost_per_order`: missing where those
        of a province are. Not in it: discounts
        for volume, which a split may lose, how fast each carrier is, and what goes astray.
    """
    everywhere = quotes["province"].nunique(dropna=False)
    counts = quotes.groupby("carrier")["province"].transform("size")
    best = quotes.sort_values("cost", kind="stable").drop_duplicates("province").assign(carrier=SPLIT)
    alone = quotes[counts == everywhere]
    sums = pd.concat([best, alone]).groupby("carrier", sort=False)[["orders", "cost"]].sum(skipna=False).reset_index()
    sums["cost_per_order"] = sums["cost"] / sums["orders"]
    return sums.sort_values("cost", kind="stable").reset_index(drop=True)


def _checked(orders: pd.DataFrame, tariffs: pd.DataFrame, by: str) -> None:
    for name, table, needed in (
        ("orders", orders, ["province", by]),
        ("tariffs", tariffs, ["carrier", "province", *PRICES]),
    ):
        missing = [c for c in needed if c not in table]
        if missing:
            raise TableError(f"`{name}` has no columns {missing}; it has {[*table.columns]}.", "rename yours first.")
    for name, table, columns in (("orders", orders, [by]), ("tariffs", tariffs, PRICES)):
        for column in columns:
            numbers = pd.to_numeric(table[column], errors="coerce")
            wrong = (numbers < 0) | (numbers.isna() & (table[column].notna() | (name == "tariffs")))
            if (wrong | ((column == "first") & (numbers == 0))).any():
                least = "above 0" if column == "first" else "of 0 or more"
                raise TableError(f"`{name}.{column}` holds what is no number {least}.", "leave out what is not known.")
    twice = tariffs.loc[tariffs.duplicated(["carrier", "province"]), "carrier"]
    if len(twice):
        raise TableError(f"`tariffs` has two prices of {twice.iloc[0]!r} for one province.", "keep one of them.")
