"""Ads: what each campaign spends, and the clicks that the money buys with diminishing returns."""

from dataclasses import dataclass

import numpy as np

from ecomkit.data.simulate.sources import CAMPAIGN, CAMPAIGN_SOURCE
from ecomkit.data.simulate.world import World

_SHARE = np.array([c.share for c in CAMPAIGN.values()])
_CLICK_COST = np.array([c.click_cost for c in CAMPAIGN.values()])
_ELASTICITY = np.array([c.elasticity for c in CAMPAIGN.values()])
_CLICK_RATE = np.array([c.click_rate for c in CAMPAIGN.values()])
_EACH = np.arange(len(CAMPAIGN))
SPEND_NOISE, CLICK_NOISE, MEGA_SPEND = 0.06, 0.04, 0.5


@dataclass(frozen=True)
class Ads:
    """One day's campaigns: an element per campaign."""

    cost: np.ndarray  # cents
    clicks: np.ndarray
    useful_clicks: np.ndarray  # the clicks that the usual spend would have bought; the rest never buys
    impressions: np.ndarray


def run_ads(world: World, day: int) -> Ads:
    """Returns what the campaigns spend and get on a day."""
    chance, trouble = world.chance, world.trouble
    usual_clicks = _SHARE * world.visitors_per_day * world.demand[day]
    noise = np.exp(SPEND_NOISE * chance.normal("ad spend", day, _EACH))
    usual = (1 + MEGA_SPEND * world.mega[day]) * noise * (1 - trouble.lost[day, CAMPAIGN_SOURCE])  # 1 = on budget
    spend = usual * trouble.spend[day]
    luck = usual_clicks * np.exp(CLICK_NOISE * chance.normal("ad market", day, _EACH))
    useful = chance.count("clicks", luck * usual**_ELASTICITY, day, _EACH)
    clicks = np.maximum(useful, chance.count("clicks", luck * spend**_ELASTICITY, day, _EACH))
    shown = clicks / _CLICK_RATE * np.exp(CLICK_NOISE * chance.normal("impressions", day, _EACH))
    return Ads(
        cost=np.rint(100 * _CLICK_COST * usual_clicks * spend).astype(np.int64),
        clicks=clicks,
        useful_clicks=useful,
        impressions=np.maximum(clicks, np.rint(shown).astype(np.int64)),
    )
