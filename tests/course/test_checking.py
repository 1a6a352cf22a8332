"""`check` and `hint`: a sentence for whatever the learner does, never a traceback."""

import pytest

from ecomkit.course import check, checking, hint, my_store, record, speak
from ecomkit.diagnosis import metrics

# --- by hand ---------------------------------------------------------------------------------------------------------


def test_an_exercise_from_not_attempted_to_right() -> None:
    assert repr(check("02.1")).startswith("○ 02.1 Not attempted yet: replace the ... after `conversion_rate`.")
    conversion_rate = ...
    assert check("02.1").status == "todo"
    conversion_rate = "4 %"
    assert check("02.1").said.startswith("`conversion_rate` is a text; needed is a number. Write numbers without")
    rate = metrics.total(metrics.daily(my_store()))["conversion_rate"].iloc[0]
    conversion_rate = 100 * rate
    assert check("02.1").said.startswith("`conversion_rate`: This is a percentage.")
    conversion_rate = 0.9
    assert repr(check("02.1")) == '✗ 02.1 `conversion_rate` is not right yet. Stuck? hint("02.1")'
    conversion_rate = rate  # noqa: F841 - `check` reads it in this frame, as it reads a notebook's
    assert check("02.1").passed
    done = record.load().exercises["02.1"]
    assert (done.tries, done.right) == (4, True)  # what is not attempted is no try


def test_hints_are_numbered() -> None:
    assert repr(hint("02.1")) == '→ 02.1 Hint 1 of 2: Conversion rate = buyers ÷ visitors. One more: hint("02.1", 2)'
    assert hint("02.1", 2).next == "This is the last hint."
    assert hint("02.1", 99) == hint("02.1", 2)
    assert hint("02.1", -1).said == hint("02.1", "x").said == hint("02.1").said  # type: ignore[arg-type]
    assert record.load().exercises["02.1"].hints == 2


@pytest.mark.parametrize("ask", [check, hint])
def test_an_exercise_that_is_not_there(ask) -> None:
    assert ask("02.99").said.startswith("There is no such exercise; there are 02.1, 02.2")
    assert ask(None).status == ask(["02.1"]).status == "broken"


def test_a_check_that_fails_itself_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no <store>")

    monkeypatch.setattr(checking, "_judged", fail)
    order_count = 1  # noqa: F841 - as above
    outcome = check("00.1")
    assert outcome.status == "broken"
    assert outcome.said == "This could not be checked: RuntimeError: no <store>."
    assert "&lt;store&gt;" in outcome._repr_html_()
    assert "00.1" not in record.load().exercises


def test_it_speaks_the_language_in_use() -> None:
    speak("zh")
    assert "\u8fd8\u6ca1\u505a" in check("02.1").said
    assert "\u8f6c\u5316\u7387" in hint("02.1").said
