"""A figure over days."""

import datetime as dt

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, DateFormatter, date2num

from ecomkit.report.plots.theme import ACCENT, HAIRLINE, INK, MUTED, SOFT, canvas, describe, ticks
from ecomkit.report.text import _, label
from ecomkit.report.values import kind, show

Days = tuple[dt.date, dt.date]


def trend(daily: pd.DataFrame, column: str, *, before: Days | None = None, after: Days | None = None) -> Axes:
    """A line per day under its mean of seven days, with the two periods shaded.

    Parameters
    ----------
    daily : one row per day: `date` and `column`; a missing value leaves a gap.
    column : what to draw; its name says its unit.
    before, after : first and last day of the periods that are compared.
    """
    days = daily.sort_values("date").assign(date=lambda frame: pd.to_datetime(frame["date"]))
    values = days[column].astype(float)
    axes = canvas(3.3, grid="y")
    is_rate = kind(column) in ("rate", "share")  # rates are not averaged over days: their line stands alone
    if not is_rate:
        axes.plot(days["date"], values, color=MUTED, alpha=0.45, linewidth=0.9, label=_("Day"))
    smooth = values if is_rate else values.rolling(7, min_periods=7).mean()
    name = label(column) if is_rate else _("Mean of 7 days")
    axes.plot(days["date"], smooth, color=ACCENT, linewidth=2.2, label=name)
    axes.set_ylim(0, float(values.max() or 1) * 1.18)
    for span, colour, words in ((before, HAIRLINE, _("Before")), (after, SOFT, _("This period"))):
        if span is not None:
            _shade(axes, span, colour, words)
    axes.set(xlabel="", ylabel="")
    axes.yaxis.set_major_formatter(ticks(kind(column)))
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=4, maxticks=9))
    long = (days["date"].max() - days["date"].min()).days > 200
    axes.xaxis.set_major_formatter(DateFormatter("%Y-%m" if long else "%m-%d"))
    axes.margins(x=0.01)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2, handlelength=1.6)
    ends = f"{days['date'].min():%Y-%m-%d} – {days['date'].max():%Y-%m-%d}"
    return describe(axes, _("{metric} by day", metric=label(column)), f"{ends}; {_last(values, column)}")


def _last(values: "pd.Series[float]", column: str) -> str:
    seen = values.dropna()
    return _("last day: {value}", value=show(seen.iloc[-1] if len(seen) else None, kind(column), short=True))


def _shade(axes: Axes, span: Days, colour: str, words: str) -> None:
    first, last = (float(date2num(day)) for day in span)
    axes.axvspan(first - 0.5, last + 0.5, color=colour, alpha=0.45, linewidth=0, zorder=0)
    axes.axvline(first - 0.5, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.annotate(
        words, (first, 1), xycoords=("data", "axes fraction"), xytext=(4, -4), textcoords="offset points",
        va="top", ha="left", fontsize=9.5, color=INK,
    )  # fmt: skip
