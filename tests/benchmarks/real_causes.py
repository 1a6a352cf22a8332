"""Measures `rootcause.locate` on real leaves: `python tests/benchmarks/real_causes.py`; prints Markdown.

The leaves are those of public data sets, before and after are two real stretches of days, and causes are planted into
the second by striking out rows: of a sum, rows of the slice; of a ratio, what makes a row count above the line. So
both the noise and the change that is no cause are real. What `locate` names without anything planted is the data's own
change and counts neither for nor against it; that is told in a column of its own. "Alternate" takes every other day of
eight weeks as before and the others as after: then nothing but chance is between them.

PANELS sets the panels of each row (40). A cause has one to three dimensions, at least 1 % of the rows before, and 60
of them; it loses 25 to 100 %. F1 is that of exact sets.
"""

import os
import time
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
from panels import Causes
from run import head, line

from ecomkit.data import catalog
from ecomkit.diagnosis.rootcause import locate

PANELS = int(os.environ.get("PANELS", "40"))
FIRST = int(os.environ.get("FIRST", "20000"))
SHARE, ROWS, LOSS = 0.01, 60, (0.25, 1.0)


class Rows(NamedTuple):
    """Rows of a data set: dimensions x0, x1, ..; `day`; `value` to add up; `hit` (0 or 1), a ratio's upper half."""

    name: str
    table: pd.DataFrame
    sums: dict[str, str]  # what is added up -> its column
    ratio: str  # what the ratio is, "" for none


def retail() -> Rows:
    """Invoices of Online Retail II: country, weekday, hour, worth of a line; of a ratio, whether it is cancelled."""
    path = catalog.path("online_retail_ii") / "online_retail_ii_union.parquet"
    table = duckdb.sql(f"""
        WITH invoice AS (
            SELECT InvoiceNo, min(Country) AS country, min(InvoiceDate) AS sold_at,
                sum(abs(Quantity) * UnitPrice) AS value, median(abs(Quantity) * UnitPrice) AS line
            FROM '{path}' WHERE StockCode SIMILAR TO '[0-9]{{5}}.*' AND UnitPrice > 0
                AND NOT (sheet = 'Year 2010-2011' AND InvoiceDate < '2010-12-10') GROUP BY 1)
        SELECT country AS x0, dayname(sold_at) AS x1, hour(sold_at)::VARCHAR AS x2,
            CASE WHEN line < 5 THEN '<5' WHEN line < 10 THEN '5-10' WHEN line < 15 THEN '10-15'
                WHEN line < 20 THEN '15-20' WHEN line < 50 THEN '20-50' ELSE '50+' END AS x3,
            sold_at::DATE AS day, value, (InvoiceNo LIKE 'C%')::INT AS hit FROM invoice""").df()
    return Rows("Online Retail II, invoices", table, {"invoices": "one", "sales": "value"}, "cancellations of all")


def retail_lines() -> Rows:
    """Lines of Online Retail II: country, product, weekday, price band. A wholesaler's invoice is dozens of lines, so
    that they come in clumps."""
    path = catalog.path("online_retail_ii") / "online_retail_ii_union.parquet"
    table = duckdb.sql(f"""
        WITH lines AS (
            SELECT *, InvoiceDate::DATE AS day FROM '{path}'
            WHERE StockCode SIMILAR TO '[0-9]{{5}}.*' AND UnitPrice > 0 AND Quantity > 0
                AND NOT (sheet = 'Year 2010-2011' AND InvoiceDate < '2010-12-10')),
        top AS (SELECT StockCode FROM lines GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 300)
        SELECT Country AS x0, coalesce(top.StockCode, 'other') AS x1, dayname(day) AS x2,
            CASE WHEN UnitPrice < 1 THEN '<1' WHEN UnitPrice < 2 THEN '1-2' WHEN UnitPrice < 4 THEN '2-4'
                WHEN UnitPrice < 8 THEN '4-8' ELSE '8+' END AS x3,
            day, Quantity * UnitPrice AS value, 0 AS hit
        FROM lines LEFT JOIN top USING (StockCode)""").df()
    return Rows("Online Retail II, lines", table, {"lines": "one"}, "")


def olist() -> Rows:
    """Orders of Olist: state, category, way of paying, weekday; of a ratio, whether the review was a bad one."""
    names = ("order_items", "order_payments", "orders", "customers", "products")
    at = {name: f"'{catalog.path('olist') / f'olist_{name}_dataset.parquet'}'" for name in names}
    reviews = catalog.path("olist") / "olist_order_reviews_reassembled.parquet"
    table = duckdb.sql(f"""
        WITH item AS (
            SELECT order_id, sum(price) AS value, arg_max(product_id, price) AS product_id
            FROM {at["order_items"]} GROUP BY 1),
        pay AS (SELECT order_id, arg_max(payment_type, payment_value) AS x2 FROM {at["order_payments"]} GROUP BY 1),
        review AS (SELECT order_id, min(review_score) AS score FROM '{reviews}' GROUP BY 1)
        SELECT customer_state AS x0, coalesce(product_category_name, 'none') AS x1, x2,
            dayname(order_purchase_timestamp) AS x3, order_purchase_timestamp::DATE AS day, value,
            (score <= 2)::INT AS hit
        FROM {at["orders"]} JOIN item USING (order_id) JOIN pay USING (order_id) JOIN review USING (order_id)
            JOIN {at["customers"]} USING (customer_id) JOIN {at["products"]} USING (product_id)
        WHERE order_purchase_timestamp BETWEEN '2017-03-01' AND '2018-08-15'""").df()
    return Rows("Olist", table, {"orders": "one", "sales": "value"}, "bad reviews of all")


