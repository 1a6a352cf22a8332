"""Every order line of a period with what it brought and what it cost, in whole cents, so that any sums agree."""

import datetime as dt

import numpy as np
import pandas as pd

from ecomkit.data.store import Store

PARTS = (
    "sales", "discounts", "refunds", "goods", "recovered", "freight", "packaging", "handling", "commission", "payment",
    "ads",
)  # fmt: skip
LINE = ["order_id", "line_id"]
FED = ("platform", "source")  # by which ads are told to have fed a sale
NOTHING = ("sales", "discounts", "refunds", "units", "unit_cost", "share", "returned_units", "parcels")


def read(store: Store, costs: dict[str, float], *, start: dt.date, end: dt.date, slices: str = "") -> pd.DataFrame:
    """Returns one row per order line, and rows for what belongs to no line: shipping, and refunds and ads of no order.

    What an order cost is shared out over its lines by sales; what ads cost, over the month's sales of the platform
    and source that they feed, as far as ads and orders say them.

    Parameters
    ----------
    slices : a column of `orders` that is kept as `slice`

    Returns
    -------
    pandas.DataFrame
        `order_id, product_id, slice, month`; `units`; `returned_units`: as the refunds say, otherwise as many as the
        money paid back stands for; and `PARTS` in cents: whole numbers, or missing where data or costs do not say.
    """
    rows = _with_refunds(store, _lines(store, start, end, slices))
    if store.has("refunds"):
        rows = pd.concat([rows, _astray(store, start, end)], ignore_index=True)
    rows = _with_ads(store, rows, start, end, slices)
    back, share = rows["returned_units"], rows["share"]
    rows["goods"] = _times(rows["units"], rows["unit_cost"])
    rows["recovered"] = _times(_times(back, rows["unit_cost"]), costs["resellable_rate"])
    rows["freight"], rows["packaging"] = _times(share, costs["freight"]), _times(share, costs["packaging"])
    rows["handling"] = _times(rows["parcels"], costs["return_handling"])
    rows["commission"] = _times(rows["sales"] - rows["refunds"], costs["commission_rate"])
    rows["payment"] = _times(rows["sales"], costs["payment_rate"])
    rows[list(PARTS)] = rows[list(PARTS)].apply(_cents)
    return rows


def _times(much: "pd.Series[float]", cost: "pd.Series[float] | float") -> "pd.Series[float]":
    """Their product, where a cost need not be known of what there is none of."""
    return (much * cost).where(much != 0, 0.0)


def _cents(money: "pd.Series[float]") -> "pd.Series[float]":
    """Whole cents whose running sum is never more than half a cent off, so that what was shared out adds up again."""
    running = np.floor(np.round(money.fillna(0.0).cumsum() * 100, 4) + 0.5)
    return running.diff().fillna(running).where(money.notna())


def _lines(store: Store, start: dt.date, end: dt.date, slices: str) -> pd.DataFrame:
    """The lines of the period's orders, each with its `share` of the order; and what no line has, such as shipping."""
    kept = [c for c in ("discount", "refund_amount", *FED) if c in store.orders.columns]
    orders = store.orders.filter(f"order_date::DATE BETWEEN '{start}' AND '{end}'").order("order_date, order_id")
    orders = orders.project(
        ", ".join(
            ["order_id", "date_trunc('month', order_date)::DATE AS month", "revenue::DOUBLE AS paid"]
            + [f"{slices}::VARCHAR AS slice"] * bool(slices)
            + [f"{c}::{'VARCHAR' if c in FED else 'DOUBLE'} AS {c}" for c in kept]
        )
    ).df()  # fmt: skip
    orders = orders.reindex(columns=[*dict.fromkeys([*orders, "slice", "discount", "refund_amount", *FED])])
    lines = orders.merge(_goods(store), on="order_id", how="left", sort=False)
    listed = lines.groupby("order_id", sort=False)["sales"].transform("sum", min_count=1)
    many = lines.groupby("order_id", sort=False)["sales"].transform("size")
    lines["listed"] = listed
    lines["share"] = (lines["sales"] / listed.where(listed > 0)).fillna(1 / many)
    rest = lines[(lines["paid"] - listed).abs() >= 0.005].drop_duplicates("order_id")
    rest = rest.assign(sales=rest["paid"] - rest["listed"], share=0.0, units=0.0, product_id=None, line_id=None)
    lines["sales"] = lines["sales"].fillna(lines["paid"])  # an order without lines
    rows = pd.concat([lines, rest]).sort_index(kind="stable").reset_index(drop=True)
    return rows.assign(discounts=_times(rows["share"], rows["discount"]))


def _goods(store: Store) -> pd.DataFrame:
    """Every line with its `units, sales, unit_cost`: the product's where the line itself has none."""
    columns = ["order_id", "line_id", "product_id", "units", "sales", "unit_cost"]
    if not store.has("order_lines"):
        return pd.DataFrame(columns=columns).astype({"order_id": "str"})
    own = "unit_cost" if "unit_cost" in store.order_lines.columns else "NULL"
    lines = store.order_lines.project(
        "order_id, line_id, product_id, quantity::DOUBLE AS units, revenue::DOUBLE AS sales, "
        f"{own}::DOUBLE AS unit_cost"
    )
    lines = lines.order("order_id, line_id").df()
    if store.has("products") and "unit_cost" in store.products.columns:
        bought = store.products.aggregate("product_id, max(unit_cost)::DOUBLE AS cost", "product_id").df()
        price = lines["product_id"].map(bought.set_index("product_id")["cost"])
        lines["unit_cost"] = lines["unit_cost"].fillna(price)
    return lines[columns]


