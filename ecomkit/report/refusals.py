"""Why a file was refused, in the language in use.

The errors of an import are English. `labels.toml` has them as templates; what stood in their placeholders is put into
the translation.
"""

import re
from collections.abc import Mapping
from functools import cache

from ecomkit.report.labels import BY_COLUMN
from ecomkit.report.text import _

HINT = "\nHint: "
SEVERAL = r"(?<=\.) (?=[a-z])"  # hints for several files stand in one line


def by_hint(refused: Mapping[str, str]) -> dict[str, list[str]]:
    """What to do about files that were refused, and why each was, in the language in use."""
    found: dict[str, list[str]] = {}
    for reason in refused.values():
        why, _newline, hint = told(reason).rpartition("\n")
        found.setdefault(hint, []).append(why)
    return found


def told(reason: str) -> str:
    """An error of an import in the language in use; what no template fits is left as it is.

    >>> told("'a.csv' is empty.\\nHint: export it again.")
    "'a.csv' is empty.\\nHint: export it again."
    """
    message, mark, hint = reason.partition(HINT)
    lines = [re.sub(r"\S.*", lambda found: _translated(found[0]), line) for line in message.split("\n")]
    hints = [_translated(part) for part in re.split(SEVERAL, hint)]
    if mark:
        lines.append(_("Hint: {what}", what=" ".join(hints)))
    return "\n".join(lines)


def _translated(said: str) -> str:
    for template, pattern in _patterns():
        if found := pattern.fullmatch(said):
            return _(template, **{name: _nearest(value) for name, value in found.groupdict().items()})
    return said


def _nearest(value: str) -> str:
    """The nearest profiles, as they stand in a placeholder of their own: "sycm_shop (lacks ...); jd_orders ..."."""
    return re.sub(r"\(lacks (.*?)\)(?=;|$)", lambda found: _("(lacks {columns})", columns=found[1]), value)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The templates, the longest first, each as a pattern with a group for each placeholder."""
    templates = sorted(BY_COLUMN["refused"].values(), key=len, reverse=True)
    return [
        (template, re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(template)), re.DOTALL))
        for template in templates
    ]
