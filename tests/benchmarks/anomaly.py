"""Measures whether `anomaly.find` sees what was planted, and how often it cries: `python tests/benchmarks/anomaly.py`.

Each seed is a store of 26 weeks, lived twice with the same luck: with one incident of each seed's kind, and with
none. The difference of the two lives is what the incident did to every daily figure of the store and of its parts.

The days on which an incident moves a figure are the run in which the two lives differ most, beyond a tenth of the
quiet life. Its size is counted in the figure's own noise: the mean difference over these days against the standard
error of a mean of so many quiet days. The bar is for sizes of `LARGE` and more, of at least a fifth, on days that no
event hides; both were fixed before any result was seen. That what begins in an event is due when it is over, and that
a shop's first days are left out, was settled on other seeds (below 6012). Over 20 figures and half a year a false alarm
rate of 5 % asks for some 5.3 standard errors, and what is to pass that nine times in ten must be 1.3 greater. Smaller
ones are counted apart.
"""

import datetime as dt
import os
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from diagnosis import opened
from run import head, line, machine

from ecomkit.data.simulate import Incident, draw_incidents, simulate
from ecomkit.diagnosis import anomaly, metrics
from ecomkit.diagnosis.figures import RETURN_DAYS, _aside
from ecomkit.goods import calendar

STORES = int(os.environ.get("STORES", "48"))
FIRST = int(os.environ.get("FIRST", "6000"))  # no seed of the tests
DAYS, VISITORS, QUARTER = 182, 1200.0, 91
WARM_UP = 14  # a simulated shop opens with no carts to come back to and no goods to send back
STARTS = ("2025-01-06", "2025-03-03", "2025-06-30", "2025-08-04")
LARGE, DEEP, SLACK, SOON = 6.6, 0.2, 0.1, 3
BANDS = ((4.0, LARGE), (LARGE, 10.0), (10.0, np.inf))


@dataclass(frozen=True)
class Moved:
    """A figure that an incident moved: on which days, how far (share of the quiet life), and in its own noise."""

    series: str
    metric: str
    first: pd.Timestamp
    last: pd.Timestamp
    depth: float
    size: float
    soon: float  # the size of its first three days alone


def tables(seed: int, incidents: list[Incident], start: str) -> dict[str, pd.DataFrame]:
    made = simulate(seed=seed, start=start, days=DAYS, visitors_per_day=VISITORS, incidents=incidents)
    store = opened(made)
    found = {"store": metrics.daily(store).assign(series=""), "parts": anomaly.series(store)}
    store.connection.close()
    opened_on = pd.Timestamp(start) + pd.Timedelta(days=WARM_UP)
    return {name: table[table["date"] >= opened_on].reset_index(drop=True) for name, table in found.items()}


