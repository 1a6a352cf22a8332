"""The files of a store: read as they come, written whole or not at all."""

import json
import os
import string

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomkit.data import folder
from ecomkit.data.store import open_store, write_store
from ecomkit.errors import MissingTableError, ParameterError, TableError

PLACE = {"name": "Shop", "currency": "CNY", "timezone": "Asia/Shanghai"}


@pytest.fixture
def orders() -> pd.DataFrame:
    day = pd.to_datetime(["2025-01-01 10:00", "2025-01-02 11:00"])
    return pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "b"], "order_date": day, "revenue": [1.5, 2.5]})


def files(path):
    return {item.name: item.read_bytes() for item in path.iterdir()}


# by hand


def test_csv_and_parts(tmp_path, orders):
    (tmp_path / "store.json").write_text(json.dumps(PLACE))
    orders.assign(order_id=["35153131473293579", "007"]).to_csv(tmp_path / "orders.csv", index=False)
    (tmp_path / "traffic_daily").mkdir()
    for part, visitors in ((1, 10), (2, 20)):
        day = pd.DataFrame({"date": [pd.Timestamp(2025, 1, part).date()], "source": "search", "visitors": visitors})
        day.to_parquet(tmp_path / "traffic_daily" / f"part{part}.parquet")
    (tmp_path / "notes.csv").write_text("a\n1\n")
    store = open_store(tmp_path)
    assert store.tables == ["orders", "traffic_daily"]
    assert store.orders.df()["order_id"].tolist() == ["35153131473293579", "007"]
    assert store.orders.df()["revenue"].sum() == 4.0
    assert store.traffic_daily.df()["visitors"].tolist() == [10, 20]
    assert repr(store).endswith("  not used: notes.csv")


def test_parquet_wins_over_csv(tmp_path, orders):
    path = write_store(tmp_path / "s", {"orders": orders}, **PLACE)
    orders.head(1).to_csv(path / "orders.csv", index=False)
    store = open_store(path)
    assert len(store.orders.df()) == 2
    assert store.others == ["orders.csv"]


def test_zoned_times_become_the_stores_clock(tmp_path, orders):
    utc = orders.assign(order_date=orders["order_date"].dt.tz_localize("UTC"))
    path = write_store(tmp_path / "s", {"orders": utc}, **PLACE)
    assert open_store(path).orders.df()["order_date"].iloc[0] == pd.Timestamp("2025-01-01 18:00")
    duckdb.from_arrow(pa.Table.from_pandas(utc)).write_parquet(str(path / "orders.parquet"))
    assert open_store(path).orders.df()["order_date"].iloc[0] == pd.Timestamp("2025-01-01 18:00")


def test_every_kind_of_frame(tmp_path, orders):
    kinds = [orders, pl.from_pandas(orders), pl.from_pandas(orders).lazy(), pa.Table.from_pandas(orders)]
    kinds.append(duckdb.connect().from_arrow(kinds[3]))
    seen = [open_store(write_store(tmp_path / f"{i}", {"orders": k}, **PLACE)).orders.df() for i, k in enumerate(kinds)]
    for frame in seen:
        pd.testing.assert_frame_equal(frame, orders, check_dtype=False)


def test_complete_days(tmp_path, orders):
    path = write_store(tmp_path / "s", {"orders": orders}, **PLACE)
    manifest = json.loads((path / "store.json").read_text())
    assert manifest["tables"] == {"orders": 2}
    (path / "store.json").write_text(json.dumps(manifest | {"complete": ["2025-01-01", "2025-01-01"]}))
    assert str(open_store(path).complete[1]) == "2025-01-01"
    (path / "store.json").write_text(json.dumps(manifest | {"complete": ["2025-01-02", "2025-01-01"]}))
    with pytest.raises(ParameterError, match="is no pair of days"):
        open_store(path)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (None, r"has no store.json; it holds \['orders'\].*\nHint: write one there"),
        ("{", "is no valid manifest"),
        ("[]", "is no valid manifest"),
        ('{"name": "x"}', "is no valid manifest: KeyError"),
        ('{"name": 1, "currency": "CNY", "timezone": "UTC"}', r"\['name'\] must be text"),
        ('{"name": "x", "currency": "yuan", "timezone": "UTC"}', "no ISO 4217 code"),
        ('{"name": "x", "currency": "CNY", "timezone": "Asia/Nowhere"}', "no IANA time zone"),
        ('{"name": "x", "currency": "CNY", "timezone": "../etc"}', "no IANA time zone"),
    ],
)
def test_bad_manifest(tmp_path, orders, manifest, message):
    orders.to_csv(tmp_path / "orders.csv", index=False)
    if manifest is not None:
        (tmp_path / "store.json").write_text(manifest)
    with pytest.raises(ParameterError, match=message):
        open_store(tmp_path)


