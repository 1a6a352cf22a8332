"""Where visits come from and on what: traffic sources, the campaigns that feed the paid ones, and devices."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Source:
    """A traffic source: its share of a plain day's new visits (0 where ads bring them) and how many mean to buy."""

    share: float
    intent: float  # share of visits that come with the intent to buy
    swing: float  # day-to-day noise, standard deviation of the log
    mega: float  # how much more than other sources it gains on the day of Double 11


@dataclass(frozen=True)
class Campaign:
    """An ad campaign with diminishing returns: clicks = share x visitors x (spend / budget) ** elasticity."""

    source: str
    share: float  # clicks at the usual budget, as a share of a plain day's visits
    click_cost: float  # major units at the usual budget
    elasticity: float  # below 1: each further unit of money buys fewer clicks
    click_rate: float  # clicks per impression
    intent: float


SOURCE = {
    "search": Source(0.34, 0.20, 0.05, 0.0),
    "recommend": Source(0.26, 0.13, 0.07, 0.1),
    "paid_search": Source(0, 0, 0, 0),
    "paid_social": Source(0, 0, 0, 0),
    "live": Source(0.07, 0.21, 0.18, 0.6),
    "private": Source(0.02, 0.30, 0.12, 0.2),
    "direct": Source(0.06, 0.24, 0.06, 0.0),
}
CAMPAIGN = {
    "search-brand": Campaign("paid_search", 0.03, 0.9, 0.45, 0.060, 0.28),
    "search-category": Campaign("paid_search", 0.08, 1.6, 0.70, 0.025, 0.19),
    "social-lookalike": Campaign("paid_social", 0.12, 1.3, 0.75, 0.012, 0.12),
    "social-retargeting": Campaign("paid_social", 0.03, 1.2, 0.50, 0.030, 0.22),
}
# device -> share of the people, willingness to pay once at the checkout
DEVICE = {"ios": (0.36, 1.02), "android": (0.53, 1.0), "pc": (0.11, 0.9)}

SOURCES, CAMPAIGNS, DEVICES = tuple(SOURCE), tuple(CAMPAIGN), tuple(DEVICE)
CAMPAIGN_SOURCE = np.array([SOURCES.index(c.source) for c in CAMPAIGN.values()])
# who comes back does so by the doors they know: a saved link, the shop's own group, or a search for its name
RETURN_DOORS = np.array([SOURCES.index(name) for name in ("private", "direct", "search")])
REPEAT_DOOR_SHARES, RECALL_DOOR_SHARES = (0.50, 0.38, 0.12), (0.10, 0.70, 0.20)
