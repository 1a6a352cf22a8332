"""Findings held against the truth: cause, place, day and money of each, and what was no trouble at all."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecomkit.course import stores
from ecomkit.data.simulate.incidents import SLICES
from ecomkit.diagnosis import findings as diagnosis
from ecomkit.errors import TableError

COLUMNS = ["finding", "slice", "since", "money", "action"]
POINTS = {"cause": 3, "place": 3, "day": 2, "money": 2}  # of an incident
FALSE_ALARM = 3  # points lost for each
DAYS_OFF = 3  # from the day it began or was first felt
MONEY_OFF = ((0.3, 2), (0.6, 1))  # relative error up to which so many points are given
SHARE_MIN = 0.01  # of the last four weeks' sales, below which nobody need find it


@dataclass(frozen=True)
class Grade:
    """What findings are worth.

    Attributes
    ----------
    marks : pandas.DataFrame
        One row per incident to be found: `finding, slice, since, money` (the truth), `cause, place, day, money_points`
        (points given) and `points`.
    false_alarms : pandas.DataFrame
        The findings that are no incident.
    score_rate : float
        Points given, less those lost for false alarms, as a fraction of all there are; 0 at the least.
    """

    marks: pd.DataFrame
    false_alarms: pd.DataFrame
    score_rate: float


def truth(seed: int) -> pd.DataFrame:
    """Returns what went wrong in the store in trouble.

    One row per incident: `finding`, `slice` (e.g. "android"), `since`, `felt_from` (its first day that shows),
    `money` (its true effect on net sales and spend, without sign) and `to_find` (whether that is one percent of the
    last four weeks' sales or more).
    """
    lived = stores.live_trouble(seed)
    made = lived.truth
    last = lived.tables["orders"]["order_date"].max().normalize() - pd.Timedelta(days=27)
    orders = lived.tables["orders"]
    sales = orders.loc[orders["order_date"] >= last, "revenue"].sum()
    money = made["net_effect"].abs()
    return pd.DataFrame(
        {
            "finding": made["kind"],
            "slice": made[list(SLICES)].bfill(axis=1).iloc[:, 0],
            "since": pd.to_datetime(made["start"]),
            "felt_from": pd.to_datetime(made["felt_from"]).fillna(pd.to_datetime(made["start"])),
            "money": money,
            "to_find": money >= SHARE_MIN * sales,
        }
    )


def as_findings(ranked: pd.DataFrame) -> pd.DataFrame:
    """The automatic diagnosis (`findings.rank`) as a table of findings like a learner's."""
    place = [next(iter(where.values()), "") for where in ranked["slice"]]
    table = ranked.assign(slice=place, money=ranked["money_at_stake"], action="")
    return table[COLUMNS].reset_index(drop=True)


def automatic(seed: int) -> pd.DataFrame:
    """What the automatic diagnosis finds in the store in trouble."""
    return as_findings(diagnosis.rank(stores.trouble_store(seed)))


def grade(given: Any, true: pd.DataFrame) -> Grade:
    """Grades findings against the truth.

    Parameters
    ----------
    given : pandas.DataFrame with `COLUMNS`: `finding` (the cause's code), `slice` (where: a device, a source, a
        campaign's or product's id), `since` (a day), `money` (at stake, without sign), `action` (read by people only)
    true : as `truth` gives it

    Raises
    ------
    TableError
        It is no table, or a column is missing.
    """
    mine = _checked(given)
    left, rows = mine.copy(), []
    for incident in true.to_dict("records"):
        found = _match(left, incident)
        left = left if found is None else left.drop(index=found.name)
        if incident["to_find"]:
            rows.append(_mark(found, incident))
    marks = pd.DataFrame(rows, columns=["finding", "slice", "since", "money", "cause", "place", "day", "money_points"])
    marks["points"] = marks[["cause", "place", "day", "money_points"]].sum(axis=1)
    best = len(marks) * sum(POINTS.values())
    got = marks["points"].sum() - FALSE_ALARM * len(left)
    return Grade(marks, left.reset_index(drop=True), max(float(got), 0.0) / best if best else float(left.empty))


def _checked(given: Any) -> pd.DataFrame:
    if not isinstance(given, pd.DataFrame):
        raise TableError("These findings are no table.", f"make a DataFrame with the columns {COLUMNS}.")
    missing = [c for c in COLUMNS if c not in given and c != "action"]
    if missing:
        raise TableError(
            f"The findings have no columns {missing}; they have {list(given)}.", f"their columns are {COLUMNS}."
        )
    mine = given.reset_index(drop=True)
    return mine.assign(
        finding=mine["finding"].astype("str").str.strip(),
        slice=mine["slice"].astype("str").str.strip(),
        since=pd.to_datetime(mine["since"], errors="coerce"),
        money=pd.to_numeric(mine["money"], errors="coerce").abs(),
    )


def _match(left: pd.DataFrame, incident: dict[Any, Any]) -> "pd.Series[Any] | None":
    """The finding that means this incident: its cause and place, or else its cause, or else its place."""
    cause, place = left["finding"] == incident["finding"], left["slice"].str.lower() == str(incident["slice"]).lower()
    for rows in (left[cause & place], left[cause], left[place]):
        if len(rows):
            return rows.iloc[0]
    return None


def _mark(found: "pd.Series[Any] | None", incident: dict[Any, Any]) -> tuple[Any, ...]:
    facts = (incident["finding"], incident["slice"], incident["since"], incident["money"])
    if found is None:
        return (*facts, 0, 0, 0, 0)
    cause = POINTS["cause"] * (found["finding"] == incident["finding"])
    place = POINTS["place"] * (found["slice"].lower() == str(incident["slice"]).lower())
    return (*facts, cause, place, _day_points(found["since"], incident), _money_points(found["money"], incident))


def _day_points(since: Any, incident: dict[Any, Any]) -> int:
    off = pd.Timedelta(days=DAYS_OFF)
    is_near = not pd.isna(since) and incident["since"] - off <= since <= incident["felt_from"] + off
    return POINTS["day"] if is_near else 0


def _money_points(money: float, incident: dict[Any, Any]) -> int:
    error = abs(money / incident["money"] - 1)
    return next((points for most, points in MONEY_OFF if error <= most), 0)
