"""Measures `rootcause.locate` on real leaves: `python real_causes.py tuned|held alternate,months,halves`.

The leaves are those of public data sets, before and after are two real sets of rows, and causes are planted into the
second: a slice loses 25 to 100 % of what is added up, or of what counts above a ratio's line, or gains 50 to 200 %.
What `locate` names without anything planted is the data's own change and counts neither way; it has columns of its
own. "Alternate" takes every other day of eight weeks, "months" four weeks after four, "halves" a toss over all rows.

"Sure" is the share of panels whose every cause is five standard errors from the rest; "told apart" that of those
whose causes are also three from each neighbour, one value wider or narrower, that could be named instead.
PANELS sets the panels of each row (40). F1 is that of exact sets. Rows are in no order: figures of small
sets move a little from run to run.
"""

import os
import sys
import time
from typing import NamedTuple

import numpy as np
import pandas as pd
from panels import Causes
from real_leaves import HELD_BACK, TUNED, Rows
from run import head, line

from ecomkit.diagnosis.rootcause import locate

PANELS = int(os.environ.get("PANELS", "40"))
FIRST = int(os.environ.get("FIRST", "20000"))
SHARE, HITS, CHANGE, GAIN = 0.01, 30, (0.25, 1.0), (1.5, 3.0)
SURE, APART = 5.0, 3.0


class Planted(NamedTuple):
    inside: np.ndarray
    change: float


def stretch(rows: Rows, random: np.random.Generator, kind: str) -> pd.DataFrame:
    """The rows of 56 days, or all; `after` says which side."""
    table = rows.table
    if kind == "halves":
        if rows.table["day"].isna().all() and rows.table["base"].max() > 1:
            first = random.binomial(table[["base", "hit"]], 0.5)
            sides = [
                table.assign(base=b, hit=h, after=a)
                for a, (b, h) in enumerate([first.T, (table[["base", "hit"]].to_numpy() - first).T])
            ]
            return pd.concat(sides, ignore_index=True).astype({"after": bool})
        return table.assign(after=random.random(len(table)) < 0.5).reset_index(drop=True)
    days = table["day"].min(), table["day"].max()
    first = days[0] + pd.Timedelta(days=int(random.integers((days[1] - days[0]).days - 55)))
    place = (table["day"] - first).dt.days
    inside = table[place.between(0, 55)].reset_index(drop=True)
    place = (inside["day"] - first).dt.days
    return inside.assign(after=place >= 28 if kind == "months" else place % 2 == 1)


def draw(rows: pd.DataFrame, random: np.random.Generator, causes: int, column: str) -> dict:
    named = [c for c in rows.columns if c.startswith("x")]
    weight, after = rows[column].to_numpy(), rows["after"].to_numpy()
    whole = weight[~after].sum()
    found = {}
    for _try in range(400):
        if len(found) == causes:
            break
        chosen = random.choice(named, random.integers(1, 4), replace=False)
        row = rows.iloc[random.choice(len(rows), p=weight / weight.sum())]
        cause = frozenset((str(c), str(row[c])) for c in sorted(chosen))
        inside = np.all([rows[c].to_numpy() == v for c, v in cause], axis=0)
        sides = [weight[inside & (after == side)].sum() for side in (False, True)]
        is_new = not any(cause <= other or other <= cause for other in found)
        if is_new and min(sides) >= HITS and SHARE * whole <= sides[0] <= whole / 2:
            change = -random.uniform(*CHANGE) if random.random() < 0.5 else random.uniform(*GAIN) - 1
            found[cause] = Planted(inside, change)
    return found


def plant(rows: pd.DataFrame, random: np.random.Generator, causes: dict, is_ratio: bool) -> pd.DataFrame:
    base, hit = rows["base"].to_numpy(), rows["hit"].to_numpy()
    target = hit if is_ratio else base
    for inside, change in causes.values():
        part = inside & rows["after"].to_numpy()
        if change < 0:
            less = random.binomial(target, 1 - abs(change))
        elif is_ratio and (hit <= base).all():
            rate = min(change * target[part].sum() / max((base - target)[part].sum(), 1), 1.0)
            less = target + random.binomial(base - target, rate)
        else:
            less = target + random.poisson(target * change)
        target = np.where(part, less, target)
    return rows.assign(**{"hit" if is_ratio else "base": target})


def leaves(rows: pd.DataFrame, is_ratio: bool) -> tuple[pd.DataFrame, list[str], dict]:
    named = [c for c in rows.columns if c.startswith("x")]
    sums = rows.groupby([*named, "after"], observed=True)[["base", "hit"]].sum().unstack("after").fillna(0.0)
    sums.columns = [f"{value}_{'after' if side else 'before'}" for value, side in sums.columns]
    sides = {side: (f"hit_{side}", f"base_{side}") if is_ratio else f"base_{side}" for side in ("before", "after")}
    return sums.reset_index(), named, sides


