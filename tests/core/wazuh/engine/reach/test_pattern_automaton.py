"""The automaton of a pattern accepts every text that the pattern's engine accepts."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.patterns import PatternSyntaxError, compile_pattern
from tetratui.core.wazuh.engine.reach.automaton import may_all_accept
from tetratui.core.wazuh.engine.reach.expression_automaton import full_match_automaton
from tetratui.core.wazuh.engine.reach.pattern_automaton import build_pattern_automaton

WORDS = {
    "osregex": [*"+*a1b^$|() .é", "\\d", "\\w", "\\s", "\\.", "\\p", "\\D", "\\S", "\\W"],
    "osmatch": [*"ab1^$|! é"],
    "pcre2": [
        *".+*?aB1^$|()",
        "(?i)",
        "(?:",
        "[a-c]",
        "[^1]",
        "[]a]",
        "[a\\-c]",
        "{2}",
        "{1,2}",
        "\\A",
        "\\z",
        "\\x41",
        "\\d",
        "\\w",
        "\\s",
    ],
}
PATTERNS = st.sampled_from(sorted(WORDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.sampled_from(WORDS[kind]), min_size=1, max_size=8).map("".join))
)
TEXTS = st.lists(st.sampled_from([*"ab1B .A-(é\n]"]), max_size=6).map("".join)


def accepts(kind: str, pattern: str, text: str) -> bool | None:
    automaton = build_pattern_automaton(kind, pattern.encode())
    return None if automaton is None else may_all_accept([automaton, full_match_automaton(re.escape(text.encode()))])


@settings(max_examples=1500, deadline=None)
@given(PATTERNS, TEXTS)
@example(("osregex", "\\w*\\w\\sa"), "Ba-a")
@example(("osregex", "\\da"), "1")
@example(("osmatch", "é"), "é")
@example(("pcre2", "(?i)ab"), "aB")
def test_what_the_engine_matches_the_automaton_accepts(pattern: tuple[str, str], text: str) -> None:
    try:
        matches = compile_pattern(pattern[0], pattern[1].encode()).matches(text.encode())
    except PatternSyntaxError:
        return
    possible = accepts(*pattern, text)
    assert possible or not matches or possible is None
    # That a possessive repetition gives nothing back is not followed, nor how the walk of osregex gives up.
    if pattern[0] != "osregex" and possible is not None and not re.search(r"[*+?}]\+", pattern[1]):
        assert possible is matches


@pytest.mark.parametrize(
    ("kind", "pattern", "text", "expected"),
    [
        ("osregex", "[^0]", "1", False),
        ("osregex", "^\\d+$", "17", True),
        ("osregex", "^a$|^b$", "c", False),
        ("osmatch", "é", "é", False),
        ("osmatch", "^é", "é", True),
        ("pcre2", "^[^0]", "0", False),
        ("pcre2", "(?<!a)b", "b", None),
        ("pcre2", "(a)\\1", "aa", None),
        ("pcre2", "a{,3}", "a", None),
        ("pcre2", "a{100000}", "a", None),
        ("pcre2", "(*UTF)a", "a", None),
        ("pcre2", "b$", "b\n", True),
        ("pcre2", "b\\z", "b\n", False),
        ("pcre2", "$\\n", "\n", None),
        ("pcre2", "[]a-c]", "b", True),
        ("pcre2", "[^]-a]", "]", False),
        ("pcre2", "(?i)[b-c]", "B", True),
        ("osmatch", "!a", "a", None),
        ("string", "a", "A", False),
    ],
)
def test_what_is_known_and_what_is_not(kind: str, pattern: str, text: str, expected: bool | None) -> None:
    assert accepts(kind, pattern, text) is expected


def test_no_text_matches_two_patterns_that_contradict_each_other() -> None:
    first, second = build_pattern_automaton("pcre2", b"^/usr/"), build_pattern_automaton("osmatch", b"^/bin")
    third = build_pattern_automaton("osregex", b"/bin")
    assert first is not None
    assert second is not None
    assert third is not None
    assert not may_all_accept([first, second])
    assert may_all_accept([first, third])
