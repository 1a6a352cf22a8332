"""The addresses of lesson 20: they agree with the learner's store, and hold what the lesson wants found."""

import pytest

from ecomkit.course import my_store, own_site, record
from ecomkit.traffic import site


@pytest.mark.parametrize("seed", [20, 4711])
def test_the_best_seller_comes_first_only_when_its_addresses_are_brought_together(seed: int) -> None:
    record.save(record.Record(seed))
    urls = own_site.addresses()
    sold = my_store().product_daily.aggregate("product_id, sum(visitors)::BIGINT AS v", "product_id").df()
    known = site.pages(urls)
    sums = known.groupby("page")["visitors"].sum()
    assert sums.max() == sold["v"].max()
    assert known.loc[known["visitors"].idxmax(), "page"] != sums.idxmax()
    tree = site.tree(urls, levels=1).query("level == 1").set_index("branch")
    assert (tree["visitors"] / tree["pages"]).idxmax() != tree["visitors"].idxmax()


def test_an_island_has_links_and_only_a_walk_finds_it() -> None:
    urls, links = own_site.addresses(), own_site.links()
    linked = set(site.pages(links[["to_url"]].set_axis(["url"], axis=1))["page"])
    assert set(site.pages(urls)["page"]) == linked
    orphans = site.evidence(urls, links=links).query("check == 'orphan'")["url"]
    assert orphans.tolist() == [own_site.HOST + path for path in own_site.ISLAND]
    urls.loc[:, "visitors"] = 0
    assert own_site.addresses()["visitors"].sum() > 0  # each caller has a table of their own
