"""The canonical tables: names, kinds, units, grain, which columns are required, and which may be added up.

Every reader writes them, every function reads them. Times are the store's wall clock (its manifest names the zone), ids
are strings, money is in major units of one currency, rates are fractions 0-1; what is missing is missing, never 0.
"""

from ecomkit.data.platform_tables import PLATFORM_TABLES
from ecomkit.data.table import KINDS, MARKS, Column, Table, parse

__all__ = ["KINDS", "MARKS", "TABLES", "Column", "Table"]

TABLES = {
    t.name: t
    for t in (
        parse(
            "orders",
            "one row per paid order",
            "order_id",
            """
            order_id*      id     the order
            customer_id+   id     salted hash of the buyer; missing for a guest
            order_date*    time   time of payment
            revenue*       money  paid by the buyer, before refunds
            refund_amount  money  refunded of this order so far
            units          count  units in the order
            discount       money  discount off the list price, all sources
            shipping_fee   money  part of revenue that is shipping
            platform       text   taobao, jd, douyin, shopify, ...
            channel        text   sales channel within the platform
            source         text   traffic source of the visit that bought
            device         text   device of the visit that bought
            country        text   country of delivery
            province       text   province or state of delivery
            address_id     id     salted hash of the delivery address
            status         text   as the platform says it
            """,
        ),
        parse(
            "order_lines",
            "one row per product in an order",
            "order_id line_id",
            """
            order_id*    id     the order
            line_id*     id     the line within the order
            product_id*  id     the product
            sku_id       id     the variant
            quantity*    count  units sold
            unit_price*/ money  paid per unit, after discounts
            revenue*     money  paid for the line, before refunds
            unit_cost/   money  purchase cost per unit
            """,
        ),
        parse(
            "refunds",
            "one row per refund",
            "platform refund_id",
            """
            refund_id*    id     the refund
            order_id+     id     the refunded order; missing where the export does not say
            line_id       id     the refunded line
            product_id    id     the refunded product
            customer_id   id     salted hash of the buyer
            refunded_at*  time   time of the refund
            amount*       money  paid back to the buyer
            quantity      count  units returned
            reason        text   as the buyer or the platform says it
            platform      text   taobao, jd, douyin, shopify, ...
            """,
        ),
        parse(
            "reviews",
            "one row per review",
            "platform review_id",
            """
            review_id*         id     the review
            order_id+          id     the reviewed order; missing where the export does not say
            line_id            id     the reviewed line
            product_id         id     the reviewed product
            customer_id        id     salted hash of the buyer
            reviewed_at*       time   time of the review
            stars*/            count  what the buyer gives, 1 to 5
            description_stars/ count  goods as described, 1 to 5
            service_stars/     count  service of the shop, 1 to 5
            logistics_stars/   count  delivery, 1 to 5
            text_length        count  characters that the buyer wrote; the text itself may name people and is not kept
            has_image          flag   whether the buyer shows a picture or film
            replied_at         time   time of the shop's reply
            platform           text   taobao, jd, douyin, shopify, ...
            """,
        ),
        parse(
            "products",
            "one row per product",
            "product_id",
            """
            product_id*  id     the product
            sku_id       id     the variant, where a product has only one
            title        text   name on the shelf
            category     text   category
            role         text   traffic, promotion, volume or profit
            price/       money  list price
            unit_cost/   money  purchase cost per unit
            launched_at  date   first day on sale
            """,
        ),
        parse(
            "traffic_daily",
            "one row per day and traffic source",
            "date platform source",
            """
            date*               date    local day
            source*             text    traffic source
            visitors*~          count   different visitors of the day
            page_views          count   pages seen
            cart_users~         count   visitors who added to the cart
            buyers~             count   visitors who paid
            orders              count   paid orders
            revenue             money   paid by the buyers, before refunds
            conversion_rate/    rate    buyers / visitors, as the platform states it
            amount_per_buyer/   money   revenue / buyers, as the platform states it
            mean_stay_seconds/  number  mean time that visitors stayed, as the platform states it
            platform            text    taobao, jd, douyin, shopify, ...
            """,
        ),
        parse(
            "product_daily",
            "one row per day and product",
            "date platform product_id",
            """
            date*                   date    local day
            product_id*             id      the product
            visitors~               count   different visitors of the product page
            page_views              count   views of the product page
            cart_users~             count   visitors who added it to the cart
            buyers~                 count   visitors who paid for it
            units                   count   units sold
            revenue                 money   paid for it, before refunds
            refund_amount           money   refunded on this day for it
            conversion_rate/        rate    buyers / visitors, as the platform states it
            bounce_rate/            rate    visitors who saw its page and nothing else, as the platform states it
            mean_stay_seconds/      number  mean time on its page, as the platform states it
            month_to_date_units^    count   units sold since the first of the month, this day included
            month_to_date_revenue^  money   paid for it since the first of the month, this day included
            year_to_date_revenue^   money   paid for it since the first of the year, this day included
            platform                text    taobao, jd, douyin, shopify, ...
            """,
        ),
        parse(
            "events",
            "one row per event of a visit",
            "user_id event_time event_name product_id",
            """
            user_id*     id     the visitor
            event_time*  time   when
            event_name*  text   GA4's name: view_item, add_to_cart, begin_checkout, purchase, ...
            session_id   id     the visit
            product_id   id     the product, where the event has one
            order_id     id     the order, for a purchase
            device       text   ios, android, pc, ...
            source       text   traffic source of the visit
            """,
        ),
        parse(
            "inventory",
            "one row per day and product, at the end of the day",
            "date product_id",
            """
            date*           date   local day
            product_id*     id     the product
            sku_id          id     the variant
            on_hand*^       count  units in stock at the end of the day
            inbound^        count  units ordered and not yet arrived
            received        count  units that arrived on the day
            sold            count  units sold on the day
            returned        count  units put back into stock on the day
            unit_cost/      money  purchase cost per unit
            lead_time_days/ count  days from purchase order to arrival
            """,
        ),
        parse(
            "ads_daily",
            "one row per day and campaign",
            "date platform campaign",
            """
            date*        date   local day
            campaign*    text   campaign
            source       text   traffic source that the campaign feeds
            cost*        money  ad spend
            impressions  count  times shown
            clicks       count  clicks
            orders       count  orders attributed to the campaign on the day of the click
            revenue      money  revenue of those orders, before refunds
            platform     text   taobao, jd, douyin, shopify, ...
            """,
        ),
        *PLATFORM_TABLES,
    )
}
