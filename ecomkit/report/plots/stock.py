"""Stock: what service costs under each rule, which products deserve which, and what a presale may need."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from ecomkit.report.plots.theme import ACCENT, INK, MUTED, SERIES, canvas, describe, ticks
from ecomkit.report.text import _, label
from ecomkit.report.values import show

MARKERS = "oDs^vPX"
BLUES = LinearSegmentedColormap.from_list("ecomkit", ["#ffffff", "#a9c3d6", ACCENT])


def tradeoff(replayed: pd.DataFrame) -> Axes:
    """How much of the demand each rule could serve, against the stock that it took; up and left is better.

    Parameters
    ----------
    replayed : one row per rule and setting, as `goods.inventory.simulate` gives it: `rule, fill_rate` and
        `inventory_days`.
    """
    axes = canvas(4.0, grid="y")
    axes.grid(axis="x")
    for i, (rule, part) in enumerate(replayed.groupby("rule", sort=False)):
        points = part.sort_values("inventory_days")
        name, colour = label(str(rule), column="rule"), SERIES[i % len(SERIES)]
        (line,) = axes.plot(points["inventory_days"], points["fill_rate"], color=colour, label=name)
        line.set_marker(MARKERS[i % len(MARKERS)])
    axes.yaxis.set_major_formatter(ticks("rate"))
    axes.set(xlabel=_("Stock held, in days of sales"), ylabel=_("Share of demand served"))
    axes.set_xlim(left=0)
    axes.margins(x=0.06, y=0.1)
    axes.legend(loc="lower right")
    words = [
        f"{label(str(row.rule), column='rule')}: {show(row.fill_rate, 'share')}, {show(row.inventory_days, 'decimal')}"
        for row in replayed.itertuples()
    ]
    return describe(axes, _("What each rule served, and what it kept in stock"), _("; ").join(words))


def matrix(classes: pd.DataFrame) -> Axes:
    """How many products are of each class, and their share of sales: steady and large ones stand top left.

    Parameters
    ----------
    classes : one row per product, as `goods.products.abc_xyz` gives it: `abc, xyz` and `share`; products without a
        class of steadiness are left out.
    """
    groups = classes.groupby(["abc", "xyz"], observed=True)
    cells = groups.agg(count=("abc", "size"), share=("share", "sum")).reset_index()
    rows, columns = sorted(cells["abc"].unique()), sorted(cells["xyz"].unique())
    count, share = (
        cells.pivot(index="abc", columns="xyz", values=c).reindex(index=rows, columns=columns).astype(float)
        for c in ("count", "share")
    )
    pairs = zip(count.to_numpy(), share.to_numpy(), strict=True)
    said = [[_cell(n, part) for n, part in zip(*pair, strict=True)] for pair in pairs]
    axes = canvas(1.0 + 0.8 * len(rows))
    _heat(axes, share, np.array(said, dtype=object).reshape(share.shape))
    axes.set(xlabel=_("X steady · Y wavering · Z erratic weeks"), ylabel=_("A large · C small sales"))
    words = [f"{r}{c} {said[i][j]}" for i, r in enumerate(rows) for j, c in enumerate(columns) if said[i][j]]
    return describe(axes, _("Products and their share of sales by class"), _("; ").join(words).replace("\n", " "))


def _cell(count: float, share: float) -> str:
    if np.isnan(count):
        return ""
    return _("Products: {count}", count=show(count, "count")) + "\n" + show(share, "share")


def sensitivity(quantities: pd.DataFrame) -> Axes:
    """Units to have ready by how many deposits are completed and how many come late; darker is more.

    Parameters
    ----------
    quantities : as `goods.inventory.presale_sensitivity` gives it: `uplift, balance_rate, quantity`.
    """
    grid = quantities.pivot(index="uplift", columns="balance_rate", values="quantity").sort_index(ascending=False)
    said = grid.map(lambda units: show(units, "count")).to_numpy(object)
    axes = canvas(1.1 + 0.46 * len(grid))
    _heat(axes, grid, said)
    axes.set_xticks(np.arange(grid.shape[1]) + 0.5, [show(rate, "certainty") for rate in grid.columns])
    axes.set_yticks(np.arange(len(grid)) + 0.5, [f"{uplift:g}" for uplift in grid.index], rotation=0, color=INK)
    axes.set(xlabel=label("balance_rate"), ylabel=_("Orders for each completed deposit"))
    ends = show(grid.min().min(), "count"), show(grid.max().max(), "count")
    return describe(axes, _("Units to have ready"), _("from {low} to {high}", low=ends[0], high=ends[1]))


def _heat(axes: Axes, values: pd.DataFrame, said: np.ndarray) -> None:
    sns.heatmap(
        values.astype(float), ax=axes, cmap=BLUES, vmin=0, annot=said, fmt="", cbar=False, linewidths=1,
        linecolor="white", annot_kws={"size": 10},
    )  # fmt: skip
    axes.tick_params(axis="x", rotation=0, labelcolor=MUTED)
    axes.tick_params(axis="y", rotation=0, labelcolor=INK)
