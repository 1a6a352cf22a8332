"""The journal: what happened on all days as three flat tables of numbers, from which the store's tables are made."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ecomkit.data.simulate.days import Day
from ecomkit.data.simulate.world import World

ORDER_NUMBER_BASE, ORDER_NUMBER_EPOCH = 2 * 10**18, 1_400_000_000  # 19 digits that grow with time


@dataclass(frozen=True)
class Journal:
    """Visits, page views and order lines of the whole period, as codes, seconds and cents.

    `visit` in views and lines is the position in `visits`; `day` counts from the first one.
    """

    world: World
    days: list[Day]
    visits: pd.DataFrame
    views: pd.DataFrame
    lines: pd.DataFrame

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Returns the visits that ordered, indexed by visit, with the sums of their lines and refunds, the second of
        payment since 1970 (local) and the order's number."""
        lines = self.lines.assign(
            list_price=self.world.shelf.price[self.lines["product"]] * self.lines.quantity,
            refunded=self.lines.refund.where(self.lines.refund_day < self.world.days, 0),
        )
        sums = lines.groupby("visit")[["quantity", "revenue", "list_price", "refunded"]].sum()
        orders = self.visits.loc[sums.index].join(sums)
        seconds = self.seconds(orders.day, orders.pay_seconds)
        tail = (self.world.chance.bits("order number", orders.key.to_numpy()) % np.uint64(10**9)).astype(np.int64)
        number = ORDER_NUMBER_BASE + (seconds - ORDER_NUMBER_EPOCH) * 10**9 + tail
        return orders.assign(seconds=seconds, number=number).sort_values(["seconds", "number"])

    def seconds(self, day: pd.Series, second: pd.Series) -> np.ndarray:
        """Returns seconds since 1970, local time, of a second of a day."""
        return int(pd.Timestamp(self.world.start).timestamp()) + day.to_numpy() * 86_400 + second.to_numpy()


def write_journal(world: World, days: list[Day]) -> Journal:
    """Returns the journal of the days."""
    visits = [
        {
            **{name: getattr(d.visits, name) for name in ("person", "key", "source", "campaign", "device", "fake")},
            "checked_out": d.sales.checked_out,
            "ordered": d.sales.ordered,
            "checkout_seconds": d.plans.checkout_seconds,
            "pay_seconds": d.plans.pay_seconds,
        }
        for d in days
    ]
    views = [
        {
            **{name: getattr(d.plans.views, name) for name in ("product", "first", "seconds", "cart_seconds")},
            "visit": d.plans.views.visit,
            "carted": d.sales.carted,
        }
        for d in days
    ]
    lines = [vars(d.lines) for d in days]
    begins = np.cumsum([0] + [len(d.visits) for d in days])[:-1]
    return Journal(world, days, _stack(visits, None), _stack(views, begins), _stack(lines, begins))


def _stack(parts: list[dict[str, np.ndarray]], begins: np.ndarray | None) -> pd.DataFrame:
    """Stacks one table per day, with its day; positions of visits become positions in the stack of visits."""
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    sizes = [len(next(iter(part.values()))) for part in parts]
    if begins is not None:
        columns["visit"] = columns["visit"] + np.repeat(begins, sizes)
    return pd.DataFrame({"day": np.repeat(np.arange(len(parts)), sizes), **columns})
