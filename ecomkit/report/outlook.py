"""A forecast in words: what is known of the days to come, what it is worth, and whether a target is reached."""

import pandas as pd

from ecomkit.report import text
from ecomkit.report.cards import note, table
from ecomkit.report.labels import BY_COLUMN
from ecomkit.report.piece import Piece
from ecomkit.report.text import _
from ecomkit.report.values import kind, show


def worth(verdict: pd.DataFrame, lang: str | None = None) -> Piece:
    """What the backtest says of the forecast, with its figures.

    Parameters
    ----------
    verdict : one row, as `forecast.verdict` gives it.
    lang : "en" or "zh"; None is the language in use.
    """
    row = verdict.iloc[0]
    with text.using(lang):
        said = {
            "error": show(row["wape"], "share"),
            "naive": show(row["naive_wape"], "share"),
            "less": show(row["less_error_rate"], "certainty"),
            "held": show(row["coverage_80"], "certainty"),
            "won": int(row["folds_won"]),
            "folds": int(row["folds"]),
        }
        return note(_sentence(row["verdict"], said), tone="note" if row["verdict"] == "use" else "warning")


def _sentence(code: str, said: dict[str, object]) -> str:
    if code == "use":
        return _(
            "Worth using. Tried on past days, its daily figures were off by {error} of sales, last week's values by "
            "{naive}: {less} less error, and better in {won} of {folds} tries. {held} of the days lay within the 80% "
            "range.",
            **said,
        )
    if code == "use_mean":
        return _(
            "Use its means, but not its ranges. Tried on past days, its daily figures were off by {error} of sales, "
            "last week's values by {naive}: {less} less error, and better in {won} of {folds} tries. But {held} of the "
            "days lay within the 80% range, so add a margin of your own.",
            **said,
        )
    if code == "no_gain":
        return _(
            "Not worth more than last week's values. Tried on past days, it was off by {error} of sales, they by "
            "{naive}; it was better in {won} of {folds} tries. Plan with last week, and try again when there is more "
            "history, or when promotions are known ahead.",
            **said,
        )
    return _(
        "Do not use it. Tried on past days, it was off by {error} of sales, last week's values only by {naive}. Look "
        "for days that are wrong or missing in the data first.",
        **said,
    )


def calendar(events: pd.DataFrame | None, start: pd.Timestamp, end: pd.Timestamp, lang: str | None = None) -> Piece:
    """The events from `start` to `end`, a row for each run of days; a note where there are none."""
    with text.using(lang):
        inside = events[events["date"].between(start, end)] if events is not None else None
        if inside is None or inside.empty:
            return note(_("No holiday or mega-sale in these days is known to the forecast."))
        named = inside.assign(event=inside["event"].str.replace(r"^(spring_festival)[+-]\d+$", r"\1", regex=True))
        named["event"] = [e if e in BY_COLUMN["event"] else e.replace("_", " ").capitalize() for e in named["event"]]
        named = named.sort_values(["event", "date"])
        begins = (named["event"] != named["event"].shift()) | (named["date"].diff() != pd.Timedelta(days=1))
        runs = named.groupby([begins.cumsum(), "event"])["date"].agg(since="min", until="max").reset_index("event")
        return table(runs.sort_values("since", ignore_index=True)[["since", "until", "event"]])


def target(tracked: pd.DataFrame, measure: str, lang: str | None = None) -> Piece:
    """Whether the target will be reached, and what the days that are left would have to bring.

    Parameters
    ----------
    tracked : one row, as `plan.track` gives it.
    measure : what is counted, "revenue", "units" or "orders"; it says the unit.
    lang : "en" or "zh"; None is the language in use.
    """
    row, unit = tracked.iloc[0], kind(measure)
    with text.using(lang):
        said = {
            "target": show(row["target"], unit, short=True),
            "expected": show(row["expected"], unit, short=True),
            "low": show(row["low"], unit, short=True),
            "high": show(row["high"], unit, short=True),
            "gap": show(abs(row["gap"]), unit, short=True),
            "needed": show(row["needed_per_day"], unit, short=True),
        }
        if not row["days_left"]:
            return _closed(row["gap"], said)
        said["usual"] = show(row["ahead"] / row["days_left"], unit, short=True)
        if row["low"] >= row["target"]:
            return note(
                _("The target of {target} is safe: {expected} are expected, {low} even if it goes badly.", **said)
            )
        if row["high"] < row["target"]:
            words = _(
                "The target of {target} is out of reach as things are: {expected} are expected, {high} if it goes "
                "well. {gap} are missing; it would take {needed} a day, where {usual} are expected.",
                **said,
            )
            return note(words, tone="warning")
        return note(
            _(
                "The target of {target} is within the range: {expected} are expected, {low} to {high} in four of five "
                "cases. It takes {needed} a day; {usual} are expected.",
                **said,
            )
        )


def _closed(gap: float, said: dict[str, str]) -> Piece:
    """Of a period that is over."""
    if gap <= 0:
        return note(_("The target of {target} was reached: {expected}, {gap} more than that.", **said))
    return note(_("The target of {target} was missed by {gap}: it came to {expected}.", **said), tone="warning")
