"""Readers: each maps one export format onto the canonical tables and reports what it kept and dropped."""

READERS = {"online_retail_ii": "online_retail", "olist": "olist", "m5": "m5"}  # public data set -> module here
