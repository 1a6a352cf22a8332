"""One import under way: each file into the fresh tables, then those over the store's."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from ecomkit.data import folder
from ecomkit.data.imports import keep, sets
from ecomkit.data.imports.account import FileAccount, account
from ecomkit.data.imports.gather import Found
from ecomkit.data.imports.look import Look
from ecomkit.data.imports.merge import allocated, columns, fold, merged, of_site, without_sums
from ecomkit.data.imports.shape import shape
from ecomkit.data.imports.typed import read
from ecomkit.data.imports.values import quote
from ecomkit.data.tables import TABLES
from ecomkit.errors import TableError

UNKNOWN = "X" * 3  # ISO 4217: no currency
ORPHAN = "its order is not in the store"
_CURRENCIES = """
SELECT currency, count(*) FROM typed WHERE currency IS NOT NULL AND why IS NULL GROUP BY 1 ORDER BY 2 DESC"""


@dataclass
class Imported:
    """What an import did: an account per file, the files that were refused and why, and per table the rows."""

    store: Path
    files: list[FileAccount] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[str, int]] = field(default_factory=dict)  # table -> rows, new, changed
    notes: dict[str, int] = field(default_factory=dict)  # what is to be known -> how often

    def as_dict(self) -> dict[str, Any]:
        """Returns the account as plain lists and dictionaries, as `import_report.json` has it."""
        files = [told.as_dict() for told in self.files]
        return {"files": files, "refused": self.refused, "tables": self.tables, "notes": self.notes}

    def __str__(self) -> str:
        said = [
            f"{f.file}: {f.profile}, read {f.read:,} rows, written {f.written:,}, dropped {f.read - f.written:,}"
            for f in self.files
        ]
        said += [f"{name}: not imported, {why}" for name, why in self.refused.items()]
        said += [
            f"{table:<14}{n['rows']:>12,} rows, {n['new']:,} new, {n['changed']:,} changed"
            for table, n in self.tables.items()
        ]
        return "\n".join(said)


class Run:
    """One import under way: `before` are the tables that the store has, `touched` those that files have filled."""

    def __init__(
        self, connection: DuckDBPyConnection, work: Path, manifest: dict[str, Any], store_id: str, result: Imported
    ) -> None:
        self.connection, self.work, self.manifest, self.result = connection, work, manifest, result
        self.shop = store_id
        self.touched: set[str] = set()
        self.silent = 0  # files with money that do not tell its currency
        place = result.store
        self.before = folder.attach(connection, place, manifest)[0] if (place / folder.MANIFEST).exists() else []

    def take(self, found: Found, seen: Look) -> None:
        """Reads one file into the fresh tables; a file that was found in a folder may be refused."""
        try:
            typed = read(self.connection, seen, self.work, zone=self.manifest["timezone"], salt=self.manifest["salt"])
            currency = self._currency(found, seen)
            tables = shape(self.connection, typed)
        except TableError as error:
            if found.is_named:
                raise
            self.result.refused[found.name] = str(error)
            return
        self._tell_apart(tables, self._shop(tables, seen.profile["platform"]))
        self._drop_orphans(tables)
        name = f"{found.name}{f' / {seen.sheet}' * bool(seen.sheet)}"
        self._add(account(self.connection, typed, tables, name=name, currency=currency), tables)
        self.silent += not currency and any(f.column.kind == "money" for f in typed.fields)

    def take_set(self, given: sets.FileSet) -> None:
        """Reads a folder that is one export into the fresh tables; one that was found in a folder may be refused."""
        try:
            self._agree(given.place.name, given.entry["currency"])
        except TableError as error:
            if given.is_named:
                raise
            self.result.refused[given.place.name] = str(error)
            return
        if "complete" in given.entry and not (self.before or self.touched):
            self.manifest["complete"] = given.entry["complete"]  # the days on which the publisher's data is whole
        tables, told = sets.read(self.connection, given, salt=self.manifest["salt"])
        self._tell_apart(tables, self._shop(tables, told.platform))
        self._add(told, tables)

    def _add(self, told: FileAccount, tables: list[str]) -> None:
        self.result.files.append(told)
        for table in tables:
            fold(self.connection, table)
        self.touched |= set(tables)

    def _currency(self, found: Found, seen: Look) -> str:
        """Returns the currency of the file in `typed`, which must be the store's."""
        own = seen.profile["currency"]
        if isinstance(own, dict):
            rows = self.connection.execute(_CURRENCIES).fetchall()
            if len(rows) > 1:
                told = ", ".join(f"{currency} × {n}" for currency, n in rows[:3])
                raise TableError(
                    f"'{found.name}' is in several currencies ({told}), a store in one.",
                    "export each currency, and import it to a store of its own.",
                )
            own = rows[0][0].upper() if rows else ""
        self._agree(found.name, own)
        return own

    def _agree(self, name: str, currency: str) -> None:
        """A store has one currency: the first that a file tells."""
        if currency and self.manifest["currency"] == UNKNOWN:
            self.manifest["currency"] = currency
        if currency and currency != self.manifest["currency"]:
            raise TableError(
                f"'{name}' is in {currency}, the store in {self.manifest['currency']}.",
                "import it to a store of its own.",
            )

    def _shop(self, tables: list[str], platform: str) -> str:
        """Names the shop, where --store-id tells it, in order ids and beside the platform; returns the platform so."""
        if not self.shop:
            return platform
        named = f"{platform} {self.shop}"
        for table in tables:
            have = columns(self.connection, f"new_{table}")
            if "order_id" in have:
                self.connection.execute(f"UPDATE new_{table} SET order_id = {quote(self.shop + ':')} || order_id")
            if "platform" in have:
                self.connection.execute(f"UPDATE new_{table} SET platform = {quote(named)}")
        return named

    def _tell_apart(self, tables: list[str], platform: str) -> None:
        """Puts the platform before numbers of orders that another platform's orders have already: within a store an
        `order_id` is one order, so that nothing that is joined by it can go astray."""
        theirs = [
            f"SELECT order_id, platform FROM {prefix}{table}"
            for table in ("orders", "refunds")
            for prefix, has in (("fresh_", table in self.touched), ("", table in self.before))
            if has and {"order_id", "platform"} <= set(columns(self.connection, f"{prefix}{table}"))
        ]
        numbered = [t for t in ("orders", "order_lines", "refunds", "reviews") if t in tables]
        if not (theirs and numbered):
            return
        told = " UNION ALL ".join(theirs)
        mine = " UNION ALL ".join(f"SELECT order_id FROM new_{table}" for table in numbered)
        self.connection.execute(f"""CREATE OR REPLACE TABLE taken AS
          SELECT order_id FROM ({told}) WHERE platform <> {quote(platform)} AND order_id IN ({mine})
          EXCEPT SELECT order_id FROM ({told}) WHERE platform = {quote(platform)}""")
        for table in numbered:
            self.connection.execute(f"""UPDATE new_{table} SET order_id = {quote(platform + ":")} || order_id
              WHERE order_id IN (FROM taken)""")

    def _drop_orphans(self, tables: list[str]) -> None:
        """Lines of orders that are not there: they were not paid, or their file has not been imported."""
        if "order_lines" not in tables or "orders" in tables:
            return
        known = [t for t in ("fresh_orders" * ("orders" in self.touched), "orders" * ("orders" in self.before)) if t]
        there = " UNION ALL ".join(f"SELECT order_id FROM {table}" for table in known) or "SELECT '' WHERE false"
        test = f"order_id NOT IN ({there})"
        self.connection.execute(f"INSERT INTO dropped SELECT row, '{ORPHAN}' FROM new_order_lines WHERE {test}")
        self.connection.execute(f"DELETE FROM new_order_lines WHERE {test}")

    def finish(self, place: Path) -> None:
        """Lays the fresh tables over the store's, and writes them if they changed anything."""
        queries = {}
        for table in [t for t in TABLES if t in self.touched]:
            old = table if table in self.before else "nothing"
            self.connection.execute(
                f"CREATE OR REPLACE VIEW final_{table} AS {merged(self.connection, table, old, f'fresh_{table}')}"
            )
            queries[table] = f"SELECT * FROM final_{table}"
        if {"orders", "order_lines"} & set(queries):
            self._share_out(queries)
        self._call_purchases(queries)
        for table, part in (("traffic_daily", "source"), ("ads_daily", "campaign")):
            if table in queries:
                queries[table] = self._without_sums(queries[table], part)
        changes = {table: self._changes(table, query) for table, query in queries.items() if table in self.before}
        is_known = (place / folder.MANIFEST).exists() and folder.read_manifest(place) == self.manifest
        is_first = len(changes) < len(queries) or not is_known
        if is_first or any(new or changed for new, changed in changes.values()):
            rows = keep.write(self.connection, place, self.manifest, queries)
        else:
            rows = self.manifest["tables"]
        for table in queries:
            new, changed = changes.get(table, (rows[table], 0))
            self.result.tables[table] = {"rows": rows[table], "new": new, "changed": changed}

    def _without_sums(self, query: str, part: str) -> str:
        kept = without_sums(query, part)
        if gone := self._count(query) - self._count(kept):
            self.result.notes[f"{part}_gave_way"] = gone
        return kept

    def _call_purchases(self, queries: dict[str, str]) -> None:
        """Gives the purchases among events the numbers of the orders that they are."""
        there = [queries.get(t, f"SELECT * FROM {t}" if t in self.before else "") for t in ("events", "orders")]
        if (
            all(there)
            and {"events", "orders"} & set(queries)
            and "order_id" in columns(self.connection, f"({there[0]})")
        ):
            query = of_site(*there)
            if self._count(f"{there[0]} EXCEPT {query}"):
                queries["events"] = query

    def _share_out(self, queries: dict[str, str]) -> None:
        """Shares the money of orders out to their lines, where either is new."""
        has_lines = "order_lines" in queries or "order_lines" in self.before
        has_orders = "orders" in queries or "orders" in self.before
        if not (has_lines and has_orders):
            return
        lines = "final_order_lines" if "order_lines" in queries else "order_lines"
        orders = "final_orders" if "orders" in queries else "orders"
        fresh = [f"SELECT order_id FROM fresh_{t}" for t in ("orders", "order_lines") if t in queries]
        if "list_amount" in columns(self.connection, lines):
            is_whole = not {"orders", "order_lines"} & set(self.before)
            queries["order_lines"] = allocated(lines, orders, "" if is_whole else " UNION ALL ".join(fresh))

    def _changes(self, table: str, query: str) -> tuple[int, int]:
        """Returns how many rows are new, and how many differ from those of the store."""
        new = max(self._count(query) - self._count(f"SELECT * FROM {table}"), 0)
        have, come = columns(self.connection, table), columns(self.connection, f"({query})")
        old = ", ".join(c if c in have else f"NULL AS {c}" for c in come)
        return new, self._count(f"{query} EXCEPT SELECT {old} FROM {table}") - new

    def _count(self, query: str) -> int:
        return self.connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
