"""What a report is about: its store and its days, checked before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ecomkit.data.store import open_store
from ecomkit.diagnosis.period import parse_day, period, require_days
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
    "" is the store's first or last day.

    Raises
    ------
    EcomkitError
        No such store, a day that is no date, an end before its start, a period without orders.
    """
    if "store" not in values:
        return Subject()
    name = str(values["store"])
    with open_store(name) as store:
        facts = {"store": str(store.name), "currency": str(store.currency)}
        if {"start", "end", "compare"} <= values.keys():
            days = period(store, str(values["start"]), str(values["end"]), str(values["compare"]))
            start, end = days.start, days.end
            facts |= {"before_start": f"{days.before_start}", "before_end": f"{days.before_end}"}
        elif {"start", "end"} <= values.keys():
            start = parse_day(str(values["start"]), "start") or store.start
            end = parse_day(str(values["end"]), "end") or store.end
            require_days(store, start, end)
        else:
            start, end = store.start, store.end
        facts |= {"start": f"{start}", "end": f"{end}"}
    return Subject((Path(name).name, f"{start}", f"{end}"), facts)
