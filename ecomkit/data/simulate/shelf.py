"""What is on the shelf: the products with their roles, prices, costs and pull, read from `shelf.csv`."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

# role -> how readily a viewer puts it into the cart, and the discount on the day of Double 11
ROLES = {"traffic": (1.25, 0.15), "promotion": (1.1, 0.28), "volume": (1.0, 0.18), "profit": (0.75, 0.10)}


@dataclass(frozen=True)
class Shelf:
    """The products, one array element each; money in cents."""

    table: pd.DataFrame
    product_id: np.ndarray
    price: np.ndarray
    cost: np.ndarray
    pull: np.ndarray  # share of the shop's product views, summing to 1
    appeal: np.ndarray
    discount: np.ndarray
    refund_rate: np.ndarray
    lead_time: np.ndarray

    @property
    def size(self) -> int:
        return len(self.product_id)


@cache
def load_shelf() -> Shelf:
    """Returns the shelf of the simulated store, a homeware shop."""
    with files("ecomkit.data.simulate").joinpath("shelf.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    return Shelf(
        table=table,
        product_id=table.product_id.to_numpy(dtype=object),
        price=(table.price * 100).to_numpy().round().astype(np.int64),
        cost=(table.unit_cost * 100).to_numpy().round().astype(np.int64),
        pull=(table.popularity / table.popularity.sum()).to_numpy(),
        appeal=np.array([ROLES[role][0] for role in table.role]),
        discount=np.array([ROLES[role][1] for role in table.role]),
        refund_rate=table.refund_rate.to_numpy(),
        lead_time=table.lead_time_days.to_numpy(),
    )
