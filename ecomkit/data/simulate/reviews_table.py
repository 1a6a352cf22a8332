"""The table of reviews: who writes one, when the parcel has come and been opened, and how many stars it gets.

Nothing else in the store depends on it: reviews have luck of their own and are read off what happened anyway.
"""

import numpy as np
import pandas as pd

from ecomkit.data.simulate.aftersale import REASONS
from ecomkit.data.simulate.browse import DAY_SECONDS, HOURS
from ecomkit.data.simulate.columns import decimal_ids, labels
from ecomkit.data.simulate.journal import Journal
from ecomkit.data.simulate.sales_tables import person_ids, times
from ecomkit.data.simulate.world import World

# what a buyer feels -> share of those who then give 1, 2, 3, 4 and 5 stars
STARS = {
    "content": (0.015, 0.01, 0.025, 0.07, 0.88),
    "waited": (0.08, 0.05, 0.12, 0.20, 0.55),
    "let down": (0.40, 0.22, 0.18, 0.10, 0.10),
}
CONTENT, WAITED, LET_DOWN = range(3)
LET_DOWN_BY = [REASONS.index("not as described"), REASONS.index("quality problem")]
WRITES, WRITES_FAKE = 0.35, 0.9  # share of lines that are reviewed; brushers are paid for theirs
FIRST_DAYS, MORE_DAYS, LAST_DAY = 1.5, 1.2, 12  # of a parcel: at least, beyond that on average, at most
JAM = 0.6  # how much longer than usual a parcel of Double 11 is beyond the first days
LATE_DAYS = 5
OPENS_DAYS, OPENS_LAST_DAY = 2.6, 14  # from the parcel to the review, after the first night
FAKE_HOURS, FAKE_SECONDS = (3, 96), 1200  # each brushed product has its delay, and its buyers keep to it
RATES_SHOP, WRITES_WORDS, SHOWS = 0.85, 0.65, 0.18
WORDS = 17  # characters on average
REPLIES_BAD, REPLIES, REPLY_HOURS = 0.7, 0.1, 18
BAD = 3  # stars at most that want a reply


def reviews_table(journal: Journal) -> pd.DataFrame:
    """Returns `reviews` that are written before the end, in the order of time."""
    world, lines = journal.world, _reviewed(journal)
    chance, key = world.chance, lines.key.to_numpy()
    gives = chance.uniform("review stars", key)
    told = chance.uniform("review shop", key) < RATES_SHOP
    number = 3 * 10**15 + (chance.bits("review number", key) >> np.uint64(14)).astype(np.int64)
    lines = lines.assign(review_number=number, stars=_stars(gives, lines.feels))
    for name, feels in (
        ("description", np.where(lines.feels == LET_DOWN, LET_DOWN, CONTENT)),
        ("service", np.zeros(len(lines), dtype=int)),
        ("logistics", np.where(lines.waited, WAITED, CONTENT)),
    ):
        alike = chance.uniform(f"review {name} alike", key) < 0.7
        own = np.where(alike, gives, chance.uniform(f"review {name}", key))
        stars = np.where(lines.fake, 5, _stars(own, feels))
        lines[f"{name}_stars"] = pd.array(np.where(told, stars, -1), dtype="Int64")
        lines.loc[~told, f"{name}_stars"] = pd.NA
    lines["stars"] = lines.stars.where(~lines.fake, 5)
    lines["replied"] = _replies(world, lines, key)
    return _columns(journal, lines.sort_values(["reviewed", "review_number"]))


