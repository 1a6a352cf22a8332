"""Run a report notebook with parameters and keep its result as one HTML file."""

import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

from ecomkit import errors
from ecomkit.errors import CellFailure, EcomkitError, ParameterError
from ecomkit.report import export
from ecomkit.report.contract import Value, bind
from ecomkit.report.shelf import Report, find
from ecomkit.report.subject import settle, unreadable
from ecomkit.report.text import known

_USUAL = {"store": "demo", "lang": "en", "start": "", "end": "", "compare": "previous"}


def run(
    name: str,
    *,
    store: str | Path = "demo",
    lang: str = "en",
    start: object = "",
    end: object = "",
    compare: str = "previous",
    params: Mapping[str, object] | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
    keep_notebook: bool = False,
    cell_timeout: int | None = None,
) -> Path:
    """Runs the report `name` and returns the path of its HTML file, which needs no other file and no server.

    Parameters
    ----------
    name : a report of `list_reports`.
    store : a store's folder, or a name such as "demo".
    lang : "en" or "zh".
    start, end : first and last day, YYYY-MM-DD; "" lets the report choose.
    compare : what to compare with: "previous", "year" or "YYYY-MM-DD..YYYY-MM-DD".
    params : further parameters of the report, name -> value.
    out : the HTML file or a folder; by default `reports/NAME-STORE-START-END-LANG.html`.
    progress : True shows a bar, False none, None one on terminals only.
    keep_notebook : also keep the executed notebook beside the HTML.
    cell_timeout : seconds that one cell may take; None is no limit.

    Raises
    ------
    EcomkitError
        Before anything runs: unknown report or parameter, ill-typed value, no such store, empty period. Or raised in a
        cell, by a table that will not do: then nothing is written.
    CellFailure
        A cell failed for another reason; the executed notebook is kept and named in the message.
    """
    report = find(name)
    given = {"store": _store_name(store), "lang": known(lang), "start": start, "end": end, "compare": compare}
    asked = {key: value for key, value in given.items() if value != _USUAL[key]} | dict(params or {})
    if "lang" in report.defaults:
        asked.setdefault("lang", lang)
    values = bind(report.parameters, asked, report=name)
    lang = known(str(values.get("lang", lang)))
    subject = settle(report.defaults | values)
    target = _target(out, "-".join([name, *subject.parts, lang]))
    notebook = _execute(report, values, target, progress=progress, cell_timeout=cell_timeout)
    page = export.html(notebook, lang=lang, facts=subject.facts, name=name)
    if keep_notebook:
        export.write(target.with_suffix(".ipynb"), nbformat.writes(notebook))
    return export.write(target, page)


def _store_name(store: str | Path) -> str:
    """A folder as an absolute path, for the kernel may run elsewhere; a name as it is."""
    folder = Path(store).expanduser()
    return str(folder.resolve()) if folder.is_dir() else str(store)


def _target(out: str | Path | None, stem: str) -> Path:
    """The HTML file to write; its folder is made now, so that a forbidden one is refused before the work."""
    stem = re.sub(r"[^\w.-]+", "_", stem).strip("._")[:150]
    path = Path("reports" if out is None else out).expanduser()
    if out is None or path.is_dir() or str(out).endswith(("/", os.sep)):
        path = path / f"{stem}.html"
    if path.suffix.lower() not in (".html", ".htm"):
        raise ParameterError(f"The report is an HTML file, not `{path.name}`.", f"use --out {path}.html or a folder.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise ParameterError(
            f"Cannot write to {path.parent}: {error.strerror}.", "choose another place: --out PATH."
        ) from error
    return path.absolute()


def _execute(
    report: Report, values: dict[str, Value], target: Path, *, progress: bool | None, cell_timeout: int | None
) -> Any:
    import papermill

    from ecomkit.report.kernel import living_in

    shown = sys.stderr.isatty() if progress is None else progress
    bar = {"desc": report.name, "file": sys.stderr, "bar_format": "{desc} |{bar:30}| {n_fmt}/{total_fmt} {elapsed}"}
    with _quiet("papermill"), tempfile.TemporaryDirectory(prefix="ek-", ignore_cleanup_errors=True) as folder:
        executed, kernel = Path(folder) / "report.ipynb", living_in(Path(folder))
        try:
            return papermill.execute_notebook(
                nbformat.read(report.path, as_version=4),  # as a notebook: papermill formats paths with str.format
                str(executed).replace("{", "{{").replace("}", "}}"),
                parameters=values,
                kernel_name="python3",
                language="python",
                progress_bar=bar if shown else False,
                execution_timeout=cell_timeout,
                kernel_manager_class=kernel,
            )
        except Exception as error:  # a timeout or a dead kernel is no PapermillExecutionError
            if refusal := _refusal(error):
                raise refusal from None
            kept = target.with_name(f"{target.stem}-failed.ipynb")
            if executed.exists():
                shutil.copyfile(executed, kept)
            raise _failure(report, error, kept if executed.exists() else report.path, kernel.last_words()) from error
        finally:
            kernel.stop()


@contextmanager
def _quiet(logger: str) -> Iterator[None]:
    """What the log would say is in the error that is raised."""
    log = logging.getLogger(logger)
    log.disabled, before = True, log.disabled
    try:
        yield
    finally:
        log.disabled = before


def _refusal(error: Exception) -> EcomkitError | None:
    """What a cell refused, as the error that it raised in the kernel; None if it failed otherwise."""
    name, said = str(getattr(error, "ename", "")), str(getattr(error, "evalue", ""))
    if name == "ConversionException":  # DuckDB's
        return unreadable(said)
    raised = getattr(errors, name, None)
    if not isinstance(raised, type) or not issubclass(raised, EcomkitError) or raised is CellFailure:
        return None
    return raised(said)


def _failure(report: Report, error: Exception, kept: Path, log: str) -> CellFailure:
    """What failed, in which cell, and where the notebook is."""
    source, seen = getattr(error, "source", None), f"{type(error).__name__}: {str(error).strip()}"
    if source is not None:
        seen = f"{getattr(error, 'ename', '')}: {getattr(error, 'evalue', '')}"
    if source is None:
        source, seen = _last_begun(kept), f"{seen.splitlines()[0]}\n{log}".strip()
    shown = "\n".join(f"    {line}" for line in source.splitlines())
    message = f"A cell of report `{report.name}` failed:\n\n{shown}\n\n{seen}\n\nThe executed notebook: {kept}"
    return CellFailure(message, "open it in JupyterLab; it holds every result up to the failure.")


def _last_begun(kept: Path) -> str:
    """The source of the last code cell that was begun; papermill marks none when the kernel dies."""
    cells = nbformat.read(kept, as_version=4).cells
    begun = [c.source for c in cells if c.cell_type == "code" and c.metadata.get("papermill", {}).get("start_time")]
    return begun[-1] if begun else "(no cell had begun)"
