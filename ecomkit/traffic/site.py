"""A site's structure as its addresses tell it: branches and depth, and addresses that one page should not have."""

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

import pandas as pd

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic.addresses import SESSION, TRACKING, host, names, pages

__all__ = ["CHECKS", "audit", "evidence", "pages", "tree"]

CHECKS = {  # in the order in which they are told
    "insecure": "http instead of https",
    "host": "with www where most are without, or the other way round",
    "session": "a session's id in the address: every visit makes new addresses of the same page",
    "tracking": "tracking parameters in the address",
    "duplicate": "another address of a page that has a better one",
    "upper_case": "upper case in the path",
    "slug": "a last part that says nothing to a reader: digits, underscores, encoded spaces",
    "parameters": "more than two parameters that choose what is shown",
    "deep": "more levels than `max_depth`",
    "orphan": "no way of links from the home page leads there",
}
MUTE = re.compile(r"\d{3,}|[0-9a-f]{12,}|.*[_ ].*", re.IGNORECASE)
PARAMETERS_MAX = 2


def tree(urls: pd.DataFrame, *, levels: int = 2) -> pd.DataFrame:
    """Returns the branches of a site, each below its parent, down to `levels`: what others hang on.

    Returns
    -------
    pandas.DataFrame, one row per branch that has pages below it, and per host
        `branch` (host and path); `level` (0 for a host); `pages` in it with all below; `branches` that hang right on
        it, single pages among them; `deepest` (depth of its deepest page); `visitors` of all its addresses: missing
        where none is known, and not people, for who saw two pages counts twice.

    Raises
    ------
    TableError, ParameterError
        As `pages`; `levels` is no whole number of 0 or more.

    Examples
    --------
    >>> tree(pd.DataFrame({"url": [f"https://a.example/{path}" for path in ("", "bath/soap", "bath/towel", "help")]}))[
    ...     ["branch", "level", "pages", "branches", "deepest"]]
               branch  level  pages  branches  deepest
    0       a.example      0      4         2        2
    1  a.example/bath      1      2         2        2
    """
    _whole("levels", levels)
    known = pages(urls).groupby("page", sort=False)[["depth", "visitors"]].agg({"depth": "max", "visitors": _sum})
    rows = []
    for page, depth, visitors in known.itertuples():
        path = _path(page)
        rows += [
            ("/".join(path[: level + 1]), level, path[level + 1] if level + 1 < len(path) else None, depth, visitors)
            for level in range(min(levels, len(path) - 1) + 1)
        ]
    long = pd.DataFrame(rows, columns=["branch", "level", "below", "depth", "visitors"])
    table = long.groupby(["branch", "level"], as_index=False).agg(
        pages=("depth", "size"), branches=("below", "nunique"), deepest=("depth", "max"), visitors=("visitors", _sum)
    )
    table = table[(table["branches"] > 0) | (table["level"] == 0)]
    return table.sort_values("branch", key=lambda branch: branch.str.split("/"), kind="stable").reset_index(drop=True)


def audit(urls: pd.DataFrame, *, links: pd.DataFrame | None = None, max_depth: int = 4) -> pd.DataFrame:
    """Returns what is wrong with a site's addresses: one row per check, also of those without a finding.

    Addresses tell structure and nothing else: not whether a page exists, loads, is good or is found; whether a
    canonical link mends a duplicate; what search engines keep; nor what the site will come to.

    Parameters
    ----------
    urls, links, max_depth : as in `evidence`

    Returns
    -------
    pandas.DataFrame
        `check` (see `CHECKS`); `urls`: how many addresses it finds, missing where it needs links and has none;
        `share` of all addresses, 0-1; `visitors` that came by them; `example`, the one with the most visitors.
    """
    found, total = evidence(urls, links=links, max_depth=max_depth), len(pages(urls))
    rows: list[tuple[str, int | None, float | None, float | None, str]] = []
    for check in CHECKS:
        own = found[found["check"] == check]
        if check == "orphan" and links is None:
            rows.append((check, None, None, None, ""))
            continue
        example = own.sort_values("visitors", ascending=False, kind="stable")["url"]
        visitors = own["visitors"].sum(min_count=1) if len(own) else 0.0
        rows.append((check, len(own), len(own) / total, visitors, example.iloc[0] if len(own) else ""))
    table = pd.DataFrame(rows, columns=["check", "urls", "share", "visitors", "example"])
    return table.astype({"urls": "Int64", "share": "float64", "visitors": "float64"})