def odds(rows: pd.DataFrame, inside: np.ndarray, is_ratio: bool) -> tuple[float, float]:
    """log change of the slice, and its variance."""
    after = rows["after"].to_numpy()
    k = [rows["hit" if is_ratio else "base"].to_numpy()[inside & (after == s)].sum() + 0.5 for s in (False, True)]
    d = [rows["base"].to_numpy()[inside & (after == s)].sum() + 0.5 if is_ratio else 1.0 for s in (False, True)]
    binomial = [1 / d[s] if is_ratio and d[s] > k[s] else 0.0 for s in (0, 1)]
    return np.log(k[1] / d[1] / (k[0] / d[0])), sum(1 / k[s] - binomial[s] for s in (0, 1))


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    return abs(one[0] - other[0]) / np.sqrt(one[1] + other[1])


def detectable(rows: pd.DataFrame, causes: dict, is_ratio: bool) -> tuple[float, float]:
    """The least z of a cause against the rest, and of what sets a cause apart from a neighbour."""
    named = [c for c in rows.columns if c.startswith("x")]
    any_ = np.any([c.inside for c in causes.values()], axis=0)
    sure, sep = [], []
    for cause, (inside, _) in causes.items():
        others = np.any([c.inside for n, c in causes.items() if n != cause] + [np.zeros(len(rows), bool)], axis=0)
        mine = inside & ~others
        own = odds(rows, mine, is_ratio)
        rest = odds(rows, ~any_, is_ratio)
        sure.append(apart(own, rest))
        for c, _value in cause:
            if len(cause) > 1:
                parent = np.all([rows[n].to_numpy() == w for n, w in cause if n != c], axis=0) & ~any_
                sep.append(apart(own, odds(rows, parent, is_ratio)))
        for c in set(named) - {c for c, _ in cause}:
            top = rows.loc[mine, c].value_counts().index[:1]
            for v in top:
                sep.append(apart(odds(rows, mine & (rows[c] != v).to_numpy(), is_ratio), rest))
    return min(sure), min(sep, default=99.0)


def slices(found: pd.DataFrame, named: list[str]) -> Causes:
    return {frozenset((c, row[c]) for c in named if isinstance(row[c], str)) for row in found.to_dict("records")}


def measure(rows: Rows, is_ratio: bool, kind: str, causes: int) -> list[object]:
    scores, own, sizes, spent, sure, sep = [], [], [], [], [], []
    for seed in range(FIRST, FIRST + PANELS):
        random = np.random.default_rng([seed, causes])
        part = stretch(rows, random, kind)
        table, named, sides = leaves(part, is_ratio)
        quiet = slices(locate(table, dimensions=named, **sides), named)
        own.append(len(quiet))
        planted = draw(part, random, causes, "hit" if is_ratio else "base")
        struck = plant(part, random, planted, is_ratio)
        if not planted:
            continue
        z, a = detectable(struck, planted, is_ratio)
        sure.append(z)
        sep.append(a)
        table, named, sides = leaves(struck, is_ratio)
        sizes.append(len(table))
        begun = time.process_time()
        raw = locate(table, dimensions=named, **sides)
        spent.append(time.process_time() - begun)
        truth = set(planted)
        found = slices(raw, named) - (quiet - truth)
        scores.append(2 * len(found & truth) / (len(found) + len(truth)) if found or truth else 1.0)
    return [int(np.mean(sizes)), *_shares(*map(np.array, (scores, sure, sep))), *_own(own), float(np.mean(spent))]


def _shares(scores: np.ndarray, sure: np.ndarray, sep: np.ndarray) -> list[object]:
    strong, fair = sure >= SURE, (sure >= SURE) & (sep >= APART)
    told = [scores, strong, scores[strong], fair, scores[fair]]
    return [float(part.mean()) if len(part) else "–" for part in told]


def _own(own: list[int]) -> list[object]:
    return [float(np.mean(own)), float(np.mean(np.array(own) > 0))]


HEADS = (
    *("leaves of", "measure", "before and after", "causes", "leaves, mean", "F1, all", "sure", "F1, sure"),
    *("told apart", "F1, told apart", "the data's own", "any own", "CPU s"),
)


if __name__ == "__main__":
    head(*HEADS)
    which = sys.argv[1] if len(sys.argv) > 1 else "tuned"
    kinds = sys.argv[2].split(",") if len(sys.argv) > 2 else ["alternate", "months"]
    for make in {"tuned": TUNED, "held": HELD_BACK}[which]:
        rows = make()
        for what, is_ratio in ((rows.sum, False), (rows.ratio, True)):
            for kind in kinds if not rows.table["day"].isna().all() else ["halves"]:
                for causes in (1, 3) if what else ():
                    line(rows.name, what, kind, causes, *measure(rows, is_ratio, kind, causes))
