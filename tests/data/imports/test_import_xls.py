"""The old .xls, as Sycm writes it: read like the new one, or refused with what to do."""

import struct
from pathlib import Path

import pytest

from ecomkit.data.imports import import_files
from ecomkit.data.store import open_store
from ecomkit.errors import TableError

FREE, LAST, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD  # of the sectors of a compound file
HEADER = ["统计日期", "访客数", "浏览量", "支付买家数", "支付金额", "客单价", "支付转化率"]


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _sheet(rows: list[list[str | float]]) -> bytes:
    """A workbook stream of BIFF8, Excel 97 to 2003: one sheet with numbers and texts."""

    def begin(kind: int) -> bytes:
        return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0x600))

    def globals_(at: int) -> bytes:
        named = struct.pack("<IBBBB", at, 0, 0, 5, 0) + b"Sheet"
        return begin(0x05) + _record(0x42, struct.pack("<H", 1200)) + _record(0x85, named) + _record(0x0A)

    cells = b""
    for place in ((r, c, cell) for r, row in enumerate(rows) for c, cell in enumerate(row)):
        row, column, cell = place
        if isinstance(cell, float):
            cells += _record(0x203, struct.pack("<HHHd", row, column, 0, cell))
        else:
            text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
            cells += _record(0x204, struct.pack("<HHH", row, column, 0) + text)
    return globals_(len(globals_(0))) + begin(0x10) + cells + _record(0x0A)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0" * bool(name)
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(raw), kind, 1, FREE, FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def _old_book(rows: list[list[str | float]]) -> bytes:
    """An .xls: the workbook stream in a compound file of one table, one directory and the stream's sectors."""
    stream = _sheet(rows).ljust(4096, b"\0")
    stream += bytes(-len(stream) % 512)
    sectors = len(stream) // 512
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, LAST, 0, LAST, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    table = [TABLE, LAST, *range(3, sectors + 2), LAST]
    directory = _entry("Root Entry", 5, 1, LAST, 0) + _entry("Workbook", 2, FREE, 2, len(stream))
    table += [FREE] * (128 - len(table))
    return header + struct.pack("<128I", *table) + directory + _entry("", 0, FREE, 0, 0) * 2 + stream


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_old_workbook_is_read_below_its_preamble(tmp_path: Path) -> None:
    preamble: list[list[str | float]] = [["店铺整体"], [], ["数据来源"], []]
    days: list[list[str | float]] = [
        ["2025-09-28", "1,000", "3,000", 10.0, "1,200.50", 120.05, "1.00%"],
        ["2025-09-29", 800.0, "-", 8.0, "900.00", 112.5, "1.00%"],
    ]
    file = tmp_path / "店铺整体-2025-09-29.xls"
    file.write_bytes(_old_book([*preamble, list(HEADER), *days]))
    done = import_files([file], to=tmp_path / "mine")
    assert (done.files[0].profile, done.files[0].read, done.files[0].written) == ("sycm_shop", 2, 2)
    with open_store(done.store) as store:
        daily = store.traffic_daily.project("date::VARCHAR AS day, visitors, page_views, revenue").order("day")
        assert daily.fetchall() == [("2025-09-28", 1000, 3000, 1200.5), ("2025-09-29", 800, None, 900.0)]


def test_an_old_workbook_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.xls"
    file.write_bytes(_old_book([list(HEADER)])[:2000])
    with pytest.raises(TableError, match=r"is no workbook that can be read.*\nHint: "):
        import_files([file], to=tmp_path / "mine")


@pytest.mark.parametrize(
    "begin", [b"\x09\x00\x04\x00\x02\x00", b"\x09\x02\x06\x00\x00\x03", b"\x09\x04\x06\x00\x00\x04"]
)
def test_a_workbook_of_before_1993_is_refused(begin: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(begin + b"\x10\x00" * 20)
    with pytest.raises(TableError, match=r"is a workbook of Excel 4 or older.*\nHint: open it in a spreadsheet"):
        import_files([tmp_path / "a.xls"], to=tmp_path / "mine")