def planted(seed: int, start: str) -> Incident:
    """One incident by lot, which ends somewhere from the 12th week to the 26th."""
    first, days = dt.date.fromisoformat(start), 84 + 7 * (seed // len(STARTS) % 15)
    return draw_incidents(seed=seed, start=first, days=days, visitors_per_day=VISITORS, count=1)[0]


def _run(gain: np.ndarray) -> tuple[int, int]:
    """The first and last day of the run with the greatest sum; the last before the first where none is above 0."""
    best, total, begin, span = 0.0, 0.0, 0, (0, -1)
    for day, value in enumerate(gain):
        begin, total = (day, value) if total <= 0 else (begin, total + value)
        if total > best:
            best, span = total, (begin, day)
    return span


def moved(quiet: pd.DataFrame, struck: pd.DataFrame, looked: pd.DataFrame, events: pd.DataFrame) -> list[Moved]:
    """What an incident did to the figures that are looked at: of each its longest loss and its longest gain."""
    rows = []
    for series, metric in looked[["series", "metric"]].itertuples(index=False):
        calm, other = (t[t["series"] == series].set_index("date")[metric] for t in (quiet, struck))
        is_aside = calm.index.isin(_aside(events, RETURN_DAYS if metric.startswith("refund") else 0))
        apart, sigma = (other - calm).fillna(0.0), noise(calm.mask(is_aside))
        for sign in (1, -1):
            first, last = _run((sign * apart - SLACK * calm.abs()).fillna(0.0).to_numpy())
            plain = np.flatnonzero(~is_aside[first : last + 1]) + first
            if not len(plain) or not sigma > 0:
                continue  # nothing, or hidden by an event from its first day to its last
            days = apart.index[plain]
            size, soon = (abs(apart[d].mean()) / sigma * np.sqrt(len(d)) for d in (days, days[:SOON]))
            depth = apart[days].sum() / max(calm[days].sum(), 1e-9)
            rows.append(Moved(series, metric, days[0], days[-1], float(depth), float(size), float(soon)))
    return rows


def noise(plain: pd.Series) -> float:
    """The standard deviation of a day around the same weekday of the two weeks before and after."""
    near = pd.concat([plain.shift(7 * k) for k in (-2, -1, 1, 2)], axis=1)
    return float((plain - near.mean(axis=1, skipna=False)).std() / np.sqrt(1 + 1 / 4))


def seen(found: pd.DataFrame, truth: Moved) -> bool:
    """Whether an anomaly of the figure, in the same direction, begins within two days of the truth."""
    mine = found[found["series"].eq(truth.series) & found["metric"].eq(truth.metric)]
    mine = mine[np.sign(mine["size"]) == np.sign(truth.depth)]
    return bool(((mine["start"] - truth.first).dt.days.abs() <= SOON - 1).any())


def promptly(table: pd.DataFrame, truth: Moved, events: pd.DataFrame) -> bool:
    """Whether the figure raises the alarm on the third day, from what is known then."""
    known = table[table["series"].eq(truth.series) & (table["date"] < truth.first + pd.Timedelta(days=SOON))]
    return seen(anomaly.find(known, events=events), truth)


def strange(found: pd.DataFrame, truths: list[Moved]) -> int:
    """How many anomalies share no day with what the incident did to their figure."""
    return sum(
        not any(
            (row.series, row.metric) == (t.series, t.metric) and row.start <= t.last and t.first <= row.end
            for t in truths
        )
        for row in found.itertuples()
    )


def measure(seed: int) -> tuple[list[dict], list[dict]]:
    """Of one seed: the alarms of each table, and what became of each figure that the incident moved."""
    start = STARTS[seed % len(STARTS)]
    incident = planted(seed, start)
    events = calendar.days(start, dt.date.fromisoformat(start) + dt.timedelta(days=DAYS), country="CN")
    quiet, struck = tables(seed, [], start), tables(seed, [incident], start)
    alarms, hits = [], []
    for name in quiet:
        begun = time.process_time()
        found = anomaly.find(struck[name], events=events)
        cpu = time.process_time() - begun
        calm = anomaly.find(quiet[name], events=events)
        looked = anomaly.scope(struck[name], events=events).query("looked_at")
        truths = moved(quiet[name], struck[name], looked, events)
        alarms.append(
            {"table": name, "figures": len(looked), "quiet": len(calm), "strange": strange(found, truths), "cpu": cpu}
        )
        for row in calm.itertuples():
            note(
                seed,
                "quiet",
                row.series,
                row.metric,
                f"{row.start:%F} {row.size / row.expected:+.0%} {row.p_value:.0e}",
            )
        for t in truths:
            if t.size >= BANDS[0][0] and abs(t.depth) >= DEEP:
                hit = seen(found, t)
                prompt = promptly(struck[name], t, events) if t.soon >= LARGE else None
                hits.append(
                    {"seed": seed, "table": name, "kind": incident.kind, "hit": hit, "prompt": prompt, **vars(t)}
                )
                if not hit and t.size >= LARGE:
                    what = f"{t.first:%F}..{t.last:%F} {t.depth:+.0%}, {t.size:.1f}"
                    note(seed, "missed", incident.kind, incident.slice, t.series, t.metric, what)
    return alarms, hits


def note(*words: object) -> None:
    print("<!--", *words, "-->", flush=True)


def share(values: pd.Series) -> str:
    return f"{values.mean():.0%} of {len(values)}" if len(values) else "–"


def report(alarms: pd.DataFrame, hits: pd.DataFrame) -> None:
    quarters = (DAYS - WARM_UP) / QUARTER
    print("\n### False alarms\n")
    head(
        "figures",
        "number",
        "quiet life, per figure and quarter",
        "beside an incident",
        "quiet stores without any",
        "CPU s",
    )
    for name, rows in alarms.groupby("table", sort=False):
        per = (rows[["quiet", "strange"]].sum() / rows["figures"].sum() / quarters).map("{:.4f}".format)
        line(name, rows["figures"].sum(), *per, f"{(rows['quiet'] == 0).mean():.0%}", f"{rows['cpu'].median():.2f}")
    print("\n### What was found\n")
    head("figures", *(f"found, {low:g} to {high:g} standard errors" for low, high in BANDS), "on the third day")
    for name, rows in hits.groupby("table", sort=False):
        bands = [rows.loc[rows["size"].between(*band, inclusive="left"), "hit"] for band in BANDS]
        line(name, *map(share, bands), share(rows["prompt"].dropna()))
    print("\n### Incidents\n")
    head(
        "kind",
        "seen in any figure",
        "in one of the store's own",
        "figures moved that were found",
        "on the third day in any",
    )
    large = hits[hits["size"] >= LARGE]
    for kind, rows in [*large.groupby("kind"), ("all", large)]:
        own = rows[rows["table"] == "store"]
        whole, part = (r.groupby("seed")["hit"].max() for r in (rows, own))
        prompt = rows.dropna(subset="prompt").astype({"prompt": bool}).groupby("seed")["prompt"].max()
        line(kind, share(whole), share(part), share(rows["hit"]), share(prompt))


def main() -> None:
    machine()
    rows = [measure(seed) for seed in range(FIRST, FIRST + STORES)]
    alarms, hits = (pd.DataFrame([row for part in side for row in part]) for side in zip(*rows, strict=True))
    report(alarms, hits)


if __name__ == "__main__":
    main()
