"""17: which words belong in the title?"""

from typing import Any

import pandas as pd

from ecomkit.course import search_words
from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import once_per_store
from ecomkit.operations import compliance
from ecomkit.report import text
from ecomkit.traffic import keywords, titles


@once_per_store
def _of_language(_lang: str) -> pd.DataFrame:
    return keywords.pyramid(search_words.search_words(), roots=search_words.roots())


def _words() -> pd.DataFrame:
    return _of_language(text.lang())


@exercise("17.1")
def biggest(rate: Any) -> Answer:
    words, daily = _words(), search_words.search_words()
    row = words.iloc[0]
    own = daily[(daily["keyword"] == row["keyword"]) & (daily["visitors"] > 0)]
    mistakes = {
        "mean_of_ratios": (own["buyers"] / own["visitors"]).mean(),
        "all": words["buyers"].sum() / words["visitors"].sum(),
        "share": row["buyers"] / words["buyers"].sum(),
        "wrong_way_round": row["visitors"] / row["buyers"],
        "drawn": row["likely_rate"],
    }
    return close(rate, row["conversion_rate"], mistakes)


@exercise("17.2")
def best(best: Any) -> Answer:
    words = _words().set_index("keyword")
    mistakes = {
        "lucky": words["conversion_rate"].idxmax(),
        "visitors": words["visitors"].idxmax(),
        "buyers": words["buyers"].idxmax(),
    }
    return close(best, words["likely_rate"].idxmax(), mistakes)


@exercise("17.3")
def counted(counted: Any) -> Answer:
    title = search_words.title()
    mistakes = {"characters": len(title), "bytes": len(title.encode()), "words": len(title.split())}
    return close(counted, titles.length(title), mistakes)


@exercise("17.4")
def missed(missed: Any) -> Answer:
    words = _words().set_index("keyword")
    audit = titles.audit(search_words.title(), words=words.reset_index())
    left_out = words.loc[words.index.isin(audit["words"])]
    mistakes = {
        "there": words["likely_buyers"].drop(left_out.index).idxmax(),
        "least": left_out["likely_buyers"].idxmin(),
    }
    return close(missed, left_out["likely_buyers"].idxmax(), mistakes)


@exercise("17.5")
def to_change(to_change: Any) -> Answer:
    texts = search_words.texts()
    found = compliance.scan(texts)
    named = texts.str.contains(search_words.suspicious(), case=False)
    guilty = found[found["exception"] == ""]
    mistakes = {
        "naive": list(texts.index[named]),
        "exceptions": list(found["text"]),
        "innocent": list(found.loc[found["exception"] != "", "text"]),
        "only_forbidden": list(guilty.loc[guilty["severity"] == "forbidden", "text"]),
    }
    return close(to_change, list(guilty["text"]), mistakes)
