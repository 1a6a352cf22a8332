"""What a report is about: its store and its days, checked before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ecomkit.data import check
from ecomkit.data.days import coverage, parse_day, require_days
from ecomkit.data.store import Store, open_store
from ecomkit.data.tables import TABLES
from ecomkit.diagnosis import usual
from ecomkit.diagnosis.period import DAYS, period
from ecomkit.errors import TableError
from ecomkit.report.contract import Value


@dataclass(frozen=True)
class Subject:
    """The parts of the file's name, and the facts under the title: `store, currency, start, end, before_*`."""

    parts: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


def settle(values: Mapping[str, Value]) -> Subject:
    """The subject that a report's parameters name.

    A report with the parameters `start, end, compare` looks at a period and at the one before it, as
    `diagnosis.metrics.period` settles them; a report without `compare` looks at all days from `start` to `end`, and
    "" is the store's first or last day. A report with `days` looks at so many by default; one with `day` or `month`
    looks at that.

    Raises
    ------
    EcomkitError
        No such store, a table that lacks a column or cannot be read, a day that is no date, an end before its start, a
        period without orders.
    """
    if "store" not in values:
        return Subject()
    name = str(values["store"])
    with open_store(name) as store:
        _require_columns(store)
        facts = {"store": str(store.name), "currency": str(store.currency)}
        try:
            days = _days(store, values)
        except duckdb.ConversionException as error:
            raise unreadable(str(error)) from None
    return Subject((Path(name).name, days["start"], days["end"]), facts | days)


def _days(store: Store, values: Mapping[str, Value]) -> dict[str, str]:
    if {"start", "end", "compare"} <= values.keys():
        days = period(
            store, str(values["start"]), str(values["end"]), str(values["compare"]), int(values.get("days", DAYS))
        )
        before = {"before_start": f"{days.before_start}", "before_end": f"{days.before_end}"}
        return {"start": f"{days.start}", "end": f"{days.end}", **before}
    if "day" in values:
        day = parse_day(str(values["day"]), "day") or coverage(store)[1]
        require_days(store, day, day)
        return {"start": f"{day}", "end": f"{day}"}
    if "month" in values:
        start, end = usual.span(store, str(values["month"]))
        require_days(store, start, end)
        return {"start": f"{start}", "end": f"{end}"}
    if {"start", "end"} <= values.keys():
        start = parse_day(str(values["start"]), "start") or store.start
        end = parse_day(str(values["end"]), "end") or store.end
        require_days(store, start, end)
        return {"start": f"{start}", "end": f"{end}"}
    return {"start": f"{store.start}", "end": f"{store.end}"}


def _require_columns(store: Store) -> None:
    for table in store.tables:
        check.require(store.table(table), table, [c.name for c in TABLES[table].columns if c.required])


def unreadable(said: str) -> TableError:
    """What to say when DuckDB meets a cell that is not what its column holds: a file of text is read only as needed."""
    return TableError(
        f"A table of the store cannot be read: {said.splitlines()[0]}",
        "correct the cell or leave it empty; write times as 2025-09-30 20:15:00 and numbers as 1234.50.",
    )