def test_broken_and_lost_files(tmp_path, orders):
    path = write_store(tmp_path / "s", {"orders": orders}, **PLACE)
    (path / "refunds.parquet").write_bytes(b"not parquet at all, but long enough")
    with pytest.raises(TableError, match=r"`refunds` cannot be read from .*refunds.parquet"):
        open_store(path)
    (path / "refunds.parquet").unlink()
    (path / "orders.parquet").unlink()
    with pytest.raises(MissingTableError, match=r"lists the tables \['orders'\], which are not in the folder"):
        open_store(path)


def test_float_ids_are_refused(tmp_path, orders):
    path = write_store(tmp_path / "s", {"orders": orders}, **PLACE)
    orders.assign(order_id=[1.0, 2.0]).to_parquet(path / "orders.parquet")
    with pytest.raises(TableError, match=r"`orders\.order_id` holds decimals"):
        open_store(path)


def test_invalid_tables_are_refused(tmp_path, orders):
    bad = orders.assign(order_id=["1", "1"], revenue=[-1.0, 2.0])
    with pytest.raises(
        TableError, match=r"(?s)cannot be stored.*`orders`.*revenue +negative +1.*order_id +duplicate +2"
    ):
        write_store(tmp_path / "s", {"orders": bad}, **PLACE)
    with pytest.raises(TableError, match=r"no tables \['order'\].*\nHint: did you mean `orders`"):
        write_store(tmp_path / "s", {"order": orders}, **PLACE)
    assert list(tmp_path.iterdir()) == []


def test_other_folders_are_not_overwritten(tmp_path, orders):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(ParameterError, match=r"holds other files \(\['thesis.docx'\]\)"):
        write_store(tmp_path, {"orders": orders}, **PLACE)
    with pytest.raises(ParameterError, match="is a file"):
        write_store(tmp_path / "thesis.docx", {"orders": orders}, **PLACE)
    assert files(tmp_path) == {"thesis.docx": b"years of work"}


def test_a_place_that_cannot_be_written_is_refused(tmp_path, orders):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ParameterError, match=r"Cannot write to .*file.*\nHint: "):
        write_store(tmp_path / "file" / "s", {"orders": orders}, **PLACE)


def test_input_is_not_changed(tmp_path, orders):
    copy = orders.copy(deep=True)
    write_store(tmp_path / "s", {"orders": orders}, **PLACE)
    pd.testing.assert_frame_equal(orders, copy)


@pytest.mark.parametrize("step", ["_write_table", "_swap", "rename"])
def test_a_crash_leaves_the_old_store(tmp_path, orders, monkeypatch, step):
    path = write_store(tmp_path / "s", {"orders": orders}, **PLACE)
    before = files(path)
    calls = []

    def fail(*arguments):
        calls.append(arguments)
        raise OSError("disk full")

    def fail_second(self, target):
        calls.append(target)
        return fail() if len(calls) == 2 else os.rename(self, target)

    if step == "rename":
        monkeypatch.setattr(folder.Path, "rename", fail_second)
    else:
        monkeypatch.setattr(folder, step, fail)
    with pytest.raises(OSError, match="disk full"):
        write_store(path, {"orders": orders.head(1)}, **PLACE)
    assert calls
    assert files(path) == before
    assert [item.name for item in tmp_path.iterdir()] == ["s"]


def test_a_store_is_replaced_whole(tmp_path, orders):
    path = write_store(tmp_path / "s", {"orders": orders}, **PLACE)
    orders.to_csv(path / "refunds.csv")
    write_store(path, {"orders": orders.head(1)}, **PLACE)
    assert sorted(files(path)) == ["orders.parquet", "store.json"]
    assert len(open_store(path).orders.df()) == 1


# properties


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(string.ascii_letters + "[]*?{}' äß", min_size=1, max_size=8).map(str.strip).filter(bool))
def test_any_folder_name(tmp_path, name):
    day = pd.Timestamp(2025, 1, 1)
    one = pd.DataFrame({"order_id": ["1"], "customer_id": ["a"], "order_date": [day], "revenue": [1.0]})
    path = write_store(tmp_path / name, {"orders": one}, **PLACE)
    assert open_store(path).orders.df()["revenue"].tolist() == [1.0]
