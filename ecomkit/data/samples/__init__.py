"""Samples: a store written as the files that platforms let one download, quirks and all, with the truth beside them.

The formats are data (`formats/*.yaml`): a header, and for each column how its cells are made from a row; the rows
(`rows/*.yaml`) are made from the canonical tables, and the truth is summed over them, never over the written text.
"""

import datetime as dt
import hashlib
import json
from calendar import timegm
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ecomkit.data.samples.spec import Sample, list_formats, load_rows, load_samples
from ecomkit.data.samples.workshop import PERSON, Workshop
from ecomkit.data.samples.write import write_file
from ecomkit.data.store import Store
from ecomkit.errors import ParameterError

__all__ = ["export", "list_formats"]
MANIFEST = "truth.json"


def export(store: Store, *, to: str | Path, formats: Sequence[str] | None = None) -> pd.DataFrame:
    """Writes a store in every format, `truth.json` beside them; returns a row per file.

    Parameters
    ----------
    store
        What `open_store` gives.
    to
        A folder that is new, or empty.
    formats
        Names of formats; all that `list_formats()` gives if None.

    Returns
    -------
    pandas.DataFrame
        `format`, `file` (below the folder; missing where nothing was written), `rows` of data, and `why` not, for a
        format that needs a table which the store has not.

    Raises
    ------
    ParameterError
        A format is unknown, or the folder holds files already.
    """
    folder = Path(to).expanduser()
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise ParameterError(f"'{folder}' is there already.", "give the name of a new folder.")
    samples = [sample for name in formats or list_formats() for sample in load_samples(name)]
    workshop, files = Workshop(store), {}
    told: list[tuple[str, str | None, int, str]] = []
    for sample in samples:
        if lacking := workshop.lacks(sample):
            told.append((sample.name, None, 0, f"the store has no {' and no '.join(lacking)}"))
            continue
        for name, truth in _write_sample(workshop, sample, folder):
            files[name] = truth
            told.append((sample.name, name, truth["rows"], ""))
    manifest = {
        "store": store.name,
        "currency": store.currency,
        "timezone": store.timezone,
        "personal": [*PERSON.values(), "@example.com"],
        "files": files,
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return pd.DataFrame(told, columns=["format", "file", "rows", "why"])


def _write_sample(workshop: Workshop, sample: Sample, folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Writes the files of one sample; returns the name and the truth of each."""
    written = []
    for first, last in workshop.days(sample):
        fill = {"start": first, "end": last, "epoch": timegm(last.timetuple()), "currency": workshop.store.currency}
        below = [sample.name, "" if sample.together else sample.variant, sample.file.format(**fill)]
        name = "/".join(filter(None, below))
        head = [[cell.format(**fill) for cell in row] for row in sample.head]
        source, sort = workshop.table(sample, first, last), load_rows(sample.rows).sort
        repeated = write_file(workshop.connection, sample, source, sort, folder / name, head)
        if sample.zipped:
            name = name.rpartition(".")[0] + ".zip"
        truth = _describe(workshop, sample, first, last)
        if repeated:
            truth["other_rows"]["repeated"] = repeated
        truth["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        written.append((name, truth))
    return written


def _describe(workshop: Workshop, sample: Sample, first: dt.date, last: dt.date) -> dict[str, Any]:
    """Returns what `truth.json` says of a file, without its digest."""
    counts = {"preamble": len(sample.preamble), "explained": bool(sample.explained), "total": len(sample.closing)}
    truth = workshop.truth(sample, first, last)
    truth["other_rows"] |= {kind: int(count) for kind, count in counts.items() if count}
    if sample.twin_sheet:
        truth["other_sheet"] = sample.twin_sheet
    return {
        "format": sample.name,
        "variant": sample.variant,
        "platform": sample.platform,
        "grain": sample.grain,
        "header": sample.known,
        "encoding": sample.encoding,
        "days": [str(first), str(last)],
        "currency": workshop.store.currency if sample.currency == "store" else sample.currency or None,
        **truth,
    }
