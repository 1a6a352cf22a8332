"""Bars: by group, in pairs, and as the steps from before to after."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from ecomkit.report.plots.theme import ACCENT, MUTED, WARM, beside, canvas, describe, rows, ticks
from ecomkit.report.text import _, label, within
from ecomkit.report.values import kind, show, signed

TOTALS = ("gmv", "revenue", "net_sales", "total")
ROW = 0.42  # inches per bar


def bars(frame: pd.DataFrame, x: str, y: str, *, title: str = "") -> Axes:
    """Horizontal bars in the order of the rows, each with its value.

    Parameters
    ----------
    frame : one row per bar.
    x : the column of lengths; negative ones go left, in another colour.
    y : the column of names.
    title : says more than "`x` by `y`" where that is needed.
    """
    names = _names(frame[y], y)
    values = frame[x].astype(float)
    axes = canvas(0.9 + ROW * max(len(frame), 1), grid="x")
    colours = [WARM if value < 0 else ACCENT for value in values]
    axes.barh(range(len(values)), values.fillna(0), color=colours, height=0.62)
    rows(axes, names)
    is_change = bool((values < 0).any())
    for i, value in enumerate(values):
        said = signed(value, kind(x), short=True) if is_change else show(value, kind(x), short=True)
        beside(axes, 0 if pd.isna(value) else float(value), i, said)
    axes.xaxis.set_major_formatter(ticks(kind(x)))
    axes.margins(x=0.12)
    said = title or _("{metric} by {group}", metric=label(x), group=within(label(y)))
    return describe(axes, said, _listed(names, values, kind(x)))


def segments(summary: pd.DataFrame) -> Axes:
    """Pairs of bars: each segment's share of customers and of net sales.

    Parameters
    ----------
    summary : one row per segment: `segment, customers, net_sales`, and the shares where they are there already
        (`customer_share, net_sales_share`).
    """
    shares = pd.DataFrame(
        {
            "customers": summary.get("customer_share", summary["customers"] / summary["customers"].sum()),
            "net_sales": summary.get("net_sales_share", summary["net_sales"] / summary["net_sales"].sum()),
        }
    )
    names = _names(summary["segment"], "segment")
    axes = canvas(1.2 + 0.5 * len(names), grid="x")
    for column, colour, shift in (("customers", "#b9c6d0", -0.19), ("net_sales", ACCENT, 0.19)):
        at = [i + shift for i in range(len(names))]
        said = {"customers": _("Share of customers"), "net_sales": _("Share of net sales")}[column]
        axes.barh(at, shares[column], height=0.36, color=colour, label=said)
        for i, value in zip(at, shares[column], strict=True):
            beside(axes, float(value), i, f"{value:.1%}", size=8.5)
    rows(axes, names)
    axes.xaxis.set_major_formatter(ticks("rate"))
    axes.margins(x=0.1)
    axes.legend(loc="lower right", reverse=False)
    return describe(axes, _("Customers and net sales by segment"), _listed(names, shares["net_sales"], "rate"))


def waterfall(tree: pd.DataFrame, *, before: float | None = None, after: float | None = None) -> Axes:
    """The change from before to after, one floating bar per factor, and the whole change below.

    Parameters
    ----------
    tree : one row per factor: `factor, contribution`; a row of the total (`gmv`) gives `before` and `after`.
    before, after : the totals, where the table has no row for them.
    """
    is_total = tree["factor"].isin(TOTALS)
    factors, total = tree[~is_total], tree[is_total]
    if len(total):
        before, after = float(total["before"].iloc[0]), float(total["after"].iloc[0])
    steps = [float(value) for value in factors["contribution"]]
    names = [*_names(factors["factor"], "factor"), _("Total change")]
    lefts = [sum(steps[:i]) for i in range(len(steps))] + [0.0]
    widths = [*steps, sum(steps)]
    axes = canvas(1.0 + 0.5 * len(names), grid="x")
    colours = [WARM if width < 0 else ACCENT for width in widths]
    axes.barh(range(len(names)), widths, left=lefts, color=colours, height=0.56)
    for i, (left, width) in enumerate(zip(lefts, widths, strict=True)):
        beside(axes, left + width, i, signed(width, "money", short=True), leftwards=width < 0)
        if i + 2 < len(names):
            axes.plot([left + width] * 2, [i + 0.28, i + 0.72], color=MUTED, linewidth=0.8)
    axes.axvline(0, color=MUTED, linewidth=0.9)
    axes.axhline(len(names) - 1.5, color=MUTED, linewidth=0.6)
    rows(axes, names)
    axes.xaxis.set_major_formatter(ticks("money"))
    reach = [0.0, *lefts, *(left + width for left, width in zip(lefts, widths, strict=True))]
    room = 0.16 * (max(reach) - min(reach) or 1.0)
    axes.set_xlim(min(reach) - room, max(reach) + room)
    ends = {"before": show(before, "money", short=True), "after": show(after, "money", short=True)}
    title = _("What moved sales: {before} → {after}", **ends)
    return describe(axes, title, _listed(names, pd.Series(widths), "money"))


def _names(codes: "pd.Series[str]", column: str) -> list[str]:
    if kind(column) == "money":
        return [show(code, "money") for code in codes]
    return [label(str(code), column=column) if isinstance(code, str) else show(code) for code in codes]


def _listed(names: Sequence[str], values: "pd.Series[float]", what: str) -> str:
    pairs = zip(names, values, strict=True)
    return _("; ").join(f"{name}: {show(value, what, short=True)}" for name, value in pairs)
