"""A site by its addresses: pages behind several of them, branches, faults, and what no link leads to."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic import site

SHOP = "https://shop.example"


def _urls(*paths: str, visitors: list[float] | None = None) -> pd.DataFrame:
    table = pd.DataFrame({"url": [path if "://" in path else SHOP + path for path in paths]})
    return table if visitors is None else table.assign(visitors=visitors)


def _found(*paths: str, **asked: object) -> set[tuple[str, str]]:
    table = site.evidence(_urls(*paths), **asked)  # type: ignore[arg-type]
    return {(check, url.removeprefix(SHOP)) for check, url in zip(table["check"], table["url"], strict=True)}


# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        "http://shop.example/bath/soap",
        "https://www.shop.example/bath/soap",
        "https://SHOP.example:443/bath/soap",
        f"{SHOP}/Bath/Soap",
        f"{SHOP}/bath/soap/",
        f"{SHOP}/bath/soap/index.html",
        f"{SHOP}/bath/soap#reviews",
        f"{SHOP}/bath/soap?utm_source=mail&spm=a1",
        f"{SHOP}/bath/soap?PHPSESSID=9f",
        f"{SHOP}/bath/soap;jsessionid=9f",
        f"{SHOP}/bath/%73oap",
    ],
)
def test_one_page_has_many_addresses(other):
    assert site.pages(_urls(other))["page"].tolist() == ["shop.example/bath/soap"]


@pytest.mark.parametrize("other", ["/bath", "/soap/bath", "/bath/soap?colour=red", "https://other.example/bath/soap"])
def test_other_pages_stay_others(other):
    assert site.pages(_urls(other))["page"].tolist() != ["shop.example/bath/soap"]


def test_parameters_that_choose_are_kept_in_one_order():
    table = site.pages(_urls("/list?b=2&a=1", "/list?a=1&b=2&gclid=x", visitors=[1, 2]))
    assert table["page"].tolist() == ["shop.example/list?a=1&b=2"] * 2
    assert table["parameters"].tolist() == [2, 2]


def test_the_same_address_twice_is_one_row():
    table = site.pages(_urls("/a", "/b", "/a", "/c", visitors=[1, 2, 3, float("nan")]))
    assert table["visitors"].tolist()[:2] == [4, 2]
    assert table["visitors"].isna().tolist() == [False, False, True]
    assert site.pages(_urls("/a"))["visitors"].isna().all()


def test_branches_stand_below_their_parents():
    urls = _urls(
        "/",
        "/bath",
        "/bath/soap",
        "/bath/towels/red",
        "/bath-mats/a",
        "/help",
        "/bath/soap/",
        visitors=[9, 8, 7, 6, 5, 4, 1],
    )
    table = site.tree(urls)
    assert table["branch"].str.removeprefix("shop.example").tolist() == ["", "/bath", "/bath/towels", "/bath-mats"]
    assert table["level"].tolist() == [0, 1, 2, 1]
    assert table["pages"].tolist() == [6, 3, 1, 1]
    assert table["branches"].tolist() == [3, 2, 1, 1]
    assert table["deepest"].tolist() == [3, 3, 3, 2]
    assert table["visitors"].tolist() == [40, 22, 6, 5]
    assert site.tree(urls, levels=0)["branch"].tolist() == ["shop.example"]
    assert site.tree(_urls("/a/b"))["visitors"].isna().all()


def test_each_fault_is_found_where_it_is_and_nowhere_else():
    good = ["/", "/bath", "/bath/soap-set-of-2", "/list?colour=red&size=l", "/a/b/c/d", "/bath/towel-40-cm"]
    assert _found(*good) == set()
    bad = {
        "/x?sid=9": "session", "/y;jsessionid=9": "session", "/z?utm_source=mail": "tracking", "/Bath2": "upper_case",
        "/p/10482": "slug", "/soap_bar": "slug", "/soap%20bar": "slug", "/q?a=1&b=2&c=3": "parameters",
        "/1/2/3/4/five": "deep", "http://shop.example/w": "insecure",
    }  # fmt: skip
    for path, check in bad.items():
        assert (check, path) in _found(*good, path), path
        assert {found for found, _ in _found(*good, path)} == {check}, path
    assert _found(*good, "https://www.shop.example/v") == {("host", "https://www.shop.example/v")}
    assert _found("/a/b", max_depth=1) == {("deep", "/a/b")}


def test_the_better_address_has_the_fewest_faults_then_the_most_visitors():
    urls = _urls("/Soap", "/soap/", "/soap", visitors=[99, 1, 5])
    table = site.evidence(urls).query("check == 'duplicate'")
    assert table["url"].tolist() == [f"{SHOP}/Soap", f"{SHOP}/soap/"]
    assert set(table["detail"]) == {f"{SHOP}/soap"}


def test_an_island_has_links_and_is_cut_off():
    urls = _urls("/", "/bath", "/bath/soap", "/sale", "/sale/soap", "/help")
    pairs = [("/", "/bath"), ("/Bath/", "/bath/soap"), ("/sale", "/sale/soap"), ("/sale/soap", "/sale"), ("/help", "/")]
    links = pd.DataFrame([(SHOP + one, SHOP + other) for one, other in pairs], columns=["url", "to_url"])
    assert {url for check, url in _found(*urls["url"], links=links)} == {"/sale", "/sale/soap", "/help"}
    table = site.audit(urls, links=links).set_index("check")
    assert table["urls"].loc["orphan"] == 3
    assert table["share"].loc["orphan"] == 0.5


def test_the_audit_has_a_row_for_every_check():
    table = site.audit(_urls("/", "/Soap", "/soap", visitors=[5, 2, 3])).set_index("check")
    assert table.index.tolist() == list(site.CHECKS)
    assert table["urls"].loc["duplicate"] == 1
    assert table["visitors"].loc["duplicate"] == 2
    assert table["example"].loc["duplicate"] == f"{SHOP}/Soap"
    assert table.loc["deep", ["urls", "share", "visitors"]].tolist() == [0, 0, 0]
    assert table.loc["orphan", ["urls", "share", "visitors"]].isna().all()  # no links, no telling


@pytest.mark.parametrize(
    "url", ["/bath", "shop.example/bath", "ftp://shop.example/", "https://", "https://[1", "", "https://a:b/"]
)
def test_what_is_no_whole_address(url):
    with pytest.raises(TableError, match=r"is no whole address\.\nHint: write each with its host"):
        site.pages(pd.DataFrame({"url": [url]}))


def test_tables_and_parameters_that_cannot_be():
    with pytest.raises(TableError, match=r"no columns \['url'\]"):
        site.tree(pd.DataFrame({"link": ["x"]}))
    with pytest.raises(TableError, match=r"`urls` has no address"):
        site.audit(pd.DataFrame({"url": [None]}))
    with pytest.raises(TableError, match=r"`urls\.visitors` holds what is no number"):
        site.pages(_urls("/a", visitors=[-1]))
    links = pd.DataFrame({"url": [SHOP], "to_url": [SHOP]})
    with pytest.raises(TableError, match=r"has no home page, from which links are followed"):
        site.evidence(_urls("/a"), links=links)
    with pytest.raises(TableError, match=r"`links` has no columns \['to_url'\]"):
        site.evidence(_urls("/"), links=links[["url"]])
    for wrong in (0, -1, 2.5, True):
        with pytest.raises(ParameterError, match=r"max_depth=.* cannot be"):
            site.audit(_urls("/"), max_depth=wrong)
    with pytest.raises(ParameterError, match=r"levels=-1 cannot be"):
        site.tree(_urls("/"), levels=-1)


# --- properties ------------------------------------------------------------------------------------------------------

paths = st.lists(
    st.lists(st.sampled_from(["Bath", "soap", "10482", "a b", "x"]), max_size=6).map("/".join), min_size=1, max_size=12
)


@settings(max_examples=40, deadline=None)
@given(paths, st.data())
def test_the_trunk_holds_everything_and_a_better_address_is_its_own(listed, data):
    visitors = data.draw(st.lists(st.integers(0, 99), min_size=len(listed), max_size=len(listed)))
    urls = _urls(*[f"/{path}" for path in listed], visitors=visitors)
    table, known = site.tree(urls, levels=9), site.pages(urls)
    trunk = table[table["level"] == 0].iloc[0]
    assert trunk["visitors"] == sum(visitors)
    assert trunk["pages"] == known["page"].nunique()
    twice = site.evidence(urls).query("check == 'duplicate'")
    assert len(twice) == len(known) - known["page"].nunique()
    assert not set(twice["url"]) & set(twice["detail"])
    again = site.pages("https://" + known["page"].to_frame("url"))["page"]  # a page's own address leads to it
    assert again.tolist() == known["page"].drop_duplicates().tolist()


# --- reference -------------------------------------------------------------------------------------------------------


def test_scheme_and_host_know_no_case():
    """RFC 3986, section 6.2.2.1 and 6.2.3: HTTP://EXAMPLE.com/, http://example.com and http://example.com:80/ agree."""
    urls = pd.DataFrame({"url": ["HTTP://EXAMPLE.com/", "http://example.com", "http://example.com:80/"]})
    assert site.pages(urls)["page"].nunique() == 1
