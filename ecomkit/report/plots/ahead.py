"""The days to come: what was sold, what is expected with its ranges, and what makes a day differ."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter

from ecomkit.report.plots.theme import ACCENT, INK, MUTED, SERIES, WARM, canvas, describe, ticks
from ecomkit.report.text import _, label
from ecomkit.report.values import kind, show

WEEKS_BEFORE = 12
SHADES = (0.34, 0.16)  # of the inner and the outer range
PARTS = {"weekday": SERIES[0], "season": SERIES[2], "promotion": WARM, "event": SERIES[3]}


def fan(daily: pd.DataFrame, ahead: pd.DataFrame, *, measure: str, naive: pd.DataFrame | None = None) -> Axes:
    """The last twelve weeks, then the forecast in its ranges.

    Parameters
    ----------
    daily : `date, value` of one series.
    ahead : its `date, mean` and pairs such as `low_80, high_80`, as `forecast.predict` gives them.
    measure : what is counted, "revenue", "units" or "orders"; it says the unit.
    naive : `date, mean` of the forecast to compare with.
    """
    past = daily.dropna(subset="value").sort_values("date")
    last = past["date"].max()
    past = past[past["date"] > last - pd.Timedelta(weeks=WEEKS_BEFORE)]
    axes = canvas(3.6, grid="y")
    levels = sorted(int(c.removeprefix("low_")) for c in ahead.columns if c.startswith("low_"))
    for level, shade in reversed([*zip(levels, SHADES, strict=False)]):
        axes.fill_between(
            ahead["date"], ahead[f"low_{level}"], ahead[f"high_{level}"], color=ACCENT, alpha=shade, linewidth=0,
            label=_("{rate} of days lie here", rate=show(level / 100, "certainty")),
        )  # fmt: skip
    axes.plot(past["date"], past["value"], color=MUTED, linewidth=1.1, label=_("Actual"))
    if naive is not None:
        axes.plot(naive["date"], naive["mean"], color=WARM, linewidth=1.3, linestyle=":", label=_("Last week again"))
    axes.plot(ahead["date"], ahead["mean"], color=ACCENT, linewidth=2.2, label=_("Forecast"))
    axes.axvline(last + pd.Timedelta(hours=12), color=INK, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.set_ylim(0, None)
    _dates(axes, measure)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=5, borderaxespad=0.2, handlelength=1.4)
    expected = show(ahead["mean"].sum(), kind(measure), short=True)
    days = f"{ahead['date'].min():%Y-%m-%d} – {ahead['date'].max():%Y-%m-%d}"
    title = _("{metric}: the next {days} days", metric=label(measure), days=len(ahead))
    return describe(axes, title, _("{days}; expected in all: {total}", days=days, total=expected))


def parts(explained: pd.DataFrame, *, measure: str) -> Axes:
    """What weekday, season, promotion and event add to an ordinary day, or take from it: stacked bars per day.

    Parameters
    ----------
    explained : `date, part, value` of one series, as `forecast.explain` gives it; the level is left out.
    measure : as for `fan`.
    """
    wide = explained.pivot(index="date", columns="part", values="value")
    shown = [part for part in PARTS if part in wide and wide[part].abs().max() > 0]
    axes = canvas(2.8, grid="y")
    above, below = 0 * wide["level"], 0 * wide["level"]
    for part in shown:
        up, down = wide[part].clip(lower=0), wide[part].clip(upper=0)
        axes.bar(wide.index, up, bottom=above, color=PARTS[part], width=0.8, label=label(part, column="part"))
        axes.bar(wide.index, down, bottom=below, color=PARTS[part], width=0.8)
        above, below = above + up, below + down
    axes.axhline(0, color=INK, linewidth=0.8)
    _dates(axes, measure)
    if shown:
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, borderaxespad=0.2, handlelength=1.0)
    ordinary = wide["level"][wide["level"] > 0].mean()
    detail = _("an ordinary day: {value}", value=show(ordinary, kind(measure), short=True))
    return describe(axes, _("What makes a day differ from an ordinary one"), detail)


def _dates(axes: Axes, measure: str) -> None:
    axes.set(xlabel="", ylabel="")
    axes.yaxis.set_major_formatter(ticks(kind(measure)))
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=4, maxticks=9))
    axes.xaxis.set_major_formatter(DateFormatter("%m-%d"))
    axes.margins(x=0.01)
