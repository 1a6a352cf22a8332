"""Rows of public data sets to search for root causes: a few dimensions, a day, how much, and how much of it counts."""

from collections.abc import Callable
from typing import NamedTuple

import duckdb
import pandas as pd

from ecomkit.data import catalog


class Rows(NamedTuple):
    """Dimensions x0, x1, ..; `day`, where known; `base`, what is added up; `hit`, a ratio's upper half."""

    name: str
    table: pd.DataFrame
    sum: str  # what the base is, "" where it is only a ratio's
    ratio: str  # what the ratio is, "" for none


def _at(name: str, file: str) -> str:
    return f"'{catalog.path(name) / f'{file}.parquet'}'"


RETAIL = """(SELECT *, InvoiceDate::DATE AS day FROM {} WHERE StockCode SIMILAR TO '[0-9]{{5}}.*' AND UnitPrice > 0
    AND NOT (sheet = 'Year 2010-2011' AND InvoiceDate < '2010-12-10'))"""


def retail() -> Rows:
    """Invoices of Online Retail II: country, weekday, hour, worth of a line; whether it is a cancellation."""
    table = duckdb.sql(f"""
        WITH invoice AS (
            SELECT InvoiceNo, min(Country) AS country, min(InvoiceDate) AS sold_at, min(day) AS day,
                median(abs(Quantity) * UnitPrice) AS line
            FROM {RETAIL.format(_at("online_retail_ii", "online_retail_ii_union"))} GROUP BY 1)
        SELECT country AS x0, dayname(sold_at) AS x1, hour(sold_at)::VARCHAR AS x2,
            CASE WHEN line < 5 THEN '<5' WHEN line < 10 THEN '5-10' WHEN line < 15 THEN '10-15'
                WHEN line < 20 THEN '15-20' WHEN line < 50 THEN '20-50' ELSE '50+' END AS x3,
            day, 1 AS base, (InvoiceNo LIKE 'C%')::INT AS hit FROM invoice""").df()
    return Rows("Online Retail II, invoices", table, "invoices", "cancelled")


def retail_lines() -> Rows:
    """Lines of Online Retail II: country, product, weekday, price band; whether they are sent back. A wholesaler's
    invoice is dozens of lines, so that they come in clumps."""
    table = duckdb.sql(f"""
        WITH lines AS (SELECT * FROM {RETAIL.format(_at("online_retail_ii", "online_retail_ii_union"))}),
        top AS (SELECT StockCode FROM lines GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 300)
        SELECT Country AS x0, coalesce(top.StockCode, 'other') AS x1, dayname(day) AS x2,
            CASE WHEN UnitPrice < 1 THEN '<1' WHEN UnitPrice < 2 THEN '1-2' WHEN UnitPrice < 4 THEN '2-4'
                WHEN UnitPrice < 8 THEN '4-8' ELSE '8+' END AS x3,
            day, 1 AS base, (Quantity < 0)::INT AS hit
        FROM lines LEFT JOIN top USING (StockCode)""").df()
    return Rows("Online Retail II, lines", table, "", "sent back")


def _olist(hit: str, where: str) -> pd.DataFrame:
    """Orders of Olist: state, category, way of paying, weekday."""
    item, pay, orders, customers, products = (
        _at("olist", f"olist_{name}_dataset")
        for name in ("order_items", "order_payments", "orders", "customers", "products")
    )
    return duckdb.sql(f"""
        WITH item AS (SELECT order_id, arg_max(product_id, price) AS product_id FROM {item} GROUP BY 1),
        pay AS (SELECT order_id, arg_max(payment_type, payment_value) AS x2 FROM {pay} GROUP BY 1),
        review AS (
            SELECT order_id, min(review_score) AS score
            FROM {_at("olist", "olist_order_reviews_reassembled")} GROUP BY 1)
        SELECT customer_state AS x0, coalesce(product_category_name, 'none') AS x1, x2,
            dayname(order_purchase_timestamp) AS x3, order_purchase_timestamp::DATE AS day, 1 AS base,
            ({hit})::INT AS hit
        FROM {orders} JOIN item USING (order_id) JOIN pay USING (order_id) JOIN review USING (order_id)
            JOIN {customers} USING (customer_id) JOIN {products} USING (product_id)
        WHERE order_purchase_timestamp BETWEEN '2017-03-01' AND '2018-08-15' AND {where}""").df()


