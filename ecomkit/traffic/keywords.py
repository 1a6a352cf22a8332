"""Search words: which bring buyers, how they layer into a pyramid, and what a title makes of them.

>>> daily = pd.DataFrame({"keyword": ["mug", "steel mug", "car mug"], "visitors": [900, 80, 20], "buyers": [9, 8, 2],
...                       "revenue": [900.0, 800.0, 200.0]})
>>> words = pyramid(daily, roots={"core": ["mug"], "attribute": ["steel"], "scene": ["car"]})
>>> words[["keyword", "layer", "conversion_rate"]]
     keyword      layer  conversion_rate
0        mug       core             0.01
1  steel mug  attribute             0.10
2    car mug      scene             0.10
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic.ads import likely

LAYERS = ("core", "attribute", "scene")  # from what most search for to what few do
SUMS = ["visitors", "buyers", "revenue"]


def pyramid(daily: pd.DataFrame, *, roots: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Returns each search word with its layer of the keyword pyramid and what it is worth.

    A word belongs to the deepest layer of which it holds a root: "car mug" is a scene though it holds the core "mug".

    Parameters
    ----------
    daily : `keyword, visitors, buyers, revenue` as in `keyword_daily`; any number of rows per word
    roots : "core" (what the goods are), "attribute" (material, size, colour) and "scene" (who uses it, where, for what)
        to the roots that tell them

    Returns
    -------
    pandas.DataFrame, one row per word, the most visitors first
        `keyword`; `layer` ("core", "attribute", "scene", or "other" with none of the roots); `visitors, buyers,
        revenue`; `conversion_rate` (buyers per visitor, missing without visitors) and `likely_rate`: the same drawn
        towards that of all, the more so the fewer visitors, as in `ads.likely`; `likely_buyers` (visitors x
        likely_rate): what the word is worth. Visitors are those who came, not those who searched: a word for which
        nobody saw you has none, however many search for it.

    Raises
    ------
    TableError, ParameterError
        A column is missing or holds no numbers of 0 or more; a layer is unknown or has no roots.
    """
    missing = [c for c in ("keyword", *SUMS) if c not in daily]
    if missing:
        raise TableError(f"`daily` has no columns {missing}; it has {[*daily.columns]}.", "rename yours first.")
    numbers = daily[SUMS].apply(pd.to_numeric, errors="coerce")
    bad = [c for c in SUMS if (numbers[c].isna() & daily[c].notna()).any() or (numbers[c] < 0).any()]
    if bad or (numbers["buyers"] > numbers["visitors"]).any():
        seen = (
            f"`daily.{bad[0]}` holds what is no number of 0 or more" if bad else "`daily` has more buyers than visitors"
        )
        raise TableError(f"{seen}.", "see which rows are totals or corrections.")
    layers = _roots(roots)
    table = numbers.groupby(daily["keyword"].astype(str)).sum().reset_index()
    table.insert(1, "layer", [_layer(word, layers) for word in table["keyword"]])
    table["conversion_rate"] = table["buyers"] / table["visitors"].where(table["visitors"] > 0)
    table["likely_rate"] = likely(table["buyers"], table["visitors"])
    table["likely_buyers"] = table["visitors"] * table["likely_rate"]
    return table.sort_values("visitors", ascending=False, kind="stable").reset_index(drop=True)


def summarise(words: pd.DataFrame) -> pd.DataFrame:
    """Returns one row per layer of a pyramid: how many `words`, their sums, and rates of the sums.

    `layer, words, visitors, buyers, revenue, conversion_rate`, `visitor_share` and `buyer_share` (of all, 0-1).
    """
    groups = words.groupby("layer", sort=False)
    table = groups[SUMS].sum().join(groups.size().rename("words"))
    table = table.reindex([name for name in (*LAYERS, "other") if name in table.index]).reset_index()
    table["conversion_rate"] = table["buyers"] / table["visitors"].where(table["visitors"] > 0)
    table["visitor_share"] = table["visitors"] / (table["visitors"].sum() or np.nan)
    table["buyer_share"] = table["buyers"] / (table["buyers"].sum() or np.nan)
    return table[["layer", "words", *SUMS, "conversion_rate", "visitor_share", "buyer_share"]]


def _roots(roots: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The roots by layer, the deepest layer first."""
    unknown = [name for name in roots if name not in LAYERS]
    bare = [name for name, listed in roots.items() if isinstance(listed, str)]
    if unknown:
        raise ParameterError(f"There is no layer `{unknown[0]}`.", f"the layers are {', '.join(LAYERS)}.")
    if bare:
        raise ParameterError(f"The layer `{bare[0]}` is no list.", 'write e.g. {"core": ["mug"]}.')
    known = {name: list(roots[name]) for name in LAYERS[::-1] if name in roots}
    empty = [name for name, listed in known.items() if not listed or not all(isinstance(r, str) and r for r in listed)]
    if empty or not known:
        raise ParameterError(f"The layer `{(empty or LAYERS)[0]}` has no roots.", 'write e.g. {"core": ["mug"]}.')
    return known


def _layer(word: str, roots: Mapping[str, Sequence[str]]) -> str:
    return next((name for name, listed in roots.items() if any(holds(word, root) for root in listed)), "other")


def holds(text: str, part: str) -> int:
    """Returns how often `part` stands in `text`, upper and lower case alike; a part in Latin letters as a whole word.

    >>> holds("Mug, mugs and MUG", "mug")
    2
    """
    pattern = rf"(?<!\w){re.escape(part)}(?!\w)" if part.isascii() else re.escape(part)
    return len(re.findall(pattern, text, re.IGNORECASE | (re.ASCII if part.isascii() else 0)))
