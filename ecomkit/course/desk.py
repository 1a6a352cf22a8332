"""A learner's desk: the folder with their notebooks, their role, and JupyterLab open at the first lesson."""

import os
import subprocess
import sys
from pathlib import Path

from ecomkit.course import edition, record, skills
from ecomkit.report import text
from ecomkit.report.text import _


def settle(to: str | Path, *, lang: str, role: str | None = None) -> edition.Written:
    """Writes the learner's edition into `to` and notes their role, which stays as it was where it is None."""
    if role is not None:
        skills.known_role(role)
    written = edition.write(to, lang)
    mine = record.load()
    if role is not None and role != mine.role:
        mine.role = role
        record.save(mine)
    return written


def told(written: edition.Written, lang: str) -> str:
    """What was written, and what was left alone, in a sentence or two."""
    with text.using(lang):
        folder = written.folder
        said = _("{count} new lessons in {folder}.", count=len(written.new), folder=folder) if written.new else ""
        if not written.kept:
            return said
        kept = _("{count} are there already and stay as they are.", count=len(written.kept))
        other = _("For another language choose another folder with --to.") if not written.new else ""
        return " ".join(filter(None, [said or str(folder) + _(": "), kept, other]))


def open_lab(first: Path) -> None:
    """Opens JupyterLab in the folder of a notebook, at that notebook, until it is closed."""
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # as one is in a container
    subprocess.run([sys.executable, "-m", "jupyterlab", *root, first.name], cwd=first.parent, check=False)
