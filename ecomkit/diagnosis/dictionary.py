"""The metric dictionary: what each figure means, and over what it may be summed."""

import tomllib
from functools import cache
from importlib import resources

import pandas as pd

from ecomkit.errors import ParameterError

OVER = ("days", "sources", "products")
_PLAIN = ["key", "formula", "unit", "grain", *(f"sum_over_{what}" for what in OVER)]


@cache
def _metrics() -> tuple[dict[str, str], ...]:
    text = (resources.files("ecomkit.diagnosis") / "metrics.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["metric"])


def dictionary(lang: str | None = None) -> pd.DataFrame:
    """Returns the metric dictionary, one row per metric.

    Parameters
    ----------
    lang
        "zh" or "en" for the names, formulas and notes of one language, None for both (formulas in English).

    Returns
    -------
    pandas.DataFrame
        `key`; `zh`, `en` (names; `name` with `lang`); `formula` (in keys and columns of the canonical tables); `unit`
        (people, count, money, fraction, number); `grain`; `sum_over_days`, `sum_over_sources`, `sum_over_products`
        ("yes"; "repeats": yes, but who comes twice counts twice; "no"); `platforms_zh`, `platforms_en` (how the
        platforms differ; `platforms` with `lang`).
    """
    if lang not in (None, "zh", "en"):
        raise ParameterError(f"lang='{lang}' is not known.", 'use "zh" or "en".')
    table = pd.DataFrame(_metrics())
    if lang is None:
        return table[[_PLAIN[0], "zh", "en", *_PLAIN[1:], "platforms_zh", "platforms_en"]]
    if lang == "zh":
        table["formula"] = table["formula_zh"].fillna(table["formula"])
    table = table.rename(columns={lang: "name", f"platforms_{lang}": "platforms"})
    return table[[_PLAIN[0], "name", *_PLAIN[1:], "platforms"]]


def metric(key: str) -> dict[str, str]:
    """Returns what the dictionary says of the metric called `key`; nothing for a key that it does not have."""
    return next((entry for entry in _metrics() if entry["key"] == key), {})
