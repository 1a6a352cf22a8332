"""Measures an import against DuckDB's plain read of the same file: `python tests/benchmarks/imports.py [LINES]`.

The file is the demo store's Shopify export (79 columns, a row per line), repeated with new order numbers and buyers.
Each figure is CPU seconds (user and system) and peak memory of a process of its own; medians of ROUNDS rounds.
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
    file = folder / "orders_export.csv"
    duckdb.execute(
        f"""COPY (SELECT s.* REPLACE (Name || '-' || k AS Name, k || Email AS Email)
        FROM range({-(-lines // have)}) AS r(k), read_csv('{sample}', all_varchar = true) AS s LIMIT {lines})
        TO '{file}' (HEADER)"""
    )
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


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        file = make(Path(name), lines)
        print("| what | lines | CPU s | ratio | peak GB |\n| --- | --- | --- | --- | --- |")
        plain = 0.0
        for what in ("plain", "import"):
            rounds = []
            for number in range(ROUNDS):
                command = [sys.executable, __file__, "--run", what, str(file), f"{name}/{what}{number}"]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                rounds.append(json.loads(done.stdout.splitlines()[-1]))
            cpu, peak = (statistics.median(r[key] for r in rounds) for key in ("cpu", "gb"))
            plain = plain or cpu
            print(f"| {what} | {lines:,} | {cpu:.2f} | {cpu / plain:.2f} | {peak:.2f} |", flush=True)


if __name__ == "__main__":
    run(*sys.argv[2:]) if sys.argv[1:2] == ["--run"] else main()
