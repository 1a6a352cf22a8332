"""English names of codes: columns, metrics, segments, steps, sources, devices, roles. The catalog translates them."""

import tomllib
from importlib.resources import files

_NAMES = tomllib.loads(files("ecomkit.report").joinpath("labels.toml").read_text(encoding="utf-8"))

METRICS: dict[str, str] = _NAMES["metrics"]
LABELS: dict[str, str] = {**_NAMES["values"], **_NAMES["columns"], **METRICS}
BY_COLUMN: dict[str, dict[str, str]] = _NAMES["in_column"]  # codes that mean something else in these columns
SEGMENTS = BY_COLUMN["segment"]
