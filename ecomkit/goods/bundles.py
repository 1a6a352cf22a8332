"""Which products go into one basket more often than chance and the size of baskets put them there."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from scipy.sparse import csr_array, triu
from scipy.special import gammaincinv

from ecomkit.data import check, frames
from ecomkit.errors import TableError
from ecomkit.goods.stock_rules import number, rate

ROUNDS = 50  # after which the model of chance has settled


def bundles(order_lines: Any, *, min_orders: int = 20, confidence: float = 0.95) -> pd.DataFrame:
    """Returns the pairs of products that are bought together more often than by chance, the most useful first.

    By chance, products fall into orders as if drawn blindly, but each product as often as it sold and each order with
    as many products as it has. So a few orders of half the shop do not make everything go with everything, and in a
    shop where most orders hold one product, those with two still show what goes together. `affinity` compares with
    that; `lift`, the usual figure, compares with orders that are all alike. Goods of one season or one campaign go
    together, too.

    Many pairs are looked at, and some stand out by luck. A pair is only returned if its excess is certain beyond
    `confidence` for all possible pairs at once: in a shop where nothing goes together, the answer is empty with that
    probability.

    Parameters
    ----------
    order_lines : table, one row per product of an order or more: `order_id, product_id`; rows without either are
        left out
    min_orders : the least orders that have both
    confidence : 0 to 1, of the answer as a whole

    Returns
    -------
    pandas.DataFrame, one row per pair, most orders beyond chance first
        `product_id, with_product_id` (the more sold one first); `orders` with both; `share` of all orders;
        `attach_rate` of the orders with the first that have the second, and `attach_rate_back`; `lift`: orders /
        (orders of the one x orders of the other / all orders); `expected_orders`: by chance; `affinity`: orders /
        expected_orders; `affinity_low, affinity_high`: its interval, of a confidence that holds for all pairs at once.

    Raises
    ------
    TableError, ParameterError
        A column is missing or holds floats; there are no rows; an argument is out of range.

    References
    ----------
    Brin et al. (1997), Dynamic itemset counting and implication rules for market basket data, SIGMOD 26(2): lift, as
    "interest". Saracco et al. (2017), Inferring monopartite projections of bipartite networks: an entropy-based
    approach, New Journal of Physics 19, 053022: the model of chance, eq. 7 and 8. The interval is Garwood's (1936) for
    a Poisson count, after Bonferroni.

    Examples
    --------
    Twenty products, each in ten of a hundred orders of two: a mat and a strap are always together, the rest in turns.

    >>> baskets = [["mat", "strap"]] * 10 + [[f"p{i}", f"p{(i + 1) % 18}"] for i in range(18)] * 5
    >>> lines = pd.DataFrame({"order_id": range(100), "product_id": baskets}).explode("product_id")
    >>> bundles(lines, min_orders=5)[["product_id", "with_product_id", "orders", "attach_rate", "expected_orders"]]
      product_id with_product_id  orders  attach_rate  expected_orders
    0        mat           strap      10          1.0              1.0
    """
    least, sure = int(number("min_orders", min_orders, above=0)), float(rate("confidence", confidence))
    seen = check.require(order_lines, "order_lines", ["order_id", "product_id"])
    known = seen.filter(~nw.any_horizontal(nw.col("order_id", "product_id").is_null(), ignore_nulls=False))
    lines = frames.once(known.select("order_id", "product_id").unique())
    sizes = frames.summary(lines.group_by("order_id").agg(size=nw.len()).group_by("size").agg(orders=nw.len()))
    if sizes.empty:
        raise TableError("`order_lines` has no rows with an order and a product.", "pass some orders.")
    counts = lines.group_by("product_id").agg(orders=nw.len())
    degrees = frames.summary(counts.group_by("orders").agg(products=nw.len()), "orders")
    often = frames.once(counts.filter(nw.col("orders") >= least))
    sold = frames.summary(often).set_index("product_id")["orders"].astype(float)
    pairs = _pairs(lines.join(often.select("product_id"), on="product_id", how="inner"), least)
    return _judge(pairs, sold, _Chance(degrees.astype(float), sizes.astype(float)), sure)


def _pairs(lines: nw.LazyFrame[Any], least: int) -> pd.DataFrame:
    """How many orders have both, for each pair of products that `least` orders have."""
    if frames.is_duckdb(lines):
        return _multiplied(lines, least)
    other = lines.select(nw.col("order_id"), with_product_id=nw.col("product_id"))
    both = lines.join(other, on="order_id", how="inner").filter(nw.col("product_id") < nw.col("with_product_id"))
    pairs = both.group_by("product_id", "with_product_id").agg(orders=nw.len()).filter(nw.col("orders") >= least)
    return frames.summary(pairs)


def _multiplied(lines: nw.LazyFrame[Any], least: int) -> pd.DataFrame:
    """The same as a product of matrices, orders x products, in a quarter of the time of a join."""
    table = lines.to_native().to_arrow_table()
    if not len(table):
        return pd.DataFrame({"product_id": [], "with_product_id": [], "orders": []})
    order, product = (table[c].combine_chunks().dictionary_encode() for c in ("order_id", "product_id"))
    places = order.indices.to_numpy(), product.indices.to_numpy()
    has = csr_array((np.ones(len(table), dtype=np.int64), places))
    both = triu(has.T @ has, k=1, format="coo")
    often = both.data >= least
    names = product.dictionary.to_pandas().to_numpy(object)
    first, second = (names[at[often]] for at in both.coords)
    return pd.DataFrame({"product_id": first, "with_product_id": second, "orders": both.data[often]})


class _Chance:
    """The model of chance: a product of x and an order of y meet with probability x y / (1 + x y)."""

    def __init__(self, degrees: pd.DataFrame, sizes: pd.DataFrame) -> None:
        sold, products = degrees["orders"].to_numpy(), degrees["products"].to_numpy()
        size, orders = sizes["size"].to_numpy(), sizes["orders"].to_numpy()
        x, y = sold / (sold @ products) ** 0.5, size / (size @ orders) ** 0.5
        for _ in range(ROUNDS):
            x = sold / ((y / (1 + np.outer(x, y))) @ orders)
            y = size / (products @ (x[:, None] / (1 + np.outer(x, y))))
        self.meet = np.outer(x, y) / (1 + np.outer(x, y))
        self.sold, self.orders, self.total = sold, orders, orders.sum()

    def expected(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Orders with both of two products that were sold in so many orders each."""
        both = (self.meet * self.orders) @ self.meet.T
        return both[np.searchsorted(self.sold, one), np.searchsorted(self.sold, other)]


