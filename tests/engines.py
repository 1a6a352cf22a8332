"""The same pandas table as each engine holds it."""

import shutil
from functools import cache
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

EAGER = ["pandas", "polars", "pyarrow"]
SESSION = "Asia/Shanghai"  # of Spark: not that of the process
ZONES = ["Asia/Shanghai", "Asia/Hong_Kong", "Etc/GMT+8"]
LAZY = ["polars-lazy", "duckdb", *(f"pandas-{z}" for z in ZONES)]
SPARK = pytest.param("spark", marks=pytest.mark.spark)
ENGINES = [*EAGER, *LAZY, SPARK]


@cache
def spark() -> Any:
    pyspark = pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    builder = pyspark.sql.SparkSession.builder.master("local[2]").appName("ecomkit-tests")
    settings = {
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": SESSION,
        "spark.log.level": "ERROR",
        "spark.driver.memory": "2g",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def hand_over(frame: pd.DataFrame, engine: str) -> Any:
    """`frame` as a table of `engine`."""
    if engine == "pandas":
        return frame
    if engine.startswith("pandas-"):
        times = frame.select_dtypes("datetime").columns
        return frame.assign(**{c: frame[c].dt.tz_localize(engine.removeprefix("pandas-")) for c in times})
    if engine == "polars":
        return pl.from_pandas(frame)
    if engine == "polars-lazy":
        return pl.from_pandas(frame).lazy()
    if engine == "pyarrow":
        return pa.Table.from_pandas(frame, preserve_index=False)
    if engine == "duckdb":
        return duckdb.connect().from_arrow(pa.Table.from_pandas(frame, preserve_index=False))
    return spark().createDataFrame(pa.Table.from_pandas(frame, preserve_index=False))


def take_back(table: Any) -> pd.DataFrame:
    """Any engine's table as pandas."""
    if isinstance(table, pl.LazyFrame):
        table = table.collect()
    if isinstance(table, pl.DataFrame | pa.Table):
        return (table.to_arrow() if isinstance(table, pl.DataFrame) else table).to_pandas()
    if isinstance(table, duckdb.DuckDBPyRelation):
        return table.df()
    if isinstance(table, pd.DataFrame):
        return table
    back = table.toArrow().to_pandas()  # Spark hands instants over in UTC
    zoned = back.select_dtypes("datetimetz").columns
    return back.assign(**{c: back[c].dt.tz_convert(SESSION).dt.tz_localize(None) for c in zoned})
