"""Answers of pcre2 patterns compared with the manager's own library, if it is installed here (libpcre2-8 10.42)."""

from __future__ import annotations

import ctypes
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2

from .manager_pcre2 import ManagerPattern, load_library
from .pattern_strategies import PATTERNS, TEXTS

LIBRARY = load_library()
EXAMPLES = 2_000

if LIBRARY is None:
    pytest.skip("libpcre2-8 10.42, which Wazuh runs, is not installed here", allow_module_level=True)

TEMPLATES = [
    *(rb"\%c", rb"\%c{2}", rb"(\%c)", rb"(?i)\%c", rb"[\%c]", rb"[a\%c{n}]", rb"[\%c-z]", rb"[!-\%c]", rb"[\d-\%c]"),
    *(
        rb"(?%c)a",
        rb"(?%c:a)",
        rb"(?-%c)a",
        rb"(?^%c)a",
        rb"(?%c",
        rb"(*%c)a",
        rb"(?(%c)a)",
        rb"(?(%c1)a)()",
        rb"(?P%c)",
    ),
    *(rb"[[:%c", rb"[-%c]", rb"[\d%c]", rb"[\d-%c]", rb"[\d\E%cz]", rb"(?xx)[\w %c z]", rb"[%c", rb"[%c-]", rb"x{%c}"),
    *(
        rb"x{1%c}",
        rb"x{1,%c}",
        rb"x{%c1}",
        rb"x{,1%c}",
        rb"\x%c",
        rb"\x{%c}",
        rb"\x{1%c}",
        rb"\c%c",
        rb"\0%c",
        rb"\1%c",
    ),
    *(rb"\1%c", rb"(?(%c1)a)()"),
    *(rb"\p%c", rb"\P{%c}", rb"\p{%cLu}", rb"\g%c", rb"\k%c", rb"()\g{%c1}", rb"()\g{1%c}", rb"\N{%c}", rb"\o{1%c}"),
]
"""Patterns with one character to fill in, which stand for the positions of the syntax."""
CHARACTERS = [*range(32, 127), 9, 10]
PROPERTIES = (
    b"C Cc Cf Cn Co Cs L L& Lc Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs"
    b" Any ASCII Kawi Greek sc:Latin scx:Kawi bc:L ^Lu l-u Xan Foo"
).split()


def compare(library: ctypes.CDLL, pattern: bytes, texts: list[bytes], counts: Counter[str]) -> None:
    """Compare whether a pattern is accepted, and its answer on each text unless that is reported as unknown."""
    theirs = ManagerPattern(library, pattern)
    try:
        try:
            ours = Pcre2(pattern)
        except PatternSyntaxError:
            ours = None
        counts["patterns"] += 1
        counts["refused"] += ours is None
        if ours is not None and ours.unknown:
            counts["unknown"] += 1
            assert theirs.is_accepted or "lookbehind" in ours.unknown, pattern
            return
        assert (ours is not None) is theirs.is_accepted, pattern
        for text in texts if ours is not None else []:
            counts["answers"] += 1
            counts["matches"] += theirs.matches(text)
            assert ours is not None
            assert ours.matches(text) is theirs.matches(text), (pattern, text)
    finally:
        theirs.close()


def format_counts(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())


def test_generated_patterns_are_answered_as_the_manager_answers(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(PATTERNS, st.lists(TEXTS, min_size=5, max_size=10))
    def check(pattern: bytes, texts: list[bytes]) -> None:
        assert LIBRARY is not None
        compare(LIBRARY, pattern, texts, counts)

    check()
    with capsys.disabled():
        print(f"\npcre2 against the manager's library, generated: {format_counts(counts)}, all agree")
    assert counts["matches"] > EXAMPLES
    assert counts["unknown"] < counts["patterns"] / 4


def test_every_character_in_every_position_of_the_syntax_is_read_as_the_manager_reads_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts: Counter[str] = Counter()
    texts = [*(bytes([byte]) for byte in range(1, 256, 5)), b"ab", b"x{1}", b"a{n}", b"[-z", b"xx", b"x{,1}", b"11"]
    for template in TEMPLATES:
        for character in CHARACTERS:
            compare(LIBRARY, template % character, texts, counts)
    with capsys.disabled():
        print(f"\npcre2 against the manager's library, character by character: {format_counts(counts)}, all agree")


def test_every_property_is_answered_as_the_manager_answers(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    for form in (rb"\p{%s}", rb"\P{%s}", rb"[a\p{%s}]", rb"[^\P{%s}]"):
        for start in (b"", b"(?i)", b"(*UCP)", b"(*UTF)"):
            for name in PROPERTIES:
                compare(LIBRARY, start + form % name, [bytes([byte]) for byte in range(1, 256)], counts)
    with capsys.disabled():
        print(f"\npcre2 against the manager's library, properties: {format_counts(counts)}, all agree")
