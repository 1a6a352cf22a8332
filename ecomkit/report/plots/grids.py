"""The funnel and the cohort triangle."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from ecomkit.report.plots.theme import ACCENT, INK, MUTED, SERIES, SOFT, beside, canvas, describe, rows, ticks
from ecomkit.report.text import _, label, within
from ecomkit.report.values import show

MARKERS = "oDs^vPX"


ROWS, COLUMNS = 36, 26  # cohorts and ages that a page holds


def funnel(steps: pd.DataFrame, *, by: str = "") -> Axes:
    """A bar per step with its users and the rate from the step before; with groups, the rates side by side.

    Parameters
    ----------
    steps : one row per step, in order, as `traffic.funnel.steps` gives it: `step, users, step_rate, overall_rate` and
        the ends of the interval `step_rate_low, step_rate_high`.
    by : the column of groups, each with all steps; "" takes a further column that the table has, if any.
    """
    usual = {"step", "users", "step_rate", "step_rate_low", "step_rate_high", "overall_rate", "lost", "open"}
    group = by or next((str(c) for c in steps.columns if c not in usual and steps[c].nunique() > 1), "")
    return _rates(steps, group) if group else _bars(steps)


def _bars(steps: pd.DataFrame) -> Axes:
    axes = canvas(0.7 + 0.72 * len(steps))
    users = steps["users"].astype(float).tolist()
    names = [label(step) for step in steps["step"]]
    top = max(users) if users else 1.0
    axes.barh(range(len(users)), [top] * len(users), color=SOFT, height=0.5, alpha=0.55)
    axes.barh(range(len(users)), users, color=ACCENT, height=0.5)
    for i, row in enumerate(steps.to_dict("records")):
        said = show(users[i], "count")
        if i:
            said += "   " + _("{rate} of the step before", rate=show(row["step_rate"], "rate"))
        beside(axes, users[i], i, said)
    rows(axes, names)
    axes.set_xticks([])
    axes.set_xlim(0, top * 1.12)
    words = [f"{name}: {show(count, 'count')}" for name, count in zip(names, users, strict=True)]
    return describe(axes, _("Visitors by step"), _("; ").join(words))


def _rates(steps: pd.DataFrame, group: str) -> Axes:
    """Rates from step to step with their 95 % intervals, a marker per group."""
    order = list(dict.fromkeys(steps["step"]))[1:]
    groups = list(dict.fromkeys(steps[group]))
    axes = canvas(0.9 + (0.3 + 0.16 * len(groups)) * len(order), grid="x")
    for k, name in enumerate(groups):
        part = steps[steps[group] == name].set_index("step").reindex(order)
        at = np.arange(len(order)) + (k - (len(groups) - 1) / 2) * 0.62 / max(len(groups), 1)
        rate = part["step_rate"].to_numpy(float)
        colour, marker = SERIES[k % len(SERIES)], MARKERS[k % len(MARKERS)]
        if "step_rate_low" in part:
            axes.hlines(at, part["step_rate_low"], part["step_rate_high"], color=colour, linewidth=2, alpha=0.55)
        axes.scatter(rate, at, color=colour, marker=marker, s=42, zorder=3, label=label(str(name), column=group))
    rows(axes, [label(step) for step in order])
    axes.xaxis.set_major_formatter(ticks("rate"))
    axes.set_xlim(left=0)
    axes.margins(x=0.04)
    axes.legend(title=label(group), loc="center left", bbox_to_anchor=(1.0, 0.5))
    title = _("Rate from the step before, by {group}", group=within(label(group)))
    return describe(axes, title, _("Lines are 95 % intervals."))


def retention(table: pd.DataFrame) -> Axes:
    """The cohort triangle: who came back after how long; what cannot be known yet stays blank.

    Parameters
    ----------
    table : one row per cohort and age, as `customers.cohort.retention` gives it: `cohort, age, customers, rate` and
        `cohort_customers`. The latest cohorts are shown, as many as fit on a page.
    """
    grid = table.pivot(index="cohort", columns="age", values="rate").astype(float).sort_index()
    size = "cohort_customers" if "cohort_customers" in table else "customers"
    sizes = table[table["age"] == table["age"].min()].set_index("cohort")[size].astype(float)
    later = grid.loc[:, grid.columns.to_numpy() > 0]
    shown = later if later.shape[1] and bool(later.notna().to_numpy().any()) else grid
    shown = shown.dropna(how="all").iloc[-ROWS:].iloc[:, :COLUMNS]
    shown = shown.dropna(how="all", axis="columns")
    if shown.empty:
        return _too_early()
    unit = _unit(pd.Series(shown.index))
    axes = canvas(1.2 + 0.34 * len(shown))
    dense = shown.shape[1] > 16
    usual = shown[sizes.reindex(shown.index) >= 0.1 * sizes.median()]  # ten customers' rate must not set the scale
    top = float(np.nanmax(usual.to_numpy(), initial=0.0)) or 1.0
    digits = 1 if not dense or top < 0.095 else 0
    percent = "" if dense else "%"
    sns.heatmap(
        shown,
        ax=axes,
        cmap=LinearSegmentedColormap.from_list("ecomkit", ["#ffffff", "#a9c3d6", ACCENT]),
        vmin=0,
        vmax=top,
        annot=shown.map(lambda rate: "" if pd.isna(rate) else f"{rate * 100:.{digits}f}{percent}"),
        fmt="",
        annot_kws={"size": 7.5 if dense else 9},
        linewidths=1,
        linecolor="white",
        cbar=False,
    )
    names = [f"{_said(cohort, unit)}   {show(sizes.get(cohort), 'count')}" for cohort in shown.index]
    axes.set_yticks(np.arange(len(names)) + 0.5, names, rotation=0, color=INK)
    axes.tick_params(axis="x", rotation=0, labelcolor=MUTED)
    axes.set_ylabel("")
    axes.set_xlabel(_AGES[unit]())
    title = _("Share of each cohort that bought again") + (" (%)" if dense else "")
    return describe(axes, title, _("Cohorts with their customers: {count}", count=len(names)))


def _too_early() -> Axes:
    said = _("No group of new customers has its first period behind it: whether they come back is not known yet.")
    axes = canvas(0.9)
    axes.set_axis_off()
    axes.text(0, 0.5, said, va="center", color=MUTED, fontsize=10)
    return describe(axes, _("Share of each cohort that bought again"), said)


_AGES = {
    "month": lambda: _("Months since the first purchase"),
    "week": lambda: _("Weeks since the first purchase"),
    "": lambda: _("Periods since the first purchase"),
}


def _unit(cohorts: "pd.Series[Any]") -> str:
    """Cohorts that all begin on a first of the month are months; on a Monday, weeks."""
    if pd.api.types.is_numeric_dtype(cohorts):
        return ""
    try:
        days = pd.to_datetime(cohorts.astype(str))
    except ValueError:
        return ""
    if bool((days.dt.day == 1).all()):
        return "month"
    return "week" if bool((days.dt.day_of_week == 0).all()) else ""


def _said(cohort: Any, unit: str) -> str:
    said = str(cohort)[:10]
    return said[:7] if unit == "month" else said
