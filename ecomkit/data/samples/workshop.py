"""The store on the bench: its tables with every canonical column, the rows made of them, and the truth about these."""

import csv
import datetime as dt
from decimal import Decimal
from importlib.resources import files
from typing import Any

from duckdb import DuckDBPyConnection

from ecomkit.data.folder import TYPES
from ecomkit.data.samples.spec import Sample, load_rows
from ecomkit.data.store import Store
from ecomkit.data.tables import TABLES

# What stands for a person in the files, so that it can be looked for wherever it must not arrive.
PERSON = {
    "name": "Mei Sample",
    "email": "mei.sample@example.com",
    "phone": "13800138000",
    "address": "1 Sample Street, flat 2",
}


class Workshop:
    """The tables of one store, ready to be written in any format."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.connection: DuckDBPyConnection = store.connection.cursor()  # its temporary tables are its own
        self.connection.execute(f"CREATE TEMP MACRO zone() AS '{store.timezone}'")
        self.connection.execute(f"CREATE TEMP MACRO currency() AS '{store.currency}'")
        self.connection.execute(f"CREATE TEMP MACRO person(what) AS {_map(PERSON)}[what]")
        folder = files("ecomkit.data.samples")
        words = dict(csv.reader(folder.joinpath("words.csv").read_text(encoding="utf-8").splitlines()[1:]))
        self.connection.execute(f"CREATE TEMP MACRO zh(word) AS coalesce({_map(words)}[word], word)")
        self.connection.execute(folder.joinpath("quirks.sql").read_text(encoding="utf-8"))
        for table in TABLES:
            self._whole(table)
        self.made: set[str] = set()

    def _whole(self, table: str) -> None:
        """Makes a view of a table with every canonical column; those that are not there are missing in every row."""
        have = self.store.table(table).columns if self.store.has(table) else []
        columns = ", ".join(
            f"{c.name if c.name in have else 'NULL'}::{TYPES[c.kind]} AS {c.name}" for c in TABLES[table].columns
        )
        source = f'FROM memory.main."{table}"' if have else "WHERE false"
        self.connection.execute(f'CREATE TEMP VIEW "{table}" AS SELECT {columns} {source}')

    def lacks(self, sample: Sample) -> list[str]:
        """Returns the tables that the sample would need and the store has not."""
        return [table for table in load_rows(sample.rows).needs if not self.store.has(table)]

    def lay_out(self, name: str) -> None:
        """Makes the table of rows called `name`, once."""
        if name in self.made:
            return
        rows = load_rows(name)
        for other in rows.uses:
            self.lay_out(other)
        self.connection.execute(f'CREATE TEMP TABLE "{name}" AS {rows.sql}')
        self.made.add(name)

    def days(self, sample: Sample) -> list[tuple[dt.date, dt.date]]:
        """Returns the first and last day of each file of a sample: one file, or one a day."""
        self.lay_out(sample.rows)
        when = load_rows(sample.rows).time
        if not when:
            return [(self.store.start, self.store.end)]
        found = self.connection.execute(
            f'SELECT DISTINCT "{when}"::DATE AS day FROM "{sample.rows}" WHERE {when} IS NOT NULL AND ({sample.where})'
            " ORDER BY day"
        ).fetchall()
        days = [day for (day,) in found][-sample.last_days :]
        return [(day, day) for day in days] if sample.a_day else [(days[0], days[-1])] if days else []

    def table(self, sample: Sample, first: dt.date, last: dt.date) -> str:
        """Returns the SQL of the sample's rows from the first to the last day, those that are no data among them."""
        rows = load_rows(sample.rows)
        days = f"(coalesce({rows.time}::DATE, DATE '{last}') BETWEEN '{first}' AND '{last}')" if rows.time else "true"
        noise = "".join(f" OR noise = '{kind}'" for kind in sample.noise)
        return f'SELECT * FROM "{sample.rows}" WHERE {days} AND ({sample.where}) AND (noise IS NULL{noise})'

    def truth(self, sample: Sample, first: dt.date, last: dt.date) -> dict[str, Any]:
        """Returns what is true of the rows that are data: how many, from when to when, and their totals."""
        rows = load_rows(sample.rows)
        when = f"min({rows.time}), max({rows.time})" if rows.time else "NULL, NULL"
        totals = ", ".join(f"{rows.totals[name]}" for name in sample.totals)
        source = self.table(sample, first, last)
        count, start, end, *values = self.connection.execute(
            f"SELECT count(*), {when}, {totals} FROM ({source}) WHERE noise IS NULL"
        ).fetchall()[0]
        noise = self.connection.execute(
            f"SELECT noise, count(*) FROM ({source}) WHERE noise IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).fetchall()
        return {
            "rows": count,
            "other_rows": dict(noise),
            "first": start and str(start),
            "last": end and str(end),
            "totals": {name: _number(value) for name, value in zip(sample.totals, values, strict=True)},
            **({"marked": self._marked(sample, source)} if sample.marked else {}),
        }

    def _marked(self, sample: Sample, source: str) -> dict[str, dict[str, Any]]:
        """Returns what is true of columns that may not be added up: the figures that are there, and their range."""
        found = {}
        for name in sample.marked:
            figure = f"({load_rows(sample.rows).marked[name]})::DOUBLE"
            row = self.connection.execute(
                f"SELECT count({figure}), round(avg({figure}), 6), min({figure}), max({figure}) FROM ({source}) "
                "WHERE noise IS NULL"
            ).fetchall()[0]
            found[name] = dict(zip(("rows", "mean", "lowest", "highest"), row, strict=True))
        return found


def _map(words: dict[str, str]) -> str:
    """Returns a MAP of SQL; no word holds a quote."""
    quoted = ", ".join(f"'{key}': '{value}'" for key, value in words.items())
    return f"MAP {{{quoted}}}"


def _number(value: Any) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value
