"""22: what has gone wrong in this store?"""

from typing import Any

import pandas as pd

from ecomkit.course import grade, stores
from ecomkit.course.answer import Answer, close
from ecomkit.course.exercise import exercise
from ecomkit.course.stores import once_per_store, trouble_store
from ecomkit.diagnosis import metrics


@once_per_store
def _figures() -> pd.DataFrame:
    return metrics.compare(trouble_store()).set_index("metric")


@once_per_store
def _sales() -> tuple["pd.Series[Any]", "pd.Series[Any]"]:
    """Sales of each product in the period before and in the last four weeks."""
    shop = trouble_store()
    period, days = metrics.period(shop), shop.product_daily.df()
    during = days["date"].between(f"{period.start}", f"{period.end}")
    earlier = days["date"].between(f"{period.before_start}", f"{period.before_end}")
    then, now = (days[rows].groupby("product_id")["revenue"].sum() for rows in (earlier, during))
    return then, now


@exercise("22.1")
def change(net_change: Any) -> Answer:
    figures = _figures()
    before, after = (float(figures[when]["net_sales"]) for when in ("before", "after"))
    gmv = float(figures["change"]["gmv"])
    mistakes = {"refunds_included": gmv, "rate": after / before - 1, "sign": before - after, "level": after}
    return close(net_change, after - before, mistakes)


@exercise("22.2")
def factor(main_factor: Any) -> Answer:
    parts = metrics.tree(trouble_store()).set_index("factor")["contribution"].drop("gmv").abs()
    others = parts.sort_values(ascending=False).index
    return close(main_factor, parts.idxmax(), {"whole": "gmv", "second": others[1], "least": others[-1]})


@exercise("22.3")
def product(most_lost: Any) -> Answer:
    then, now = _sales()
    mistakes = {"by_percent": ((now - then) / then).idxmin(), "grew": (now - then).idxmax(), "smallest": now.idxmin()}
    return close(most_lost, (now - then).idxmin(), mistakes)


@exercise("22.4")
def diagnosis(findings: Any) -> Answer:
    true = grade.truth(stores.trouble_seed())
    right, alarm = true[true["to_find"]], true.assign(finding="no such cause", slice="nowhere")
    mistakes = {
        "columns": pd.DataFrame({"finding": []}),
        "missed": right.head(0),
        "place": right.assign(slice="nowhere"),
        "false_alarms": pd.concat([right, alarm, alarm]),
    }
    return close(findings, right, mistakes, by=_verdict)


def _verdict(findings: pd.DataFrame) -> str:
    """What is to be said of findings: "passed", or what they fall short of."""
    if not {"finding", "slice", "since", "money"} <= set(findings):
        return "columns"
    graded = grade.grade(findings, grade.truth(stores.trouble_seed()))
    causes, places = graded.marks["cause"] > 0, graded.marks["place"] > 0
    found, half = int((causes & places).sum()), len(graded.marks) / 2
    if len(graded.false_alarms) > found:
        return "false_alarms" if found else "missed"
    if found >= half:
        return "passed"
    return "place" if causes.sum() >= half else "missed"
