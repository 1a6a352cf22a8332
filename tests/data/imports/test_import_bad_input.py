"""Bad input that was tried: each file is read truly, refused with a hint, or its loss is told row by row."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from ecomkit.cli import main
from ecomkit.data.imports import Imported, gather, import_files, typed
from ecomkit.data.store import open_store
from ecomkit.errors import TableError

HEADER = "订单编号,买家会员名,买家实际支付金额,订单状态,订单付款时间,退款金额,宝贝总数量"
ROW = "{},mei,100.00,交易成功,2025-09-0{} 10:00:00,0.00,2"
ROWS = [ROW.format(f"3515313147329357{n}", n) for n in range(1, 6)]
SHOPIFY = "Name,Email,Financial Status,Paid at,Currency,Total,Lineitem quantity,Lineitem name,Lineitem price"


def _write(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((end.join([header, *rows]) + end).encode(encoding))
    return path


def _import(file: Path, tmp_path: Path) -> tuple[Imported, float]:
    done = import_files([file], to=tmp_path / "mine", timezone="Asia/Shanghai")
    told = done.files[0]
    assert told.read == told.written + sum(reason["rows"] for reason in told.dropped.values())
    with open_store(done.store) as store:
        return done, store.orders.aggregate("sum(revenue)").fetchall()[0][0] or 0.0


def _dropped(done: Imported) -> dict[str, int]:
    return {why: reason["rows"] for why, reason in done.files[0].dropped.items()}


# --- text ------------------------------------------------------------------------------------------------------------


def test_a_file_that_ends_within_a_row_loses_that_row_and_says_so(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", *ROWS)
    file.write_bytes(file.read_bytes()[:-25])
    done, paid = _import(file, tmp_path)
    assert (_dropped(done), paid) == ({"fewer cells than the header": 1}, 400.0)
    assert done.files[0].dropped["fewer cells than the header"]["first_rows"] == [6]


def test_bytes_that_are_no_text_lose_their_row_and_say_so(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", *ROWS)
    raw = file.read_bytes()
    place = raw.index(b"mei", raw.index(b"2025-09-03"))  # in the row of the fourth of September
    file.write_bytes(raw + b"3515313147329358,m\xff\xfei,7.00,x,2025-09-04 10:00:00,0,1\n" if place < 0 else raw)
    _done, paid = _import(file, tmp_path)
    assert paid == 500.0


def test_a_quote_that_is_not_closed_loses_its_rows_and_says_so(tmp_path: Path) -> None:
    broken = [*ROWS[:2], '35153131473293573,"mei,100.00,x,2025-09-03 10:00:00,0.00,2', *ROWS[3:]]
    done, paid = _import(_write(tmp_path / "a.csv", *broken), tmp_path)
    assert paid == 500.0 - 100.0 * sum(_dropped(done).values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_matter(encoding: str, end: str, tmp_path: Path) -> None:
    _done, paid = _import(_write(tmp_path / "我的 导出" / "a b.csv", *ROWS, encoding=encoding, end=end), tmp_path)
    assert paid == 500.0


def test_mixed_line_ends_and_nul_bytes(tmp_path: Path) -> None:
    file = _write(tmp_path / "a.csv", *ROWS, end="\r\n")
    file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n", 3).replace(b"mei", b"m\0i", 1))
    _done, paid = _import(file, tmp_path)
    assert paid == 500.0


def test_a_cell_of_a_million_characters(tmp_path: Path) -> None:
    rows = [*ROWS[:4], ROWS[4].replace("交易成功", "x" * 1_000_000)]
    _done, paid = _import(_write(tmp_path / "a.csv", *rows), tmp_path)
    assert paid == 500.0


def test_dates_in_several_formats(tmp_path: Path) -> None:
    shapes = ["2025-09-01 10:00:00", "2025/9/2 10:00", "20250903", "2025年09月04日", "2025-09-05T02:00:00Z"]
    rows = [ROW.format(i, 1).replace("2025-09-01 10:00:00", shape) for i, shape in enumerate(shapes)]
    done, _paid = _import(
        _write(tmp_path / "a.csv", *rows, ROW.format(9, 1).replace("2025-09-01", "someday")), tmp_path
    )
    with open_store(done.store) as store:
        days = store.orders.project("order_date::DATE::VARCHAR AS day").order("day").fetchall()
    assert days == [(f"2025-09-0{n}",) for n in range(1, 6)]
    assert _dropped(done) == {"no readable order_date": 1}


def test_an_amount_that_cannot_be_read_is_told_with_its_row(tmp_path: Path) -> None:
    done, paid = _import(_write(tmp_path / "a.csv", *ROWS[:4], ROWS[4].replace("100.00", "1oo.00")), tmp_path)
    assert paid == 400.0
    assert done.files[0].not_parsed == {"买家实际支付金额": {"rows": 1, "first_rows": [6]}}
    assert "1oo" not in str(done)


def test_a_space_within_a_number_parts_thousands_or_makes_it_none(tmp_path: Path) -> None:
    rows = [ROWS[0].replace("100.00", "1 234.50"), ROWS[1].replace("100.00", "1\u202f234 567.00"), *ROWS[2:4]]
    done, paid = _import(_write(tmp_path / "a.csv", *rows, ROWS[4].replace("100.00", "1 2")), tmp_path)
    assert paid == 1234.5 + 1234567 + 200
    assert done.files[0].not_parsed == {"买家实际支付金额": {"rows": 1, "first_rows": [6]}}


def test_an_id_that_a_spreadsheet_has_cut_is_refused(tmp_path: Path) -> None:
    done, _paid = _import(_write(tmp_path / "a.csv", *ROWS, ROW.format("3.51531E+16", 1)), tmp_path)
    assert _dropped(done) == {"no readable order_id": 1}


def test_two_currencies_in_one_file_are_refused(tmp_path: Path) -> None:
    row = "#{},a@example.com,paid,2024-05-01 10:00:00 +0000,{},10.00,1,Thing,10.00"
    file = _write(tmp_path / "a.csv", row.format(1, "USD"), row.format(2, "EUR"), header=SHOPIFY)
    with pytest.raises(TableError, match=r"is in several currencies \(\w+ × 1, \w+ × 1\), a store in one.*\nHint: "):
        _import(file, tmp_path)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _write(tmp_path / "a.csv", *ROWS)
    query = typed._query

    def slow(*args: object, **settings: object) -> str:
        with file.open("a", encoding="utf-8") as stream:
            stream.write(ROW.format(7, 7) + "\n")
        return query(*args, **settings)

    monkeypatch.setattr(typed, "_query", slow)
    with pytest.raises(TableError, match="grew while it was read"):
        _import(file, tmp_path)


# --- files that are none ---------------------------------------------------------------------------------------------


def _empty(file: Path) -> None:
    file.write_bytes(b"\0" * 500)


def _web_page(file: Path) -> None:
    file.write_text("<html><table><tr><td>订单编号</td></tr></table></html>", encoding="utf-8")


def _protected(file: Path) -> None:
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 2000)


def _broken_book(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04" + b"nonsense" * 50)


def _wide(file: Path) -> None:
    more = [f"x{i}" for i in range(10_000)]
    _write(file, ",".join([ROWS[0], *more]), header=",".join([HEADER, *more]))


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("a.csv", _empty, "is empty"),
        ("a.xls", _web_page, "is a web page"),
        ("a.xlsx", _protected, "is protected by a password"),
        ("a.xlsx", _broken_book, "is no workbook that can be read"),
        ("a.csv", _wide, "has 10007 columns"),
    ],
)
def test_what_is_no_export_is_refused_with_a_hint(
    name: str, make: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(TableError, match=rf"{said}.*\nHint: "):
        import_files([tmp_path / name], to=tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_header_alone_is_an_empty_store(tmp_path: Path) -> None:
    done = import_files([_write(tmp_path / "a.csv")], to=tmp_path / "mine")
    assert (done.files[0].read, done.tables["orders"]["rows"]) == (0, 0)


def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "SMALL", 1 << 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (1 << 23))
    with pytest.raises(TableError, match=r"unpacks to more than .*\nHint: "):
        import_files([tmp_path / "a.zip"], to=tmp_path / "mine")


def test_formulas_are_read_as_what_was_last_computed(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write_row(1, 0, ROWS[0].split(","))
        sheet.write_formula(1, 2, "=40+60", None, 100)
    _done, paid = _import(tmp_path / "a.xlsx", tmp_path)
    assert paid == 100.0


def test_a_packed_file_that_is_no_zip_is_told(tmp_path):
    (tmp_path / "orders.csv").write_bytes(gzip.compress(b"a,b"))
    with pytest.raises(TableError, match=r"'orders.csv' is an archive, and no .zip.\nHint: unpack it"):
        import_files([tmp_path / "orders.csv"], to=tmp_path / "mine")


def test_archives_in_archives_are_read_and_one_without_end_is_not(tmp_path):
    inner, raw = io.BytesIO(), f"{HEADER}\n{ROWS[0]}\n".encode()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("orders.csv", raw)
    for depth in range(5):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w") as archive:
            archive.writestr("more.zip", inner.getvalue())
        (tmp_path / f"{depth}.zip").write_bytes(inner.getvalue())
        inner = outer
    assert import_files([tmp_path / "2.zip"], to=tmp_path / "mine").files[0].written == 1
    with pytest.raises(TableError, match="cannot be unpacked"):
        import_files([tmp_path / "4.zip"], to=tmp_path / "other")


def test_a_broken_archive_in_a_folder_leaves_the_others(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.zip").write_bytes(b"PK\x03\x04nothing")
    _write(tmp_path / "in" / "orders.csv", *ROWS[:1])
    done = import_files([tmp_path / "in"], to=tmp_path / "mine")
    assert (list(done.refused), done.files[0].written) == (["broken.zip"], 1)


def test_a_file_of_which_no_row_is_left_has_its_page(tmp_path):
    _write(tmp_path / "orders.csv", ROWS[0].replace("2025-09-01 10:00:00", "soon"))
    assert main(["import", str(tmp_path / "orders.csv"), "--to", str(tmp_path / "mine"), "--lang", "zh"]) == 0
    assert (tmp_path / "mine" / "import_report.html").exists()
