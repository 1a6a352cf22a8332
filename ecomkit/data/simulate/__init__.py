"""A simulated store whose truth is known.

A chain of causes, a day at a time (`days.py` has it on one page): the calendar and the ads bring visits, visits look
at products and fill carts, the checkout lets them pay, the stockroom runs down and is filled up again, some lines
come back, buyers return. Incidents pull at one lever each; what one of them did to the money is known exactly,
because the same days can be lived again without it.
"""

import datetime as dt
import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import isfinite
from numbers import Integral, Real
from pathlib import Path

import pandas as pd

from ecomkit.data import folder
from ecomkit.data.simulate.daily_tables import daily_tables, lost_sales
from ecomkit.data.simulate.days import Day, first_state, live
from ecomkit.data.simulate.draw import draw_incidents
from ecomkit.data.simulate.events_table import events_table
from ecomkit.data.simulate.incidents import Incident, check_incidents, default_incidents, read_date
from ecomkit.data.simulate.journal import write_journal
from ecomkit.data.simulate.reviews_table import reviews_table
from ecomkit.data.simulate.sales_tables import order_tables, products_table
from ecomkit.data.simulate.season import FIRST_YEAR, LAST_YEAR
from ecomkit.data.simulate.shelf import load_shelf
from ecomkit.data.simulate.truth import measure_truth
from ecomkit.data.simulate.world import State, World, build_world
from ecomkit.data.tables import TABLES
from ecomkit.errors import ParameterError

__all__ = ["Incident", "Simulation", "draw_incidents", "simulate"]
NAME, CURRENCY, TIMEZONE = "Demo store", "CNY", "Asia/Shanghai"


@dataclass(frozen=True)
class Simulation:
    """A simulated store.

    Attributes
    ----------
    tables : dict of str to pandas.DataFrame
        The canonical tables; they agree with each other to the cent and the head.
    truth : pandas.DataFrame
        One row per incident: when, where, and its true effect on the money of the period (see `truth.measure_truth`).
    lost : pandas.DataFrame
        `date, product_id, units, revenue`: what would have been paid for, had the shelf been full.
    """

    tables: dict[str, pd.DataFrame]
    truth: pd.DataFrame
    lost: pd.DataFrame

    def write(self, path: str | Path) -> Path:
        """Writes the store, and its truth beside its tables; returns its folder."""
        target = Path(path).expanduser().absolute()
        folder.write(target, self.tables, name=NAME, currency=CURRENCY, timezone=TIMEZONE)
        rows = self.truth.astype(object).where(self.truth.notna(), None).to_dict("records")
        (target / folder.TRUTH).write_text(json.dumps(rows, indent=2, default=str) + "\n", encoding="utf-8")
        return target


def simulate(
    *,
    seed: int = 7,
    start: str | dt.date = "2024-10-01",
    days: int = 365,
    visitors_per_day: float = 1600,
    incidents: str | Sequence[Incident] = "default",
) -> Simulation:
    """Returns a simulated store with its truth; the same arguments always give the same store.

    Parameters
    ----------
    seed
        A whole number, 0 or more.
    start
        The first day.
    days
        How many days, 1 or more; the default incidents need 28 (they lie in the last 28), a quiet period to compare
        them with needs 56.
    visitors_per_day
        New visitors on a plain day; everything else grows with them.
    incidents
        "default" (one of each kind), "random" (one to three, drawn with `seed`: see `draw_incidents`), or a list of
        `Incident`, or [] for a store where nothing goes wrong.

    Raises
    ------
    ParameterError
        An argument or an incident cannot be; the hint says what can.

    Examples
    --------
    >>> store = simulate(days=3, visitors_per_day=100, incidents=[])
    >>> float(store.tables["traffic_daily"].revenue.sum()) == float(store.tables["orders"].revenue.sum())
    True
    """
    first = _check(seed, start, days, visitors_per_day)
    seed, days, visitors_per_day = int(seed), int(days), float(visitors_per_day)  # also from numpy's kinds
    if isinstance(incidents, str):
        incidents = _named(incidents, seed, first, days, visitors_per_day)
    check_incidents(incidents, load_shelf(), first, days)
    world = build_world(seed, first, days, visitors_per_day, incidents)
    lived, mornings = _live(world)
    journal = write_journal(world, lived)
    tables = {
        **order_tables(journal),
        "reviews": reviews_table(journal),
        "products": products_table(world),
        **daily_tables(journal),
        "events": events_table(journal),
    }
    truth = measure_truth(world, lived, mornings)
    return Simulation({name: tables[name] for name in TABLES if name in tables}, truth, lost_sales(journal))


def _named(name: str, seed: int, first: dt.date, days: int, visitors_per_day: float) -> list[Incident]:
    if name == "default":
        return default_incidents(first, days, visitors_per_day)
    if name == "random":
        return draw_incidents(seed=seed, start=first, days=days, visitors_per_day=visitors_per_day)
    raise ParameterError(f"incidents='{name}' is unknown.", 'use "default", "random", a list of Incident, or [].')


def _live(world: World) -> tuple[list[Day], dict[int, State]]:
    """Returns all days, and the state on each morning on which an incident starts."""
    state = first_state(world)
    starts = sorted({(incident.start - world.start).days for incident in world.incidents})
    lived: list[Day] = []
    mornings = {}
    for begin, end in zip([0, *starts], [*starts, world.days], strict=True):
        if begin in starts:
            mornings[begin] = deepcopy(state)
        lived.extend(live(world, state, begin, end))
    return lived, mornings


def _check(seed: int, start: str | dt.date, days: int, visitors_per_day: float) -> dt.date:
    """Raises ParameterError for what cannot be; returns the first day."""
    for name, value, least in (("seed", seed, 0), ("days", days, 1)):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ParameterError(f"{name}={value!r} cannot be.", f"{name} is a whole number, {least} or more.")
    if not (isinstance(visitors_per_day, Real) and isfinite(visitors_per_day) and visitors_per_day > 0):
        raise ParameterError(f"visitors_per_day={visitors_per_day!r} cannot be.", "it is a number above 0.")
    first = read_date("start", start)
    if not FIRST_YEAR < first.year <= LAST_YEAR - int(days) // 365:
        raise ParameterError(
            f"start={start!r}: the Lunar New Year is not known for all the period.",
            f"stay after {FIRST_YEAR} and before {LAST_YEAR}.",
        )
    return first
