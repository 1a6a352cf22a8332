"""The metric dictionary covers what is computed, in both languages."""

import re

import pytest

from ecomkit.data.tables import TABLES
from ecomkit.diagnosis import metrics
from ecomkit.diagnosis.dictionary import OVER, dictionary
from ecomkit.errors import ParameterError

# by hand


def test_every_computed_metric_is_explained():
    keys = set(dictionary()["key"])
    assert keys >= {*metrics.SUMS, *metrics.RATES, "customers", "new_customers", "repeat_rate"}
    assert len(keys) == len(dictionary())


def test_no_cell_is_empty():
    table = dictionary()
    assert table.notna().all(axis=None)
    assert (table != "").all(axis=None)


def test_one_language():
    en, zh = dictionary("en").set_index("key"), dictionary("zh").set_index("key")
    assert list(en.columns) == list(zh.columns)
    assert en.loc["amount_per_order", "name"] == "Sales per order (AOV)"
    assert all(text.isascii() for text in en["name"] + en["platforms"])
    assert not any(text.isascii() for text in zh["platforms"])
    with pytest.raises(ParameterError, match="lang='fr' is not known"):
        dictionary("fr")


def test_formulas_of_rates_are_those_computed():
    formulas = dictionary().set_index("key")["formula"]
    for rate, (upper, lower) in metrics.RATES.items():
        assert formulas[rate].startswith(f"{upper} / {lower}")


def test_flags():
    table = dictionary().set_index("key")
    for over in OVER:
        assert set(table[f"sum_over_{over}"]) <= {"yes", "repeats", "no"}
        assert (table.loc[list(metrics.RATES), f"sum_over_{over}"] == "no").all()
    assert (table.loc[list(metrics.SUMS), "sum_over_days"] != "no").all()
    assert table.loc["orders", "sum_over_products"] == "no"


# reference


def test_formulas_speak_of_real_columns():
    columns = {f"{table}.{column.name}" for table, spec in TABLES.items() for column in spec.columns}
    words = {word.strip(",;()") for formula in dictionary()["formula"] for word in formula.split() if "." in word}
    assert words
    assert words <= columns


def test_formulas_in_chinese_speak_of_the_same_columns_and_hold_no_english_word():
    names = {*dictionary()["key"], "age"} | {column.name for table in TABLES.values() for column in table.columns}
    english, chinese = (dictionary(lang).set_index("key")["formula"] for lang in ("en", "zh"))
    for key, said in chinese.items():
        words = re.findall(r"[a-z_]+(?:[.][a-z_]+)?", said)
        assert [word for word in words if word.rpartition(".")[2] not in names] == [], key
        assert {word.strip(",;()") for word in english[key].split() if "." in word} <= set(words), key
