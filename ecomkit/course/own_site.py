"""The addresses of the learner's own shop, as a log of a careless site would have them, for lesson 20."""

import re

import numpy as np
import pandas as pd

from ecomkit.course import record
from ecomkit.course.stores import my_store, once_per_store

HOST = "https://nuanye.example"
ISLAND = ("/outlet", "/outlet/last-chance", "/outlet/returned-goods")  # linked among themselves and from nowhere else
READ = ("/", "/help", "/help/returns", "/help/freight", "/about")
DEEP = [f"/archive/{year}/season/{season}/old-sale" for year in (2023, 2024) for season in ("spring", "autumn")]
SPLIT = 4  # addresses of the best seller


def addresses() -> pd.DataFrame:
    """Returns `url, visitors`: every address under which someone saw a page in the half year.

    The visitors of each product are those of the store. Its best seller has several addresses; of the other products
    some have two, which ones is drawn by the learner's seed; one category hangs below numbers, and old sales lie deep.
    """
    return _addresses().copy()


def links() -> pd.DataFrame:
    """Returns `url, to_url`: which page links to which."""
    return _links().copy()


@once_per_store
def _shelf() -> pd.DataFrame:
    """`path, visitors` of each product, the most visited first, and of which category it is."""
    shop = my_store()
    came = shop.product_daily.aggregate("product_id, sum(visitors)::BIGINT AS visitors", "product_id").df()
    shelf = shop.products.df().merge(came, on="product_id").sort_values("visitors", ascending=False, kind="stable")
    numbered = shelf["category"].iloc[-1]
    branch = [f"/c/{1000 + len(c)}/{_slug(c)}" if c == numbered else f"/{_slug(c)}" for c in shelf["category"]]
    paths = [f"{above}/{_slug(title)}" for above, title in zip(branch, shelf["title"], strict=True)]
    return pd.DataFrame({"branch": branch, "path": paths, "visitors": shelf["visitors"].to_numpy()})


@once_per_store
def _addresses() -> pd.DataFrame:
    rng, shelf = np.random.default_rng(record.load().seed), _shelf()
    rows = [(HOST + path, int(rng.integers(200, 900))) for path in READ]
    rows += [(HOST + path, int(rng.integers(20, 90))) for path in ISLAND]
    rows += [(HOST + branch, int(rng.integers(300, 2000))) for branch in dict.fromkeys(shelf["branch"])]
    rows += [(HOST + path, int(rng.integers(5, 40))) for path in DEEP]
    twice = set(rng.choice(np.arange(1, len(shelf)), int(rng.integers(9, 20)), replace=False).tolist())
    for place, (path, visitors) in enumerate(zip(shelf["path"], shelf["visitors"], strict=True)):
        if place == 0:
            parts = rng.multinomial(visitors, [0.3, 0.28, 0.22, 0.2])
            rows += list(zip(_variants(path)[:SPLIT], parts.tolist(), strict=True))
        elif place in twice:
            part = int(rng.binomial(visitors, 0.3))
            rows += [(HOST + path, visitors - part), (_variants(path)[1 + int(rng.integers(5))], part)]
        else:
            rows.append((HOST + path, int(visitors)))
    return pd.DataFrame(rows, columns=["url", "visitors"])


@once_per_store
def _links() -> pd.DataFrame:
    shelf = _shelf()
    branches = list(dict.fromkeys(shelf["branch"]))
    pairs = [("/", path) for path in (*READ[1:], *branches)]
    pairs += list(zip(shelf["branch"], shelf["path"], strict=True))
    pairs += [(path, "/") for path in shelf["path"]]
    pairs += [("/help", path) for path in DEEP]
    pairs += [(one, other) for one in ISLAND for other in ISLAND if one != other]
    return pd.DataFrame([(HOST + one, HOST + other) for one, other in pairs], columns=["url", "to_url"])


def _variants(path: str) -> list[str]:
    """The same page under other addresses, the plain one first."""
    head, _, last = path.rpartition("/")
    return [
        HOST + path,
        f"{HOST}{path}?utm_source=mail&utm_campaign=spring",
        f"{HOST}{head}/{last.title()}",
        HOST.replace("https", "http") + path,
        f"{HOST}{path}/",
        f"{HOST}{path}?sid=8f3a{len(path)}",
    ]


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
