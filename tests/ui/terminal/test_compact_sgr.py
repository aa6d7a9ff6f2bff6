"""Fewer bytes, the same picture: what the pen writes is held to what it was given, by a terminal."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.ui.terminal.compact_sgr import compact_sgr

STYLES = st.lists(
    st.sampled_from(
        ["0", "1", "3", "4", "7", "9", "31", "97", "44", "107", "38;5;114", "48;5;16", "38;2;1;2;3", "48;2;9;8;7"]
    ),
    max_size=4,
).map(lambda numbers: f"\x1b[{';'.join(numbers)}m")
TEXTS = st.sampled_from(["a", "  ", "wide\u4e2d", "\r\n", "\x1b[2;3H", "\x1b[K", "\x1b]0;title\x07", "\x1b[?2026h"])
ODD = st.sampled_from(["\x1b[38m", "\x1b[38;5m", "\x1b[48;7;1m", "\x1b[22m", "\x1b[4:3m", "\x1b[1;77m"])


def picture(data: str) -> object:
    """All cells with their styles, and the pen that is left."""
    screen = pyte.Screen(20, 5)
    stream = pyte.Stream(screen)
    stream.feed(data)
    left = screen.cursor.attrs
    stream.feed("\x1b[5;20Hx")
    return [[screen.buffer[row][column] for column in range(20)] for row in range(5)], left


@given(st.lists(st.one_of(STYLES, TEXTS), max_size=30).map("".join))
def test_a_terminal_shows_the_same(data: str) -> None:
    assert picture(compact_sgr(data)) == picture(data)
    assert len(compact_sgr(data)) <= len(data)


@given(st.lists(st.one_of(STYLES, TEXTS, ODD), max_size=20), ODD)
def test_what_is_not_understood_comes_back_as_it_was(parts: list[str], odd: str) -> None:
    data = "".join([*parts, odd])
    assert compact_sgr(data) == data


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            "\x1b[1;38;5;7;48;5;16mname\x1b[0m\x1b[38;5;7;48;5;16m text\x1b[m",
            "\x1b[1;38;5;7;48;5;16mname\x1b[0;38;5;7;48;5;16m text\x1b[m",
        ),
        ("\x1b[38;5;7;48;5;16ma\x1b[0m\x1b[38;5;9;48;5;16mb\x1b[0m", "\x1b[38;5;7;48;5;16ma\x1b[38;5;9mb\x1b[m"),
        ("\x1b[31;44ma\x1b[0m\x1b[44mb\x1b[0m", "\x1b[31;44ma\x1b[39mb\x1b[m"),
        ("\x1b[31ma\x1b[0m\x1b[31m\r\nb\x1b[0m", "\x1b[31ma\r\nb\x1b[m"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_only_what_differs_is_said(given: str, expected: str) -> None:
    assert compact_sgr(given) == expected
