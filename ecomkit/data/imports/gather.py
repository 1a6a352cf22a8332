"""The files to import: folders listed, archives unpacked."""

import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ecomkit.errors import ParameterError, TableError

SUFFIXES = (".csv", ".tsv", ".txt", ".xls", ".xlsx", ".json", ".jsonl", ".ndjson", ".parquet", ".zip")
RATIO_MAX, SMALL = 200, 1 << 28  # an archive that grows by more, to more than so many bytes, is a bomb
NESTED_MAX = 3  # archives in archives
BLOCK = 1 << 20


class Found(NamedTuple):
    """A file to read: what it is called in the account, where it lies, and whether the user named it."""

    name: str
    file: Path
    is_named: bool


def gather(
    paths: Sequence[str | Path], work: Path, apart: Collection[Path] = (), *, refused: dict[str, str] | None = None
) -> Iterator[Found]:
    """Yields the files of `paths`: those of a folder in the order of their names, those of an archive unpacked.

    What lies `apart`, folders or archives that are read as a whole, is left out. An archive of a folder that cannot be
    unpacked is told in `refused`.

    Raises
    ------
    ParameterError
        There is no such file.
    TableError
        An archive that is named itself cannot be unpacked.
    """
    for path in [Path(p).expanduser() for p in paths]:
        if path in apart:
            continue
        if path.is_dir():
            inside = sorted(f for f in path.rglob("*") if f.is_file() and f.suffix.lower() in SUFFIXES)
            for file in inside:
                if file.name not in ("truth.json", "store.json") and not {file, file.parent} & {*apart}:
                    found = Found(str(file.relative_to(path)), file, False)
                    try:
                        yield from _unpacked(found, work)
                    except TableError as error:
                        if refused is None:
                            raise
                        refused[found.name] = str(error)
        elif path.is_file():
            yield from _unpacked(Found(path.name, path, True), work)
        else:
            raise ParameterError(f"There is no file '{path}'.", "check its name and folder.")


def _unpacked(found: Found, work: Path, depth: int = 0) -> Iterator[Found]:
    if found.file.suffix.lower() != ".zip":
        yield found
        return
    try:
        if depth > NESTED_MAX:
            raise zipfile.BadZipFile(found.name)
        with zipfile.ZipFile(found.file) as archive:
            for number, member in enumerate(m for m in archive.infolist() if not m.is_dir()):
                name = _readable(member)
                if Path(name).suffix.lower() in SUFFIXES and not name.startswith("__MACOSX"):
                    target = work / f"unpacked-{len(list(work.iterdir()))}-{number}" / Path(name).name
                    unpack(archive, member, target, found.name)
                    yield from _unpacked(Found(f"{found.name}/{name}", target, found.is_named), work, depth + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        told = "is protected by a password" if isinstance(error, RuntimeError) else "cannot be unpacked"
        raise TableError(f"'{found.name}' {told}.", "unpack it, and import the files in it.") from None


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, name: str) -> None:
    """Writes a member of the archive called `name` to `target`; raises TableError where it grows beyond measure."""
    require_honest(member.file_size, member.compress_size, name)
    target.parent.mkdir(exist_ok=True)
    size = 0
    with archive.open(member) as source, target.open("wb") as stream:
        while block := source.read(BLOCK):
            size += len(block)
            require_honest(size, member.compress_size, name)
            stream.write(block)


def require_honest(size: int, packed: int, name: str) -> None:
    """Raises TableError where an archive unpacks to far more than its own size."""
    if size > SMALL and size > RATIO_MAX * max(packed, 1):
        raise TableError(f"'{name}' unpacks to more than {size >> 20} MB.", "unpack it yourself if you trust it.")


def _readable(member: zipfile.ZipInfo) -> str:
    """Returns a member's name: Chinese systems write theirs in GBK without saying so."""
    if member.flag_bits & 0x800 or not re.search("[\u0080-\uffff]", member.filename):
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
