"""Measures an import against DuckDB's plain read of the same file: `python tests/benchmarks/imports.py [LINES ...]`.

The file is the demo store's Shopify export (79 columns, a row per line), repeated with new order numbers and buyers.
Each figure is that of a process of its own, plain read and import in turn: CPU seconds (user and system), medians of
ROUNDS rounds, and the highest peak of memory.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = int(os.environ.get("ROUNDS", "3"))


def make(folder: Path, lines: int) -> Path:
    import duckdb

    from ecomkit.data.samples import export
    from ecomkit.data.store import open_store

    export(open_store("demo"), to=folder / "samples", formats=["shopify_orders"])
    sample = next((folder / "samples").rglob("*.csv"))
    have = duckdb.sql(f"SELECT count(*) FROM read_csv('{sample}', all_varchar = true)").fetchall()[0][0]
    file, part = folder / "orders_export.csv", folder / "part.csv"
    with file.open("wb") as target:
        for k in range(-(-lines // have)):
            duckdb.execute(
                f"""COPY (SELECT * REPLACE (Name || '-{k}' AS Name, '{k}' || Email AS Email)
                FROM read_csv('{sample}', all_varchar = true) LIMIT {lines - k * have}) TO '{part}' (HEADER {k == 0})"""
            )
            target.write(part.read_bytes())
    return file


def run(what: str, file: str, to: str) -> None:
    import duckdb

    from ecomkit.data.imports import import_files

    start = time.process_time()
    if what == "plain":
        duckdb.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{file}')")
    else:
        import_files([file], to=to, timezone="Asia/Shanghai")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"cpu": time.process_time() - start, "gb": peak}))


def measure(what: str, file: Path, to: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", what, str(file), to]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    print("| lines | CPU s | plain `read_csv`, CPU s | ratio | bar | peak GB |\n| --- | --- | --- | --- | --- | --- |")
    for lines in map(int, sys.argv[1:] or ["1000000"]):
        with tempfile.TemporaryDirectory() as name:
            file = make(Path(name), lines)
            rounds = [
                (measure("plain", file, ""), measure("import", file, f"{name}/store{number}"))
                for number in range(ROUNDS)
            ]
            plain, cpu = (statistics.median(r[i]["cpu"] for r in rounds) for i in (0, 1))
            peak = max(r[1]["gb"] for r in rounds)
            print(f"| {lines:,} | {cpu:.2f} | {plain:.2f} | {cpu / plain:.2f} | 6.00 | {peak:.2f} |", flush=True)


if __name__ == "__main__":
    run(*sys.argv[2:]) if sys.argv[1:2] == ["--run"] else main()
