"""Measures whether the diagnosis names what was planted: `python tests/benchmarks/diagnosis.py FIRST_SEED STORES DAY`.

Each seed is a store of 16 weeks, lived three times: with one incident drawn by lot, with one to three, and with none.
A finding is right where both its cause and its slice are those of an incident; its money is compared with the true
effect on the store's net sales, which the simulator knows. CPU seconds are those of `findings.rank` with the playbook.
"""

import datetime as dt
import sys
import time

import duckdb
import pandas as pd

from ecomkit.data.simulate import Simulation, draw_incidents, simulate
from ecomkit.data.simulate.incidents import KINDS
from ecomkit.data.store import Store
from ecomkit.diagnosis import findings, playbook

DAYS, VISITORS = 112, 1200.0
COUNTS = {"one incident": 1, "one to three": None, "none": 0}


def live(seed: int, count: int | None, start: dt.date) -> Simulation:
    where = {"start": start, "days": DAYS, "visitors_per_day": VISITORS}
    return simulate(seed=seed, incidents=draw_incidents(seed=seed, count=count, **where), **where)


def opened(made: Simulation) -> Store:
    connection = duckdb.connect()
    for name, table in made.tables.items():
        connection.from_df(table).create(name)
    return Store(connection, list(made.tables), name="drawn", currency="CNY", timezone="Asia/Shanghai")


def judge(made: Simulation, found: pd.DataFrame) -> dict[str, object]:
    """What became of the planted incidents among the findings, and how far their money is off."""
    true = {(row.kind, str(getattr(row, KINDS[row.kind][0]))): abs(row.net_effect) for row in made.truth.itertuples()}
    named = [(row.finding, next(iter(row.slice.values()), "")) for row in found.itertuples()]
    off = [
        abs(money / true[what] - 1) for what, money in zip(named, found["money_at_stake"], strict=True) if what in true
    ]
    return {
        "first": bool(named) and named[0] in true,
        "in_three": sum(what in true for what in named[:3]) / min(len(true), 3) if true else None,
        "named": sum(what in named for what in true) / len(true) if true else None,
        "off": off,
        "inside": [
            row.money_low <= true[what] <= row.money_high
            for what, row in zip(named, found.itertuples(), strict=True)
            if what in true
        ],
        "false_act": sum(what not in true and act for what, act in zip(named, found["severity"] == "act", strict=True)),
        "false": [
            what for what, act in zip(named, found["severity"] == "act", strict=True) if act and what not in true
        ],
        "missed": [what for what in true if what not in named],
    }


def measure(first: int, stores: int, start: dt.date) -> dict[str, list[dict[str, object]]]:
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in COUNTS}
    rules = playbook.load()
    for seed in range(first, first + stores):
        for name, count in COUNTS.items():
            made = live(seed, count, start)
            store = opened(made)
            begun = time.process_time()
            found = findings.rank(store, rules=rules)
            cpu = time.process_time() - begun
            store.connection.close()
            row = judge(made, found) | {"seed": seed, "cpu": cpu}
            rows[name].append(row)
            if row["false"] or row["missed"]:
                print(f"<!-- {seed} {name}: missed {row['missed']}, beside the truth {row['false']} -->", flush=True)
    return rows


def summary(rows: list[dict[str, object]]) -> list[str]:
    table = pd.DataFrame(rows)
    off, inside = table["off"].explode().dropna().astype(float), table["inside"].explode().dropna().astype(float)
    shares = [table[column].astype(float).mean() for column in ("first", "in_three", "named")]
    said = [f"{share:.0%}" for share in shares] if table["in_three"].notna().any() else ["–"] * 3
    money = [f"{off.median():.1%}", f"{inside.mean():.0%}"] if len(off) else ["–"] * 2
    return [*said, *money, f"{(table['false_act'] == 0).mean():.0%}", f"{table['cpu'].median():.2f}"]


def main(first: int = 2000, stores: int = 50, start: str = "2025-03-01") -> None:
    print(f"\n{stores} stores, seeds {first}–{first + stores - 1}, {DAYS} days from {start}\n")
    heads = ["incidents", "first finding right", "in first three", "named at all", "money off, median",
             "truth in interval", "stores without a false \"act\"", "CPU s"]  # fmt: skip
    rows = measure(first, stores, dt.date.fromisoformat(start))
    print("| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
    for name, judged in rows.items():
        print("| " + " | ".join([name, *summary(judged)]) + " |")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*(int(value) for value in given[:2]), *given[2:])
