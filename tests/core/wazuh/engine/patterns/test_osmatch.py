"""osmatch, compared with recorded answers of the real matcher."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.patterns.osmatch import OsMatch


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (b"/usr/bin/cat", b"/USR/bin/cat2", True),
        (b"^/bin/cat$|^/usr/bin/ca$", b"/usr/bin/ca", True),
        (b"^/tmp/a\\|b$", b"/tmp/a&b", True),
        (b"^/tmp/a\\|b$", b"/tmp/a&c", False),
        (b"^/tmp/a\\|b$", b"/tmp/a|b", True),
        (b"", b"", True),
        (b"a||b", b"zzz", True),
        (b"^", b"zzz", True),
        (b"$", b"zzz", True),
        (b"^$", b"", True),
        (b"^$", b"x", False),
        (b"!neg", b"zzz", True),
        (b"!neg", b"a neg", False),
        (b"^!neg$", b"!neg", True),
        (b"^^start$", b"^start", True),
        (b"^/tmp/a$$", b"/tmp/a$", True),
        ("é".encode(), "/tmp/é".encode(), False),
        ("^/tmp/é$".encode(), "/tmp/é".encode(), True),
        ("^/tmp/é$".encode(), "/tmp/É".encode(), False),
    ],
)
def test_recorded_answers_of_the_real_matcher(pattern: bytes, text: bytes, matches: bool) -> None:
    assert OsMatch(pattern).matches(text) is matches


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(min_codepoint=1, max_codepoint=126), min_size=1, max_size=10), st.text("aB|$^! ", max_size=6)
)
def test_a_literal_without_special_characters_matches_anywhere(value: str, around: str) -> None:
    literal = "".join(sign for sign in value if sign not in "|^$!") or "x"
    assert OsMatch(literal.encode()).matches((around + literal.swapcase() + around).encode())
