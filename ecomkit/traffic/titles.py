"""Titles of products: how long a platform counts them, which search words they cover, and a draft that covers more.

>>> words = pd.DataFrame({"keyword": ["mug", "steel mug", "car mug"], "layer": ["core", "attribute", "scene"],
...                       "likely_buyers": [9.0, 8.0, 2.0]})
>>> audit("Steel mug, mug 500 ml", words=words)[["words", "check", "value", "passed"]]
     words      check  value  passed
0              length   21.0    True
1      mug    repeats    1.0   False
2                core    1.0    True
3           attribute    1.0    True
4  car mug      scene    0.0   False
>>> build(words, limit=12)
'mug steel'
"""

import unicodedata

import numpy as np
import pandas as pd

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic.keywords import LAYERS, holds


def length(title: str, *, wide: int = 2) -> int:
    """Returns how long a platform counts a title: Chinese and other full-width characters as `wide`, others as 1.

    >>> length("ABC\\u4fdd\\u6e29\\u676f"), length("ABC\\u4fdd\\u6e29\\u676f", wide=1)
    (9, 6)
    """
    if wide not in (1, 2) or isinstance(wide, bool):
        raise ParameterError(
            f"wide={wide!r} cannot be.", "a full-width character counts 1 or 2, as your platform says."
        )
    return sum(wide if unicodedata.east_asian_width(c) in "WF" else 1 for c in title)


def audit(title: str, *, words: pd.DataFrame, limit: int = 60, wide: int = 2) -> pd.DataFrame:
    """Returns what a title makes of the words that bring buyers: one row per check.

    A title covers a word if it holds each of its parts (told apart by spaces), in any order. How a platform cuts a
    title into parts, and how it ranks, is known to nobody outside; a test of the title is the only proof.

    Parameters
    ----------
    words : as `pyramid` gives them
    limit : the longest title that the platform takes, in its own counting
    wide : what a full-width character counts, as in `length`

    Returns
    -------
    pandas.DataFrame
        `check`: "length" (as counted), "repeats" (parts that stand in the title more than once), then each layer that
        has words (share of its likely buyers whose words the title covers, 0-1); its `value`; `passed` (not too long,
        none repeated, some of the layer covered); `words`: the parts that are repeated, or the most valuable of the
        layer's words that the title does not cover, "" for none.

    Raises
    ------
    TableError, ParameterError
        `words` are not those of `pyramid`; the limit is no whole number above 0.
    """
    _checked(words, limit)
    counted, twice = length(title, wide=wide), _repeated(title, words)
    rows: list[tuple[str, float, bool, str]] = [
        ("length", float(counted), counted <= limit, ""),
        ("repeats", float(len(twice)), not twice, ", ".join(twice)),
    ]
    covered = words["keyword"].map(lambda word: _covers(title, word)).astype(bool)
    for layer in [name for name in LAYERS if (words["layer"] == name).any()]:
        own = words[words["layer"] == layer]
        got = own.loc[covered[own.index], "likely_buyers"].sum()
        left = own[~covered[own.index]].sort_values("likely_buyers", ascending=False, kind="stable")
        share = float(got / (own["likely_buyers"].sum() or np.nan))
        rows.append((layer, share, bool(covered[own.index].any()), left["keyword"].iloc[0] if len(left) else ""))
    return pd.DataFrame(rows, columns=["check", "value", "passed", "words"])


def build(words: pd.DataFrame, *, start: str = "", limit: int = 60, wide: int = 2) -> str:
    """Returns a title of the parts that bring the most likely buyers for their length, as a draft to be read.

    Step by step that word is added whose missing parts add the most likely buyers per unit of length, counting all
    words that are covered by then. Words of the layer "other" are left out: they may be another's brand. A draft is
    neither good language nor checked for forbidden words: see `compliance.scan`.

    Parameters
    ----------
    words : as `pyramid` gives them
    start : what the title must begin with, e.g. the brand
    limit, wide : as in `audit`

    Raises
    ------
    TableError, ParameterError
        As `audit`; or `start` is longer than the limit itself.
    """
    _checked(words, limit)
    if length(start, wide=wide) > limit:
        raise ParameterError(f"start={start!r} is longer than {limit}.", "choose a shorter beginning.")
    title, useful = start, words[words["layer"].isin(LAYERS)]
    while True:
        left = useful[np.array([not _covers(title, word) for word in useful["keyword"]], dtype=bool)]
        best, best_rate = title, 0.0
        for word in left["keyword"]:
            longer = " ".join([title, *(p for p in dict.fromkeys(word.split()) if not holds(title, p))]).strip()
            added = length(longer, wide=wide) - length(title, wide=wide)
            gain = left.loc[[_covers(longer, other) for other in left["keyword"]], "likely_buyers"].sum()
            if length(longer, wide=wide) <= limit and gain / added > best_rate:
                best, best_rate = longer, gain / added
        if best == title:
            return title
        title = best


def _covers(title: str, word: str) -> bool:
    return all(holds(title, part) for part in word.split())


def _repeated(title: str, words: pd.DataFrame) -> list[str]:
    """The parts that stand in the title more than once; a part within a longer one is counted as the longer one."""
    parts = {part.lower() for word in words["keyword"] for part in word.split()}
    twice, rest = [], title
    for part in sorted(parts, key=lambda p: (-len(p), p)):
        if holds(rest, part) > 1:
            twice.append(part)
        rest = rest.replace(part, " " * len(part)) if not part.isascii() else rest
    return twice


def _checked(words: pd.DataFrame, limit: int) -> None:
    missing = [c for c in ("keyword", "layer", "likely_buyers") if c not in words]
    if missing:
        raise TableError(f"`words` has no columns {missing}; it has {[*words.columns]}.", "pass keywords.pyramid(...).")
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or limit < 1:
        raise ParameterError(f"limit={limit!r} cannot be.", "it is a whole number, 1 or more, e.g. 60.")
