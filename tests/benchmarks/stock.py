"""Rules of ordering, lived again on 224 days of real sales: `python tests/benchmarks/stock.py` prints Markdown.

70 store departments of M5 to 2016-04-16, and the 60 products of Online Retail II that had sold on most days before the
224 that end it. Lead time 7 days, daily review, order up to the rule's level; demand that finds no stock is lost. The
forecast knows holidays, M5's food-stamp days and named events, and Online Retail's shut Saturdays ahead; its trees are
grown every eight weeks. `python tests/benchmarks/stock.py online_retail_ii` takes one set alone.
"""

import sys
import time

import forecast_sets
import pandas as pd
from run import head, line

from ecomkit.data import catalog
from ecomkit.goods import calendar, inventory
from ecomkit.goods.levels import RECENT_DAYS

LAST, DAYS, LEAD, PRODUCTS = pd.Timestamp("2016-04-16"), 224, 7, 60
CHANCES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.98, 0.99)
SEASONS = ("christmas_run_up", "christmas_week", "new_year_week", "black_friday", "cyber_monday")  # not bank holidays
FILLS = (0.9, 0.95, 0.98, 0.99)


def departments() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units by day and store department with what is known ahead, and the events."""
    folder = catalog.path("m5")
    sales = pd.read_parquet(folder / "m5_store_dept_daily.parquet").astype({"date": "datetime64[us]"})
    sales["series"] = sales["store_id"] + "_" + sales["dept_id"]
    wide = sales[sales["date"] <= LAST].pivot(index="date", columns="series", values="sales").fillna(0.0)
    daily = wide.melt(ignore_index=False).reset_index()
    daily["closed"] = daily["date"].dt.strftime("%m-%d") == "12-25"
    known = pd.read_parquet(folder / "calendar.parquet").astype({"date": "datetime64[us]"}).set_index("date")
    for state in ("CA", "TX", "WI"):
        mine = daily["series"].str.startswith(state)
        daily.loc[mine, "snap"] = daily.loc[mine, "date"].map(known[f"snap_{state}"])
    named = pd.concat([known["event_name_1"], known["event_name_2"]]).dropna().rename("event").reset_index()
    holidays = calendar.days("2011-01-29", "2016-06-30", country="US")
    return daily, pd.concat([holidays, named.assign(mega=False)], ignore_index=True)


def products() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units by day and product of the gift shop; closed as far as it was known before, and the bank holidays."""
    lines = forecast_sets.retail_lines()
    last = pd.Timestamp("2011-12-08")
    since = last - pd.Timedelta(days=DAYS)
    early = lines[lines["date"] <= since].groupby("StockCode")["date"].nunique()
    chosen = sorted(early.sort_values(ascending=False, kind="stable").index[:PRODUCTS])
    dates = pd.date_range(lines["date"].min(), last, name="date", unit="us")
    sold = lines[lines["StockCode"].isin(chosen)].pivot_table(
        index="date", columns="StockCode", values="Quantity", aggfunc="sum"
    )
    daily = sold.reindex(dates).fillna(0.0).rename_axis(columns="series").melt(ignore_index=False).reset_index()
    events = calendar.days("2009-12-01", "2012-02-28", country="GB")
    bank = events[~events["event"].isin(SEASONS)]
    shut = dates.difference(pd.DatetimeIndex(lines["date"].unique()))
    known = shut[shut <= since].union(dates[dates.day_of_week == 5]).union(pd.DatetimeIndex(bank["date"]))
    return daily.assign(closed=daily["date"].isin(known)), events


def lived(name: str, daily: pd.DataFrame, events: pd.DataFrame) -> None:
    began = time.process_time()
    options = {"days": LEAD + 1, "last_days": DAYS, "every_days": 1, "quantiles": CHANCES, "events": events}
    totals = inventory.past_totals(daily, **options)
    seconds = time.process_time() - began
    since = daily["date"].max() - pd.Timedelta(days=DAYS)
    demand = daily.rename(columns={"series": "product_id", "value": "units"})
    demand = demand[demand["date"] > since - pd.Timedelta(days=RECENT_DAYS)][["date", "product_id", "units"]]
    rules = inventory.rule_levels(demand, lead_time_days=LEAD, service_level=CHANCES)
    levels = pd.concat([rules[rules["date"] >= since], inventory.forecast_levels(totals)])
    replayed = inventory.simulate(demand, levels=levels, lead_time_days=LEAD)
    print(f"\n### Stock on {name}, {replayed['days'].iloc[0]} days; the forecasts took {seconds:,.0f} CPU s\n")
    head("rule", "service level", "fill rate", "stock-out days", "inventory, days", "cover")
    for row in replayed.itertuples():
        shown = (row.fill_rate, row.stockout_day_rate, row.inventory_days, row.cover_rate)
        named = "–" if row.rule == "handbook" else f"{row.service_level:g}"
        line(row.rule, named, *(f"{figure:.3f}" for figure in shown))
    print()
    head("for a fill rate of", "rule", "inventory, days")
    for fill in FILLS:
        for row in inventory.at_fill(replayed, fill_rate=fill).itertuples():
            line(f"{fill:g}", row.rule, float(row.inventory_days))


if __name__ == "__main__":
    for name, make in {"m5": departments, "online_retail_ii": products}.items():
        if name in (sys.argv[1:] or [name]):
            lived(name, *make())
