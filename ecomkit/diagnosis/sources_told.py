"""Daily traffic whose sources are told on every day that is compared, or on none."""

from duckdb import DuckDBPyRelation

from ecomkit.data.store import Store
from ecomkit.diagnosis.period import Period


def sources_told(store: Store, period: Period) -> DuckDBPyRelation:
    """Returns `traffic_daily` without the platforms that tell their sources on some days of the two periods only.

    On the other days such a platform has one row for all of its traffic, with a source like `taobao: all`. Between the
    two kinds of days every source seems to come or go, and none has.
    """
    traffic = store.traffic_daily
    named = "coalesce(platform, '')" if "platform" in traffic.columns else "''"
    days = "count(DISTINCT date) FILTER (source {} LIKE '{}') > 0"
    found = traffic.filter(f"({period.during('date')}) OR ({period.earlier('date')})").aggregate(
        f"{named} AS named, ({days.format('', '%: all')}) AND ({days.format('NOT', '%: %')}) AS is_mixed", named
    )
    mixed = ["'" + name.replace("'", "''") + "'" for name, is_mixed in found.fetchall() if is_mixed]
    return traffic.filter(f"{named} NOT IN ({', '.join(mixed)})") if mixed else traffic
