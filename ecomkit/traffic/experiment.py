"""A/B tests: how many people one takes, whether it was split as planned, and what the difference is.

>>> people = pd.DataFrame({"variant": ["old"] * 80 + ["new"] * 70, "value": [1] * 48 + [0] * 32 + [1] * 56 + [0] * 14})
>>> compare(people, control="old")[["variant", "users", "value", "difference", "low", "high"]].round(3)
  variant  users  value  difference    low   high
0     new     70    0.8         0.2  0.052  0.334
"""

import math
from collections.abc import Mapping
from numbers import Real

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from ecomkit.errors import ParameterError, TableError
from ecomkit.traffic.looks import peeking

__all__ = ["compare", "peeking", "sample_size", "split"]

P_SPLIT = 0.001  # below it the split was not as planned: such a test tells nothing, however large its difference
PEOPLE_LEAST = 2


def compare(people: pd.DataFrame, *, control: str, confidence: float = 0.95) -> pd.DataFrame:
    """Returns by how much each variant differs from the control, and how sure that is.

    Parameters
    ----------
    people : one row per person who was drawn into the test, `variant` and `value`: 1 or 0 (bought or not), or an
        amount such as money spent, with 0 for those who spent nothing. Persons, not orders or visits: those of one
        person are not independent, and would make the difference look surer than it is.
    control : the variant that the others are held against
    confidence : of the interval, between 0 and 1

    Returns
    -------
    pandas.DataFrame, one row per other variant
        `variant`; `users, control_users`; `value, control_value` (means per person); `difference` with its interval
        `low` to `high`; `lift_rate` (0.1: a tenth more than the control; missing where that is 0); `p_value` (the
        chance of a difference as large or larger where there is none); `method`: "rates" where all values are 0 or 1
        (Newcombe's interval, chi-square test), else "means" (Welch).

    Raises
    ------
    TableError, ParameterError
        A column is missing; a variant or value is missing or no number; a variant has fewer than two people; the
        control is not there, or alone.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine
    17, 873-890 (method 10; the example above is its table II, row a).
    Welch (1947), The generalization of "Student's" problem, Biometrika 34, 28-35.
    """
    z = -ndtri((1 - _share("confidence", confidence)) / 2)
    values = _values(_checked(people))
    groups = values.groupby("variant", observed=True)["value"].agg(["size", "mean", "var"])
    if control not in groups.index or len(groups) < 2:
        raise ParameterError(f"control={control!r}; the variants are {[*groups.index]}.", "name one of two or more.")
    small = groups.index[groups["size"] < PEOPLE_LEAST]
    if len(small):
        raise TableError(f"Variant {small[0]!r} has {groups['size'][small[0]]} person.", "wait for more people.")
    are_rates = bool(values["value"].isin([0, 1]).all())
    base = _group(groups, control)
    rows = []
    for variant in groups.index.drop(control):
        other = _group(groups, variant)
        low, high, p_value = (_rates if are_rates else _means)(base, other, z)
        rows.append(
            {
                "variant": variant,
                "users": int(other[0]),
                "control_users": int(base[0]),
                "value": other[1],
                "control_value": base[1],
                "difference": other[1] - base[1],
                "low": low,
                "high": high,
                "lift_rate": other[1] / base[1] - 1 if base[1] else math.nan,
                "p_value": p_value,
                "method": "rates" if are_rates else "means",
            }
        )
    return pd.DataFrame(rows)


