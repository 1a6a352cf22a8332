"""Search words and titles: layers, thin words, how titles are counted, what they cover, and drafts."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic import ads, keywords, titles

CUP, WARM, CAR, STEEL = "\u676f", "\u4fdd\u6e29\u676f", "\u8f66\u8f7d", "316\u4e0d\u9508\u94a2"
ROOTS = {"core": [CUP], "attribute": [STEEL], "scene": [CAR]}
DAILY = pd.DataFrame(
    {
        "keyword": [WARM, WARM, f"{WARM} {STEEL}", f"{CAR} {WARM}", "kettle", f"{CAR} {STEEL} {WARM}"],
        "visitors": [600, 400, 100, 50, 30, 1],
        "buyers": [6, 4, 5, 4, 0, 1],
        "revenue": [600.0, 400.0, 500.0, 400.0, 0.0, 100.0],
    }
)
WORDS = keywords.pyramid(DAILY, roots=ROOTS)

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_word_belongs_to_its_deepest_layer():
    assert WORDS["keyword"].tolist()[:2] == [WARM, f"{WARM} {STEEL}"]
    assert WORDS["layer"].tolist() == ["core", "attribute", "scene", "other", "scene"]
    assert WORDS["visitors"].tolist() == [1000, 100, 50, 30, 1]
    assert WORDS["conversion_rate"].tolist() == [0.01, 0.05, 0.08, 0, 1]


def test_one_lucky_visitor_is_not_believed():
    assert WORDS["conversion_rate"].idxmax() == 4
    assert WORDS["likely_rate"].loc[4] < 0.3
    assert WORDS["likely_rate"].loc[2] > 0.9 * 0.08  # fifty visitors are believed
    assert WORDS["likely_rate"].tolist() == ads.likely(WORDS["buyers"], WORDS["visitors"]).tolist()
    assert WORDS["likely_buyers"].tolist() == (WORDS["visitors"] * WORDS["likely_rate"]).tolist()


def test_layers_add_up():
    table = keywords.summarise(WORDS)
    assert table["layer"].tolist() == ["core", "attribute", "scene", "other"]
    assert table["words"].tolist() == [1, 1, 2, 1]
    assert table["buyers"].tolist() == [10, 5, 5, 0]
    assert table["buyer_share"].tolist() == [0.5, 0.25, 0.25, 0]
    assert table["conversion_rate"].tolist() == [0.01, 0.05, 5 / 51, 0]


def test_a_latin_root_is_a_whole_word_and_a_chinese_one_need_not_be():
    daily = pd.DataFrame({"keyword": ["scar cream", "Car mug"], "visitors": 1, "buyers": 0, "revenue": 0.0})
    words = keywords.pyramid(daily, roots={"core": ["mug"], "scene": ["car"]})
    assert words["layer"].tolist() == ["scene", "other"] if words["keyword"][0] == "Car mug" else ["other", "scene"]
    assert keywords.holds(f"{WARM}{CUP}", CUP) == 2


def test_words_of_no_layer_make_no_title():
    strange = WORDS[WORDS["layer"] == "other"]
    assert titles.build(strange) == ""
    assert titles.build(WORDS[:0], start="ACME") == "ACME"
    assert titles.audit("kettle", words=strange)["check"].tolist() == ["length", "repeats"]


def test_platforms_count_titles_differently():
    assert titles.length(f"ABC {WARM}") == 10
    assert titles.length(f"ABC {WARM}", wide=1) == 7
    assert titles.length("\uff21") == 2  # a full-width letter


def test_a_title_is_held_against_the_words():
    table = titles.audit(f"{WARM}{CAR}{CAR}", words=WORDS, limit=13).set_index("check")
    assert table["value"].loc["length"] == 14
    assert table["words"].loc["repeats"] == CAR
    assert table["passed"].to_dict() == {
        "length": False, "repeats": False, "core": True, "attribute": False, "scene": True
    }  # fmt: skip
    scene = WORDS[WORDS["layer"] == "scene"]["likely_buyers"]
    assert table["value"].loc["scene"] == pytest.approx(scene.iloc[0] / scene.sum())
    assert table["words"].loc["scene"] == f"{CAR} {STEEL} {WARM}"
    assert table["words"].loc["attribute"] == f"{WARM} {STEEL}"


def test_a_draft_takes_what_brings_most_for_its_length():
    assert titles.build(WORDS, limit=6) == WARM
    assert titles.build(WORDS, limit=5) == ""  # not even the first word fits
    full = titles.build(WORDS, start="ACME")
    assert full.startswith("ACME ")
    assert "kettle" not in full
    audit = titles.audit(full, words=WORDS)
    assert audit["passed"].all()
    assert audit["value"].tolist()[2:] == [1, 1, 1]


@pytest.mark.parametrize(
    ("roots", "said"),
    [
        ({"brand": ["x"]}, r"There is no layer `brand`\.\nHint: the layers are core, attribute, scene"),
        ({"core": []}, r"The layer `core` has no roots"),
        ({"core": [""]}, r"The layer `core` has no roots"),
        ({"core": "mug"}, r"The layer `core` is no list"),
        ({}, r"has no roots"),
    ],
)
def test_roots_that_cannot_be(roots, said):
    with pytest.raises(ParameterError, match=said):
        keywords.pyramid(DAILY, roots=roots)


def test_tables_and_parameters_that_cannot_be():
    with pytest.raises(TableError, match=r"no columns \['revenue'\]"):
        keywords.pyramid(DAILY.drop(columns="revenue"), roots=ROOTS)
    with pytest.raises(TableError, match=r"`daily\.visitors` holds what is no number of 0 or more"):
        keywords.pyramid(DAILY.assign(visitors="many"), roots=ROOTS)
    with pytest.raises(TableError, match=r"`daily` has more buyers than visitors"):
        keywords.pyramid(DAILY.assign(visitors=0), roots=ROOTS)
    with pytest.raises(TableError, match=r"no columns \['layer', 'likely_buyers'\]"):
        titles.audit("x", words=DAILY)
    for limit in (0, 60.5, True, "60"):
        with pytest.raises(ParameterError, match=r"limit=.* cannot be"):
            titles.build(WORDS, limit=limit)
    with pytest.raises(ParameterError, match=r"start='long' is longer than 3"):
        titles.build(WORDS, start="long", limit=3)
    for wide in (3, True, 0):
        with pytest.raises(ParameterError, match=r"wide=.* cannot be"):
            titles.length("x", wide=wide)


# --- properties ------------------------------------------------------------------------------------------------------

tables = st.lists(
    st.tuples(
        st.lists(st.sampled_from([WARM, STEEL, CAR, "mug", "red"]), min_size=1, max_size=3, unique=True),
        st.integers(1, 500), st.integers(0, 20),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(tables, st.integers(1, 40), st.sampled_from([1, 2]))
def test_a_draft_fits_repeats_nothing_and_a_longer_one_covers_no_less(rows, limit, wide):
    daily = pd.DataFrame([(" ".join(parts), n, min(b, n), b * 1.0) for parts, n, b in rows])
    daily.columns = ["keyword", "visitors", "buyers", "revenue"]
    words = keywords.pyramid(daily, roots={**ROOTS, "core": [CUP, "mug"]})
    table = keywords.summarise(words)
    assert table["visitors"].sum() == daily["visitors"].sum()
    draft = titles.build(words, limit=limit, wide=wide)
    audit = titles.audit(draft, words=words, limit=limit, wide=wide).set_index("check")
    assert audit["passed"].loc["length"]
    assert audit["passed"].loc["repeats"]
    assert audit["value"].drop(["length", "repeats"]).dropna().between(0, 1 + 1e-9).all()


# --- reference -------------------------------------------------------------------------------------------------------


def test_thirty_chinese_characters_fill_a_title_of_sixty():
    """Taobao's title takes 60 bytes in its own counting, that is 30 Chinese characters (its seller's manual)."""
    assert titles.length(WARM * 10) == 60
