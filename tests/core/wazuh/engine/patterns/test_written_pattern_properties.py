"""No pattern written for a manager or an agent has a construct that changed since PCRE2 10.42."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.events.kinds import Kind
from tetratui.core.exclusion import Chars, Exclusion, Literal, Pattern, SocketMatch
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2
from tetratui.core.wazuh.engine.patterns.pcre_reading import read_pattern
from tetratui.core.wazuh.write.agent_blocks import write_ignore_patterns
from tetratui.core.wazuh.write.base_rules import write_base_rules
from tetratui.core.wazuh.write.rule_text import FIELD_TEXT_LIMIT, NoSuppressionRuleError, RuleText, escape_pattern
from tetratui.core.wazuh.write.suppression import RuleBlock, write_suppression_rules

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "{,3}",
        "a{ 1, 3 }",
        r"\x{ 41 }",
        r"\x",
        r"\C",
        "(?r)",
        "[\\d-\\E]",
        r"\Q{,3}\E",
        "(*LIMIT_MATCH=1)",
        "(?=a)b?a",
        "é{",
    ]
)
_CLASSES = st.sampled_from(
    [
        Chars("0-9"),
        Chars("0-9a-f", 8, 8),
        Chars("0-9", 1, 3),
        Chars("^ "),
        Chars("a-z", 0),
        Chars('^"', 0),
        Chars("A-Z", 2),
    ]
)
_PATTERNS = st.lists(st.builds(Literal, _TEXTS) | _CLASSES, max_size=4).map(tuple).map(Pattern)
_SEVERAL = st.lists(_PATTERNS, max_size=2).map(tuple)
_NETWORKS = ["203.0.113.9/32", "10.0.0.0/9", "0.0.0.0/0", "::/0", "2001:db8::/33", "::ffff:1.2.3.4/128"]
_SOCKETS = st.builds(
    SocketMatch,
    st.lists(st.sampled_from(_NETWORKS), max_size=2).map(tuple),
    st.lists(st.sampled_from([0, 22, 443]), max_size=2).map(tuple),
)
_PROCESSES = st.builds(
    Exclusion,
    st.sampled_from([(Kind.EXEC,), (Kind.EXEC, Kind.EXIT)]),
    binary=_SEVERAL,
    arguments=_SEVERAL,
    parent_binary=_SEVERAL,
    parent_arguments=_SEVERAL,
)
_HOOKS = st.builds(
    Exclusion,
    st.just((Kind.KPROBE,)),
    binary=_SEVERAL,
    policies=st.lists(_TEXTS.filter(bool), max_size=1).map(tuple),
    functions=st.lists(_TEXTS.filter(bool), max_size=1).map(tuple),
    socket=st.none() | _SOCKETS,
)


def patterns_of(rule: RuleText) -> Iterator[str]:
    for _, pattern in rule.fields:
        yield escape_pattern(pattern, FIELD_TEXT_LIMIT)
    if rule.regex:
        yield escape_pattern(rule.regex, FIELD_TEXT_LIMIT)


def written(exclusion: Exclusion) -> Iterator[str]:
    """Yield all patterns that any writer makes of an exclusion; what it refuses to write is left out."""
    for place in (RuleBlock("standalone", 700_000), RuleBlock("overlay", 700_000)):
        with contextlib.suppress(NoSuppressionRuleError):
            for rule in write_suppression_rules(exclusion, place, ("server{,3}",), "words"):
                yield from patterns_of(rule)
    with contextlib.suppress(NoSuppressionRuleError):
        yield from write_ignore_patterns(exclusion)


def assert_read_alike(pattern: str) -> None:
    reading = read_pattern(pattern.encode())
    assert (reading.pattern, reading.unknown, reading.interpreted, reading.met) == (
        pattern.encode(),
        None,
        False,
        set(),
    )
    Pcre2(pattern.encode())


def test_no_rule_and_no_agent_block_has_a_construct_that_changed() -> None:
    count = 0

    @settings(max_examples=300, deadline=None)
    @given(_PROCESSES | _HOOKS)
    def check(exclusion: Exclusion) -> None:
        nonlocal count
        for pattern in written(exclusion):
            count += 1
            assert_read_alike(pattern)

    check()
    assert count > 300


def test_no_base_rule_holds_a_pattern_that_changed() -> None:
    patterns = [pattern for rule in write_base_rules(700_000) for pattern in patterns_of(rule.text)]
    assert len(patterns) >= 5
    for pattern in patterns:
        assert_read_alike(pattern)
