"""Ids, labels and dates as columns, built from numbers without a loop over rows."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa

from ecomkit.data.simulate.chance import Bits

Numbers = np.ndarray | pd.Series
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def hex_ids(bits: Bits) -> pd.Series:
    """Returns 16 hexadecimal digits per number."""
    octets = np.ascontiguousarray(bits, dtype=">u8").view(np.uint8)
    digits = np.empty(2 * len(octets), dtype=np.uint8)
    digits[0::2], digits[1::2] = _HEX[octets >> 4], _HEX[octets & 15]
    ends = pa.py_buffer(np.arange(0, 16 * len(bits) + 1, 16, dtype=np.int64))
    return _text(pa.Array.from_buffers(pa.large_string(), len(bits), [None, ends, pa.py_buffer(digits)]))


def decimal_ids(numbers: Numbers) -> pd.Series:
    """Returns whole numbers as decimal digits; missing where the number is below 0."""
    numbers = np.asarray(numbers, dtype=np.int64)
    return _text(pa.array(numbers, mask=numbers < 0).cast(pa.large_string()))


def labels(codes: Numbers, names: tuple[str, ...] | np.ndarray | pd.Series) -> pd.Series:
    """Returns the name of each code; missing where the code is below 0."""
    codes = np.asarray(codes, dtype=np.int64)
    kept = pa.array(codes, mask=codes < 0)
    return _text(pa.array(np.asarray(names, dtype=object), pa.large_string()).take(kept))


def dates(start: dt.date, days: Numbers) -> pd.Series:
    """Returns the date that lies so many days after `start`."""
    numbers = (start - dt.date(1970, 1, 1)).days + np.asarray(days, dtype=np.int32)
    return pd.Series(pd.array(pa.array(numbers, pa.int32()).cast(pa.date32()), dtype=pd.ArrowDtype(pa.date32())))


def _text(array: pa.Array) -> pd.Series:
    return pd.Series(pd.array(array, dtype="str"))
