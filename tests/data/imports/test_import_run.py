"""The import as a user meets it: a store made, made again, brought up to date, and left alone where something fails."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ecomkit.cli import main
from ecomkit.data.imports import import_files
from ecomkit.data.store import open_store, write_store
from ecomkit.errors import ParameterError, TableError

HEADER = "订单编号,买家会员名,买家实际支付金额,订单状态,订单付款时间,退款金额,宝贝总数量"
ROWS = [
    '="35153131473293579",mei,100.00,交易成功,2025-09-01 10:00:00,0.00,2',
    '="35153131473293580",mei,"1,050.50",买家已付款，等待卖家发货,2025-09-02 10:00:00,0.00,1',
    '="35153131473293581",li,0.00,等待买家付款,,0.00,1',
]


def _write(path: Path, rows: list[str], header: str = HEADER, encoding: str = "gb18030") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(("\r\n".join([header, *rows]) + "\r\n").encode(encoding))
    return path


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_three_rows_become_two_orders(tmp_path: Path) -> None:
    done = import_files([_write(tmp_path / "我的 导出" / "Export List.csv", ROWS)], to=tmp_path / "mine")
    told = done.files[0]
    assert (told.read, told.written, told.profile, told.encoding) == (3, 2, "taobao_orders", "gb18030")
    assert told.dropped == {"not paid": {"rows": 1, "first_rows": [4]}}
    assert told.converted == {"买家实际支付金额": {"unit": "", "texts": 1, "comma": False}}
    with open_store(tmp_path / "mine") as store:
        orders = store.orders.df().sort_values("order_id")
        assert (store.currency, store.timezone) == ("CNY", "Asia/Shanghai")
    assert orders["order_id"].tolist() == ["35153131473293579", "35153131473293580"]
    assert orders["revenue"].tolist() == [100.0, 1050.5]
    assert orders["customer_id"].nunique() == 1
    assert "mei" not in orders.to_csv()
    assert orders["platform"].unique().tolist() == ["taobao"]


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", ROWS)
    import_files([file], to=tmp_path / "mine")
    before = _snapshot(tmp_path / "mine")
    again = import_files([file], to=tmp_path / "mine")
    after = _snapshot(tmp_path / "mine")
    assert again.tables == {"orders": {"rows": 2, "new": 0, "changed": 0}}
    assert {k: v for k, v in after.items() if "report" not in k} == {
        k: v for k, v in before.items() if "report" not in k
    }


def test_a_later_export_updates_status_and_refunds_and_an_older_one_does_not(tmp_path: Path) -> None:
    old = _write(tmp_path / "a.csv", ROWS)
    later = [ROWS[1].replace("买家已付款，等待卖家发货", "交易关闭").replace(",0.00,1", ",50.50,1")]
    later.append('="35153131473293999",wang,20.00,交易成功,2025-09-03 10:00:00,0.00,1')
    new = _write(tmp_path / "b.csv", later)
    import_files([old], to=tmp_path / "mine")
    done = import_files([new], to=tmp_path / "mine")
    assert done.tables == {"orders": {"rows": 3, "new": 1, "changed": 1}}
    import_files([old], to=tmp_path / "mine")
    with open_store(tmp_path / "mine") as store:
        orders = store.orders.df().set_index("order_id")
    assert len(orders) == 3
    assert orders.loc["35153131473293580", ["status", "refund_amount"]].tolist() == ["交易关闭", 50.5]


def test_a_store_that_was_written_by_hand_is_imported_into(tmp_path: Path) -> None:
    import pandas as pd

    mine = pd.DataFrame(
        {"order_id": ["1"], "customer_id": ["c"], "order_date": pd.to_datetime(["2025-08-01"]), "revenue": [5.0]}
    )
    events = pd.DataFrame({"user_id": ["c"], "event_time": pd.to_datetime(["2025-08-01"]), "event_name": ["purchase"]})
    write_store(
        tmp_path / "mine", {"orders": mine, "events": events}, name="Mine", currency="CNY", timezone="Asia/Shanghai"
    )
    import_files([_write(tmp_path / "a.csv", ROWS)], to=tmp_path / "mine")
    with open_store(tmp_path / "mine") as store:
        assert (store.name, len(store.orders), len(store.events)) == ("Mine", 3, 1)


def test_two_shops_that_number_their_orders_alike_stay_apart(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", ROWS)
    import_files([file], to=tmp_path / "mine", store_id="north")
    import_files([file], to=tmp_path / "mine", store_id="south")
    with open_store(tmp_path / "mine") as store:
        orders = store.orders.df()
    assert sorted(orders["order_id"].str.partition(":")[0]) == ["north", "north", "south", "south"]
    assert set(orders["platform"]) == {"taobao north", "taobao south"}


def test_two_shops_of_a_platform_have_traffic_of_their_own(tmp_path: Path) -> None:
    header = "统计日期,访客数,浏览量,支付买家数,支付金额,客单价"
    for shop, visitors in (("north", 400), ("south", 300), ("north", 450)):
        day = _write(tmp_path / "shop.csv", [f"2025-09-01,{visitors},900,1,100.00,100.00"], header)
        import_files([day], to=tmp_path / "mine", store_id=shop)
    with open_store(tmp_path / "mine") as store:
        told = store.traffic_daily.project("platform, visitors").order("platform").fetchall()
    assert told == [("taobao north", 450), ("taobao south", 300)]


# --- what fails leaves all as it was ---------------------------------------------------------------------------------


def test_a_file_that_is_refused_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    import_files([_write(tmp_path / "a.csv", ROWS)], to=tmp_path / "mine")
    before = _snapshot(tmp_path / "mine")
    with pytest.raises(TableError, match=r"No profile knows 'x\.csv'"):
        import_files([_write(tmp_path / "b.csv", ROWS), _write(tmp_path / "x.csv", ["1"], "a,b")], to=tmp_path / "mine")
    assert _snapshot(tmp_path / "mine") == before
    with pytest.raises(TableError, match="No profile knows"):
        import_files([tmp_path / "x.csv"], to=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_nearest_profile_and_what_it_lacks_are_told(tmp_path: Path) -> None:
    file = _write(tmp_path / "x.csv", ["1,a,2"], "订单编号,买家会员名,买家实际支付金额,订单状态")
    with pytest.raises(TableError, match=r"Nearest: taobao_orders \(lacks 订单付款时间\)"):
        import_files([file], to=tmp_path / "mine")


def test_a_folder_is_searched_and_strangers_are_told(tmp_path: Path) -> None:
    _write(tmp_path / "in" / "a.csv", ROWS)
    _write(tmp_path / "in" / "deep" / "notes.csv", ["1"], "a,b")
    done = import_files([tmp_path / "in"], to=tmp_path / "mine")
    assert [told.file for told in done.files] == ["a.csv"]
    assert list(done.refused) == ["deep/notes.csv"]


@pytest.mark.skipif(os.name != "posix", reason="signals to another process are POSIX")
@pytest.mark.parametrize("moment", ["typed.read", "merge.fold", "keep._write_table", "keep.write_json"])
def test_kill_9_leaves_the_store_as_it_was(tmp_path: Path, moment: str) -> None:
    """The process is killed at the end of a step of the import, the last being the writing of the new manifest."""
    import_files([_write(tmp_path / "a.csv", ROWS)], to=tmp_path / "mine")
    more = _write(tmp_path / "b.csv", ['="35153131473293999",wang,20.00,交易成功,2025-09-03 10:00:00,0.00,1'])
    before = _snapshot(tmp_path / "mine")
    module, function = moment.split(".")
    code = f"""
