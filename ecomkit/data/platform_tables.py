"""The canonical tables that only a platform tells: no shop has them of its own. The notation is that of `tables.py`."""

from ecomkit.data.table import parse

PLATFORM_TABLES = (
    parse(
        "keyword_daily",
        "one row per day and search word",
        "date platform keyword",
        """
        date*              date   local day
        keyword*           text   what was searched
        visitors~          count  visitors who came by it
        cart_users~        count  visitors who added to the cart
        buyers~            count  visitors who paid
        units              count  units sold
        revenue            money  paid by the buyers, before refunds
        conversion_rate/   rate   buyers / visitors, as the platform states it
        amount_per_buyer/  money  revenue / buyers, as the platform states it
        platform           text   taobao, jd, douyin, shopify, ...
        """,
    ),
    parse(
        "live_sessions",
        "one row per live session",
        "platform host started_at",
        """
        host*             text   account that was live
        started_at*       time   start
        ended_at          time   end
        visitors~         count  different viewers
        buyers~           count  viewers who paid
        orders            count  paid orders
        units             count  units sold
        revenue           money  paid by the buyers, before refunds
        refund_amount     money  refunded of it so far
        conversion_rate/  rate   buyers / visitors, as the platform states it
        platform          text   taobao, jd, douyin, shopify, ...
        """,
    ),
    parse(
        "email_campaigns",
        "one row per mailing",
        "platform campaign sent_at",
        """
        campaign*     text   mailing
        sent_at*      time   when it was sent
        recipients~   count  addresses it was sent to
        delivered~    count  addresses it reached
        opens~        count  different recipients who opened it
        clicks~       count  different recipients who clicked
        buyers~       count  different recipients who bought
        revenue       money  paid by them, before refunds
        unsubscribed  count  recipients who left the list
        platform      text   taobao, jd, douyin, shopify, ...
        """,
    ),
    parse(
        "sales_daily",
        "one row per day, as the platform sums it up",
        "date platform",
        """
        date*               date    local day
        visitors~           count   different visitors of the whole shop
        buyers~             count   different buyers of the whole shop
        orders              count   orders
        list_amount         money   sales before discounts
        discount            money   discounts
        refund_amount       money   taken back on the day
        shipping_fee        money   shipping
        conversion_rate/    rate    buyers / visitors, as the platform states it
        amount_per_buyer/   money   sales / buyers, as the platform states it
        amount_per_order/   money   sales / orders, as the platform states it
        bounce_rate/        rate    visitors who saw one page and left, as the platform states it
        mean_stay_seconds/  number  mean time that visitors stayed, as the platform states it
        platform            text    taobao, jd, douyin, shopify, ...
        """,
    ),
)
