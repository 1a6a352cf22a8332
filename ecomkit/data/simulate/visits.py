"""Who visits today: strangers by source, customers coming back, people returning to a cart, and fake buyers.

A person visits at most once a day, so visitors add up over sources.
"""

from dataclasses import dataclass, fields

import numpy as np

from ecomkit.data.simulate.ads import Ads
from ecomkit.data.simulate.chance import Bits
from ecomkit.data.simulate.customers import due_customers, take_recalls
from ecomkit.data.simulate.sources import (
    CAMPAIGN,
    CAMPAIGN_SOURCE,
    DEVICE,
    RECALL_DOOR_SHARES,
    REPEAT_DOOR_SHARES,
    RETURN_DOORS,
    SOURCE,
    SOURCES,
)
from ecomkit.data.simulate.world import MEGA_INTENT, State, World

MARKET_NOISE = 0.04  # day-to-day noise that all sources share, standard deviation of the log
REPEAT_INTENT, RECALL_INTENT = 0.45, 0.5
_FREE = np.array([s.share > 0 for s in SOURCE.values()])
_SHARE = np.array([s.share for s in SOURCE.values()])
_SWING = np.array([s.swing for s in SOURCE.values()])
_MEGA = np.array([s.mega for s in SOURCE.values()])
_INTENT = np.array([s.intent for s in SOURCE.values()] + [c.intent for c in CAMPAIGN.values()])
_ORIGIN_SOURCE = np.concatenate([np.arange(len(SOURCES)), CAMPAIGN_SOURCE])
_DEVICE_EDGES = np.cumsum([share for share, _ in DEVICE.values()])[:-1]


@dataclass
class Visits:
    """The visits of one day, an element each."""

    person: Bits
    key: Bits  # identifies the visit to chance
    source: np.ndarray
    campaign: np.ndarray  # -1 where no ad brought it
    device: np.ndarray
    customer: np.ndarray  # position in `State.customer`, -1 for who never bought
    intent: np.ndarray  # probability that the visit comes to buy
    product: np.ndarray  # what it came for, -1 where it came to look around
    carted: np.ndarray  # whether that product waits in the cart already
    fake: np.ndarray  # a brushed order

    def __len__(self) -> int:
        return len(self.person)


def todays_visits(world: World, state: State, day: int, ads: Ads) -> Visits:
    """Returns all visits of the day; takes the day's recalls out of the state."""
    groups = [_strangers(world, day, ads), *_returning(world, state, day), _fakes(world, day)]
    visits = Visits(**{f.name: np.concatenate([getattr(g, f.name) for g in groups]) for f in fields(Visits)})
    visits.intent = visits.intent * (1 + MEGA_INTENT * world.mega[day])
    free = (visits.campaign < 0) & ~visits.fake
    stays_away = free & (world.chance.uniform("stay away", visits.key) < world.trouble.lost[day, visits.source])
    return Visits(**{f.name: getattr(visits, f.name)[~stays_away] for f in fields(Visits)})


def _visits(world: World, day: int, person: Bits, source: np.ndarray, **known: np.ndarray) -> Visits:
    """Returns visits of these people, with what is not known filled in."""
    n = len(person)
    return Visits(
        person=person,
        key=world.chance.bits("visit", person, day),
        source=source,
        campaign=known.get("campaign", np.full(n, -1)),
        device=np.searchsorted(_DEVICE_EDGES, world.chance.uniform("device", person), side="right"),
        customer=known.get("customer", np.full(n, -1)),
        intent=known.get("intent", np.zeros(n)),
        product=known.get("product", np.full(n, -1)),
        carted=known.get("carted", np.zeros(n, dtype=bool)),
        fake=known.get("fake", np.zeros(n, dtype=bool)),
    )


def _strangers(world: World, day: int, ads: Ads) -> Visits:
    """People who meet the shop for the first time, by the free sources and by the ads' clicks."""
    chance, each = world.chance, np.arange(len(SOURCES))
    noise = MARKET_NOISE * chance.normal("market", day) + _SWING * chance.normal("source", day, each)
    mean = world.visitors_per_day * _SHARE * world.demand[day] * np.exp(noise) * (1 + _MEGA * world.mega[day])
    counts = np.concatenate([np.where(_FREE, chance.count("arrivals", mean, day, each), 0), ads.clicks])
    origin = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(origin)) - np.repeat(np.cumsum(counts) - counts, counts)
    campaign = np.where(origin >= len(SOURCES), origin - len(SOURCES), -1)
    useless = (campaign >= 0) & (nth >= ads.useful_clicks[campaign])
    person = chance.bits("person", day, origin, nth)
    intent = np.where(useless, 0.0, _INTENT[origin])
    return _visits(world, day, person, _ORIGIN_SOURCE[origin], campaign=campaign, intent=intent)


def _returning(world: World, state: State, day: int) -> tuple[Visits, Visits]:
    """People who come back to a cart, and customers who come back to buy again; nobody twice."""
    recalls = take_recalls(state, day)
    again = np.setdiff1d(due_customers(world, state, day), recalls.customer)
    person = state.customer[again]
    door = _doors(world, "recall door", day, recalls.person, RECALL_DOOR_SHARES)
    back = _visits(
        world,
        day,
        recalls.person,
        door,
        customer=recalls.customer,
        intent=np.full(len(door), RECALL_INTENT),
        product=recalls.product,
        carted=recalls.carted,
    )
    door = _doors(world, "repeat door", day, person, REPEAT_DOOR_SHARES)
    return back, _visits(world, day, person, door, customer=again, intent=np.full(len(door), REPEAT_INTENT))


def _doors(world: World, effect: str, day: int, person: Bits, shares: tuple[float, ...]) -> np.ndarray:
    edges = np.cumsum(shares)[:-1]
    return RETURN_DOORS[np.searchsorted(edges, world.chance.uniform(effect, person, day), side="right")]


def _fakes(world: World, day: int) -> Visits:
    """Paid accounts that search for one product and order it within seconds."""
    counts = world.trouble.brushed[day]
    product = np.repeat(np.arange(world.shelf.size), counts)
    nth = np.arange(len(product)) - np.repeat(np.cumsum(counts) - counts, counts)
    person = world.chance.bits("fake buyer", product, day, nth) if len(product) else np.zeros(0, dtype=np.uint64)
    source = np.full(len(product), SOURCES.index("search"))
    return _visits(world, day, person, source, product=product, fake=np.ones(len(product), dtype=bool))
