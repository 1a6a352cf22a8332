"""The checks that an audit makes: what adds up first, then what is there twice or not at all, people last."""

from duckdb import DuckDBPyRelation

from ecomkit.diagnosis.quality import bots, clock, gaps, identities, limits, repeats, reviews, tracking, trials, units
from ecomkit.diagnosis.quality.brushing import brushed_in
from ecomkit.diagnosis.quality.check import Case, Check

ANY, FEW, SOME, MANY = 0.0, 0.001, 0.01, 0.05  # the shares from which on data is wrong


def _brushed_orders(case: Case) -> DuckDBPyRelation:
    return brushed_in(case).project("*, revenue AS money")


CHECKS = (
    Check(
        "lines_orders", "import_again", "orders", FEW, ("orders.revenue", "order_lines.revenue"),
        identities.lines_against_orders,
    ),
    Check(
        "line_price", "import_again", "order_lines", FEW,
        ("orders.order_date", "order_lines.quantity", "order_lines.unit_price", "order_lines.revenue"),
        identities.price_times_quantity,
    ),
    Check(
        "orphans", "import_again", "orders", FEW,
        ("orders.order_id", "order_lines.order_id|refunds.order_id|events.order_id"), identities.orphans,
    ),
    Check(
        "refunds_orders", "compare_exports", "orders", FEW, ("orders.refund_amount", "refunds.order_id"),
        identities.refunds_against_orders,
    ),
    Check(
        "products_refunds", "compare_exports", "product_daily", FEW,
        ("product_daily.refund_amount", "refunds.refunded_at"), identities.products_against_refunds,
    ),
    Check(
        "traffic_orders", "compare_exports", "days", MANY, ("orders.revenue", "traffic_daily.revenue"),
        identities.traffic_against_orders,
    ),
    Check(
        "products_lines", "compare_exports", "product_daily", SOME,
        ("orders.order_date", "order_lines.product_id", "product_daily.units|product_daily.revenue"),
        identities.products_against_lines,
    ),
    Check(
        "events_orders", "mend_tracking", "days", MANY, ("orders.order_id", "events.event_name"),
        identities.events_against_orders,
    ),
    Check(
        "stock_flow", "count_stock", "inventory", SOME,
        ("inventory.on_hand", "inventory.received", "inventory.sold"), identities.stock_flow,
    ),
    Check("repeated_keys", "drop_repeats", "orders", FEW, (), repeats.repeated_keys),
    Check(
        "repeated_orders", "drop_repeats", "orders", FEW, ("orders.customer_id", "orders.revenue"),
        repeats.repeated_orders,
    ),
    Check("repeated_events", "drop_repeats", "events", SOME, ("events.event_name",), repeats.repeated_events),
    Check(
        "copied_days", "export_again", "days", ANY, ("traffic_daily.visitors|product_daily.units",),
        repeats.copied_days,
    ),
    Check(
        "total_rows", "drop_totals", "days", ANY,
        ("orders.revenue|traffic_daily.visitors|product_daily.units|ads_daily.cost",), repeats.total_rows,
    ),
    Check("money_units", "convert_units", "orders", FEW, ("orders.revenue|ads_daily.cost",), units.money_units),
    Check("stated_rates", "convert_units", "days", SOME, (units.STATED_NEEDS,), units.stated_rates),
    Check(
        "impossible_rates", "compare_exports", "days", SOME,
        ("traffic_daily.page_views|traffic_daily.buyers|product_daily.page_views|product_daily.buyers|ads_daily.clicks",),
        limits.impossible_rates,
    ),
    Check(
        "refund_over_paid", "check_refunds", "orders", FEW,
        ("orders.revenue", "orders.refund_amount|refunds.order_id"), limits.refund_over_paid,
    ),
    Check(
        "refund_early", "check_refunds", "refunds", SOME, ("orders.order_date", "refunds.order_id"),
        limits.refund_early,
    ),
    Check(
        "refund_late", "cut_refunds", "refunds", SOME,
        ("refunds.refunded_at", "orders.order_date|traffic_daily.date|product_daily.date"), limits.refund_late,
    ),
    Check(
        "gaps", "export_again", "days", ANY,
        ("orders.order_date|traffic_daily.date|product_daily.date|inventory.date|events.event_time",), gaps.gaps,
    ),
    Check("clock_shift", "set_clock", "days", ANY, ("orders.order_date|events.event_time",), clock.clock_shift),
    Check(
        "broken_tracking", "mend_tracking", "days", ANY,
        ("orders.order_date", "events.event_name|traffic_daily.visitors"), tracking.broken_tracking,
    ),
    Check("bot_traffic", "exclude_bots", "events", SOME, ("events.event_time",), bots.bot_traffic),
    Check(
        "reviews_orders", "match_reviews", "reviews", SOME, ("orders.order_id", "reviews.order_id"),
        reviews.reviews_against_orders,
    ),
    Check("review_timing", "exclude_reviews", "reviews", SOME, reviews.NEEDS, reviews.review_timing),
    Check("trial_orders", "exclude_orders", "orders", FEW, ("orders.revenue",), trials.trial_orders),
    Check(
        "brushed_orders", "exclude_orders", "orders", FEW, ("orders.customer_id", "order_lines.product_id"),
        _brushed_orders,
    ),
)  # fmt: skip
