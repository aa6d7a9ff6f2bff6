"""Nothing beyond ASCII is drawn where the terminal has no more, and nothing changes its width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests_ui import hostile

from tetratui.core.events.visible import visible
from tetratui.ui.run import is_ascii
from tetratui.ui.terminal.ascii import to_ascii


@given(st.text(max_size=200))
def test_a_plain_text_is_ascii_and_as_wide_as_before(text: str) -> None:
    safe = visible(text)
    assert to_ascii(safe).isascii()
    assert cell_len(to_ascii(safe)) == cell_len(safe)


def test_borders_bars_and_cut_marks_have_something_alike() -> None:
    assert to_ascii("╭──╮│█▌…⏎±") == "+--+|#|~$+"


@given(st.text(max_size=200))
def test_the_spelling_is_ascii_and_tells_texts_apart_that_look_alike(text: str) -> None:
    spelled = visible(text, ascii_only=True)
    assert spelled.isascii()
    assert spelled.isprintable()


def test_what_an_event_says_is_spelled() -> None:
    assert visible("Ж\n\x1b[31m", ascii_only=True) == "\\u0416\\n\\x1b[31m"
    assert {visible(text, ascii_only=True) for text in hostile.TEXTS if text.isascii() and text.isprintable()} == {
        text for text in hostile.TEXTS if text.isascii() and text.isprintable()
    }


@pytest.mark.parametrize(
    ("environment", "ascii_only"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "C.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({}, False),
    ],
)
def test_the_locale_says_whether_there_is_more_than_ascii(environment: dict[str, str], ascii_only: bool) -> None:
    assert is_ascii(environment) is ascii_only
