"""An executed notebook as one HTML page that needs nothing else: no code, one language, printable."""

import html as escaping
import itertools
import os
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from traitlets.config import Config

import ecomkit
from ecomkit.report.text import LANGUAGES, _, using

HIDDEN = ("parameters", "injected-parameters", "remove-cell", "papermill-error-cell-tag")
_HEADING = re.compile(r"<h(?P<level>[23])>(?P<text>.*?)</h[23]>", re.DOTALL)
_TITLE = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)


def html(notebook: Any, *, lang: str = "en", facts: Mapping[str, str] | None = None, name: str = "") -> str:
    """The notebook as a self-contained HTML page in one language.

    Parameters
    ----------
    notebook : an executed nbformat v4 notebook; it is not changed.
    lang : the language kept; Markdown cells tagged with another one are left out.
    facts : what the report is about: `store, currency, start, end, before_start, before_end`, each optional.
    name : the report's name, for the footer.
    """
    page = edition(notebook, lang)
    heading = title(page, lang)
    _drop_title(page)
    with using(lang):
        words = {
            "lang": {"en": "en", "zh": "zh-CN"}[lang],
            "title": heading,
            "facts": _facts(facts or {}),
            "contents": _("Contents"),
            "footer": _("Made with ecomkit {version}", version=ecomkit.__version__) + (f" · {name}" if name else ""),
            "figure": _("Figure"),
            "style": _template("style.css") + _template("cards.css"),
        }
    body, _resources = _exporter().from_notebook_node(page, resources={"page": words})
    return body


def title(notebook: Any, lang: str) -> str:
    """The first top-level heading of the notebook in `lang`, or ""."""
    for cell in edition(notebook, lang).cells:
        found = _TITLE.search(cell.source) if cell.cell_type == "markdown" else None
        if found:
            return re.sub(r"[*_`]", "", found[1])
    return ""


def edition(notebook: Any, lang: str) -> Any:
    """A copy of the notebook without the Markdown cells tagged with another language and without hidden cells."""
    copy = type(notebook)(notebook)
    others = {other for other in LANGUAGES if other != lang}
    copy.cells = [
        type(cell)(cell)
        for cell in notebook.cells
        if not set(cell.metadata.get("tags", [])) & ({*others} if cell.cell_type == "markdown" else {*HIDDEN})
        and not set(cell.metadata.get("tags", [])) & {"remove-cell", "papermill-error-cell-tag"}
    ]
    return copy


def write(path: Path, text: str) -> Path:
    """Writes `text` as UTF-8 in one step: readers see the old file or the whole new one."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(draft, 0o666 & ~_umask())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _drop_title(page: Any) -> None:
    """The title stands in the page's head; keep it out of the text."""
    for cell in page.cells:
        if cell.cell_type == "markdown" and _TITLE.search(cell.source):
            cell.source = _TITLE.sub("", cell.source, count=1)
            return


def _facts(facts: Mapping[str, str]) -> list[tuple[str, str]]:
    said = [(_("Store"), _(facts.get("store", "")))]
    if "start" in facts:
        said.append((_("Period"), f"{facts['start']} – {facts['end']}"))
    if "before_start" in facts:
        said.append((_("Compared with"), f"{facts['before_start']} – {facts['before_end']}"))
    said.append((_("Currency"), facts.get("currency", "")))
    return [(term, value) for term, value in said if value]


def contents(body: str) -> list[tuple[int, str, str]]:
    """The headings of a page: level, id, and text without markup."""
    found = enumerate(_HEADING.finditer(body), start=1)
    return [(int(h["level"]), f"section-{i}", re.sub(r"<[^>]+>", "", h["text"]).strip()) for i, h in found]


def with_anchors(body: str) -> str:
    """The page with an id on each heading, as `contents` counts them."""
    count = itertools.count(1)
    return _HEADING.sub(lambda h: f'<h{h["level"]} id="section-{next(count)}">{h["text"]}</h{h["level"]}>', body)


def figure_alt(output: Any, cell: Any, fallback: str) -> str:
    """The alternative text of a chart: what the chart says of itself, else the cell's, else `fallback`."""
    for mime in ("image/svg+xml", "image/png"):
        alt = output.get("metadata", {}).get(mime, {}).get("alt")
        if alt:
            return str(alt)
    return str(cell.metadata.get("alt", fallback))


def is_drawing(said: str) -> bool:
    """Whether a result is only the name of a chart that is shown beside it."""
    return said.startswith(("<Axes", "Axes(", "<Figure", "Figure(")) and "\n" not in said.strip()


def _template(name: str) -> str:
    return files("ecomkit.report").joinpath("template", name).read_text(encoding="utf-8")


@cache
def _exporter() -> HTMLExporter:
    with as_file(files("ecomkit.report").joinpath("template")) as folder:
        exporter = HTMLExporter(
            config=Config(),
            extra_template_basedirs=[str(folder)],
            template_name="report",
            exclude_input=True,
            exclude_input_prompt=True,
            exclude_output_prompt=True,
            exclude_anchor_links=True,
            embed_images=True,
        )
    exporter.register_filter("contents", contents)
    exporter.register_filter("with_anchors", with_anchors)
    exporter.register_filter("escape", escaping.escape)
    exporter.register_filter("figure_alt", figure_alt)
    exporter.register_filter("is_drawing", is_drawing)
    return exporter
