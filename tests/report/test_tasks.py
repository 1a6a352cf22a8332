"""The list as Excel and back: what people write into it is read in either language."""

from pathlib import Path

import pandas as pd
import pytest

from ecomkit.diagnosis import todo
from ecomkit.errors import ParameterError
from ecomkit.report import excel, tasks

FOUND = pd.DataFrame(
    {
        "finding": ["bad_batch"], "slice": [{"product_id": "p1"}], "owner": ["supply"], "money_at_stake": [80.0],
        "due": pd.to_datetime(["2025-09-30"]), "since": pd.to_datetime(["2025-09-01"]),
        "until": pd.to_datetime(["2025-09-20"]), "values": [{"product": "Cup"}],
    }
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_list_comes_back_from_excel(tmp_path: Path, lang: str) -> None:
    items = tasks.sheet(FOUND)
    assert items["todo"].tolist() == ["Cup: one batch comes back"]
    (tmp_path / "list.xlsx").write_bytes(excel.workbook({"list": items.assign(state="done")}, lang))
    back = tasks.read(tmp_path / "list.xlsx")
    assert back[["task", "money_at_stake", "state"]].to_dict("records") == [
        {"task": "bad_batch product_id=p1", "money_at_stake": 80.0, "state": "done"}
    ]
    assert todo.follow(back, items)["outcome"].tolist() == ["same"]


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="There is no earlier list"):
        tasks.read(tmp_path / "none.xlsx")
    (tmp_path / "text.xlsx").write_text("hello", encoding="utf-8")
    with pytest.raises(ParameterError, match="is no workbook"):
        tasks.read(tmp_path / "text.xlsx")
    (tmp_path / "other.xlsx").write_bytes(excel.workbook({"other": pd.DataFrame({"a": [1]})}))
    with pytest.raises(ParameterError, match=r"has no columns \['task', 'money_at_stake'\]"):
        tasks.read(tmp_path / "other.xlsx")
