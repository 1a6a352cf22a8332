"""The optimisation list as people work with it: in words, as an Excel file, and read back when the week is over."""

from pathlib import Path

import pandas as pd

from ecomkit.diagnosis import todo
from ecomkit.errors import ParameterError
from ecomkit.report import text
from ecomkit.report.advice import advise
from ecomkit.report.labels import BY_COLUMN
from ecomkit.report.text import label

READ = [*todo.ITEM, "todo", "action"]


def sheet(found: pd.DataFrame) -> pd.DataFrame:
    """The tasks of a table of findings with their words: the columns of `todo.make`, `todo` and `action`."""
    words = [advise(row) for row in found.to_dict("records")]
    texts = {"todo": [w.title for w in words], "action": [w.action for w in words]}
    table = todo.make(found).assign(**{name: pd.Series(said, found.index, dtype="str") for name, said in texts.items()})
    return table[["todo", "action", "owner", "due", "state", "money_at_stake", "since", "until", "finding", "task"]]


def read(path: str | Path) -> pd.DataFrame:
    """An earlier list, as Excel kept it: headings in either language, owners and states as their people left them.

    Raises
    ------
    ParameterError
        There is no such file, or it is no list of tasks.
    """
    source = Path(path).expanduser()
    if not source.is_file():
        raise ParameterError(f"There is no earlier list `{path}`.", "give the .xlsx that last week's report saved.")
    try:
        table = pd.read_excel(source, engine="calamine")
    except Exception as error:  # whatever the reader says of a file that is no workbook
        raise ParameterError(f"{source} is no workbook: {error}.", "give the .xlsx of last week's report.") from None
    table = table.rename(columns={said: code for code in READ for said in _said(code)})
    missing = [c for c in ("task", "money_at_stake") if c not in table.columns]
    if missing:
        raise ParameterError(f"{source} has no columns {missing}; it has {list(table.columns)}.", "keep its headings.")
    codes = {said: code for code in BY_COLUMN["state"] for said in _said(code, "state")}
    if "state" in table.columns:
        table["state"] = table["state"].map(lambda said: codes.get(said, said))
    return table.dropna(subset=["task"]).reset_index(drop=True)


def _said(code: str, column: str = "") -> list[str]:
    """What a code is called in each language."""
    names = []
    for lang in text.LANGUAGES:
        with text.using(lang):
            names.append(label(code, column=column))
    return names
