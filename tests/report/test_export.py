"""The page: self-contained, in one language, without code."""

import base64
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest

from ecomkit.report import export

Make = Callable[..., nbformat.NotebookNode]
PIXEL = base64.b64encode(b"\x89PNG not really").decode()
SVG = "<svg xmlns='http://www.w3.org/2000/svg'></svg>"


class _Page(HTMLParser):
    """The tags of a page: (name, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture
def executed(notebook: Make) -> nbformat.NotebookNode:
    """A notebook as papermill leaves it, with every kind of output."""
    book = notebook(
        ("code", "secret_default = 1", "parameters"),
        ("code", "secret_given = 2", "injected-parameters"),
        ("markdown", "# What *happened* & why", "en"),
        ("markdown", "# \u53d1\u751f\u4e86\u4ec0\u4e48", "zh"),
        ("markdown", "## One <two>\n\nEnglish text, $5 and $6.", "en"),
        ("markdown", "## \u4e00\n\n\u4e2d\u6587", "zh"),
        ("code", "secret_source()"),
        ("markdown", "### Both languages"),
        ("code", "hidden", "remove-cell"),
    )
    output = nbformat.v4.new_output
    book.cells[6].outputs = [
        output("stream", name="stdout", text="printed <b>\n"),
        output("stream", name="stderr", text="a warning of a library"),
        output("display_data", data={"text/html": "<style data-ecomkit=''>.x{}</style>", "text/plain": "x"}),
        output("display_data", data={"text/html": '<p id="card">card</p>', "text/plain": "card"}),
        output("display_data", data={"image/png": PIXEL, "text/plain": "Figure(640x480)"}),
        output(
            "display_data",
            data={"image/svg+xml": SVG, "text/plain": "<Figure size>"},
            metadata={"image/svg+xml": {"alt": 'Sales "by" day', "width": 960}},
        ),
        output("execute_result", data={"text/plain": "<Axes: title='x'>"}),
        output("execute_result", data={"text/plain": "plain & simple"}),
    ]
    book.cells[8].outputs = [output("stream", name="stdout", text="hidden output")]
    return book


def test_the_page_links_to_nothing(executed: nbformat.NotebookNode) -> None:
    page = _Page(export.html(executed))
    targets = [a.get(key) for _tag, a in page.tags for key in ("src", "href", "data", "action") if a.get(key)]
    assert targets, "there are images and a table of contents"
    assert [t for t in targets if t and not t.startswith(("data:", "#"))] == []
    assert page.all("link") == []
    assert [a for a in page.all("script") if "src" in a] == []
    assert not re.search(r"@import|url\((?!['\"]?data:)", export.html(executed))


def test_code_parameters_and_library_warnings_are_not_shown(executed: nbformat.NotebookNode) -> None:
    html = export.html(executed)
    for hidden in (
        "secret_",
        "hidden output",
        "a warning of a library",
        "Axes:",
        "Figure(",
        "&lt;Figure",
        "data-ecomkit",
    ):
        assert hidden not in html, hidden
    for shown in ("printed &lt;b&gt;", '<p id="card">card</p>', "plain &amp; simple"):
        assert shown in html, shown


@pytest.mark.parametrize(
    ("lang", "spoken", "title", "kept", "dropped"),
    [("en", "en", "What happened &amp; why", "English text", "\u4e2d\u6587"),
     ("zh", "zh-CN", "\u53d1\u751f\u4e86\u4ec0\u4e48", "\u4e2d\u6587", "English text")],
)  # fmt: skip
def test_one_language(
    executed: nbformat.NotebookNode, lang: str, spoken: str, title: str, kept: str, dropped: str
) -> None:
    html = export.html(executed, lang=lang)
    assert f'<html lang="{spoken}">' in html
    assert f"<title>{title}</title>" in html
    assert html.count(f"<h1>{title}</h1>") == 1
    assert kept in html
    assert dropped not in html
    assert "Both languages" in html


def test_contents_lead_to_the_headings(executed: nbformat.NotebookNode) -> None:
    page = _Page(export.html(executed))
    links = [str(a["href"])[1:] for a in page.all("a")]
    ids = [a.get("id") for tag, a in page.tags if tag in ("h2", "h3")]
    assert links == ids == ["section-1", "section-2"]


def test_images_have_words(executed: nbformat.NotebookNode) -> None:
    assert [a["alt"] for a in _Page(export.html(executed)).all("img")] == ["Figure", 'Sales "by" day']


def test_facts_stand_under_the_title_and_are_escaped(executed: nbformat.NotebookNode) -> None:
    facts = {"store": "<Tea> & co", "currency": "CNY", "start": "2025-09-03", "end": "2025-09-30"}
    html = export.html(executed, facts=facts, name="rfm")
    for shown in ("<dd>&lt;Tea&gt; &amp; co</dd>", "<dd>2025-09-03 – 2025-09-30</dd>", "· rfm</footer>"):
        assert shown in html, shown
    assert "Compared with" not in html


def test_the_notebook_is_not_changed(executed: nbformat.NotebookNode) -> None:
    before = nbformat.writes(executed)
    export.html(executed, lang="zh")
    export.html(executed, lang="en")
    assert nbformat.writes(executed) == before


def test_a_page_without_its_images_is_small(executed: nbformat.NotebookNode) -> None:
    assert len(export.html(executed).encode()) < 30_000


def test_writing_replaces_the_whole_file_or_nothing(tmp_path: Path) -> None:
    path = tmp_path / "{a} b.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        export.write(path, "new \ud800")
    assert path.read_text() == "old"
    assert export.write(path, "new \u4e2d") == path
    assert path.read_text(encoding="utf-8") == "new \u4e2d"
    assert list(tmp_path.iterdir()) == [path]
