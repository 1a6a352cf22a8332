"""Bare numbers in a notebook."""

from types import SimpleNamespace

import IPython
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from ecomkit.report import shown


def test_numbers_are_shown_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    formatter = DisplayFormatter()
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(display_formatter=formatter))
    shown.plainly()
    given = (np.float64(0.1) + 0.2, np.int64(12345678901), np.True_, np.float64("nan"), "text", 0.25)
    assert formatter.format(given)[0]["text/plain"] == "(0.3, 12345678901, True, nan, 'text', 0.25)"


def test_without_a_notebook_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in (None, SimpleNamespace(display_formatter=None)):
        monkeypatch.setattr(IPython, "get_ipython", lambda shell=shell: shell)
        shown.plainly()
