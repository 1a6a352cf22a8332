"""An exam: one store in trouble for a whole class, and what each of them found, as a table."""

import hashlib
from pathlib import Path

import pandas as pd

from ecomkit.course import grade as grading
from ecomkit.course import stores
from ecomkit.errors import ParameterError, TableError

TEMPLATE, SEAL, STORE = "findings.csv", "seal.txt", "store"


def write(to: str | Path, *, seed: int) -> Path:
    """Writes an exam and returns its folder: the store without its truth, an empty `findings.csv`, and `seal.txt`.

    The seal is a digest of the truth: handed out beforehand, it proves afterwards that nothing was changed.
    """
    _check_seed(seed)
    folder = Path(to).expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stores.write_trouble(seed, folder / STORE)
        (folder / TEMPLATE).write_text(",".join(grading.COLUMNS) + "\n", encoding="utf-8")
        (folder / SEAL).write_text(seal(seed) + "\n", encoding="utf-8")
    except OSError as error:
        raise ParameterError(f"{folder} cannot be written: {error.strerror}.", "choose another folder.") from error
    return folder


def seal(seed: int) -> str:
    """Returns a digest of the truth of the store in trouble."""
    return hashlib.sha256(grading.truth(seed).to_csv(index=False).encode()).hexdigest()


def results(folder: str | Path, *, seed: int) -> pd.DataFrame:
    """Returns the results of a class.

    Parameters
    ----------
    folder : one file of findings per learner, NAME.csv, with the columns of `findings.csv`
    seed : the exam's

    Returns
    -------
    pandas.DataFrame, one row per file, the best first, and one called "(automatic)" for the automatic diagnosis
        `name`; `score_rate` (0-1); `found` (incidents with right cause and place) of `to_find`; `days_right`;
        `money_points`; `false_alarms`; `problem` (why a file could not be graded, "" otherwise).
    """
    _check_seed(seed)
    files = sorted(p for p in Path(folder).expanduser().glob("*.csv") if p.name != TEMPLATE)
    if not files:
        raise ParameterError(f"There are no findings in {folder}.", "collect one file per learner there: NAME.csv.")
    true = grading.truth(seed)
    rows = [_row(path.stem, *_graded(path, true)) for path in files]
    rows.append(_row("(automatic)", grading.grade(grading.automatic(seed), true), ""))
    columns = ["name", "score_rate", "found", "to_find", "days_right", "money_points", "false_alarms", "problem"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["score_rate", "name"], ascending=[False, True], ignore_index=True)


def _check_seed(seed: int) -> None:
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ParameterError(f"seed={seed!r} cannot be.", "it is a whole number, 0 or more.")


def save(table: pd.DataFrame, out: str | Path) -> None:
    """Writes the results as CSV; with a mark at its head by which Excel knows that names may be Chinese."""
    try:
        table.to_csv(Path(out).expanduser(), index=False, encoding="utf-8-sig")
    except OSError as error:
        raise ParameterError(
            f"{out} cannot be written: {error.strerror}.", "choose another file with --out."
        ) from error


def _graded(path: Path, true: pd.DataFrame) -> tuple[grading.Grade | None, str]:
    try:
        return grading.grade(pd.read_csv(path, dtype="str", encoding="utf-8-sig"), true), ""
    except (TableError, ValueError) as error:  # pandas and the codec raise kinds of ValueError
        return None, str(error).splitlines()[0]


def _row(name: str, graded: grading.Grade | None, problem: str) -> tuple[object, ...]:
    if graded is None:
        return name, 0.0, 0, 0, 0, 0, 0, problem
    marks = graded.marks
    found = int((marks[["cause", "place"]] > 0).all(axis=1).sum())
    days, money = int((marks["day"] > 0).sum()), int(marks["money_points"].sum())
    return name, round(graded.score_rate, 4), found, len(marks), days, money, len(graded.false_alarms), problem
