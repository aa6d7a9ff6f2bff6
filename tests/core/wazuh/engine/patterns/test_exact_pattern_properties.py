"""A literal pattern matches its own text and no other, with the engine that Wazuh uses."""

from __future__ import annotations

import random

import pcre2
import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.exclusion import Chars, Literal, Pattern
from tetratui.core.wazuh.engine.patterns import compile_pattern
from tetratui.core.wazuh.write.rule_text import escape_pattern

VALUES = 100_000
ALPHABET = [*map(chr, range(1, 128)), *"äß€\U0001f41d\u2028\u0085"]


def wazuh(pattern: Pattern) -> pcre2.Pattern[bytes]:
    return pcre2.compile(escape_pattern(pattern.to_pcre2(), 20_000).encode())


@pytest.mark.parametrize("character", ALPHABET)
def test_each_character_matches_only_itself(character: str) -> None:
    compiled = wazuh(Pattern.exactly(character))
    assert [other for other in ALPHABET if compiled.search(other.encode())] == [character]


def test_many_literal_patterns_answer_as_exact_comparison_does() -> None:
    """Compare each value with itself and with near misses: other case, a newline, one character more or less."""
    chance = random.Random(4)
    for _ in range(VALUES):
        text = "".join(chance.choices(ALPHABET, k=chance.randint(1, 30)))
        at = chance.randrange(len(text))
        misses = {
            text.swapcase(),
            text + "\n",
            "\n" + text,
            text[:at] + text[at + 1 :],
            text + " ",
            text[:at] + "x" + text[at:],
        }
        compiled = wazuh(Pattern.exactly(text))
        assert compiled.search(text.encode())
        assert not [miss for miss in misses - {text} if compiled.search(miss.encode())]


PARTS = st.lists(
    st.builds(Literal, st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5))
    | st.sampled_from([Chars("0-9"), Chars("0-9a-f", 8, 8), Chars("^ "), Chars("a-z", 0), Chars("<>&$ ", 1, 3)]),
    max_size=5,
).map(tuple)


@settings(max_examples=200, deadline=None)
@given(PARTS, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
def test_templates_mean_the_same_to_tetragon_and_to_wazuh(parts: tuple[Literal | Chars, ...], text: str) -> None:
    pattern = Pattern(parts)
    fitting = "".join(part.text if isinstance(part, Literal) else "0" * max(part.low, 1) for part in parts)
    engine = compile_pattern("pcre2", pattern.to_pcre2().encode())
    for value in (text, fitting, fitting + text, fitting.replace("0", "<"), fitting.replace("0", "é")):
        assert engine.matches(value.encode()) == (re2.search(pattern.to_re2(), value) is not None)
