"""Charts of computed tables: they draw, they do not compute; each returns its Axes and describes itself in words."""

from ecomkit.report.plots.ahead import fan, parts
from ecomkit.report.plots.charts import bars, segments, waterfall
from ecomkit.report.plots.grids import funnel, retention
from ecomkit.report.plots.stock import matrix, sensitivity, tradeoff
from ecomkit.report.plots.theme import use
from ecomkit.report.plots.time import trend

__all__ = [
    "bars",
    "fan",
    "funnel",
    "matrix",
    "parts",
    "retention",
    "segments",
    "sensitivity",
    "tradeoff",
    "trend",
    "use",
    "waterfall",
]
