"""Simulated stores, the demo store first: made once per version of the simulator, and kept in the user's cache."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from ecomkit import __version__


def demo_path() -> Path:
    """Returns the folder of the demo store, simulating it first where that has not been done."""
    return kept("demo", _write)


def _write(path: Path) -> None:
    from ecomkit.data.simulate import simulate

    simulate().write(path)


def kept(name: str, write: Callable[[Path], object]) -> Path:
    """Returns the folder of a simulated store, calling `write` with an empty place for it where it is not there yet.

    The folder lies in `ECOMKIT_CACHE`, or else the platform's cache folder of the user, or else, where neither can be
    written, a temporary one. Its name holds the version and a digest of the simulator's source, so that another
    version simulates anew. Two processes may ask at once: each simulates aside and the first to finish is kept.
    """
    name = f"{name}-{__version__}-{_source_digest()}"
    for folder in (_cache_folder(), Path(tempfile.gettempdir()) / f"ecomkit-{_user()}"):
        path = folder / name
        if (path / "store.json").is_file():
            return path
        if _is_writable(folder):
            return _make(path, write)
    return _make(Path(tempfile.mkdtemp(prefix="ecomkit-")) / name, write)


def _make(path: Path, write: Callable[[Path], object]) -> Path:
    work = Path(tempfile.mkdtemp(prefix=".demo-", dir=path.parent))
    try:
        write(work / "store")
        try:
            (work / "store").rename(path)
        except OSError:  # another process has put the same store there
            if not (path / "store.json").is_file():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return path


def _source_digest() -> str:
    """Returns a digest of all that decides the demo store's bytes."""
    digest = hashlib.sha256()
    data = files("ecomkit.data")
    sources = [*data.joinpath("simulate").iterdir(), data.joinpath("tables.py"), data.joinpath("folder.py")]
    for source in sorted(sources, key=lambda item: item.name):
        if source.name.endswith((".py", ".csv")):
            digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    if chosen := os.environ.get("ECOMKIT_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ecomkit"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ecomkit"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ecomkit"


def _user() -> str:
    """Returns a name for the temporary cache that other users of the machine do not share."""
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
