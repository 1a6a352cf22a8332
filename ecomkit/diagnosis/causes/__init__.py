"""The causes that the tables can show, one file each: what to look at, since when, and what it cost."""

from ecomkit.diagnosis.causes.ads import ad_waste
from ecomkit.diagnosis.causes.brushing import brushed_orders
from ecomkit.diagnosis.causes.checkout import checkout_faults
from ecomkit.diagnosis.causes.refunds import bad_batches
from ecomkit.diagnosis.causes.sources import lost_sources
from ecomkit.diagnosis.causes.stock import stock_outs

CAUSES = (lost_sources, checkout_faults, stock_outs, bad_batches, ad_waste, brushed_orders)
