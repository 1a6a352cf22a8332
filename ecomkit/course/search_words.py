"""What a platform's keyword report would say of the learner's best seller, and texts to be published, for lesson 17."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from ecomkit.course import record
from ecomkit.course.stores import my_store, once_per_store
from ecomkit.report import text

PRODUCT = "P01"
FROM_SEARCH = 0.6  # of the product's visitors and buyers


def search_words() -> pd.DataFrame:
    """Returns `keyword_daily` of the learner's travel mug, in the language in use: that day's visitors and buyers.

    The product's own visitors and buyers who came by search are shared out over a dozen words; another few came by a
    word of which luck would have it that several of them bought.
    """
    return _daily(text.lang()).copy()


def roots() -> dict[str, list[str]]:
    """Returns the roots that tell the layers of these words."""
    return dict(_known()["roots"][text.lang()])


def title() -> str:
    """Returns the title that the mug has now."""
    return str(_known()["title"][text.lang()])


def texts() -> "pd.Series[str]":
    """Returns lines that someone would like to put on the page, `t1`, `t2`, ..."""
    listed = [one[text.lang()] for one in _known()["text"]]
    return pd.Series(listed, [f"t{n}" for n in range(1, len(listed) + 1)], name="text")


def suspicious() -> str:
    """Returns the pattern by which one would look for forbidden words without much thought."""
    return str(_known()["naive"][text.lang()])


@cache
def _known() -> dict[str, Any]:
    return tomllib.loads(files("ecomkit.course").joinpath("search_words.toml").read_text(encoding="utf-8"))


@once_per_store
def _daily(lang: str) -> pd.DataFrame:
    rng = np.random.default_rng(record.load().seed)
    sold = my_store().product_daily.filter(f"product_id = '{PRODUCT}'").order("date").df()
    words = pd.DataFrame(_known()["word"])
    share = words["share"] / words["share"].sum()
    pull = share * words["pull"] / (share * words["pull"]).sum()
    came = rng.multinomial(np.rint(sold["visitors"] * FROM_SEARCH).astype(int), share)
    bought = rng.multinomial(rng.binomial(sold["buyers"].astype(int), FROM_SEARCH), pull)
    paid = (sold["revenue"] / sold["buyers"].where(sold["buyers"] > 0)).fillna(0.0).to_numpy()
    days = [
        pd.DataFrame(
            {
                "date": sold["date"],
                "keyword": word,
                "visitors": np.maximum(v, b),
                "buyers": b,
                "revenue": (b * paid).round(2),
            }
        )
        for word, v, b in zip(words[lang], came.T, bought.T, strict=True)
    ]
    return pd.concat([*days, _lucky(lang, sold, rng)]).sort_values("date", kind="stable").reset_index(drop=True)


def _lucky(lang: str, sold: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    lucky = _known()["lucky"]
    open_days = sold[sold["buyers"] > 0]
    some = open_days.iloc[np.sort(rng.choice(len(open_days), lucky["visitors"], replace=False))]
    bought = np.zeros(len(some), dtype=int)
    bought[rng.choice(len(some), lucky["buyers"], replace=False)] = 1
    table = some[["date"]].assign(keyword=lucky[lang], visitors=1, buyers=bought)
    return table.assign(revenue=(bought * some["revenue"] / some["buyers"]).round(2))
