"""Short cuts for pcre2 patterns answer as the engine does."""

from __future__ import annotations

import pcre2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.exclusion import Literal
from tetratui.core.wazuh.engine.patterns import compile_pattern
from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError
from tetratui.core.wazuh.engine.patterns.literals import exact_texts, required_literal
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2, compile_bytes


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(st.characters(blacklist_categories=("Cs",)), max_size=8), min_size=1, max_size=3),
    st.text(max_size=8),
)
def test_alternatives_of_literals_equal_these_texts_and_no_other(texts: list[str], other: str) -> None:
    pattern = ("\\A(?:" + "|".join(Literal(text).to_pcre2() for text in texts) + ")\\z").encode()
    known = exact_texts(pattern)
    assert known == {text.encode() for text in texts}
    assert (other.encode() in known) is (pcre2.compile(pattern).search(other.encode()) is not None)


PIECES = st.sampled_from(
    [
        *rb"a b \. \x61 \x2e . a? b* a+ b{0,2} a{2} \d ^ $ [ab] [^]a]* [\-a]+ [[] []\x61\\] | \z \A - \" \-".split(),
        *rb"(?i) (a) \Qa\E \x{61} \141 \b #".split(),
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(PIECES, max_size=6), st.lists(st.sampled_from(["a", "b", ".", "A", "1", "-", '"', "aa", "#"]), max_size=5)
)
def test_short_cuts_answer_as_the_engine_does(pieces: list[bytes], parts: list[str]) -> None:
    pattern, text = b"".join(pieces), "".join(parts).encode()
    try:
        engine = compile_bytes(pattern, jit=True)
    except pcre2.PatternError:
        with pytest.raises(PatternSyntaxError):
            Pcre2(pattern)
        return
    assert compile_pattern("pcre2", pattern).matches(text) is (engine.search(text) is not None)


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (rb'"daddr":"1\.2\.3\.4"', b'"daddr":"1.2.3.4"'),
        (rb"abc\s*defg?", b"abc"),
        (rb"a|b", b""),
        (rb"(?i)abc", b""),
        (rb'"arguments":"[^"\]]*x', b'"arguments":"'),
        (rb"ab[]x]*cde", b"cde"),
        (rb"[]\x61\\]b", b""),
        (rb"ab[[:alpha:]]cde", b"ab"),
        (rb"xy\pLabcdef", b"xy"),
    ],
)
def test_the_literal_that_every_match_contains(pattern: bytes, literal: bytes) -> None:
    assert required_literal(pattern) == literal


def test_a_pattern_that_exceeds_the_match_limit_does_not_match_and_records_it() -> None:
    compiled = Pcre2(b"(a+)+$")
    assert compiled.matches(b"a" * 60 + b"b") is False
    assert compiled.gave_up
