"""One check of a store's data, and what an audit hands to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from duckdb import DuckDBPyRelation

from ecomkit.data.store import Store
from ecomkit.data.tables import TABLES
from ecomkit.diagnosis.quality.totals import total_labels


class Case:
    """A store under audit, and what several checks ask of it, asked once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.sql = store.connection.sql
        self.reviews: pd.DataFrame | None = None  # with their signs, once two checks have asked for them
        self._repeated: dict[str, bool] = {}

    def has(self, need: str) -> bool:
        """Whether the store has the column "table.column", or one of several, "a.b|c.d"."""
        pairs = [choice.split(".") for choice in need.split("|")]
        return any(self.store.has(table) and column in self.store.table(table).columns for table, column in pairs)

    @cached_property
    def totals(self) -> dict[str, list[str]]:
        """The labels of total rows, by table."""
        return total_labels(self.store)

    def rows(self, table: str) -> str:
        """The table for a FROM clause, without total rows and, where a key is given twice, without the repeats: a
        fault that another check reports is not to be reported again."""
        key, labels = self.key(table), self.totals.get(table, [])
        spared = ", ".join("'" + label.replace("'", "''") + "'" for label in labels)
        where = f" WHERE {key[-1]} NOT IN ({spared})" if labels else ""
        if self.is_repeated(table):
            return f"(SELECT * FROM {table}{where} QUALIFY row_number() OVER (PARTITION BY {', '.join(key)}) = 1)"
        return f"(SELECT * FROM {table}{where})" if where else table

    @cached_property
    def repeated(self) -> list[str]:
        """The tables in which a key is given twice; of an event that is another check's matter."""
        return [table for table in self.store.tables if table != "events" and self.is_repeated(table)]

    def key(self, table: str) -> tuple[str, ...]:
        """The columns that identify a row of the table."""
        return TABLES[table].key_in(self.store.table(table).columns if self.store.has(table) else ())

    def is_repeated(self, table: str) -> bool:
        """Whether the table's key, if it is all there, is given twice."""
        if table not in self._repeated:
            key = self.key(table)
            keyed = all(self.has(f"{table}.{column}") for column in key)
            unique = f"SELECT count(*) = count(DISTINCT hash({', '.join(key)})) FROM {table}"
            self._repeated[table] = keyed and not self.sql(unique).fetchall()[0][0]
        return self._repeated[table]

    @cached_property
    def sold(self) -> pd.DataFrame:
        """Orders and revenue by `day` and `hour`."""
        return self.sql(
            "SELECT order_date::DATE AS day, hour(order_date) AS hour, count(*) AS n, sum(revenue)::DOUBLE AS revenue "
            f"FROM {self.rows('orders')} WHERE order_date IS NOT NULL GROUP BY ALL ORDER BY ALL"
        ).df()

    @cached_property
    def clicks(self) -> pd.DataFrame:
        """Events by `day`, `hour`, `event_name` and `device` ("" where not known)."""
        device = "coalesce(device, '')" if self.has("events.device") else "''"
        return self.sql(
            f"SELECT event_time::DATE AS day, hour(event_time) AS hour, event_name, {device} AS device, count(*) AS n "
            "FROM events GROUP BY ALL ORDER BY ALL"
        ).df()

    @cached_property
    def sales(self) -> float:
        """All sales of the store, as far as a table tells them; 0 where none does."""
        for table in ("orders", "product_daily", "traffic_daily"):
            if self.has(f"{table}.revenue"):
                return float(self.sql(f"SELECT coalesce(sum(revenue), 0) FROM {self.rows(table)}").fetchall()[0][0])
        return 0.0

    def size(self, of: str) -> int:
        """How many rows a table has, or, of "days", how many days the store."""
        if of == "days":
            return (self.store.end - self.store.start).days + 1
        return int(self.store.table(of).aggregate("count(*)").fetchall()[0][0]) if self.store.has(of) else 0


@dataclass(frozen=True)
class Check:
    """One check.

    `look` gives its evidence, a row per thing that is wrong: `day` (and `until`, the last day, where it spans some),
    `money` touched, `rows` touched where it is not one, `sure` (false: it may be true), and what is to be seen. `of`
    says what the rows are a share of: a table, or "days". From the share `wrong_from` on, of rows or of the store's
    sales, the data is wrong; below it somebody should look. `needs` are "table.column", or "a.b|c.d" where either
    will do.
    """

    name: str
    advice: str
    of: str
    wrong_from: float
    needs: tuple[str, ...]
    look: Callable[[Case], DuckDBPyRelation]

    def lacks(self, case: Case) -> list[str]:
        """The columns that it needs and the store does not have."""
        return [need for need in self.needs if not case.has(need)]


def in_hundreds(upper: str, lower: str) -> str:
    """SQL: whether one amount is a hundred times the other. That is a unit, not a difference."""
    return (
        f"coalesce(abs({upper} / nullif({lower}, 0) - 100) < 1 OR abs({lower} / nullif({upper}, 0) - 100) < 1, false)"
    )