def stretch(rows: Rows, random: np.random.Generator, kind: str) -> pd.DataFrame:
    """The rows of 56 days, `after` says which side."""
    days = rows.table["day"].min(), rows.table["day"].max()
    first = days[0] + pd.Timedelta(days=int(random.integers((days[1] - days[0]).days - 55)))
    place = (rows.table["day"] - first).dt.days
    inside = rows.table[place.between(0, 55)].assign(one=1.0)
    place = place[inside.index]
    return inside.assign(after=place >= 28 if kind == "months" else place % 2 == 1)


def plant(rows: pd.DataFrame, random: np.random.Generator, causes: int, ratio: bool) -> tuple[pd.DataFrame, Causes]:
    named = [c for c in rows.columns if c.startswith("x")]
    before, found = rows[~rows["after"]], dict[frozenset[tuple[str, str]], np.ndarray]()
    lost = np.zeros(len(rows), dtype=bool)
    for _try in range(400):
        if len(found) == causes:
            break
        chosen = random.choice(named, random.integers(1, 4), replace=False)
        row = before.iloc[random.integers(len(before))]
        cause = frozenset((str(c), str(row[c])) for c in sorted(chosen))
        inside = np.all([rows[c].to_numpy() == v for c, v in cause], axis=0)
        weight = rows["hit"].to_numpy() if ratio else np.ones(len(rows))
        sides = [float(weight[inside & (rows["after"] == side)].sum()) for side in (False, True)]
        whole = float(weight[~rows["after"]].sum())
        is_new = not any(cause <= other or other <= cause for other in found)
        if is_new and min(sides) >= ROWS and SHARE * whole <= sides[0] <= whole / 2:
            found[cause] = inside
            lost |= inside & rows["after"].to_numpy() & (random.random(len(rows)) < random.uniform(*LOSS))
    if ratio:
        return rows.assign(hit=np.where(lost, 0, rows["hit"])), set(found)
    return rows[~lost], set(found)


def leaves(rows: pd.DataFrame, column: str) -> tuple[pd.DataFrame, list[str], dict]:
    named = [c for c in rows.columns if c.startswith("x")]
    table = rows.pivot_table(
        index=named, columns="after", values=list(dict.fromkeys(["one", column])), aggfunc="sum"
    ).fillna(0.0)
    table.columns = [f"{value}_{'after' if side else 'before'}" for value, side in table.columns]
    sides = {
        side: f"{column}_{side}" if column != "hit" else (f"hit_{side}", f"one_{side}") for side in ("before", "after")
    }
    return table.reset_index(), named, sides


def slices(found: pd.DataFrame, named: list[str]) -> Causes:
    return {frozenset((c, row[c]) for c in named if isinstance(row[c], str)) for row in found.to_dict("records")}


def measure(rows: Rows, column: str, kind: str, causes: int) -> list[object]:
    scores, own, sizes, spent = [], [], [], []
    for seed in range(FIRST, FIRST + PANELS):
        random = np.random.default_rng([seed, causes])
        part = stretch(rows, random, kind)
        table, named, sides = leaves(part, column)
        quiet = slices(locate(table, dimensions=named, **sides), named)
        own.append(len(quiet))
        sizes.append(len(table))
        if not causes:
            continue
        struck, truth = plant(part, random, causes, column == "hit")
        table, named, sides = leaves(struck, column)
        begun = time.process_time()
        found = slices(locate(table, dimensions=named, **sides), named) - (quiet - truth)
        spent.append(time.process_time() - begun)
        scores.append(2 * len(found & truth) / (len(found) + len(truth)) if found or truth else 1.0)
    mean = f"{np.mean(scores):.3f}" if scores else "–"
    cpu = f"{np.mean(spent):.2f}" if spent else "–"
    return [int(np.mean(sizes)), mean, f"{np.mean(own):.1f}", cpu]


HEADS = "leaves of", "measure", "before and after", "causes", "leaves, mean", "mean F1", "the data's own", "CPU s"


if __name__ == "__main__":
    head(*HEADS)
    for make in (retail, olist, retail_lines):
        rows = make()
        for what, column in [*rows.sums.items(), *([(rows.ratio, "hit")] if rows.ratio else [])]:
            for kind in ("alternate", "months"):
                for causes in (1, 3):
                    line(rows.name, what, kind, causes, *measure(rows, column, kind, causes))
