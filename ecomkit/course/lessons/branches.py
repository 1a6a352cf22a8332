"""20: do addresses tell whether a site is well built?"""

from typing import Any

import pandas as pd

from ecomkit.course import own_site
from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import once_per_store
from ecomkit.traffic import site


@once_per_store
def _pages() -> pd.DataFrame:
    return site.pages(own_site.addresses())


@once_per_store
def _evidence() -> pd.DataFrame:
    return site.evidence(own_site.addresses(), links=own_site.links())


@exercise("20.1")
def count(count: Any) -> Answer:
    urls = own_site.addresses()["url"]
    mistakes = {
        "addresses": len(urls),
        "no_query": urls.str.split("?").str[0].nunique(),
        "lower": urls.str.lower().nunique(),
    }
    return close(count, _pages()["page"].nunique(), mistakes)


@exercise("20.2")
def most_seen(most_seen: Any) -> Answer:
    known = _pages()
    sums = known.groupby("page")["visitors"].sum()
    first = known.sort_values("visitors", ascending=False, kind="stable").iloc[0]
    mistakes = {
        "by_address": first["page"],
        "address": first["url"],
        "most_addresses": known.loc[known["page"] != sums.idxmax(), "page"].value_counts().idxmax(),
    }
    return close(most_seen, sums.idxmax(), mistakes)


@exercise("20.3")
def scattered(scattered: Any) -> Answer:
    known, faults = _pages(), _evidence().query("check != 'orphan'")
    twice, total = faults[faults["check"] == "duplicate"], known["visitors"].sum()
    mistakes = {
        "addresses": len(twice) / len(known),
        "added_up": faults["visitors"].sum() / total,
        "whole_pages": known.loc[known["page"].isin(twice["page"]), "visitors"].sum() / total,
        "count": twice["visitors"].sum(),
    }
    return close(scattered, twice["visitors"].sum() / total, mistakes)


@exercise("20.4")
def busiest(busiest: Any) -> Answer:
    tree = site.tree(own_site.addresses(), levels=1)
    branches = tree[tree["level"] == 1].set_index("branch")
    mistakes = {
        "most_visitors": branches["visitors"].idxmax(),
        "least": (branches["visitors"] / branches["pages"]).idxmin(),
    }
    return close(busiest, (branches["visitors"] / branches["pages"]).idxmax(), mistakes)


@exercise("20.5")
def cut_off(cut_off: Any) -> Answer:
    found = _evidence()
    lost = found[found["check"] == "orphan"]
    linked = set(site.pages(own_site.links()[["to_url"]].set_axis(["url"], axis=1))["page"])
    mistakes = {
        "unlinked": len(set(_pages()["page"]) - linked),
        "deep": len(lost) + int((found["check"] == "deep").sum()),
        "visitors": lost["visitors"].sum(),
    }
    return close(cut_off, lost["page"].nunique(), mistakes)
