import threading

import pytest

from ecomkit.data import demo, simulate
from ecomkit.data.store import open_store

# --- by hand ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def calls(monkeypatch):
    """Makes the demo store a small one, and counts how often it is simulated."""
    small, made = simulate.simulate(days=3, visitors_per_day=60, incidents=[]), []

    def quick():
        made.append(threading.get_ident())
        return small

    monkeypatch.setattr(simulate, "simulate", quick)
    return made


def test_the_demo_is_simulated_once_and_opens(tmp_path, monkeypatch, calls):
    monkeypatch.setenv("ECOMKIT_CACHE", str(tmp_path / "cache"))
    first, second = demo.demo_path(), demo.demo_path()
    assert first == second
    assert first.parent == tmp_path / "cache"
    assert len(calls) == 1
    assert [item.name for item in first.parent.iterdir()] == [first.name]  # nothing half-written is left
    assert (first / "truth.json").read_text(encoding="utf-8") == "[]\n"
    with open_store("demo") as store:
        assert (store.name, store.currency, store.timezone) == ("Demo store", "CNY", "Asia/Shanghai")
        assert len(store.tables) == 10


def test_another_version_is_simulated_anew(tmp_path, monkeypatch, calls):
    monkeypatch.setenv("ECOMKIT_CACHE", str(tmp_path))
    first = demo.demo_path()
    monkeypatch.setattr(demo, "__version__", "99.0")
    assert demo.demo_path() != first
    assert len(calls) == 2


def test_a_cache_that_cannot_be_written_gives_way_to_a_temporary_one(tmp_path, monkeypatch, calls):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ECOMKIT_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(demo.tempfile, "tempdir", str(tmp_path))
    path = demo.demo_path()
    assert path.is_relative_to(tmp_path)
    assert (path / "orders.parquet").is_file()
    assert demo.demo_path() == path
    assert len(calls) == 1


def test_a_simulation_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fail():
        raise RuntimeError("no luck")

    monkeypatch.setenv("ECOMKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(simulate, "simulate", fail)
    with pytest.raises(RuntimeError, match="no luck"):
        demo.demo_path()
    assert list(tmp_path.iterdir()) == []


def test_two_at_once_both_get_the_one_store(tmp_path, monkeypatch):
    small, both = simulate.simulate(days=3, visitors_per_day=60, incidents=[]), threading.Barrier(2, timeout=30)
    paths = []

    def together():
        both.wait()  # both have seen the cache empty
        return small

    monkeypatch.setenv("ECOMKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(simulate, "simulate", together)
    threads = [threading.Thread(target=lambda: paths.append(demo.demo_path())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths[0] == paths[1]
    assert [item.name for item in tmp_path.iterdir()] == [paths[0].name]
    assert (paths[0] / "store.json").is_file()


@pytest.mark.parametrize(
    ("platform", "variables", "end"),
    [
        ("linux", {"XDG_CACHE_HOME": "xdg"}, "xdg/ecomkit"),
        ("linux", {}, "home/.cache/ecomkit"),
        ("darwin", {}, "home/Library/Caches/ecomkit"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/ecomkit"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_it(tmp_path, monkeypatch, platform, variables, end):
    for name in ("ECOMKIT_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, folder in variables.items():
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setattr(demo.sys, "platform", platform)
    monkeypatch.setattr(demo.Path, "home", lambda: tmp_path / "home")
    assert demo._cache_folder() == tmp_path / end
