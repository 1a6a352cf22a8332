import os

from hypothesis import settings

collect_ignore = ["benchmarks"]  # measured by hand, and they import one another
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # tests run side by side: no threads that wait
settings.register_profile("house", deadline=None, max_examples=40)
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)  # one commit, one verdict
settings.load_profile("ci" if os.environ.get("CI") else "house")
