"""How is the store doing: its key figures by day, by period, and before against after."""

from ecomkit.diagnosis.period import Period, period

__all__ = ["Period", "period"]
