"""The table of contents: every name resolves, nothing else does, and nothing is loaded before it is used."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import ecomkit as ek

# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ek.__all__)
def test_every_name_resolves_to_its_home(name: str) -> None:
    value = getattr(ek, name)
    if name == "__version__":
        assert value.count(".") == 2
        return
    home = importlib.import_module(f"ecomkit.{ek._HOMES[name]}")
    assert value is (home if isinstance(value, ModuleType) else getattr(home, name))
    assert getattr(ek, name) is value


def test_the_table_of_contents_is_complete_and_sorted() -> None:
    assert set(ek.__all__) == ek._HOMES.keys() | {"__version__"}
    assert ek.__all__ == sorted(ek.__all__)
    assert dir(ek) == sorted(ek.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'ecomkit' has no attribute 'rmf'"):
        ek.rmf  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'rmf'"):
        exec("from ecomkit import rmf")
    assert not hasattr(ek, "_nothing")


def test_each_name_can_be_imported_first() -> None:
    """No name needs another one loaded before it: each in a fresh interpreter."""
    code = "import sys, ecomkit; getattr(ecomkit, sys.argv[1]); print('pandas' in sys.modules)"
    for name in ("rfm", "tables", "__version__"):
        done = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == str(name == "rfm")


@pytest.mark.parametrize("name", ["rfm", "metrics", "findings", "simulate"])
def test_computing_needs_no_drawing(name: str) -> None:
    code = (
        f"import sys, ecomkit; ecomkit.{name}; "
        "print(*{'matplotlib', 'seaborn', 'papermill', 'nbconvert', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_session_as_in_the_readme(tmp_path: Path) -> None:
    """From orders to segments and back to a store on disk, through the public names alone."""
    orders = pd.DataFrame(
        {
            "order_id": ["1", "2", "3", "4"],
            "customer_id": ["ann", "ann", "bob", "eve"],
            "order_date": pd.to_datetime(["2025-01-05", "2025-03-02", "2025-01-20", "2025-03-30"]).as_unit("us"),
            "revenue": [120.0, 80.0, 35.0, 60.0],
        }
    )
    folder = ek.write_store(
        tmp_path / "mine", {"orders": orders}, name="Mine", currency="CNY", timezone="Asia/Shanghai"
    )
    with ek.open_store(folder) as store:
        customers = ek.rfm.segment(ek.rfm.score(ek.rfm.measure(store.orders))).df()
        kept = ek.cohort.retention(store.orders)
        figures = ek.metrics.compare(store, "2025-03-01", "2025-03-30")
        assert ek.findings.rank(store).empty
    assert sorted(customers["customer_id"]) == ["ann", "bob", "eve"]
    assert ek.rfm.summarise(customers)["net_sales"].sum() == orders["revenue"].sum()
    assert kept.loc[kept["age"] == 0, "rate"].dropna().eq(1).all()
    assert figures.set_index("metric").loc["gmv", "after"] == 140.0
