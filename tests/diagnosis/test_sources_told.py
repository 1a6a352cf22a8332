"""A platform that tells its sources on some days only has lost none of them on the others."""

import pandas as pd
import pytest

from ecomkit.diagnosis.causes.sources import lost_sources
from ecomkit.diagnosis.facts import sources
from ecomkit.diagnosis.period import period
from ecomkit.diagnosis.sources_told import sources_told

DAYS = pd.date_range("2025-03-03", periods=28)


def _rows(platform: str, source: str, days: pd.DatetimeIndex, visitors: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"date": days, "platform": platform, "source": source, "visitors": visitors, "buyers": 50, "revenue": 900.0}
    )


@pytest.mark.parametrize("whole_first", [True, False])
def test_days_without_sources_are_no_loss(make_store, whole_first: bool) -> None:
    """Taobao's sources are told for one half of the days; JD's are never told, and half of its visitors stay away."""
    whole, split = (DAYS[:14], DAYS[14:]) if whole_first else (DAYS[14:], DAYS[:14])
    traffic = pd.concat(
        [
            _rows("taobao", "taobao: all", whole, 1000),
            _rows("taobao", "search", split, 600),
            _rows("taobao", "live", split, 400),
            _rows("jd", "jd: shop", DAYS[:14], 2000),
            _rows("jd", "jd: shop", DAYS[14:], 1000),
        ]
    )
    store = make_store([("a", f"{day:%F} 10:00", 900) for day in DAYS], traffic_daily=traffic)
    chosen = period(store)
    assert {row[2] for row in sources_told(store, chosen).fetchall()} == {"jd: shop"}
    assert [found.slice for found in lost_sources(store, chosen)] == [{"source": "jd: shop"}]
    assert sources.make(store, chosen)["source"].tolist() == ["jd: shop"]


def test_a_store_that_names_no_platform_is_one(make_store) -> None:
    traffic = pd.concat([_rows("", "taobao: all", DAYS[:14], 1000), _rows("", "search", DAYS[14:], 900)])
    orders = [("a", f"{day:%F} 10:00", 900) for day in DAYS]
    store = make_store(orders, traffic_daily=traffic.drop(columns="platform"))
    assert sources_told(store, period(store)).fetchall() == []
    assert lost_sources(store, period(store)) == []
    whole = make_store(orders, traffic_daily=_rows("", "taobao: all", DAYS, 1000).drop(columns="platform"))
    assert len(sources_told(whole, period(whole))) == 28
