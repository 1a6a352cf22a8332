"""The truth: what each incident did to the store's money, by living through the same days without it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from copy import deepcopy

import numpy as np
import pandas as pd

from ecomkit.data.simulate.days import Day, live
from ecomkit.data.simulate.incidents import SLICES, Incident
from ecomkit.data.simulate.world import State, World

COLUMNS = [
    "incident", "kind", "start", "end", *SLICES, "size", "felt_from",
    "revenue_effect", "refund_effect", "ad_cost_effect", "net_effect",
]  # fmt: skip


def measure_truth(world: World, days: list[Day], mornings: Mapping[int, State]) -> pd.DataFrame:
    """Returns one row per incident with its true effect on the money of the whole period.

    An effect is the store as it was minus the same store, same seed, without this one incident. Until the morning
    the incident starts the two are the same, so the other course of events starts there.

    Returns
    -------
    pandas.DataFrame
        `incident, kind, start, end, source, device, product_id, campaign, size`; `felt_from`, the first day whose
        money it changed (a late delivery is felt once the shelf is empty); `revenue_effect, refund_effect,
        ad_cost_effect` in major units (below 0: less than without the incident), and `net_effect` = revenue effect
        minus refund effect minus ad cost effect.
    """
    rows: list[tuple] = []
    for number, incident in enumerate(world.incidents, start=1):
        first = (incident.start - world.start).days
        without = live(world.without(incident), deepcopy(mornings[first]), first, world.days)
        daily = _money(days[first:]) - _money(without)
        felt = incident.start + dt.timedelta(days=int(np.argmax(daily.any(axis=1)))) if daily.any() else None
        change = daily.sum(axis=0)
        effects = (*change / 100, (change @ [1, -1, -1]) / 100)
        rows.append((f"{number}-{incident.kind}", *_facts(incident), felt, *effects))
    truth = pd.DataFrame(rows, columns=COLUMNS)
    return truth.astype(dict.fromkeys(SLICES, "str"))


def _money(days: Iterable[Day]) -> np.ndarray:
    return np.array([day.money for day in days])


def _facts(incident: Incident) -> tuple:
    where = (getattr(incident, name) or None for name in SLICES)
    return incident.kind, incident.start, incident.end, *where, float(incident.size)
