"""Measures what BENCHMARKS.md says of the audit, and prints it as Markdown: `python tests/benchmarks/quality.py`.

Stores are simulated, 84 days of 500 new visitors a day; what is planted into them is in `tests/planting.py`. SEEDS sets
how many stores per part (a store in which a defect is planted is audited once per defect).
"""

import datetime as dt
import os
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd

sys.path.append(str(Path(__file__).parents[1]))
from planting import DEFECTS, ECHOES, caught_by, disguised, fakes, open_tables, unhurried, without_visits
from run import head, line, machine

from ecomkit.data.simulate import draw_incidents, simulate
from ecomkit.data.store import open_store
from ecomkit.diagnosis import quality
from ecomkit.diagnosis.quality.brushing import brushed
from ecomkit.errors import MissingDataError

SEEDS = int(os.environ.get("SEEDS", "30"))
START, DAYS, VISITORS = dt.date(2024, 10, 1), 84, 500


def _cries(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    with open_tables(tables) as store:
        audited = quality.audit(store)
    found = audited[audited["severity"].isin(["wrong", "watch"])]
    return dict(zip(found["check"], found["severity"], strict=True))


def _simulated(seed: int, incidents: list) -> dict[str, pd.DataFrame]:
    return dict(simulate(seed=seed, start=START, days=DAYS, visitors_per_day=VISITORS, incidents=incidents).tables)


def false_alarms() -> None:
    print("\n### False alarms\n")
    head("stores", "number", "with a check that says wrong", "with a check that says watch", "checks that spoke")
    for name, count in (("clean", 0), ("in trouble, brushing apart", 6)):
        wrong, watch, spoke = 0, 0, Counter[str]()
        for seed in range(1000, 1000 + SEEDS):
            drawn = draw_incidents(seed=seed, start=START, days=DAYS, visitors_per_day=VISITORS, count=count)
            cries = _cries(_simulated(seed, [i for i in drawn if i.kind != "brushed_orders"]))
            wrong, watch = wrong + ("wrong" in cries.values()), watch + ("watch" in cries.values())
            spoke.update(cries.keys())
        line(name, SEEDS, wrong, watch, ", ".join(f"{check} {n}" for check, n in spoke.items()) or "none")


def detection() -> None:
    print("\n### Planted defects\n")
    head("defect", "stores", "found as wrong", "found as watch", "another check spoke", "as an echo")
    stores = [_simulated(seed, []) for seed in range(2000, 2000 + max(SEEDS // 5, 1))]
    for defect, plant in DEFECTS.items():
        own, other, echo = Counter[str](), 0, 0
        for tables in stores:
            cries = _cries(plant(dict(tables)))
            own.update([cries.pop(caught_by(defect), "not at all")])
            extra = set(cries) - ECHOES.get(defect, set())
            other, echo = other + bool(extra), echo + bool(set(cries) - extra)
        line(defect, len(stores), own["wrong"], own["watch"], other, echo)


def brushing() -> None:
    print("\n### Brushed orders, order by order\n")
    head("brushing", "stores", "fake orders", "precision", "recall", "worst precision", "worst recall", "signs")
    kinds: dict[str, list[tuple[int, int, int]]] = {}
    signs: dict[str, Counter[str]] = {}
    for seed in range(3000, 3000 + SEEDS):
        drawn = draw_incidents(seed=seed, start=START, days=DAYS, visitors_per_day=VISITORS, count=6)
        fake = next(i for i in drawn if i.kind == "brushed_orders")
        tables = _simulated(seed, drawn)
        ids = fakes(tables, fake.product_id, pd.Timestamp(fake.start), pd.Timestamp(fake.end))
        hidden = disguised(tables, ids, seed)
        patient = unhurried(hidden, ids, seed)
        for name, some in {
            "as simulated": tables,
            "own addresses, amounts that differ": hidden,
            "the same, without a visit": without_visits(hidden, ids),
            "the same, looking at the page for minutes": patient,
            "the same, in a store without events": {n: t for n, t in patient.items() if n != "events"},
            "the same, without reviews either": {n: t for n, t in patient.items() if n not in ("events", "reviews")},
        }.items():
            with open_tables(some) as store:
                found = brushed(store).df()
            kinds.setdefault(name, []).append((len(found), len(set(found["order_id"]) & ids), len(ids)))
            signs.setdefault(name, Counter()).update(found["sign"])
    for name, scores in kinds.items():
        found, right, true = (sum(s[i] for s in scores) for i in range(3))
        worst = min(r / f if f else 1.0 for f, r, _ in scores), min(r / t for _, r, t in scores)
        listed = ", ".join(f"{sign} {n}" for sign, n in signs[name].most_common())
        line(name, len(scores), true, right / max(found, 1), right / true, *worst, listed)


def cost() -> None:
    print("\n### Cost\n")
    head("store", "orders", "events", "CPU s")
    for name in ("demo", "online_retail_ii", "olist", "m5"):
        try:
            with open_store(name) as store:
                began = time.process_time()
                quality.audit(store)
                spent = time.process_time() - began
                sizes = [
                    store.table(t).aggregate("count(*)").fetchall()[0][0] if store.has(t) else 0
                    for t in ("orders", "events")
                ]
        except MissingDataError:
            continue
        line(name, *sizes, spent)


if __name__ == "__main__":
    machine()
    for part in (false_alarms, detection, brushing, cost):
        part()
