"""Why did it move: the change of a figure, shared out among its factors, or between the mix and the rates of groups."""

from collections.abc import Mapping
from math import fsum, isnan, nan, prod

import pandas as pd

from ecomkit.diagnosis.slices import slices
from ecomkit.diagnosis.split import FACTORS_MAX, METHODS, defined, whole
from ecomkit.errors import ParameterError, TableError

__all__ = ["bridge", "mix_rate", "slices"]
Row = Mapping[str, float]


def bridge(
    before: pd.DataFrame | Row,
    after: pd.DataFrame | Row,
    *,
    factors: list[str],
    method: str = "shapley",
    by: str | None = None,
) -> pd.DataFrame:
    """What each factor contributes to the change of their product, adding up exactly.

    Parameters
    ----------
    before, after : one row each (a mapping, a Series or a frame of one row); with `by` a frame, one row per group
        A column per factor. A factor that is missing in one period (the rate of nobody) has not moved.
    factors
        The columns that multiply to the figure, e.g. visitors, conversion_rate, units_per_buyer, unit_price. A name
        with a minus, "-refund_amount", is a term that is taken off the product.
    method
        "shapley" and "lmdi" do not depend on the order of the factors; "ordered" moves them as listed (chain
        substitution). See `metrics.split` for the three.
    by
        The column of groups whose products add up to the figure. A group that is not in a period has its first factor
        0 there, and its other factors have not moved.

    Returns
    -------
    pandas.DataFrame, one row per factor (and group)
        `by` (where given), `factor`, `before`, `after`, `contribution` (in the product's unit: rounded to cents that
        add up to the change, to the cent; not rounded where the product is never over 1, as a rate of rates).

    Raises
    ------
    TableError
        A factor or `by` is no column, a value is text or infinite, or a group has two rows.
    ParameterError
        `method` is not known, a factor is named twice, none is named, or LMDI meets a negative factor.

    Examples
    --------
    >>> before = {"visitors": 1000, "conversion_rate": 0.05, "amount_per_buyer": 80}
    >>> after = {"visitors": 1200, "conversion_rate": 0.04, "amount_per_buyer": 80}
    >>> bridge(before, after, factors=["visitors", "conversion_rate", "amount_per_buyer"])
                 factor   before    after  contribution
    0          visitors  1000.00  1200.00         720.0
    1   conversion_rate     0.05     0.04        -880.0
    2  amount_per_buyer    80.00    80.00           0.0
    """
    _check(factors, method)
    names = [factor.removeprefix("-") for factor in factors]
    low, high = (_rows(table, side, names, by) for table, side in ((before, "before"), (after, "after")))
    first = next(i for i, factor in enumerate(factors) if not factor.startswith("-"))
    nobody = [0.0 if i == first else nan for i in range(len(factors))]
    rows = []
    for group in sorted({*low, *high}, key=str):
        was, now = low.get(group, nobody), high.get(group, nobody)
        rows += [(group, *row) for row in zip(names, was, now, _parts(factors, was, now, method), strict=True)]
    table = pd.DataFrame(rows, columns=[by or "", "factor", "before", "after", "contribution"])
    return table if by else table.drop(columns="")


def mix_rate(before: pd.DataFrame, after: pd.DataFrame, *, numerator: str, denominator: str, by: str) -> pd.DataFrame:
    """How much of a ratio's change is other groups (mix), and how much is other ratios in the groups (rate).

    Parameters
    ----------
    before, after : one row per group (several are added)
        `by`, and the two columns whose sums make the ratio, e.g. buyers and visitors by source.
    numerator, denominator
        Their names; the denominator is never negative.
    by
        The column of groups.

    Returns
    -------
    pandas.DataFrame, one row per group
        `by`; `share_before`, `share_after` (of the denominator, 0-1); `rate_before`, `rate_after` (missing for a group
        without denominator); `mix` and `rate`: what the group did to the ratio by being a larger or smaller part of
        the whole, against the average, and by its own ratio. All of both add up to the ratio's change. `paradox`: ""
        or, in every row, "rates_up_whole_down" or "rates_down_whole_up" (Simpson's paradox: no group moved the way the
        whole did), or "mix_outweighs" (groups moved both ways, their rates together against the whole).

    Raises
    ------
    TableError
        A column is missing or no number, or a period's denominator is 0 or has negative parts.

    References
    ----------
    Simpson, E. (1951). The interpretation of interaction in contingency tables. JRSS B 13, 238-241.

    Examples
    --------
    >>> before = pd.DataFrame({"source": ["ads", "search"], "buyers": [10, 90], "visitors": [1000, 1000]})
    >>> after = pd.DataFrame({"source": ["ads", "search"], "buyers": [36, 100], "visitors": [3000, 1000]})
    >>> found = mix_rate(before, after, numerator="buyers", denominator="visitors", by="source")
    >>> found[["source", "rate_before", "rate_after", "mix", "rate", "paradox"]].round(5)
       source  rate_before  rate_after      mix     rate              paradox
    0     ads         0.01       0.012 -0.00775  0.00125  rates_up_whole_down
    1  search         0.09       0.100 -0.01325  0.00375  rates_up_whole_down
    """
    sides = [_sums(table, side, [numerator, denominator], by) for table, side in ((before, "before"), (after, "after"))]
    both = sides[0].add_suffix("_before").join(sides[1].add_suffix("_after"), how="outer").fillna(0.0).sort_index()
    wholes: list[float] = []
    columns: dict[str, pd.Series[float]] = {}
    for side in ("before", "after"):
        upper, lower = both[f"{numerator}_{side}"], both[f"{denominator}_{side}"]
        wholes.append(upper.sum() / lower.sum())
        columns |= {f"share_{side}": lower / lower.sum(), f"rate_{side}": (upper / lower).where(lower > 0)}
    found = pd.DataFrame(columns)[["share_before", "share_after", "rate_before", "rate_after"]]
    low = found["rate_before"].fillna(found["rate_after"]).fillna(0.0)
    high = found["rate_after"].fillna(found["rate_before"]).fillna(0.0)
    mean = sum(wholes) / 2
    found["mix"] = (found["share_after"] - found["share_before"]) * ((low + high) / 2 - mean)
    found["rate"] = (found["share_after"] + found["share_before"]) / 2 * (high - low)
    found["paradox"] = _paradox(wholes[1] - wholes[0], (high - low).tolist(), found["rate"].sum())
    return found.reset_index()