def _with_refunds(store: Store, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with `refunds, returned_units, parcels`: of the line that a refund names, otherwise shared by sales."""
    told = _refunds(store) if store.has("refunds") else _of_orders(rows)
    at = rows[[*LINE, "units", "sales", "share"]].reset_index(names="row")
    is_line = pd.MultiIndex.from_frame(told[LINE]).isin(pd.MultiIndex.from_frame(at[LINE].dropna()))
    exact = told[is_line].merge(at.assign(share=1.0), on=LINE)
    loose = told[~is_line].drop(columns="line_id").merge(at[at["share"] > 0], on="order_id")
    parts = pd.concat([exact, loose], ignore_index=True)
    parts["amount"] = parts["amount"] * parts["share"]
    guessed = parts["units"] * (parts["amount"] / parts["sales"].where(parts["sales"] > 0)).clip(upper=1)
    guessed = guessed.where(parts["units"].isna(), guessed.fillna(0.0))  # no units known: nothing to guess from
    parts["returned_units"] = (parts["quantity"] * parts["share"]).fillna(guessed)
    back = parts["returned_units"]
    parts["parcels"] = parts["share"].where(back != 0, 0.0).where(back.notna())
    sums = parts.groupby("row")[["amount", "returned_units", "parcels"]].sum(skipna=False)
    sums = sums.reindex(rows.index, fill_value=0.0)
    is_told = store.has("refunds") | rows["refund_amount"].notna()
    return rows.assign(refunds=sums["amount"].where(is_told), **{c: sums[c] for c in ("returned_units", "parcels")})


def _refunds(store: Store) -> pd.DataFrame:
    """`order_id, line_id, product_id, day, amount, quantity` of every refund; missing where the table lacks one."""
    has = store.refunds.columns
    texts = [f"{c if c in has else 'NULL'}::VARCHAR AS {c}" for c in (*LINE, "product_id")]
    count = "quantity" if "quantity" in has else "NULL"
    return store.refunds.project(
        f"{', '.join(texts)}, refunded_at::DATE AS day, amount::DOUBLE AS amount, {count}::DOUBLE AS quantity"
    ).df()


def _of_orders(rows: pd.DataFrame) -> pd.DataFrame:
    """What orders themselves say was refunded, in the shape of `_refunds`."""
    some = rows[rows["refund_amount"] > 0].drop_duplicates("order_id")
    return some[["order_id"]].assign(line_id=None, amount=some["refund_amount"], quantity=np.nan)


def _astray(store: Store, start: dt.date, end: dt.date) -> pd.DataFrame:
    """Refunds of the period whose order the store does not have: nothing tells what came back."""
    told = _refunds(store)
    orders = store.orders.project("order_id").df()["order_id"]
    lost = told[~told["order_id"].isin(orders) & told["day"].between(pd.Timestamp(start), pd.Timestamp(end))]
    month = lost["day"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    return lost[["product_id"]].assign(**dict.fromkeys(NOTHING, 0.0)).assign(month=month, refunds=lost["amount"])


def _with_ads(store: Store, rows: pd.DataFrame, start: dt.date, end: dt.date, slices: str) -> pd.DataFrame:
    """The rows with `ads`; spend that fed no sales has rows of its own."""
    if not store.has("ads_daily"):
        return rows.assign(ads=np.nan)
    ads = store.ads_daily.filter(f"date::DATE BETWEEN '{start}' AND '{end}'")
    told = [c for c in FED if c in ads.columns and ads.filter(f"{c} IS NOT NULL").limit(1).fetchall()]
    key = ["month", *(c for c in told if rows[c].notna().any())]
    names = ", ".join(["date_trunc('month', date)::DATE", *(f"{c}::VARCHAR" for c in key[1:])])
    spent = ads.aggregate(f"{names}, sum(cost)::DOUBLE", names).df().set_axis([*key, "cost"], axis=1)
    sales = rows["sales"].clip(lower=0)
    sums = rows[key].assign(sales=sales).groupby(key, dropna=False)["sales"].sum().rename("sold").reset_index()
    spent = spent.merge(sums[sums["sold"] > 0], on=key, how="left")
    shared = rows[key].merge(spent.dropna(subset="sold"), on=key, how="left").set_axis(rows.index)
    lost = spent[spent["sold"].isna()]
    lost = lost.assign(ads=lost["cost"], slice=lost[slices] if slices in key[1:] else None)
    lost = lost.drop(columns=["cost", "sold"]).assign(**dict.fromkeys(NOTHING, 0.0))
    return pd.concat([rows.assign(ads=(shared["cost"] * sales / shared["sold"]).fillna(0.0)), lost], ignore_index=True)
