"""Measures what BENCHMARKS.md records and prints it as Markdown: `make bench`.

Every figure is CPU seconds (user and system, both cores) of the work alone, after imports, in a process of its own;
function and floor take turns, and the ratio is that of their medians. ECOMKIT_BENCH names the folder for the data
(about 6 GB), ROWS the number of orders (50,000,000; events are 1.8 times as many).
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import data

HERE = Path(__file__).parent
ROWS = int(os.environ.get("ROWS", "50_000_000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))


def measure(case: str, rows: int, repeat: int = 1) -> dict[str, float]:
    command = [sys.executable, str(HERE / "cases.py"), case, str(rows), str(repeat)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE)
    return json.loads(done.stdout.splitlines()[-1])


def pair(case: str, other: str, rows: int, repeat: int = 1) -> tuple[dict[str, float], dict[str, float]]:
    rounds = [(measure(other, rows, repeat), measure(case, rows, repeat)) for _ in range(ROUNDS)]
    median = [{k: statistics.median(r[i][k] for r in rounds) for k in rounds[0][i]} for i in (0, 1)]
    return median[1], median[0]


def line(*cells: object) -> None:
    print(
        "| "
        + " | ".join(f"{c:,.2f}" if isinstance(c, float) else f"{c:,}" if isinstance(c, int) else str(c) for c in cells)
        + " |",
        flush=True,
    )


def head(*cells: str) -> None:
    line(*cells)
    line(*("---" for _ in cells))


def against_the_floor() -> None:
    print("\n### Against DuckDB's group-by floor\n")
    head("function", "rows", "CPU s", "floor, CPU s", "ratio", "bar", "peak GB")
    for case, rows, bar in [("rfm", ROWS, 2.2), ("retention", ROWS, 2.5), ("funnel", int(ROWS * 1.8), 4.0)]:
        (data.events if case == "funnel" else data.orders)(rows)
        ours, floor = pair(case, f"{case}_floor", rows)
        line(case, rows, ours["cpu"], floor["cpu"], ours["cpu"] / floor["cpu"], bar, ours["gb"])


def against_pandas() -> None:
    print("\n### pandas in, pandas out\n")
    head("function", "rows", "CPU s", "plain pandas, CPU s", "ratio", "bar")
    for case in ("rfm", "retention", "funnel"):
        (data.events if case == "funnel" else data.orders)(1_000_000)
        ours, plain = pair(f"pandas_{case}", f"plain_{case}", 1_000_000, repeat=3)
        line(case, 1_000_000, ours["cpu"], plain["cpu"], ours["cpu"] / plain["cpu"], 1.2)


def growth() -> None:
    print("\n### Growth\n")
    head("function", "rows", "CPU s", "CPU s per million rows", "peak GB")
    figures = []
    for case in ("rfm", "retention", "funnel"):
        for rows in (1_000_000, 10_000_000, 100_000_000):
            (data.events if case == "funnel" else data.orders)(rows)
            spent = measure(case, rows)
            figures.append((case, rows, spent["cpu"], spent["gb"]))
            line(case, rows, spent["cpu"], spent["cpu"] / rows * 1e6, spent["gb"])
    draw(figures)


def draw(figures: list[tuple[str, int, float, float]]) -> None:
    """The growth as one log-log plot of time and memory beside each other."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for case, marker in [("rfm", "o"), ("retention", "s"), ("funnel", "^")]:
        mine = [f for f in figures if f[0] == case]
        for ax, i in zip(axes, (2, 3), strict=True):
            ax.loglog([f[1] for f in mine], [f[i] for f in mine], marker=marker, label=case)
    for ax, name in zip(axes, ["CPU seconds", "peak memory, GB"], strict=True):
        ax.set(xlabel="rows", title=name)
        ax.grid(alpha=0.3)
    first = [f for f in figures if f[0] == "funnel"]
    axes[0].loglog([f[1] for f in first], [first[0][2] * f[1] / first[0][1] for f in first], "k:", label="linear")
    axes[0].legend()
    target = HERE.parents[1] / "docs" / "growth.png"
    target.parent.mkdir(exist_ok=True)
    fig.savefig(target, dpi=100)


def imports() -> None:
    print("\n### Import\n")
    head("import", "CPU s")
    code = "import time; a = time.process_time(); import {0}; print(time.process_time() - a)"
    for name in ("narwhals", "ecomkit"):
        runs = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code.format(name)], capture_output=True, text=True, check=True
                ).stdout
            )
            for _ in range(7)
        ]
        line(name, statistics.median(runs))


def simulator() -> None:
    print("\n### The simulated store\n")
    head("what", "CPU s", "peak GB")
    spent = measure("simulate", 0)
    line("365 days with the true effect of six incidents", spent["cpu"], spent["gb"])


def forecast() -> None:
    subprocess.run([sys.executable, str(HERE / "forecast.py")], check=True, cwd=HERE)


def exports() -> None:
    print("\n### Exports\n", flush=True)
    subprocess.run([sys.executable, str(HERE / "imports.py"), "1000000", "10000000"], check=True, cwd=HERE)


def machine() -> None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB"
    print(f"{where}; Python {platform.python_version()}, DuckDB {version('duckdb')}, pandas {version('pandas')}")


if __name__ == "__main__":
    machine()
    for part in (against_the_floor, against_pandas, growth, imports, simulator, forecast, exports):
        part()
