"""A piece of HTML that notebooks show and reports keep; whatever goes in is escaped."""

import re
from html import escape, unescape


class Piece:
    """HTML that Jupyter shows as such; printed, it is its text."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        spaced = re.sub(r"</(td|th|dt|dd|span)>", " ", re.sub(r"</(p|tr|h3|h4|div|li)>", "\n", self.html))
        lines = unescape(re.sub(r"<style.*?</style>|<[^>]+>", "", spaced, flags=re.DOTALL)).splitlines()
        return "\n".join(line.strip() for line in lines if line.strip())


def tag(name: str, *children: object, **attributes: str) -> Piece:
    """An element with its children; texts are escaped, pieces are taken as they are.

    >>> tag("p", "a < b", kind="note").html
    '<p class="ek-note">a &lt; b</p>'

    `kind` becomes the element's classes, each with the prefix `ek-`.
    """
    if kind := attributes.pop("kind", ""):
        attributes = {"class": " ".join(f"ek-{k}" for k in kind.split()), **attributes}
    spelled = "".join(f' {key.replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Piece(f"<{name}{spelled}>{join(*children).html}</{name}>")


def join(*children: object) -> Piece:
    """The children one after the other."""
    return Piece("".join(c.html if isinstance(c, Piece) else escape(str(c)) for c in children))
