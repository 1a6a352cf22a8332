"""The learner's edition: the lessons in one language, without their solutions, in a folder of their own."""

import copy
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from ecomkit.errors import ParameterError
from ecomkit.report import shelf
from ecomkit.report.text import known

FIRST = "00_start_here.ipynb"
# `x = 1 + 2  # solution` becomes `x = ...`; what stands between `# >>> solution` and `# <<< solution` goes
_LINE = re.compile(r"^([ \t]*[\w.\[\]'\", ]+?=)(?!=).*#[ \t]*solution[ \t]*$", re.MULTILINE)
_BLOCK = re.compile(
    r"^[ \t]*#[ \t]*>>>[ \t]*solution[^\n]*\n.*?^[ \t]*#[ \t]*<<<[ \t]*solution[^\n]*\n?", re.MULTILINE | re.DOTALL
)
_LANG = re.compile(r'^(lang: str = )"\w+"', re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """What was done in a learner's folder: names of the notebooks that are new, and that were left as they are."""

    folder: Path
    new: list[str]
    kept: list[str]

    @property
    def first(self) -> Path:
        return self.folder / FIRST


def sources() -> list[Path]:
    """The lessons with their solutions: `lessons/` beside the reports' notebooks.

    Raises
    ------
    ParameterError
        There are none.
    """
    folder = shelf.folder().parent / "lessons"
    found = sorted(folder.glob("*.ipynb"))
    if not found:
        raise ParameterError(
            f"No lessons in {folder}.",
            "run from a checkout of ecomkit, or set ECOMKIT_NOTEBOOKS to the folder that holds `lessons/`.",
        )
    return found


def pages() -> list[Path]:
    """What learners get beside the lessons: the glossary, and readings that are not graded."""
    return sorted(shelf.folder().parent.glob("*.ipynb"))


def edition(lesson: Any, lang: str) -> Any:
    """Returns the learner's edition of a lesson; the lesson itself is not changed.

    Parameters
    ----------
    lesson : nbformat v4 notebook with text cells tagged `zh` and `en`, and cells tagged `solution`, which are dropped
    lang : "zh" or "en"
    """
    mine = copy.deepcopy(lesson)
    mine.cells = [cell for cell in mine.cells if _is_kept(cell, lang)]
    for cell in mine.cells:
        if cell.cell_type == "code":
            cell.source = in_language(blank(cell.source), lang)
            cell.outputs, cell.execution_count = [], None
    return mine


def blank(source: str) -> str:
    """Returns code without its solutions.

    >>> blank("rate = a / b  # solution")
    'rate = ...'
    """
    return _LINE.sub(r"\1 ...", _BLOCK.sub("", source)).rstrip("\n")


def in_language(source: str, lang: str) -> str:
    """Returns code with the lesson's parameter `lang` set, where it stands there.

    >>> in_language('lang: str = "en"  # zh or en', "zh")
    'lang: str = "zh"  # zh or en'
    """
    return _LANG.sub(rf'\1"{lang}"', source)


def write(to: str | Path, lang: str) -> Written:
    """Writes the learner's edition into the folder `to`; what is there already is the learner's, and is left alone.

    Raises
    ------
    ParameterError
        Unknown language; no lessons; `to` is a file or cannot be written.
    """
    known(lang)
    folder = Path(to).expanduser().absolute()
    new: list[str] = []
    kept: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in [*sources(), *pages()]:
            target = folder / source.name
            (kept if target.exists() else new).append(source.name)
            if not target.exists():
                _put(nbformat.writes(edition(nbformat.read(source, as_version=4), lang)), target)
    except OSError as error:
        raise ParameterError(
            f"{folder} cannot be written: {error.strerror}.", "choose another folder with --to."
        ) from error
    return Written(folder, new, kept)


def _put(text: str, target: Path) -> None:
    """Writes a file whole or not at all."""
    handle, aside = tempfile.mkstemp(prefix=".lesson-", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.chmod(aside, 0o644)  # mkstemp's are for the owner's eyes only
        os.replace(aside, target)
    except BaseException:
        os.unlink(aside)
        raise


def _is_kept(cell: Any, lang: str) -> bool:
    tags = cell.metadata.get("tags", [])
    return "solution" not in tags and (cell.cell_type != "markdown" or lang in tags or not {"zh", "en"} & {*tags})
