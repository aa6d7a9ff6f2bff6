"""Nothing a terminal would act on leaves `visible`."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.events.visible import visible

HOSTILE = {
    "\x1b[2J\x1b[H": "\\x1b[2J\\x1b[H",
    "\x1b]0;title\x07": "\\x1b]0;title\\x07",
    "\x1b]52;c;ZXZpbA==\x1b\\": "\\x1b]52;c;ZXZpbA==\\x1b\\",
    "\x9b31m": "\\x9b31m",
    "a\r\nb": "a\\x0d⏎b",
    "tab\there": "tab\\x09here",
    "txt\u202egnp.exe": "txt\\u202egnp.exe",
    "line\u2028break": "line\\u2028break",
    "zero\u200bwidth": "zero\\u200bwidth",
    "\ufeffbom": "\\ufeffbom",
    "tag\U000e0041": "tag\\U000e0041",
    "back\x08space\x7f": "back\\x08space\\x7f",
    "[bold]markup[/]": "[bold]markup[/]",
    "größe 値 🚀 e\u0301": "größe 値 🚀 e\u0301",
}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_escaped(text: str) -> None:
    assert visible(text) == HOSTILE[text]


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_no_control_format_or_surrogate_character_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in visible(text)}
    assert not left & {"Cc", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.bidirectional(character) in BIDI for character in visible(text))


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text())
def test_a_safe_text_is_not_escaped_again(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_every_format_character_is_escaped() -> None:
    shown = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) == "Cf" and visible(chr(code)) == chr(code)
    ]
    assert shown == []
