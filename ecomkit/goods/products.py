"""Products: which deserve care, what has been lying too long, what a discount would bring, what goes together."""

from ecomkit.goods.abc_xyz import abc_xyz
from ecomkit.goods.ageing import ageing
from ecomkit.goods.bundles import bundles
from ecomkit.goods.clearance import clearance, price_path

__all__ = ["abc_xyz", "ageing", "bundles", "clearance", "price_path"]
