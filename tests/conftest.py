import os

import pytest
from hypothesis import settings

collect_ignore = ["benchmarks"]  # measured by hand, and they import one another
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # tests run side by side: no threads that wait
settings.register_profile("house", deadline=None, max_examples=40)
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)  # one commit, one verdict
settings.load_profile("ci" if os.environ.get("CI") else "house")

LONGEST = ["test_reports.py", "test_fifty_stores.py", "test_import_fuzz.py", "test_lessons.py"]  # minutes, not seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: begun last, one of them would keep one process busy and the other waiting."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
