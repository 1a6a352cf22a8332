"""The sales target: where the period will end, and what would close the gap."""

import math
from collections.abc import Mapping

import pandas as pd

from ecomkit.data.days import Day, parse_day
from ecomkit.errors import ParameterError, TableError

FACTORS = ("visitors", "conversion_rate", "amount_per_buyer")


def solve(
    *,
    target: float | None = None,
    visitors: float | None = None,
    conversion_rate: float | None = None,
    amount_per_buyer: float | None = None,
) -> float:
    """Returns the one of target, visitors, conversion rate and amount per buyer that is not given.

    Target (GMV) = visitors x conversion_rate (buyers per visitor, 0-1) x amount_per_buyer (money per buyer).

    Raises
    ------
    ParameterError
        Not exactly one is left out; one is not a positive number; or the answer is a conversion rate above 1.

    Examples
    --------
    >>> solve(visitors=10_000, conversion_rate=0.03, amount_per_buyer=120)
    36000.0
    >>> solve(target=45_000, visitors=10_000, amount_per_buyer=120)
    0.0375
    """
    given = {
        "target": target,
        "visitors": visitors,
        "conversion_rate": conversion_rate,
        "amount_per_buyer": amount_per_buyer,
    }
    unknown = [name for name, value in given.items() if value is None]
    if len(unknown) != 1:
        raise ParameterError(f"{len(unknown)} of the four are left out: {unknown}.", f"leave out one of {[*given]}.")
    known = {name: _positive(name, value) for name, value in given.items() if value is not None}
    if known.get("conversion_rate", 0) > 1:
        raise ParameterError(f"conversion_rate={conversion_rate} is no rate.", "write 3 % as 0.03.")
    factors = math.prod(known.get(name, 1.0) for name in FACTORS)
    if target is None:
        return float(factors)
    answer = known["target"] / factors
    if unknown == ["conversion_rate"] and answer > 1:
        raise ParameterError(
            f"The conversion rate would have to be {answer:.2f}; no more than every visitor can buy.",
            "plan for more visitors or a higher amount per buyer.",
        )
    return answer


def track(
    daily: pd.DataFrame, ahead: pd.DataFrame | None, *, target: float, start: Day = None, end: Day = None
) -> pd.DataFrame:
    """Returns where a period will end against its target: one row.

    Parameters
    ----------
    daily
        `date, value`: sales of each day so far, one series.
    ahead
        The forecast of all the days that are left, as `forecast.predict_total` gives it for one series: `days`,
        `mean`, and the quantiles `q10` and `q90` for the range. None where no day is left.
    target
        Sales to reach from `start` to `end`, in the unit of `value`.
    start, end
        First and last day of the period; by default the calendar month of the last day in `daily`.

    Returns
    -------
    pandas.DataFrame
        `start, end, days_done, days_left, target, so_far, ahead, expected` (so far and ahead), `low, high` (of
        `expected`, 80 %), `gap` (target less expected; negative when it will be passed), `reached_rate` (the share of
        the target that is reached so far), `needed_per_day` (missing where no day is left).

    Raises
    ------
    TableError, ParameterError
        `daily` has no day in the period or two rows for one; `ahead` is not for the days that are left.
    """
    goal = _positive("target", target)
    table = _daily(daily)
    last = table["date"].max()
    begin = pd.Timestamp(parse_day(start, "start") or last.replace(day=1))
    finish = pd.Timestamp(parse_day(end, "end") or last + pd.offsets.MonthEnd(0))
    done = table[table["date"].between(begin, finish)]
    left = max((finish - last).days, 0)
    if done.empty or finish < begin:
        raise ParameterError(
            f"`daily` has no day from {begin.date()} to {finish.date()}; its last is {last.date()}.",
            "choose a period that has begun.",
        )
    mean, low, high = _ahead(ahead, left)
    so_far = float(done["value"].sum())
    return pd.DataFrame(
        [
            {
                "start": begin,
                "end": finish,
                "days_done": (min(last, finish) - begin).days + 1,
                "days_left": left,
                "target": goal,
                "so_far": so_far,
                "ahead": mean,
                "expected": so_far + mean,
                "low": so_far + low,
                "high": so_far + high,
                "gap": goal - so_far - mean,
                "reached_rate": so_far / goal,
                "needed_per_day": max(goal - so_far, 0.0) / left if left else float("nan"),
            }
        ]
    )


def levers(now: Mapping[str, float] | pd.Series, *, target: float) -> pd.DataFrame:
    """Returns what each factor alone would have to become to reach the target: one row per factor.

    Parameters
    ----------
    now
        `visitors, conversion_rate, amount_per_buyer` as expected for the days that are left (their product is what
        is expected to be sold).
    target
        What is to be sold in these days.

    Returns
    -------
    pandas.DataFrame
        `factor, now, needed, change_rate`, and `possible`: no conversion rate can pass 1.
    """
    values = {name: _positive(name, now.get(name)) for name in FACTORS}
    lift = _positive("target", target) / math.prod(values.values())
    rows = pd.DataFrame({"factor": list(FACTORS), "now": list(values.values())})
    rows["needed"] = rows["now"] * lift
    rows["change_rate"] = lift - 1
    rows["possible"] = (rows["factor"] != "conversion_rate") | (rows["needed"] <= 1)
    return rows


def _positive(name: str, value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]  # what is no number is refused below
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not (math.isfinite(number) and number > 0):
        raise ParameterError(f"{name}={value!r} cannot be.", "it is a number above 0.")
    return number


def _daily(daily: pd.DataFrame) -> pd.DataFrame:
    missing = [column for column in ("date", "value") if column not in daily.columns]
    if missing:
        raise TableError(f"`daily` has no columns {missing}; it has {[*daily.columns]}.", "pass sales.daily(store).")
    table = daily[["date", "value"]].dropna().assign(date=lambda t: pd.to_datetime(t["date"]))
    twice = table.loc[table["date"].duplicated(), "date"]
    if table.empty or len(twice):
        seen = f"{len(twice)} dates twice, such as {twice.iloc[0].date()}" if len(twice) else "no rows"
        raise TableError(f"`daily` has {seen}.", "pass one series with a row per day.")
    return table


def _ahead(ahead: pd.DataFrame | None, left: int) -> tuple[float, float, float]:
    if not left:
        return 0.0, 0.0, 0.0
    lacking = ["days", "mean", "q10", "q90"] if ahead is None else {"days", "mean", "q10", "q90"} - set(ahead.columns)
    if ahead is None or lacking or len(ahead) != 1 or int(ahead["days"].iloc[0]) != left:
        raise ParameterError(
            f"`ahead` is not one forecast of the {left} days that are left.",
            f"pass forecast.predict_total(daily, days={left}, quantiles=(0.1, 0.9)).",
        )
    mean, low, high = (float(ahead[name].iloc[0]) for name in ("mean", "q10", "q90"))
    return mean, low, high
