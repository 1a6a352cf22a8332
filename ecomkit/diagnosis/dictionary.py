"""The metric dictionary: what each figure means, and over what it may be summed."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

import pandas as pd

from ecomkit.errors import ParameterError, TableError

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
        "zh" or "en" for the names and notes of one language, None for both.

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
    table = table.rename(columns={lang: "name", f"platforms_{lang}": "platforms"})
    return table[[_PLAIN[0], "name", *_PLAIN[1:], "platforms"]]


def sum_over(frame: pd.DataFrame, columns: Sequence[str], over: str = "days") -> pd.Series:
    """Returns the sums of `columns` over the rows of `frame`, refusing what may not be summed over `over`.

    A sum is missing where one of its rows is.

    Raises
    ------
    ParameterError
        `over` is not "days", "sources" or "products", or a metric may not be summed over it (a rate, for one).
    TableError
        `frame` has no such column.
    """
    if over not in OVER:
        raise ParameterError(f"over='{over}' is not known.", f"use one of {', '.join(OVER)}.")
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise TableError(f"The table has no columns {absent}; it has {list(frame.columns)}.", "choose among these.")
    allowed = {metric["key"]: metric[f"sum_over_{over}"] for metric in _metrics()}
    refused = [column for column in columns if allowed.get(column, "no") == "no"]
    if refused:
        raise ParameterError(
            f"{refused} may not be summed over {over}.",
            "sum the parts of a rate and divide the sums, as metrics.total(daily) does.",
        )
    return frame[list(columns)].sum(skipna=False)
