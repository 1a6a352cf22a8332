"""Addresses of a site, and the page that each most likely leads to.

>>> urls = pd.DataFrame({"url": ["https://a.example/", "https://a.example/bath/soap", "http://www.a.example/Bath/soap/"]})
>>> pages(urls)[["page", "depth"]]
                  page  depth
0           a.example/      0
1  a.example/bath/soap      2
2  a.example/bath/soap      2
"""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

import pandas as pd

from ecomkit.errors import TableError

SESSION = {"sid", "sessionid", "session_id", "phpsessid", "jsessionid", "aspsessionid"}
TRACKING = re.compile(r"utm_\w+|gclid|fbclid|msclkid|spm|scm|ali_trackid|mc_cid|mc_eid")
INDEX = re.compile(r"(index|default)\.\w{2,5}", re.IGNORECASE)


def pages(urls: pd.DataFrame) -> pd.DataFrame:
    """Returns each address with the page that it most likely leads to.

    Addresses are one page if they differ only by http or https, www, upper case, a slash at the end, an index file,
    a session's id, tracking parameters, the order of parameters or a fragment. That is how shops usually work and not
    how each must: only the site itself tells whether two addresses show the same.

    Parameters
    ----------
    urls : `url`, each with its scheme and host, and `visitors` where known; the same address may stand in several rows

    Returns
    -------
    pandas.DataFrame, one row per different address, in their order
        `url`; `page` (host and path, and the parameters that choose what is shown); `depth` (parts of the path; 0 for
        the home page); `parameters` (how many choose what is shown); `visitors` (summed; missing where not known).

    Raises
    ------
    TableError
        There is no column `url`, no address, or one that has no scheme and host; visitors are no numbers.
    """
    if "url" not in urls:
        raise TableError(f"`urls` has no columns ['url']; it has {[*urls.columns]}.", "rename yours first.")
    came = pd.to_numeric(urls.get("visitors", pd.Series(float("nan"), urls.index)), errors="coerce").astype(float)
    if "visitors" in urls and ((came.isna() & urls["visitors"].notna()) | (came < 0)).any():
        raise TableError("`urls.visitors` holds what is no number of 0 or more.", "leave out what is not known.")
    known = urls[["url"]].assign(visitors=came).dropna(subset="url").astype({"url": str})
    known = known.groupby("url", sort=False)["visitors"].sum(min_count=1).reset_index()
    parts = [_split(url) for url in known["url"]]
    bad = [url for url, part in zip(known["url"], parts, strict=True) if part is None]
    if bad or known.empty:
        seen = f"`{bad[0]}` is no whole address" if bad else "`urls` has no address"
        raise TableError(f"{seen}.", "write each with its host, e.g. https://shop.example/bath.")
    told = [_page(part) for part in parts if part is not None]
    table = pd.DataFrame(told, columns=["page", "depth", "parameters"])
    return pd.concat([known[["url"]], table, known[["visitors"]]], axis=1)


def _split(url: str) -> SplitResult | None:
    try:
        told = urlsplit(url.strip())
        return told if told.scheme.lower() in ("http", "https") and told.hostname and told.port != 0 else None
    except ValueError:  # brackets that are not closed, or a port that is no number
        return None


def _page(told: SplitResult) -> tuple[str, int, int]:
    """The page of an address, the depth of its path, and how many parameters choose what is shown."""
    path = [part for part in unquote(told.path.split(";")[0]).lower().split("/") if part]
    path = path[:-1] if path and INDEX.fullmatch(path[-1]) else path
    chosen = sorted(
        (name.lower(), value)
        for name, value in parse_qsl(told.query, keep_blank_values=True)
        if name.lower() not in SESSION and not TRACKING.fullmatch(name.lower())
    )
    bare = host(told).removeprefix("www.")
    page = f"{bare}/{'/'.join(path)}" + (f"?{urlencode(chosen)}" if chosen else "")
    return page, len(path), len(chosen)


def host(told: SplitResult) -> str:
    """The host, with its port where that is not the usual one."""
    port = told.port if told.port not in (None, 80, 443) else None
    return f"{told.hostname}:{port}" if port else str(told.hostname)


def names(told: SplitResult) -> Iterator[str]:
    """The names of all parameters, also of those that stand in the path after a semicolon."""
    yield from (name for name, _ in parse_qsl(told.query, keep_blank_values=True))
    yield from (part.partition("=")[0] for part in told.path.split(";")[1:])
