"""What was paid back, and on which day, as far as a store tells."""

from ecomkit.data.store import Store


def refunded(store: Store) -> str:
    """Returns the SQL for what was paid back: `date, platform, amount`; "" where the store does not tell.

    A refund counts on its own day. Where an export tells only how much of an order was paid back so far, and not when,
    it counts on the day of payment.
    """
    parts, theirs = [], ""
    if store.has("refunds"):
        named = "platform" if "platform" in store.refunds.columns else "NULL::VARCHAR AS platform"
        parts.append(f"SELECT refunded_at::DATE AS date, {named}, amount FROM refunds")
        if "order_id" in store.refunds.columns:
            theirs = "ANTI JOIN refunds USING (order_id)"
    sums = store.has("orders") and "refund_amount" in store.orders.columns and "order_id" in store.orders.columns
    if sums and (theirs or not parts) and store.orders.aggregate("count(refund_amount)").fetchall()[0][0]:
        named = "platform" if "platform" in store.orders.columns else "NULL::VARCHAR AS platform"
        told = f"order_date::DATE AS date, {named}, refund_amount AS amount"
        parts.append(f"SELECT {told} FROM orders {theirs} WHERE refund_amount > 0")
    return " UNION ALL ".join(parts)
