"""What a learner has done: a small file of their own that survives a crash, and never stands in the way of a lesson."""

import getpass
import json
import os
import secrets
import tempfile
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

SEEDS = 1_000_000
ROLE = "operations"
_unsaved: dict[Path, str] = {}  # what could not be written, as long as Python runs


@dataclass
class Exercise:
    """How often an exercise was tried until it was right, which hint was read last, and whether it is right."""

    tries: int = 0
    hints: int = 0
    right: bool = False


@dataclass
class Record:
    """A learner's seed (which makes their store), role, and exercises by id."""

    seed: int
    role: str = ROLE
    exercises: dict[str, Exercise] = field(default_factory=dict)


def place() -> Path:
    """Where the file is: `ECOMKIT_PROGRESS`, or else `.ecomkit/progress.json` in the user's home."""
    given = os.environ.get("ECOMKIT_PROGRESS")
    with suppress(RuntimeError):  # no home at all
        return Path(given).expanduser() if given else Path.home() / ".ecomkit" / "progress.json"
    return Path(tempfile.gettempdir()) / "ecomkit-progress.json"


def load() -> Record:
    """The learner's record; a new one, with a seed drawn for them, where there is none or it cannot be read."""
    path = place()
    try:
        return _read(path.read_text(encoding="utf-8"))
    except OSError:
        if path in _unsaved:
            return _read(_unsaved[path])
    except (ValueError, TypeError, KeyError, AttributeError):
        with suppress(OSError):  # kept beside, for whoever can mend it
            path.replace(path.with_suffix(".damaged"))
    record = Record(secrets.randbelow(SEEDS))
    if not save(record):  # the next notebook draws again, so let it draw the same
        record = Record(zlib.crc32(_user().encode()) % SEEDS)
        save(record)
    return record


def save(record: Record) -> bool:
    """Writes the record in one step; where that cannot be, keeps it for as long as Python runs and returns False."""
    path, text = place(), json.dumps(asdict(record), indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=".progress-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(aside, path)
        except OSError:
            os.unlink(aside)
            raise
    except OSError:
        _unsaved[path] = text
        return False
    _unsaved.pop(path, None)
    return True


def is_saved() -> bool:
    """Whether what was recorded last is in the file."""
    return place() not in _unsaved


def tried(name: str, *, right: bool) -> None:
    """Records a try; those after the first right one are not counted."""
    record = load()
    done = record.exercises.setdefault(name, Exercise())
    if not done.right:
        done.tries, done.right = done.tries + 1, right
        save(record)


def hinted(name: str, number: int) -> None:
    """Records that a hint was read."""
    record = load()
    done = record.exercises.setdefault(name, Exercise())
    if number > done.hints and not done.right:
        done.hints = number
        save(record)


def _read(text: str) -> Record:
    said = json.loads(text)
    known = {f.name for f in fields(Exercise)}
    done = {str(name): Exercise(**{k: v for k, v in e.items() if k in known}) for name, e in said["exercises"].items()}
    return Record(_whole(said["seed"]), str(said.get("role", ROLE)), done)


def _whole(seed: Any) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed={seed!r}")
    return seed


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "learner"