def olist() -> Rows:
    return Rows("Olist", _olist("score <= 2", "true"), "orders", "bad reviews")


def olist_late() -> Rows:
    late = "order_delivered_customer_date > order_estimated_delivery_date"
    return Rows("Olist, delivered", _olist(late, "order_delivered_customer_date IS NOT NULL"), "", "late")


def journey() -> Rows:
    """Lines of Complete Journey: department, brand, age, income; whether the shelf price was cut."""
    lines, products, people = (
        _at("completejourney", name) for name in ("transactions_sample", "products", "demographics")
    )
    table = duckdb.sql(f"""
        SELECT department AS x0, brand AS x1, coalesce(age, 'none') AS x2, coalesce(income, 'none') AS x3,
            transaction_timestamp::DATE AS day, 1 AS base, (retail_disc > 0)::INT AS hit
        FROM {lines} JOIN {products} USING (product_id) LEFT JOIN {people} USING (household_id)""").df()
    return Rows("Complete Journey, lines", table, "lines", "at a discount")


def adwords() -> Rows:
    """Keywords of an outdoor shop by day: keyword, weekday, how long it has run."""
    table = duckdb.sql(f"""
        WITH daily AS (SELECT *, Date::DATE AS day FROM {_at("ads_adwords", "adwords_keyword_daily")}),
        top AS (SELECT id FROM daily GROUP BY 1 ORDER BY sum(clicks) DESC, 1 LIMIT 120)
        SELECT coalesce(top.id::VARCHAR, 'other') AS x0, dayname(day) AS x1,
            CASE WHEN coverage < 340 THEN 'short' WHEN coverage < 356 THEN 'middle' ELSE 'long' END AS x2,
            CASE WHEN keyword_string IS NULL THEN 'hidden' WHEN keyword_string LIKE '%+%' THEN 'broad' ELSE 'exact' END
                AS x3, day, impressions AS base, clicks AS hit
        FROM daily LEFT JOIN top USING (id) WHERE impressions > 0""").df()
    return Rows("AdWords keywords", table, "", "clicks of impressions")


def kag() -> Rows:
    """Ads of a Facebook campaign: campaign, age, gender, interest. No days."""
    table = duckdb.sql(f"""
        SELECT xyz_campaign_id::VARCHAR AS x0, age AS x1, gender AS x2, interest::VARCHAR AS x3, NULL::DATE AS day,
            Impressions AS base, Clicks AS hit FROM {_at("ads_kag", "kag_conversion")}""").df()
    return Rows("Facebook ads", table, "", "clicks of impressions")


def taobao() -> Rows:
    """Events of Taobao: category, hour, how busy the user is; purchases of views. No days: they are nine."""
    table = duckdb.sql(f"""
        WITH event AS (SELECT *, count(*) OVER (PARTITION BY user_id) AS busy
            FROM {_at("taobao_userbehavior", "userbehavior")} WHERE behavior_type IN ('pv', 'buy')),
        top AS (SELECT category_id FROM event GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 80)
        SELECT coalesce(top.category_id::VARCHAR, 'other') AS x0, ((hour(utc) + 8) % 24 // 3)::VARCHAR AS x1,
            CASE WHEN busy < 60 THEN 'few' WHEN busy < 150 THEN 'some' ELSE 'many' END AS x2, dayname(utc) AS x3,
            NULL::DATE AS day, (behavior_type = 'pv')::INT AS base, (behavior_type = 'buy')::INT AS hit
        FROM event LEFT JOIN top USING (category_id)""").df()
    return Rows("Taobao", table, "views", "purchases of views")


TUNED: list[Callable[[], Rows]] = [olist, olist_late, retail]
HELD_BACK: list[Callable[[], Rows]] = [journey, adwords, kag, taobao, retail_lines]
