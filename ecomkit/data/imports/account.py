"""The account of an import: per file, what was read, written, dropped and why, converted, and not understood."""

from dataclasses import asdict, dataclass, field
from typing import Any

from duckdb import DuckDBPyConnection

from ecomkit.data.imports.fields import Field, absent, other_places, unknown_headers
from ecomkit.data.imports.merge import columns
from ecomkit.data.imports.shape import KEPT
from ecomkit.data.imports.typed import Typed, rate_rules
from ecomkit.data.tables import MARKS

FIRST = 5  # row numbers that are shown
POINTS = 0.0005  # a platform's own rate may differ by its rounding: 0.05 points
TOTALS = {
    "orders": "orders: count(*), units: sum(units), revenue: sum(revenue), refund_amount: sum(refund_amount)",
    "order_lines": "lines: count(*), line_units: sum(quantity)",
    "refunds": "refunds: count(*), refunded: sum(amount)",
    "reviews": "reviews: count(*)",
    "products": "products: count(*)",
    "traffic_daily": "visitors: sum(visitors), traffic_revenue: sum(revenue)",
    "product_daily": "product_days: count(*), product_revenue: sum(revenue)",
    "events": "events: count(*)",
    "inventory": "stock_rows: count(*)",
    "keyword_daily": "keyword_visitors: sum(visitors), keyword_revenue: sum(revenue)",
    "live_sessions": "live_visitors: sum(visitors), live_revenue: sum(revenue)",
    "email_campaigns": "recipients: sum(recipients), mail_revenue: sum(revenue)",
    "sales_daily": "day_orders: sum(orders), day_sales: sum(list_amount), day_refunds: sum(refund_amount)",
    "ads_daily": "cost: sum(cost), ad_revenue: sum(revenue)",
}


@dataclass
class FileAccount:
    """What became of one file (or sheet). `read` rows are `written` rows plus the `dropped` ones of every reason."""

    file: str
    profile: str
    platform: str
    encoding: str
    currency: str
    title: dict[str, str] = field(default_factory=dict)  # of the profile, by language
    read: int = 0
    written: int = 0
    dropped: dict[str, dict[str, Any]] = field(default_factory=dict)  # why -> rows, first_rows
    converted: dict[str, dict[str, Any]] = field(default_factory=dict)  # header -> unit, texts, comma
    not_parsed: dict[str, dict[str, Any]] = field(default_factory=dict)  # header -> rows, first_rows
    not_understood: list[str] = field(default_factory=list)
    not_there: list[str] = field(default_factory=list)  # columns that belong into sums of the file
    unread: list[str] = field(default_factory=list)  # sheets of the workbook that no profile knows
    left_out: list[str] = field(default_factory=list)  # sheets that a profile knows to say the same again
    cleaned: int = 0  # characters that are none (NUL), which were taken out
    rates: dict[str, dict[str, Any]] = field(default_factory=dict)  # header -> rows, first_rows that disagree
    marked: dict[str, list[str]] = field(default_factory=dict)  # how columns may not be added up -> their headers
    first: str = ""
    last: str = ""
    totals: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def account(connection: DuckDBPyConnection, read: Typed, tables: list[str], *, name: str, currency: str) -> FileAccount:
    """Returns the account of the file whose rows are in `typed`, `dropped` and `new_<table>`."""
    look = read.look
    told = FileAccount(name, look.profile.name, look.profile["platform"], look.encoding or look.kind, currency)
    told.title = look.profile["title"] or {}
    told.read = connection.execute("SELECT count(*) FROM typed").fetchall()[0][0] + sum(r.rows for r in read.lost)
    for lost in read.lost:
        told.dropped[lost.why] = {"rows": lost.rows, "first_rows": lost.numbers[:FIRST]}
    query = f"SELECT why, count(*), min(row, {FIRST}) FROM dropped GROUP BY why ORDER BY why"
    for why, rows, first in connection.execute(query).fetchall():
        told.dropped[why] = {"rows": rows, "first_rows": first}
    told.written = told.read - sum(reason["rows"] for reason in told.dropped.values())
    told.not_understood = unknown_headers(look)
    told.not_there = absent(look, read.fields)
    told.marked, told.cleaned = _marked(read), read.cleaned
    told.left_out, told.unread = ([*look.unread], []) if look.profile["sheet"] else ([], [*look.unread])
    _fields(connection, read, told)
    _rates(connection, read, told)
    _times(connection, read, told)
    told.totals = totals(connection, tables)
    gaps = sorted(number for lost in read.lost for number in lost.numbers)
    for reason in (*told.dropped.values(), *told.not_parsed.values(), *told.rates.values()):
        if gaps and reason not in [{"rows": lost.rows, "first_rows": lost.numbers[:FIRST]} for lost in read.lost]:
            reason["first_rows"] = [_in_file(row, gaps) for row in reason["first_rows"]]
    return told


