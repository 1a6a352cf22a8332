import datetime as dt

import pytest

from ecomkit.data.simulate import simulate
from ecomkit.data.simulate.incidents import default_incidents

SMALL = {"start": dt.date(2025, 7, 9), "days": 84, "visitors_per_day": 400}
SEED = 11


@pytest.fixture(scope="session")
def small():
    """The arguments of the small store."""
    return {"seed": SEED, **SMALL}


@pytest.fixture(scope="session")
def planted():
    """A small store with one incident of each kind."""
    return simulate(seed=SEED, **SMALL)


@pytest.fixture(scope="session")
def without():
    """The same store once more without each incident, simulated from its first day."""
    planned = default_incidents(SMALL["start"], SMALL["days"], SMALL["visitors_per_day"])
    return {i.kind: simulate(seed=SEED, **SMALL, incidents=[j for j in planned if j is not i]) for i in planned}
