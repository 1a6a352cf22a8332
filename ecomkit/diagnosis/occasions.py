"""What the days of mega-sales and holidays brought, beside plain days."""

import pandas as pd

from ecomkit.data.store import Store
from ecomkit.diagnosis.daily import daily
from ecomkit.diagnosis.period import Period
from ecomkit.goods import calendar

PLAIN = "plain"
COLUMNS = ["event", "days", "daily_sales", "daily_orders", "change_rate"]


def occasions(store: Store, period: Period) -> pd.DataFrame:
    """Returns the mean sales of a day of each event in the period and the one before it.

    A mega-sale has its run-up, eve and days after as events of their own, so that what it borrowed from them shows.

    Parameters
    ----------
    store, period
        The calendar is that of the country of the store's currency; where several share it there are no events.

    Returns
    -------
    pandas.DataFrame, plain days first, then the events as they come
        `event`; `days`; `daily_sales` (money) and `daily_orders`, each the mean of a day; `change_rate` of the sales
        against a plain day (missing for plain days themselves). A day with two events counts for both.
    """
    table = daily(store, period.before_start, period.end)[["date", "gmv", "orders"]]
    country = calendar.country(store.currency)
    if country:
        events = calendar.days(period.before_start, period.end, country=country)[["date", "event"]]
        events["event"] = events["event"].str.replace(r"^(spring_festival)[+-]\d+$", r"\1", regex=True)
        table = table.merge(events.astype({"date": table["date"].dtype}), how="left", on="date")
    table["event"] = (table["event"] if country else pd.Series(PLAIN, table.index)).fillna(PLAIN)
    found = table.groupby("event").agg(
        first=("date", "min"), days=("date", "size"), daily_sales=("gmv", "mean"), daily_orders=("orders", "mean")
    )
    plain = found["daily_sales"].get(PLAIN, float("nan"))
    found["change_rate"] = (found["daily_sales"] / plain - 1).where(found.index != PLAIN)
    found["is_plain"] = found.index == PLAIN
    return found.sort_values(["is_plain", "first"], ascending=[False, True]).reset_index()[COLUMNS]