def sample_size(rate: float, *, lift_rate: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Returns how many people each of two variants needs, to find a lift of a rate.

    Parameters
    ----------
    rate : of the control, such as its conversion rate, between 0 and 1
    lift_rate : the smallest lift that is worth finding: 0.1 is a tenth more, -0.1 a tenth less
    power : the chance to find it where it is there
    alpha : the chance to find one where there is none

    Raises
    ------
    ParameterError
        An argument is out of range, or the rate with its lift is no rate.

    References
    ----------
    Fleiss, Levin, Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., eq. 4.14.

    Examples
    --------
    A lift of a tenth of a conversion of 3 % takes more than most shops think:

    >>> sample_size(0.03, lift_rate=0.1)
    53211
    """
    before = _share("rate", rate)
    lift = float(lift_rate) if isinstance(lift_rate, Real) and not isinstance(lift_rate, bool) else math.nan
    after = before * (1 + lift)
    if not lift or not 0 < after < 1:
        raise ParameterError(f"lift_rate={lift_rate!r} cannot be.", "write a tenth more as 0.1; the rate stays in 0-1.")
    surely, surely_found = -ndtri(_share("alpha", alpha) / 2), ndtri(_share("power", power))
    mean = (before + after) / 2
    spread = surely * math.sqrt(2 * mean * (1 - mean))
    spread += surely_found * math.sqrt(before * (1 - before) + after * (1 - after))
    return math.ceil((spread / (after - before)) ** 2)


def split(people: pd.DataFrame, *, planned: Mapping[str, float]) -> pd.DataFrame:
    """Returns whether people were split as planned: if not, no difference of the test can be believed.

    A broken split (sample ratio mismatch) means that people were lost on the way, and not at random: a page that
    loads slowly loses the impatient ones.

    Parameters
    ----------
    people : one row per person, `variant`
    planned : variant -> its share, together 1

    Returns
    -------
    pandas.DataFrame, one row per variant, in the order of `planned`
        `variant, users, expected` (users as planned), `share, planned_share`, `p_value` (the same in each row: the
        chance of a split as far off or farther), `broken` (whether that is below 0.001).

    Raises
    ------
    TableError, ParameterError
        A column is missing or empty; the shares are not above 0 or do not add up to 1; a variant is not planned.

    References
    ----------
    Kohavi, Tang, Xu (2020), Trustworthy Online Controlled Experiments, ch. 21: sample ratio mismatch.

    Examples
    --------
    >>> people = pd.DataFrame({"variant": ["old"] * 1100 + ["new"] * 900})
    >>> split(people, planned={"old": 0.5, "new": 0.5})[["variant", "users", "expected", "share", "broken"]]
      variant  users  expected  share  broken
    0     old   1100    1000.0   0.55    True
    1     new    900    1000.0   0.45    True
    """
    shares = pd.Series({name: _share("planned", share) for name, share in planned.items()}, dtype=float)
    if len(shares) < 2 or not math.isclose(shares.sum(), 1):
        raise ParameterError(f"planned={dict(planned)!r} do not add up to 1.", 'e.g. planned={"old": 0.5, "new": 0.5}.')
    counts = _checked(people)["variant"].value_counts()
    strange = counts.index.difference(shares.index)
    if len(strange):
        raise ParameterError(f"Variant {strange[0]!r} is not planned.", f"give a share to each of {[*counts.index]}.")
    users = counts.reindex(shares.index, fill_value=0)
    expected = shares * users.sum()
    chance = float(chdtrc(len(shares) - 1, ((users - expected) ** 2 / expected).sum()))
    table = pd.DataFrame({"users": users, "expected": expected, "share": users / users.sum(), "planned_share": shares})
    return table.rename_axis("variant").reset_index().assign(p_value=chance, broken=chance < P_SPLIT)


Group = tuple[float, float, float]  # how many, their mean and variance


def _group(groups: pd.DataFrame, variant: str) -> Group:
    many, mean, variance = groups.loc[[variant], ["size", "mean", "var"]].to_numpy(dtype=float)[0]
    return float(many), float(mean), float(variance)


def _rates(base: Group, other: Group, z: float) -> tuple[float, float, float]:
    """Newcombe's interval of the difference, and the chi-square test (without correction)."""
    (n, p, _), (m, q, _) = base, other
    (base_low, base_high), (low, high) = _wilson(p, n, z), _wilson(q, m, z)
    down, up = math.hypot(q - low, base_high - p), math.hypot(high - q, p - base_low)
    pooled = (n * p + m * q) / (n + m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return q - p - down, q - p + up, float(2 * ndtr(-abs(q - p) / error)) if error else 1.0


def _wilson(rate: float, many: float, z: float) -> tuple[float, float]:
    middle, half = rate + z * z / (2 * many), z * math.sqrt(rate * (1 - rate) / many + (z / (2 * many)) ** 2)
    return (middle - half) / (1 + z * z / many), (middle + half) / (1 + z * z / many)


def _means(base: Group, other: Group, z: float) -> tuple[float, float, float]:
    """Welch's interval of the difference, and his test."""
    (n, p, v), (m, q, w) = base, other
    error = math.sqrt(v / n + w / m)
    if not error:
        return q - p, q - p, 1.0 if q == p else 0.0
    freedom = error**4 / ((v / n) ** 2 / (n - 1) + (w / m) ** 2 / (m - 1))
    half = stdtrit(freedom, ndtr(z)) * error
    return q - p - half, q - p + half, float(2 * stdtr(freedom, -abs(q - p) / error))


def _checked(people: pd.DataFrame) -> pd.DataFrame:
    if "variant" not in people:
        raise TableError(f"`people` has no columns ['variant']; it has {[*people.columns]}.", "rename yours first.")
    if people.empty or people["variant"].isna().any():
        seen = "no rows" if people.empty else f"{int(people['variant'].isna().sum())} people without a variant"
        raise TableError(f"`people` has {seen}.", "keep those who were drawn into the test.")
    return people


def _values(people: pd.DataFrame) -> pd.DataFrame:
    if "value" not in people:
        raise TableError(f"`people` has no columns ['value']; it has {[*people.columns]}.", "rename yours first.")
    values = pd.to_numeric(people["value"], errors="coerce").astype(float)
    bad = ~np.isfinite(values)
    if bad.any():
        raise TableError(
            f"{int(bad.sum())} of `people.value` are missing or no numbers.", "who did not buy has 0: .fillna(0)."
        )
    return people[["variant"]].assign(value=values)


def _share(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < 1:
        raise ParameterError(f"{name}={value!r} cannot be.", "it is between 0 and 1: write 5 % as 0.05.")
    return float(value)
