"""From computed tables to a report that is read: words, cards, charts, and notebooks run with parameters."""

from typing import TYPE_CHECKING

from ecomkit.report.cards import needs, needs_before, needs_values, style
from ecomkit.report.text import use as speak

if TYPE_CHECKING:
    from ecomkit.data.store import Store

__all__ = ["needs", "needs_before", "needs_values", "use"]


def use(store: "Store", lang: str) -> None:
    """Sets a notebook up: the language, the store's currency, the charts' theme and the cards' style."""
    from IPython.display import display

    from ecomkit.report import plots, shown

    speak(lang, currency=store.currency)
    plots.use(lang)
    shown.plainly()
    display(style())
