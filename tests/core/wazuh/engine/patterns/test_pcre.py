"""pcre2 as the manager calls it: the interpreter answers if the JIT-compiled pattern cannot."""

from __future__ import annotations

import pytest

from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2


def test_a_text_too_long_for_the_jit_stack_still_matches() -> None:
    pattern = Pcre2(rb"(?:.|\n)*x(?:a|b)*y")
    assert pattern.matches(b"ab" * 30_000 + b"x" + b"ab" * 20_000 + b"y")
    assert not pattern.gave_up


def test_a_search_beyond_the_match_limit_is_no_match_and_is_recorded() -> None:
    pattern = Pcre2(rb"(a+)+$")
    assert not pattern.matches(b"a" * 40 + b"b")
    assert pattern.gave_up


def test_groups_that_take_no_part_are_a_match_all_the_same() -> None:
    assert Pcre2(rb"(x)?(y)?z").matches(b"z")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (rb"^\x{41}\x{2f}$", b"A/"),
        (rb"^[\x{41}-\x{5A}]+$", b"ABZ"),
        (rb"^\x4g$", b"\x04g"),
        (rb"^\x41\\x{2}$", b"A\\xx"),
        (rb"^\Q\x{41}\u\E$", rb"\x{41}\u"),
        (rb"(*UTF)^\x{416}\x{1F41D}$", "Ж🐝".encode()),
        (rb"^\x{e9}$", b"\xe9"),
    ],
)
def test_characters_by_number_are_read_as_the_manager_reads_them(pattern: bytes, text: bytes) -> None:
    assert Pcre2(pattern).matches(text)
    assert not Pcre2(pattern).matches(b"x" * 41)


@pytest.mark.parametrize("pattern", [rb"\u0041", rb"[\U]", rb"\x{416}", rb"\x{zz}", rb"\x{41"])
def test_escapes_that_the_library_refuses_are_refused(pattern: bytes) -> None:
    with pytest.raises(PatternSyntaxError):
        Pcre2(pattern)