def _in_file(row: int, gaps: list[int]) -> int:
    """The number of a row in the file, where rows before it could not be read and were not counted."""
    for gap in gaps:
        row += gap <= row
    return row


def _fields(connection: DuckDBPyConnection, read: Typed, told: FileAccount) -> None:
    """Per field, the cells that could not be read, and the numbers that were text or in another unit."""
    query = f"SELECT coalesce(bit_or(bad), 0), coalesce(bit_or(odd), 0) FROM typed WHERE {_DATA}"
    any_bad, any_odd = connection.execute(query).fetchall()[0]
    bits = {i: 1 << i for i, f in enumerate(read.fields) if f.cells}
    bits = {i: bit for i, bit in bits.items() if (any_bad | any_odd) & bit or read.fields[i].source.unit}
    parts = [
        f"count(*) FILTER (bad & {bit} > 0), min(row, {FIRST}) FILTER (bad & {bit} > 0), "
        f'count(*) FILTER (odd & {bit} > 0), count("{read.fields[i].name}")'
        for i, bit in bits.items()
    ]
    counts = connection.execute(f"SELECT {', '.join(['count(*)', *parts])} FROM typed WHERE {_DATA}").fetchall()[0][1:]
    for n, i in enumerate(bits):
        f = read.fields[i]
        bad, first, odd, filled = counts[4 * n : 4 * n + 4]
        header = read.look.header[f.cells[0]].strip()
        if bad:
            told.not_parsed[header] = {"rows": bad, "first_rows": first}
        if how := _how(f, odd, filled, comma=read.look.comma):
            told.converted[header] = how
    for n, place in enumerate(other_places(read.fields), len(read.fields)):
        if any_bad & (bit := 1 << n):
            query = f"SELECT count(*), min(row, {FIRST}) FROM typed WHERE bad & {bit} > 0 AND ({_DATA})"
            rows, first = connection.execute(query).fetchall()[0]
            told.not_parsed[read.look.header[place].strip()] = {"rows": rows, "first_rows": first}


# Cells of total rows and the like are no data; what was dropped for a cell that cannot be read is.
_DATA = "why IS NULL OR why LIKE 'no readable %'"


def _how(field: Field, odd: int, filled: int, *, comma: bool) -> dict[str, Any]:
    """The unit that a column was in, and how many of its numbers were text; nothing where neither is so."""
    unit, texts = field.source.unit if filled else "", odd if field.is_number else 0
    if unit == "duration":
        unit, texts = (unit if odd else ""), 0  # seconds are what they should be; a clock is read
    return {"unit": unit, "texts": texts, "comma": comma} if unit or texts else {}


def _marked(read: Typed) -> dict[str, list[str]]:
    """The headers that were kept as stated, under what the marks of their columns say of adding them up."""
    found: dict[str, list[str]] = {mark: [] for mark in reversed(MARKS.values()) if mark != MARKS[""]}
    for f in read.fields:
        header = read.look.header[f.cells[0]].strip() if f.cells else ""
        if header and f.column.adds in found and header not in found[f.column.adds]:
            found[f.column.adds].append(header)
    return {mark: headers for mark, headers in found.items() if headers}


def _rates(connection: DuckDBPyConnection, read: Typed, told: FileAccount) -> None:
    for i, header in rate_rules(read.look):
        test = f'why IS NULL AND "under{i}" > 0 AND round(abs("rate{i}" - "over{i}" / "under{i}"), 9) > {POINTS}'
        rows, first = connection.execute(f"SELECT count(*), min(row, {FIRST}) FROM typed WHERE {test}").fetchall()[0]
        if rows:
            told.rates[header] = {"rows": rows, "first_rows": first}


def _times(connection: DuckDBPyConnection, read: Typed, told: FileAccount) -> None:
    times = [f.name for f in read.fields if f.column.kind in ("time", "date") and f.is_required]
    if times:
        query = f'SELECT min("{times[0]}")::VARCHAR, max("{times[0]}")::VARCHAR FROM {KEPT}'
        first, last = connection.execute(query).fetchall()[0]
        told.first, told.last = first or "", last or ""


def totals(connection: DuckDBPyConnection, tables: list[str]) -> dict[str, float]:
    """What the rows in `new_<table>` add up to."""
    sums: dict[str, float] = {}
    for table in tables:
        have = {"*", *columns(connection, f"new_{table}")}
        pairs = [pair.split(": ") for pair in TOTALS[table].split(", ")]
        told = [(name, sql) for name, sql in pairs if sql.partition("(")[2].rstrip(")") in have]
        parts = ", ".join(["count(*)", *(sql for _name, sql in told)])
        found = connection.execute(f"SELECT {parts} FROM new_{table}").fetchall()[0]
        for (name, _sql), value in zip(told, found[1:], strict=True):
            sums[name] = round(float(value), 2) if value is not None else 0
    return sums
