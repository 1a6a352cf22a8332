"""How a notebook shows a bare number."""

from typing import Any

import numpy as np

DIGITS = 10
KINDS = (np.bool_, np.int32, np.int64, np.float32, np.float64)


def plainly() -> None:
    """In a notebook, shows numpy's numbers as people write them: 0.25 and not np.float64(0.25)."""
    from IPython import get_ipython

    shell = get_ipython()
    formatter = getattr(shell, "display_formatter", None)
    if formatter is not None:
        for numbers in KINDS:
            formatter.formatters["text/plain"].for_type(numbers, _write)


def _write(value: Any, printer: Any, _cycle: bool) -> None:
    plain = value.item()
    printer.text(f"{plain:.{DIGITS}g}" if isinstance(plain, float) else str(plain))
