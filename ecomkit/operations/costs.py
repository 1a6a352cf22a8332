"""What a store knows of its own costs and no export tells: the platform's share, freight, packaging, returns, rent."""

import difflib
import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import pandas as pd

from ecomkit.errors import ParameterError, TableError

COSTS = {
    "commission_rate": "share of sales after refunds that the platform keeps, 0-1",
    "payment_rate": "share of what buyers pay that the payment takes, 0-1; it keeps it when money goes back",
    "freight": "money per order",
    "packaging": "money per order",
    "return_handling": "money per refund whose goods come back: freight, looking through, packing anew",
    "resellable_rate": "share of the goods that come back which can be sold again, 0-1",
    "fixed": "money per calendar month, however much is sold: rent, wages, subscriptions",
}
Costs = Mapping[str, Any] | pd.DataFrame


def table() -> pd.DataFrame:
    """Returns the cost table to fill in: one row per cost, `cost`, `amount` (missing) and what it `means`.

    >>> table().loc[2, ["cost", "means"]].tolist()
    ['freight', 'money per order']
    """
    rows = [(name, float("nan"), meaning) for name, meaning in COSTS.items()]
    return pd.DataFrame(rows, columns=["cost", "amount", "means"])


def known(costs: Costs) -> dict[str, float]:
    """Returns every cost of `COSTS` as a number; what is not given is missing (nan), which is not the same as 0.

    Parameters
    ----------
    costs : a mapping of name to amount, or a table with the columns `cost` and `amount` as `table` gives it

    Raises
    ------
    ParameterError, TableError
        A name is unknown or there twice, an amount is negative or no number, or a rate is above 1.

    Examples
    --------
    >>> known({"freight": 6, "packaging": 0})["packaging"], known({"freight": 6})["packaging"]
    (0.0, nan)
    """
    given = _pairs(costs)
    for name, amount in given.items():
        if name not in COSTS:
            near = difflib.get_close_matches(str(name), COSTS, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(COSTS)}."
            raise ParameterError(f"There is no cost `{name}`.", hint)
        _checked(name, amount)
    return {name: _number(given.get(name)) for name in COSTS}


def require(costs: dict[str, float], *names: str) -> None:
    """Raises ParameterError where one of the costs `names` is missing."""
    missing = [name for name in names if math.isnan(costs[name])]
    if missing:
        raise ParameterError(
            f"The costs {missing} are not known.", f"write 0 for what does not arise, e.g. {{'{missing[0]}': 0}}."
        )


def _pairs(costs: Costs) -> dict[str, Any]:
    if not isinstance(costs, pd.DataFrame):
        return dict(costs)
    missing = [c for c in ("cost", "amount") if c not in costs]
    if missing:
        raise TableError(f"`costs` has no columns {missing}; it has {[*costs.columns]}.", "start from costs.table().")
    twice = costs.loc[costs["cost"].duplicated(), "cost"]
    if len(twice):
        raise TableError(f"`costs` has `{twice.iloc[0]}` twice.", "keep one row per cost.")
    return dict(zip(costs["cost"], costs["amount"], strict=True))


def _checked(name: str, amount: Any) -> None:
    is_number = isinstance(amount, Real) and not isinstance(amount, bool)
    if amount is None or amount is pd.NA or (is_number and math.isnan(float(amount))):
        return
    if not is_number or not 0 <= float(amount) < math.inf:
        raise ParameterError(f"{name}={amount!r} cannot be.", "it is a number of 0 or more.")
    if name.endswith("_rate") and float(amount) > 1:
        raise ParameterError(f"{name}={amount!r} is no rate.", "write 5 % as 0.05.")


def _number(amount: Any) -> float:
    return float("nan") if amount is None or amount is pd.NA else float(amount)
