"""Workbooks: the rows of each sheet as text."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from ecomkit.errors import TableError

EXACT = 10**15  # from here a spreadsheet's numbers no longer hold every digit
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def sheets(file: Path) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Yields each sheet's name and rows; raises TableError where the workbook cannot be read."""
    with file.open("rb") as stream:
        if ENCRYPTED in stream.read(1 << 16):
            raise TableError(f"'{file.name}' is protected by a password.", "save it without one.")
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(file))
        names = book.sheet_names
    except Exception as error:
        raise _broken(file, error) from None
    for name in names:
        yield name, _rows(book, name, file)


def has_formulas(file: Path) -> bool:
    """Returns whether a sheet of an .xlsx has formulas: the values that were last computed are what is read."""
    try:
        with zipfile.ZipFile(file) as archive:
            return any(
                b"<f>" in archive.read(name) or b"<f " in archive.read(name)
                for name in archive.namelist()
                if name.startswith("xl/worksheets/sheet")
            )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False


def _rows(book: Any, name: str, file: Path) -> Iterator[list[str]]:
    try:
        for row in book.get_sheet_by_name(name).iter_rows():
            yield [_text(cell) for cell in row]
    except Exception as error:
        raise _broken(file, error) from None


def _broken(file: Path, error: Exception) -> TableError:
    told = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return TableError(f"'{file.name}' is no workbook that can be read: {told}", "export it again, or save it as CSV.")


def _text(cell: Any) -> str:
    """A cell as it would stand in a CSV file."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < EXACT
        return str(int(cell)) if whole else f"{cell:E}" if abs(cell) >= EXACT else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", timespec="seconds")
    return str(cell)
