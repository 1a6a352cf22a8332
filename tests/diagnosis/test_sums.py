"""What may be added up is; what may not is refused, by name and with what to do instead."""

import duckdb
import pandas as pd
import pytest

from ecomkit.data.tables import TABLES
from ecomkit.diagnosis import metrics
from ecomkit.diagnosis.dictionary import OVER, dictionary
from ecomkit.diagnosis.sums import addable, sum_over
from ecomkit.errors import ParameterError, TableError

FRAME = pd.DataFrame({"gmv": [1.5, 2.5], "visitors": [10, None], "conversion_rate": [0.1, 0.2], "orders": [1, 2]})

# by hand


def test_sums_are_named_after_what_they_count():
    assert sum_over(FRAME, ["gmv", "orders"]).to_dict() == {"gmv": 4.0, "orders": 3.0}
    people = pd.DataFrame({"visitors": [10, 20], "buyers": [1, 1], "cart_users": [2, 3]})
    days = sum_over(people, ["visitors", "buyers", "cart_users"])
    assert days.to_dict() == {"visitor_days": 30.0, "buyer_days": 2.0, "cart_user_days": 5.0}
    assert sum_over(people, ["visitors"], over="sources").to_dict() == {"visitors": 30.0}


def test_a_sum_is_missing_where_a_row_is():
    assert sum_over(FRAME, ["visitors"]).isna().all()


def test_any_table_may_be_summed():
    relation = duckdb.sql("SELECT unnest([1, 2, 3]) AS page_views")
    assert sum_over(relation, ["page_views"]).tolist() == [6.0]


@pytest.mark.parametrize(
    ("column", "over", "hint"),
    [
        ("conversion_rate", "days", r"sum its parts and divide the sums \(buyers / visitors\), as metrics.total"),
        ("bounce_rate", "days", "is a rate, mean or price of its row: compare it row by row"),
        ("mean_stay_seconds", "sources", "compare it row by row"),
        ("unit_price", "products", "compare it row by row"),
        ("month_to_date_revenue", "days", "the state at the end of each day: take that of the last day"),
        ("on_hand", "days", "take that of the last day"),
        ("orders", "products", "`orders` of the parts overlap over products"),
        ("colour", "days", "neither a metric .* nor a column of a store"),
    ],
)
def test_what_may_not_be_summed_is_refused_with_a_way_out(column, over, hint):
    frame = pd.DataFrame({"gmv": [1.0], column: [0.5]})
    with pytest.raises(ParameterError, match=rf"\['{column}'\] may not be summed over {over}\.\nHint: .*{hint}"):
        sum_over(frame, ["gmv", column], over=over)


def test_what_stands_at_the_end_of_a_day_adds_up_within_it():
    frame = pd.DataFrame({"month_to_date_revenue": [10.0, 5.5], "on_hand": [3, 4]})
    assert sum_over(frame, ["month_to_date_revenue", "on_hand"], over="products").tolist() == [15.5, 7.0]


def test_a_table_tells_columns_of_one_name_apart():
    frame = pd.DataFrame({"clicks": [1, 2]})
    assert sum_over(frame, ["clicks"], table="ads_daily").to_dict() == {"clicks": 3.0}
    assert sum_over(frame, ["clicks"], table="email_campaigns").to_dict() == {"click_days": 3.0}
    with pytest.raises(ParameterError, match=r"\['colour'\] of `ads_daily` may not be summed"):
        sum_over(frame.assign(colour=1), ["colour"], table="ads_daily")


def test_what_is_not_there_is_said():
    with pytest.raises(TableError, match=r"no columns \['units'\]"):
        sum_over(FRAME, ["units"])
    with pytest.raises(ParameterError, match="over='years'"):
        sum_over(FRAME, ["gmv"], over="years")
    with pytest.raises(ParameterError, match="no canonical table `traffic`"):
        sum_over(FRAME, ["gmv"], table="traffic")


# properties


def test_every_marked_column_is_refused_or_renamed():
    marked = [(t.name, c) for t in TABLES.values() for c in t.columns if c.adds != "yes"]
    assert len(marked) > 30
    for table, column in marked:
        rows = pd.DataFrame({column.name: [0.25, 0.5]})
        if column.adds == "repeats":
            assert sum_over(rows, [column.name], table=table).index[0] == column.name.removesuffix("s") + "_days"
        else:
            with pytest.raises(ParameterError, match="may not be summed over days"):
                sum_over(rows, [column.name], table=table)


def test_rates_and_prices_are_marked():
    """What is named as a rate, a mean or an amount per head is never summed; ids, texts and times bear no mark."""
    for table in TABLES.values():
        for column in table.columns:
            is_ratio = column.kind in ("rate", "number") or column.name.endswith(
                ("price", "unit_cost", "_days", "stars")
            )
            assert (column.adds == "never") == (is_ratio or "amount_per" in column.name), column.name
            assert column.adds == "yes" or column.kind in ("money", "count", "rate", "number")


def test_the_dictionary_and_the_marks_agree():
    told = dictionary().set_index("key")
    for table in TABLES.values():
        for column in table.columns:
            if column.name in told.index:
                flags = [told.loc[column.name, f"sum_over_{over}"] for over in OVER]
                found = [addable(column.name, over, table=table.name) for over in OVER]
                assert found == flags or (column.name, column.adds) in {("orders", "yes"), ("units", "yes")}


def test_daily_sums_are_what_sum_over_makes_of_them(make_store):
    daily = metrics.daily(make_store([("a", "2025-03-01 10:00", 10), ("b", "2025-03-02 10:00", 20)]))
    sums = sum_over(daily, list(metrics.SUMS))
    assert sums["gmv"] == metrics.total(daily)["gmv"].iloc[0] == 30
    assert sums["buyer_days"] == metrics.total(daily)["buyers"].iloc[0] == 2
