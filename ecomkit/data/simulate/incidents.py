"""What goes wrong: the six kinds of incident, their defaults, and what each does to the world day by day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecomkit.data.simulate.shelf import Shelf
from ecomkit.data.simulate.sources import CAMPAIGNS, DEVICES, SOURCES
from ecomkit.errors import ParameterError

# kind -> the slice it strikes, and what its size means
KINDS = {
    "source_lost": ("source", "share of the visits that stay away, 0-1"),
    "checkout_fault": ("device", "share of the payments that fail, 0-1"),
    "out_of_stock": ("product_id", "share of the units due that arrive only after the end, 0-1"),
    "bad_batch": ("product_id", "refund rate of the units sold in the window, 0-1"),
    "ad_waste": ("campaign", "times the usual spend, 1 or more; what it adds in clicks never buys"),
    "brushed_orders": ("product_id", "fake orders a day, 1 or more"),
}
SLICES = ("source", "device", "product_id", "campaign")
WINDOW_DAYS = 28  # the default incidents lie in the last so many days


def read_date(name: str, value: str | dt.date) -> dt.date:
    """Returns a date given as such or as text; raises ParameterError that shows how to write it."""
    try:
        return value if type(value) is dt.date else dt.date.fromisoformat(str(value))
    except ValueError:
        raise ParameterError(f"{name}={value!r} is no date.", 'write it like "2024-10-01".') from None


@dataclass(frozen=True)
class Incident:
    """One thing that goes wrong from `start` to `end` (both included), in one slice of the store.

    `kind` is a key of `KINDS`, which also says which of the four slices it needs and what `size` means.
    """

    kind: str
    start: dt.date  # or text like "2025-09-03"
    end: dt.date
    size: float
    source: str = ""
    device: str = ""
    product_id: str = ""
    campaign: str = ""

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, read_date(name, getattr(self, name)))

    @property
    def slice(self) -> str:
        """Returns the slice that is struck, e.g. "recommend"."""
        return getattr(self, KINDS[self.kind][0])


def default_incidents(start: dt.date, days: int, visitors_per_day: float) -> list[Incident]:
    """Returns one incident of each kind, in the last 28 days of the period."""
    if days < WINDOW_DAYS:
        raise ParameterError(
            f"days={days}: the default incidents need {WINDOW_DAYS} days.", "give more days, or incidents=[]."
        )
    end = start + dt.timedelta(days=days)

    def at(kind: str, first: int, last: int, size: float, **where: str) -> Incident:
        return Incident(kind, end + dt.timedelta(days=first), end + dt.timedelta(days=last), size, **where)

    return [
        at("out_of_stock", -28, -8, 1.0, product_id="P01"),
        at("bad_batch", -28, -12, 0.65, product_id="P02"),
        at("source_lost", -24, -15, 0.75, source="recommend"),
        at("ad_waste", -14, -1, 4.5, campaign="social-lookalike"),
        at("checkout_fault", -7, -4, 0.75, device="android"),
        at("brushed_orders", -3, -1, max(1.0, round(visitors_per_day / 40)), product_id="P10"),
    ]


def check_incidents(incidents: Sequence[Incident], shelf: Shelf, start: dt.date, days: int) -> None:
    """Raises ParameterError for the first incident that cannot happen in this store."""
    known = {"source": SOURCES, "device": DEVICES, "campaign": CAMPAIGNS, "product_id": tuple(shelf.product_id)}
    last = start + dt.timedelta(days=days - 1)
    for incident in incidents:
        if not isinstance(incident, Incident):
            raise ParameterError(f"{incident!r} is no incident.", "make one: Incident(kind, start, end, size, ...).")
        if incident.kind not in KINDS:
            raise ParameterError(f"There is no incident of kind '{incident.kind}'.", f"kinds are {list(KINDS)}.")
        axis, meaning = KINDS[incident.kind]
        if incident.slice not in known[axis]:
            raise ParameterError(
                f"{incident.kind}: there is no {axis} '{incident.slice}'.", f"{axis} is one of {list(known[axis])}."
            )
        extra = [name for name in SLICES if name != axis and getattr(incident, name)]
        if extra:
            raise ParameterError(f"{incident.kind} strikes one {axis}, not {extra}.", f"leave {extra[0]} away.")
        if not start <= incident.start <= incident.end <= last:
            raise ParameterError(
                f"{incident.kind} from {incident.start} to {incident.end} does not lie in the period.",
                f"choose days from {start} to {last}.",
            )
        low, high = (1, np.inf) if "1 or more" in meaning else (0, 1)
        if not low <= incident.size <= high:
            raise ParameterError(f"{incident.kind}: size={incident.size} cannot be.", f"size is the {meaning}.")


class Trouble:
    """What the incidents do, as one array per lever with a row per day.

    Attributes
    ----------
    lost, fault, late, refund_rate, spend
        Visits lost per source, payments failing per device, units late per product, refund rate per product and
        spend per campaign as a multiple of the usual one.
    brushed
        Fake orders per product.
    """

    def __init__(self, incidents: Sequence[Incident], shelf: Shelf, start: dt.date, days: int) -> None:
        self.lost = np.zeros((days, len(SOURCES)))
        self.fault = np.zeros((days, len(DEVICES)))
        self.late = np.zeros((days, shelf.size))
        self.refund_rate = np.tile(shelf.refund_rate, (days, 1))
        self.spend = np.ones((days, len(CAMPAIGNS)))
        self.brushed = np.zeros((days, shelf.size), dtype=np.int64)
        product = {name: i for i, name in enumerate(shelf.product_id)}
        levers = {
            "source_lost": (self.lost, {name: i for i, name in enumerate(SOURCES)}),
            "checkout_fault": (self.fault, {name: i for i, name in enumerate(DEVICES)}),
            "out_of_stock": (self.late, product),
            "bad_batch": (self.refund_rate, product),
            "ad_waste": (self.spend, {name: i for i, name in enumerate(CAMPAIGNS)}),
            "brushed_orders": (self.brushed, product),
        }
        for incident in incidents:
            lever, position = levers[incident.kind]
            window = slice((incident.start - start).days, (incident.end - start).days + 1)
            column = position[incident.slice]
            lever[window, column] = np.maximum(lever[window, column], incident.size)