import os, signal, sys
from ecomkit.data.imports import import_files, keep, merge, take, typed
def killed(*args, **kwargs):
    if {function!r} != 'write_json':
        whole(*args, **kwargs)
    else:
        args[0].with_name(f'.{{args[0].name}}.new').write_text('{{"name')
    os.kill(os.getpid(), signal.SIGKILL)
whole = {module}.{function}
for place in ({module}, take):
    if hasattr(place, {function!r}):
        setattr(place, {function!r}, killed)
import_files([{str(more)!r}], to={str(tmp_path / "mine")!r})
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    after = _snapshot(tmp_path / "mine")
    assert {k: v for k, v in after.items() if k in before} == before
    with open_store(tmp_path / "mine") as store:
        assert len(store.orders) == 2
    import_files([more], to=tmp_path / "mine")
    with open_store(tmp_path / "mine") as store:
        assert len(store.orders) == 3
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == ["import_report.json", "store.json", "tables-2"]


def test_two_imports_at_once_are_refused(tmp_path: Path) -> None:
    from ecomkit.data.imports import keep

    file = _write(tmp_path / "a.csv", ROWS)
    with keep.opened(tmp_path / "mine"), pytest.raises(ParameterError, match="Another import is writing"):
        import_files([file], to=tmp_path / "mine")


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_imports_and_explains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _write(tmp_path / "a.csv", ROWS)
    assert main(["import", str(file), "--to", str(tmp_path / "mine"), "--tz", "Asia/Shanghai", "--lang", "zh"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "共读取 3 行，2 行已入库，1 行未导入。"
    assert "  未导入：未付款，1 行（第 4 行）" in out
    assert out[-2:] == [str(tmp_path / "mine" / "import_report.html"), str(tmp_path / "mine")]
    assert "导入报告" in (tmp_path / "mine" / "import_report.html").read_text(encoding="utf-8")
    report = json.loads((tmp_path / "mine" / "import_report.json").read_text(encoding="utf-8"))
    assert report["files"][0]["totals"]["revenue"] == 1150.5
    assert main(["import", "--explain", str(file)]) == 0
    assert "orders.revenue               买家实际支付金额" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Import what, and where to?"),
        (["nowhere.csv", "--to", "mine"], "There is no file 'nowhere.csv'"),
        (["a.csv", "--to", "mine", "--tz", "Mars/Base"], "--tz Mars/Base is no IANA time zone"),
        (["a.csv", "--to", "mine", "--as", "ebay"], "There is no profile 'ebay'"),
    ],
)
def test_a_wrong_call_is_told(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path / "a.csv", ROWS)
    assert main(["import", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "\nHint: " in err
    assert not (tmp_path / "mine").exists()
