"""The catalog names every public data set, where it comes from and how to know its files."""

import re

import pytest

from ecomkit.data import catalog
from ecomkit.data.store import open_store
from ecomkit.errors import MissingDataError, ParameterError

# by hand


def test_table_has_all_sets():
    table = catalog.table().set_index("name")
    assert len(table) == 12
    assert table.index[table["has_reader"]].tolist() == ["online_retail_ii", "olist", "m5"]
    assert table.loc["online_retail_ii", ["licence", "currency", "timezone"]].tolist() == [
        "CC BY 4.0",
        "GBP",
        "Europe/London",
    ]
    assert (table["files"] > 0).all()
    assert (table[["title", "what", "publisher", "licence", "know"]] != "").all(axis=None)


def test_every_file_has_a_digest():
    for name in catalog.table()["name"]:
        for file, digest in catalog.entry(name)["files"].items():
            assert re.fullmatch("[0-9a-f]{64}", digest), (name, file)


def test_unknown_set():
    with pytest.raises(ParameterError, match=r"no public data set 'olits' in the catalog.\nHint: did you mean 'olist'"):
        catalog.entry("olits")


def test_absent_set_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMKIT_DATA", str(tmp_path))
    assert not catalog.table()["is_here"].any()
    with pytest.raises(
        MissingDataError, match=r"'online_retail_ii'.*CC BY 4.0(?s:.*)Hint: put online_retail_II.xlsx of UCI"
    ) as caught:
        open_store("online_retail_ii")
    assert str(tmp_path) in str(caught.value)
    assert "(the .xlsx saved as .csv, its sheets one after the other)" in str(caught.value)
    with pytest.raises(MissingDataError) as caught:
        open_store("olist")
    assert "xlsx" not in str(caught.value)


def test_set_without_a_reader(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMKIT_DATA", str(tmp_path))
    (tmp_path / "cdnow").mkdir()
    assert catalog.path("cdnow") == tmp_path / "cdnow"
    with pytest.raises(ParameterError, match="'cdnow' has no reader yet"):
        catalog.read("cdnow")


def test_verify_sees_other_and_missing_files(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMKIT_DATA", str(tmp_path))
    (tmp_path / "ab_udacity").mkdir()
    (tmp_path / "ab_udacity" / "ab_data.parquet").write_bytes(b"something else")
    found = catalog.verify("ab_udacity").set_index("file")
    assert found["seen"].notna().to_dict() == {"ab_data.parquet": True, "countries.parquet": False}
    assert not found["is_same"].any()


def test_entry_is_a_copy():
    catalog.entry("olist")["title"] = "changed"
    assert catalog.entry("olist")["title"] == "Olist"


# reference: the delivered data sets


@pytest.mark.parametrize("name", ["online_retail_ii", "olist"])
def test_delivered_files_are_the_named_ones(name):
    try:
        found = catalog.verify(name)
    except MissingDataError as error:
        pytest.skip(str(error).splitlines()[0])
    assert found["is_same"].all()


@pytest.mark.parametrize(("name", "orders", "more"), [("online_retail_ii", 39_516, []), ("olist", 98_666, ["reviews"])])
def test_public_sets_open_as_stores(name, orders, more):
    try:
        store = open_store(name)
    except MissingDataError as error:
        pytest.skip(str(error).splitlines()[0])
    assert store.tables == ["orders", "order_lines", "refunds", *more, "products"]
    assert len(store.orders) == orders
    assert list(store.report.columns) == ["outcome", "what", "rows", "money"]
    assert store.start <= store.complete[0] < store.complete[1] < store.end
