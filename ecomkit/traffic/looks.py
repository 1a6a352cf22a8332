"""How often a test without any difference shows one, when it is looked at again and again."""

from collections.abc import Iterable
from numbers import Integral

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ecomkit.errors import ParameterError

NODES = 96  # of the quadrature: exact to six digits
LOOKS_MAX = 200


def peeking(looks: Iterable[int] = (1, 2, 5, 10, 20), *, alpha: float = 0.05) -> pd.DataFrame:
    """Returns what looking at a running test does to its false alarms, and the p-value that mends it.

    The test is looked at after each of equal shares of its people, and stopped at the first p-value below `alpha`.

    Parameters
    ----------
    looks : how often, 1 to 200; several numbers make several rows
    alpha : false alarms that are meant to be accepted, between 0 and 1

    Returns
    -------
    pandas.DataFrame, one row per number of looks
        `looks`; `false_alarm_rate`: the chance that a test without a difference is called at some look; `p_needed`:
        the p-value to go below at every look, so that the chance is `alpha` over all of them (Pocock's rule).

    Raises
    ------
    ParameterError
        A number of looks or `alpha` is out of range.

    References
    ----------
    Armitage, McPherson, Rowe (1969), Repeated significance tests on accumulating data, JRSS A 132(2), 235-244.
    Pocock (1977), Group sequential methods in the design and analysis of clinical trials, Biometrika 64(2), 191-199.

    Examples
    --------
    >>> peeking([1, 5]).round(3)
       looks  false_alarm_rate  p_needed
    0      1             0.050     0.050
    1      5             0.142     0.016
    """
    if isinstance(alpha, bool) or not isinstance(alpha, float) or not 0 < alpha < 1:
        raise ParameterError(f"alpha={alpha!r} cannot be.", "it is between 0 and 1, e.g. alpha=0.05.")
    rows: list[tuple[int, float, float]] = []
    for many in looks:
        if isinstance(many, bool) or not isinstance(many, Integral) or not 1 <= many <= LOOKS_MAX:
            raise ParameterError(f"looks={many!r} cannot be.", f"they are whole numbers, 1 to {LOOKS_MAX}.")
        rows.append((int(many), _called(_z(alpha), int(many)), _needed(alpha, int(many))))
    return pd.DataFrame(rows, columns=["looks", "false_alarm_rate", "p_needed"])


def _z(p_value: float) -> float:
    return float(-ndtri(p_value / 2))


def _needed(alpha: float, looks: int) -> float:
    """The p-value at every look whose false alarms add up to `alpha`."""
    low, high = _z(alpha), _z(alpha / looks) + 0.5  # Bonferroni's limit is stricter than it needs to be
    bound = low if looks == 1 else brentq(lambda z: _called(z, looks) - alpha, low, high, xtol=1e-10)
    return float(2 * ndtr(-bound))


def _called(bound: float, looks: int) -> float:
    """The chance that a sum of k standard normal steps leaves +-`bound` x sqrt(k) at some k up to `looks`.

    The density of the sums that have stayed inside is carried from look to look by quadrature (Armitage's recursion).
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    at, inside = bound * nodes, _normal(bound * nodes)
    for look in range(2, looks + 1):
        edge, before = bound * np.sqrt(look), bound * np.sqrt(look - 1)
        inside = _normal(edge * nodes[:, None] - at[None, :]) @ (inside * weights * before)
        at = edge * nodes
    return float(1 - (inside * weights).sum() * bound * np.sqrt(looks))


def _normal(x: np.ndarray) -> np.ndarray:
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
