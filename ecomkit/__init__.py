"""ecomkit: the operations desk of an online store, in Jupyter.

>>> import ecomkit as ek
>>> ek.rfm.score  # doctest: +ELLIPSIS
<function score at ...>

Nothing heavy is imported until a name is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "open_store": "data.store",
    "write_store": "data.store",
    "simulate": "data.simulate",
    "catalog": "data.catalog",
    "tables": "data.tables",
    "rfm": "customers.rfm",
    "cohort": "customers.cohort",
    "membership": "customers.membership",
    "calendar": "goods.calendar",
    "forecast": "goods.forecast",
    "inventory": "goods.inventory",
    "products": "goods.products",
    "promotion": "goods.promotion",
    "sales": "goods.sales",
    "ads": "traffic.ads",
    "experiment": "traffic.experiment",
    "funnel": "traffic.funnel",
    "keywords": "traffic.keywords",
    "site": "traffic.site",
    "titles": "traffic.titles",
    "compliance": "operations.compliance",
    "costs": "operations.costs",
    "freight": "operations.freight",
    "plan": "operations.plan",
    "profit": "operations.profit",
    "metrics": "diagnosis.metrics",
    "drill": "diagnosis.drill",
    "explain": "diagnosis.explain",
    "findings": "diagnosis.findings",
    "playbook": "diagnosis.playbook",
    "quality": "diagnosis.quality",
    "rootcause": "diagnosis.rootcause",
    "report": "report",
}
__all__ = [
    "__version__",
    "ads",
    "calendar",
    "catalog",
    "cohort",
    "compliance",
    "costs",
    "drill",
    "experiment",
    "explain",
    "findings",
    "forecast",
    "freight",
    "funnel",
    "inventory",
    "keywords",
    "membership",
    "metrics",
    "open_store",
    "plan",
    "playbook",
    "products",
    "profit",
    "promotion",
    "quality",
    "report",
    "rfm",
    "rootcause",
    "sales",
    "simulate",
    "site",
    "tables",
    "titles",
    "write_store",
]

if TYPE_CHECKING:
    from ecomkit import report
    from ecomkit.customers import cohort, membership, rfm
    from ecomkit.data import catalog, simulate, tables
    from ecomkit.data.store import open_store, write_store
    from ecomkit.diagnosis import drill, explain, findings, metrics, playbook, quality, rootcause
    from ecomkit.goods import calendar, forecast, inventory, products, promotion, sales
    from ecomkit.operations import compliance, costs, freight, plan, profit
    from ecomkit.traffic import ads, experiment, funnel, keywords, site, titles


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ecomkit' has no attribute '{name}'")
    module = import_module(f"ecomkit.{_HOMES[name]}")
    value = module if module.__name__.endswith(name) else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
