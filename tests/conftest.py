import os

from hypothesis import settings

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
settings.register_profile("house", deadline=None, max_examples=40)
settings.load_profile("house")