def evidence(urls: pd.DataFrame, *, links: pd.DataFrame | None = None, max_depth: int = 4) -> pd.DataFrame:
    """Returns each address with each fault that it has: one row per pair, in order of the checks.

    Parameters
    ----------
    urls : as in `pages`
    links : `url` and `to_url`, one row per link between pages, for the check "orphan"
    max_depth : the deepest level that is thought to be near enough, 1 or more

    Returns
    -------
    pandas.DataFrame
        `check`; `url`; `page`; `detail`: what tells it (the parameter, the part, the depth, the better address);
        `visitors`. Of a page with several addresses the better one is that with the fewest other faults; among those,
        with the most visitors, then the shortest.

    Raises
    ------
    TableError, ParameterError
        As `pages`, also for `links`; no address is a home page, which orphans need; `max_depth` cannot be.
    """
    _whole("max_depth", max_depth, least=1)
    known = pages(urls)
    plain = _plain(known, max_depth)
    faults = plain.groupby("url").size().reindex(known["url"], fill_value=0).to_numpy()
    order = known.assign(faults=faults, less=-known["visitors"].fillna(0.0), long=known["url"].str.len())
    better = order.sort_values(["faults", "less", "long", "url"]).groupby("page")["url"].first()
    twice = known.assign(detail=known["page"].map(better), check="duplicate")
    found = [plain, twice[twice["url"] != twice["detail"]]]
    if links is not None:
        cut_off = known[~known["page"].isin(_reached(known, links))]
        found.append(cut_off.assign(check="orphan", detail=""))
    table = pd.concat(found)[["check", "url", "page", "detail", "visitors"]]
    return table.sort_values("check", key=lambda c: c.map([*CHECKS].index), kind="stable").reset_index(drop=True)


def _plain(known: pd.DataFrame, max_depth: int) -> pd.DataFrame:
    """The faults that an address shows by itself, or beside the others' hosts."""
    hosts = Counter(host(urlsplit(url)) for url in known["url"])
    rows = []
    for url, page, depth, parameters, visitors in known.itertuples(index=False):
        told = urlsplit(url)
        mine, other = host(told), _other(host(told))
        last = unquote(([part for part in told.path.split(";")[0].split("/") if part] or [""])[-1])
        rows += [
            (check, url, page, detail, visitors)
            for check, detail in (
                ("insecure", "http" * (told.scheme.lower() == "http")),
                ("host", other * ((hosts[other], other) > (hosts[mine], mine))),
                ("session", next((name for name in names(told) if name.lower() in SESSION), "")),
                ("tracking", next((name for name in names(told) if TRACKING.fullmatch(name.lower())), "")),
                ("upper_case", "".join(sorted(set(re.findall("[A-Z]", unquote(told.path)))))),
                ("slug", last * bool(MUTE.fullmatch(last))),
                ("parameters", str(parameters) * (parameters > PARAMETERS_MAX)),
                ("deep", str(depth) * (depth > max_depth)),
            )
            if detail
        ]
    return pd.DataFrame(rows, columns=["check", "url", "page", "detail", "visitors"])


def _reached(known: pd.DataFrame, links: pd.DataFrame) -> set[str]:
    """The pages that links lead to from a home page, over any number of steps."""
    if "to_url" not in links:
        raise TableError(f"`links` has no columns ['to_url']; it has {[*links.columns]}.", "rename yours first.")
    home = set(known.loc[known["depth"] == 0, "page"])
    if not home:
        raise TableError(
            "`urls` has no home page, from which links are followed.", "add it, e.g. https://shop.example/."
        )
    page_of = [pages(links[[end]].rename(columns={end: "url"})).set_index("url")["page"] for end in ("url", "to_url")]
    leads: dict[str, set[str]] = {}
    for one, other in zip(links["url"].map(page_of[0]), links["to_url"].map(page_of[1]), strict=True):
        leads.setdefault(one, set()).add(other)
    reached, fresh = set(home), set(home)
    while fresh:
        fresh = {page for one in fresh for page in leads.get(one, set())} - reached
        reached |= fresh
    return reached


def _other(name: str) -> str:
    return name.removeprefix("www.") if name.startswith("www.") else f"www.{name}"


def _path(page: str) -> list[str]:
    return page.split("?")[0].rstrip("/").split("/")


def _sum(values: "pd.Series[float]") -> float:
    return float(values.sum(min_count=1))


def _whole(name: str, value: int, *, least: int = 0) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ParameterError(f"{name}={value!r} cannot be.", f"it is a whole number, {least} or more.")
