"""Measures an import against DuckDB's plain read of the same file: `python tests/benchmarks/imports.py [LINES ...]`.

The files are the demo store's Shopify export (79 columns, a row per line, UTF-8) and its JD export (34 columns,
Chinese) in GB18030, as JD writes it, and in UTF-16; each repeated with new order numbers and buyers. FILES names a
choice of them. The plain read is of the same file, but for GB18030, which DuckDB cannot read by itself: there it is of
the same rows in UTF-8. Each figure is that of a process of its own, plain read
and import in turn: CPU seconds (user and system), medians of ROUNDS rounds, and the highest peak of memory.
"""

import itertools
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = int(os.environ.get("ROUNDS", "3"))


KEYS = {"shopify_orders": ("Name", "Email"), "jd_orders": ("订单号", "下单帐号")}  # made new in each repetition
FILES = {
    "Shopify, UTF-8": ("shopify_orders", "utf-8"),
    "JD, GB18030": ("jd_orders", "gb18030"),
    "JD, UTF-16": ("jd_orders", "utf-16"),
}


def make(folder: Path, lines: int, name: str, encoding: str) -> tuple[Path, Path]:
    """The export in its encoding, and the same rows in UTF-8."""
    import duckdb

    from ecomkit.data.samples import export
    from ecomkit.data.store import open_store

    export(open_store("demo"), to=folder / "samples", formats=[name])
    found = max((folder / "samples").rglob("*.csv"))
    sample, plain, part = folder / "sample.csv", folder / "plain.csv", folder / "part.csv"
    known = "utf-8-sig" if name == "shopify_orders" else "gb18030"
    text = found.read_bytes().decode(known).replace(",\r\n", "\r\n")
    sample.write_text(text, encoding="utf-8", newline="")
    order, buyer = KEYS[name]
    source = f"read_csv('{sample}', all_varchar = true)"
    have = duckdb.sql(f"SELECT count(*) FROM {source}").fetchall()[0][0]
    with plain.open("wb") as target:
        for k in range(-(-lines // have)):
            duckdb.execute(
                f"""COPY (SELECT * REPLACE ("{order}" || '{k}' AS "{order}", '{k}' || "{buyer}" AS "{buyer}")
                FROM {source} LIMIT {lines - k * have}) TO '{part}' (HEADER {k == 0})"""
            )
            target.write(part.read_bytes())
    if encoding == "utf-8":
        return plain, plain
    with (
        plain.open(encoding="utf-8", newline="") as rows,
        (folder / "orders.csv").open("w", encoding=encoding, newline="") as to,
    ):
        shutil.copyfileobj(rows, to)
    return folder / "orders.csv", plain if encoding == "gb18030" else folder / "orders.csv"


def run(what: str, file: str, to: str) -> None:
    import duckdb

    from ecomkit.data.imports import import_files

    start = time.process_time()
    if what == "plain":
        with open(file, "rb") as stream:
            encoding = "utf-16" if stream.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        duckdb.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{file}', encoding = '{encoding}')")
    else:
        import_files([file], to=to, timezone="Asia/Shanghai")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"cpu": time.process_time() - start, "gb": peak}))


def measure(what: str, file: Path, to: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", what, str(file), to]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    heads = ["file", "lines", "CPU s", "plain `read_csv`, CPU s", "ratio", "bar", "peak GB"]
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    chosen = os.environ.get("FILES", ";".join(FILES)).split(";")
    for called, lines in itertools.product(chosen, map(int, sys.argv[1:] or ["1000000"])):
        with tempfile.TemporaryDirectory() as name:
            file, rows = make(Path(name), lines, *FILES[called])
            rounds = [
                (measure("plain", rows, ""), measure("import", file, f"{name}/store{number}"))
                for number in range(ROUNDS)
            ]
            plain, cpu = (statistics.median(r[i]["cpu"] for r in rounds) for i in (0, 1))
            peak = max(r[1]["gb"] for r in rounds)
            print(
                f"| {called} | {lines:,} | {cpu:.2f} | {plain:.2f} | {cpu / plain:.2f} | 6.00 | {peak:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    run(*sys.argv[2:]) if sys.argv[1:2] == ["--run"] else main()