def _reviewed(journal: Journal) -> pd.DataFrame:
    """Returns the lines reviewed before the end: when, whether the parcel was late, and how the buyer feels."""
    world, visits = journal.world, journal.visits
    chance = world.chance
    lines = journal.lines.assign(line=journal.lines.groupby("visit").cumcount() + 1)
    at = lines.visit.to_numpy()
    lines["fake"] = visits.fake.to_numpy()[at]
    key, order, day = lines.key.to_numpy(), visits.key.to_numpy()[at], lines.day.to_numpy()
    slow = MORE_DAYS * (1 + JAM * world.mega[day]) * chance.exponential("parcel", order)
    parcel = np.minimum(FIRST_DAYS + slow, LAST_DAY)
    opened = 1 + np.minimum(np.floor(OPENS_DAYS * chance.exponential("review wait", key)), OPENS_LAST_DAY)
    paid = journal.seconds(lines.day, visits.pay_seconds.iloc[at])
    read = lines.day + np.ceil(parcel).astype(np.int64) + opened.astype(np.int64)
    real = journal.seconds(read, _clock(world, key))
    lines["reviewed"] = np.where(lines.fake, paid + _fake_delay(world, lines["product"].to_numpy(), key), real)
    lines["waited"] = (parcel > LATE_DAYS) & ~lines.fake
    sorry = lines.reason.isin(LET_DOWN_BY)
    lines["feels"] = np.where(sorry, LET_DOWN, np.where(lines.waited, WAITED, CONTENT))
    writes = chance.uniform("review", key) < np.where(lines.fake, WRITES_FAKE, WRITES)
    end = int(pd.Timestamp(world.start).timestamp()) + world.days * DAY_SECONDS
    lines["number"] = journal.orders.number.loc[at].to_numpy()
    return lines[writes & (lines.reviewed < end)].copy()


def _clock(world: World, key: np.ndarray) -> pd.Series:
    """Returns the second of the day at which people have time to write."""
    edges = np.concatenate([[0.0], np.cumsum(HOURS) / sum(HOURS)])
    day = np.interp(world.chance.uniform("review clock", key), edges, np.linspace(0, DAY_SECONDS, len(edges)))
    return pd.Series(np.floor(day).astype(np.int64))


def _fake_delay(world: World, product: np.ndarray, key: np.ndarray) -> np.ndarray:
    first, last = FAKE_HOURS
    hours = first + (last - first) * world.chance.uniform("fake review delay", product)
    return np.floor(3600 * hours + FAKE_SECONDS * world.chance.uniform("fake review", key)).astype(np.int64)


def _stars(gives: np.ndarray, feels: np.ndarray | pd.Series) -> np.ndarray:
    """Returns 1 to 5: the higher `gives`, the more, whatever the buyer feels."""
    edges = np.cumsum(list(STARS.values()), axis=1)[:, :-1]
    return 1 + (gives[:, None] >= edges[np.asarray(feels)]).sum(axis=1)


def _replies(world: World, lines: pd.DataFrame, key: np.ndarray) -> np.ndarray:
    """Returns the second at which the shop replies; -1 where it does not, or not before the end."""
    wants = np.where(lines.stars <= BAD, REPLIES_BAD, REPLIES)
    at = lines.reviewed + np.floor(3600 * (0.2 + REPLY_HOURS * world.chance.exponential("reply wait", key)))
    end = int(pd.Timestamp(world.start).timestamp()) + world.days * DAY_SECONDS
    return np.where((world.chance.uniform("reply", key) < wants) & (at < end), at, -1).astype(np.int64)


def _columns(journal: Journal, lines: pd.DataFrame) -> pd.DataFrame:
    world, key = journal.world, lines.key.to_numpy()
    chance, bad = world.chance, lines.stars.to_numpy() <= BAD
    words = chance.uniform("review words", key) < np.where(bad | lines.fake, 1, WRITES_WORDS)
    length = 1 + np.floor(WORDS * np.where(bad, 2, 1) * chance.exponential("review length", key))
    rated = {name: lines[name].array for name in ("description_stars", "service_stars", "logistics_stars")}
    return pd.DataFrame(
        {
            "review_id": decimal_ids(lines.review_number),
            "order_id": decimal_ids(lines.number),
            "line_id": decimal_ids(lines.line),
            "product_id": labels(lines["product"], world.shelf.product_id),
            "customer_id": person_ids(world, journal.visits.person.to_numpy()[lines.visit]),
            "reviewed_at": times(lines.reviewed),
            "stars": lines.stars.to_numpy(),
            **rated,
            "text_length": np.where(words, length, 0).astype(np.int64),
            "has_image": chance.uniform("review image", key) < np.where(lines.fake, 0.6, SHOWS),
            "replied_at": np.where(lines.replied < 0, np.datetime64("NaT", "us"), times(lines.replied)),
        }
    )