def _judge(pairs: pd.DataFrame, sold: pd.Series, chance: _Chance, sure: float) -> pd.DataFrame:
    """The pairs beyond chance, with what chance would have made of them."""
    one, other = (pairs[c].map(sold).to_numpy(float) for c in ("product_id", "with_product_id"))
    names = np.array(pairs[["product_id", "with_product_id"]], dtype=object)
    swapped = (other > one) | ((other == one) & (names[:, 1] < names[:, 0]))
    names[swapped] = names[swapped, ::-1]
    orders, expected = pairs["orders"].to_numpy(float), chance.expected(one, other)
    tail = (1 - sure) / max(len(sold) * (len(sold) - 1) / 2, 1) / 2  # of each side, for each possible pair
    low, high = gammaincinv(orders, tail), gammaincinv(orders + 1, 1 - tail)
    table = pd.DataFrame(
        {
            "product_id": names[:, 0],
            "with_product_id": names[:, 1],
            "orders": orders.astype("int64"),
            "share": orders / chance.total,
            "attach_rate": orders / np.maximum(one, other),
            "attach_rate_back": orders / np.minimum(one, other),
            "lift": orders * chance.total / (one * other),
            "expected_orders": expected,
            "affinity": orders / expected,
            "affinity_low": low / expected,
            "affinity_high": high / expected,
        }
    )
    beyond = (table["orders"] - table["expected_orders"]).round(6)
    order = table.assign(beyond=-beyond).sort_values(["beyond", "product_id", "with_product_id"]).index
    return table.loc[order][(table["affinity_low"] > 1)[order]].reset_index(drop=True)