def _paradox(change: float, moves: list[float], rates: float) -> str:
    slight = 1e-12
    if abs(change) <= slight or rates * change >= -(slight**2):
        return ""
    way = 1 if change > 0 else -1
    if all(move * way <= slight for move in moves):
        return "rates_down_whole_up" if way > 0 else "rates_up_whole_down"
    return "mix_outweighs"


def _parts(factors: list[str], before: list[float], after: list[float], method: str) -> list[float]:
    """The product's change by `method`, and the terms that are taken off it, each with its own change."""
    is_term = [factor.startswith("-") for factor in factors]
    pairs = [
        (0.0 if isnan(low) else low, 0.0 if isnan(high) else high) if term else defined(low, high)
        for low, high, term in zip(before, after, is_term, strict=True)
    ]
    multiplied = iter(METHODS[method]([pair for pair, term in zip(pairs, is_term, strict=True) if not term]))
    parts = [low - high if term else next(multiplied) for (low, high), term in zip(pairs, is_term, strict=True)]
    figures = [_figure(pairs, is_term, side) for side in (0, 1)]
    if max(map(abs, figures)) <= 1:
        return parts
    return [cent / 100 for cent in whole([100 * p for p in parts], round(100 * figures[1]) - round(100 * figures[0]))]


def _figure(pairs: list[tuple[float, float]], is_term: list[bool], side: int) -> float:
    both = list(zip(pairs, is_term, strict=True))
    return prod(pair[side] for pair, term in both if not term) - fsum(pair[side] for pair, term in both if term)


def _check(factors: list[str], method: str) -> None:
    if method not in METHODS:
        raise ParameterError(f"method='{method}' is not known.", f"use one of {list(METHODS)}.")
    if isinstance(factors, str) or not all(isinstance(f, str) for f in factors):
        raise ParameterError(f"factors={factors!r} is no list of names.", 'e.g. factors=["visitors", "buyers"].')
    names = [factor.removeprefix("-") for factor in factors]
    if len(set(names)) < len(names):
        raise ParameterError(f"A factor is named twice: {factors}.", "name each once.")
    if not any(factor == name for factor, name in zip(factors, names, strict=True)) or len(names) > FACTORS_MAX:
        raise ParameterError(
            f"{len(names)} factors cannot be split: {factors}.", f"name 1 to {FACTORS_MAX}, one of them without minus."
        )


def _rows(table: pd.DataFrame | Row, side: str, names: list[str], by: str | None) -> dict[object, list[float]]:
    """Group -> its factors; without `by` the one group is ""."""
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame([dict(table)])
    if by is None and len(frame) != 1:
        raise TableError(f"`{side}` has {len(frame)} rows.", 'pass one row, or by="source" and the like.')
    figures = _numbers(frame, side, names, [by] if by else [])
    groups = frame[by].tolist() if by else [""]
    if len(set(groups)) < len(groups) or (by and frame[by].isna().any()):
        raise TableError(
            f"`{side}` names a group of '{by}' twice or not at all.", f'e.g. {side}.groupby("{by}").sum().'
        )
    return dict(zip(groups, figures.to_numpy().tolist(), strict=True))


def _sums(table: pd.DataFrame, side: str, names: list[str], by: str) -> pd.DataFrame:
    figures = _numbers(table, side, names, [by]).fillna(0.0)
    lower = figures[names[1]]
    if lower.lt(0).any() or not lower.sum() > 0:
        raise TableError(f"`{side}` has no positive '{names[1]}' to divide by.", "choose a period that has some.")
    return figures.groupby(table[by]).sum()


def _numbers(frame: pd.DataFrame, side: str, names: list[str], others: list[str]) -> pd.DataFrame:
    if not isinstance(frame, pd.DataFrame):
        raise TableError(f"`{side}` is a {type(frame).__name__}, not a table.", "pass a pandas DataFrame.")
    missing = [name for name in [*others, *names] if name not in frame.columns]
    if missing:
        raise TableError(f"`{side}` has no columns {missing}; it has {list(frame.columns)}.", "name columns it has.")
    try:
        figures = frame[names].astype("float64")
    except (TypeError, ValueError):
        raise TableError(f"`{side}` holds text in one of {names}.", "pd.to_numeric makes numbers of it.") from None
    if figures.abs().eq(float("inf")).any(axis=None):
        raise TableError(f"`{side}` holds an infinite number in one of {names}.", "leave a rate of nobody missing.")
    return figures
