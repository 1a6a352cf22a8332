"""The words and texts of lesson 17: they agree with the learner's store, and hold what the lesson wants found."""

import pytest

from ecomkit.course import my_store, record, search_words
from ecomkit.operations import compliance
from ecomkit.report import text
from ecomkit.traffic import keywords


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_words_are_those_of_the_product(lang: str) -> None:
    text.use(lang)
    daily = search_words.search_words()
    sold = my_store().product_daily.filter("product_id = 'P01'").df()
    assert 0.55 < daily["visitors"].sum() / sold["visitors"].sum() < 0.65
    assert 0.5 < daily["buyers"].sum() / sold["buyers"].sum() < 0.7
    assert (daily["buyers"] <= daily["visitors"]).all()
    daily.loc[:, "buyers"] = 0
    assert search_words.search_words()["buyers"].sum() > 0  # each caller has a table of their own


@pytest.mark.parametrize("seed", [20, 4711])
def test_the_biggest_word_sells_least_and_the_luckiest_is_not_the_best(seed: int) -> None:
    record.save(record.Record(seed))
    words = keywords.pyramid(search_words.search_words(), roots=search_words.roots()).set_index("keyword")
    assert set(words["layer"]) == {"core", "attribute", "scene"}
    assert words["visitors"].idxmax() == "bottle"
    assert words["conversion_rate"]["bottle"] < 0.5 * words["buyers"].sum() / words["visitors"].sum()
    assert words["conversion_rate"].idxmax() == "camping travel mug" != words["likely_rate"].idxmax()


def test_the_quick_search_is_wrong_in_both_ways() -> None:
    for lang in ("zh", "en"):
        text.use(lang)
        texts = search_words.texts()
        quick = set(texts.index[texts.str.contains(search_words.suspicious(), case=False)])
        found = compliance.scan(texts)
        guilty = set(found.loc[found["exception"] == "", "text"])
        assert quick - guilty
        assert guilty - quick
        assert guilty == {"t1", "t5", "t6"}
