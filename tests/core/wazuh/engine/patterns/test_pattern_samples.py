"""Texts generated from a pattern: every construct gives some, and the same each time."""

from __future__ import annotations

import pytest

from tetratui.core.wazuh.engine.patterns import compile_pattern
from tetratui.core.wazuh.engine.patterns.pattern_samples import pattern_samples


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("pcre2", r"(?i)\A(curl|wget)\s+.*\|\s*(ba)?sh\z"),
        ("pcre2", r"^(?:a{3}|b{2,}|c{1,2}|[^a-z]+?)x*+$"),
        ("pcre2", r"^(?=/tmp/)[[:alnum:]/]{5,}$"),
        ("pcre2", r"^(?!/usr)/[a-z]+(?<=n)$"),
        ("pcre2", r"^\Q/a.b(c)\E\x{2f}\x41\d\w\h[\]\-x]$"),
        ("pcre2", r"(*UTF)^\p{Cyrillic}+\p{Han}$"),
        ("pcre2", r"^(?#a comment)(?<name>a|(?>b|(?'other'c)))$"),
        ("pcre2", r"^\R$"),
        ("osregex", r"^/usr/bin/\w+ \.+\| \p$|nc -e"),
        ("osregex", r"^(\d+)\t\S\$$"),
        ("osmatch", "^/bin/sh$|curl|wget$"),
        ("string", "exactly|this"),
    ],
)
def test_a_pattern_gives_texts_that_its_engine_matches_and_the_same_again(kind: str, pattern: str) -> None:
    matches = compile_pattern(kind, pattern.encode()).matches
    texts = pattern_samples(kind, pattern.encode(), matches, 20)
    assert texts
    assert all(matches(text.encode()) for text in texts)
    assert pattern_samples(kind, pattern.encode(), matches, 20) == texts


def test_the_texts_are_the_same_on_every_machine() -> None:
    pattern = rb"^/[a-c]{2,}(x|yz)\d$"
    assert pattern_samples("pcre2", pattern, compile_pattern("pcre2", pattern).matches, 4) == [
        "/bbbbbcx9",
        "/cbx9",
        "/cayz1",
        "/baabcbyz7",
    ]


@pytest.mark.parametrize("pattern", ["(" * 5000 + ")" * 5000, "(?(1)a|b", "[", "a)b|(", r"(a)\1", "\\", "*"])
def test_a_pattern_that_cannot_be_parsed_gives_few_texts_or_none(pattern: str) -> None:
    assert len(pattern_samples("pcre2", pattern.encode(), lambda _: True, 5)) <= 5


def test_a_very_high_repeat_count_gives_texts_too() -> None:
    pattern = rb"^(a{300}|b{150,})$"
    texts = pattern_samples("pcre2", pattern, compile_pattern("pcre2", pattern).matches, 6)
    assert {text[0] for text in texts} == {"a", "b"}
