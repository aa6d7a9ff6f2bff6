"""osregex, compared with recorded answers of the real matcher."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.patterns import PatternSyntaxError
from tetratui.core.wazuh.engine.patterns.osregex import OsRegex, Walk
from tetratui.core.wazuh.engine.patterns.osregex_syntax import read_alternatives


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (b"/usr/bin/cat", b"x/USR/bin/CAT2", True),
        (b"^/usr/bin/cat$", b"/usr/bin/cat2", False),
        (b"cat$", b"/bin/cat cat", True),
        (b"cat$", b"/bin/cat2", False),
        (b"^$", b"", True),
        (b"^$", b"x", False),
        (b"", b"", True),
        (b"", b"x", True),
        (b"$", b"x", False),
        (b"a.b", b"aXb", False),
        (b"a\\.b", b"a\nb", True),
        (b"^/tmp/\\(+$", b"/tmp/((((", True),
        (b"^/tmp/\\(+$", b"/tmp/(+", False),
        (b"^/usr/bin/g++$", b"/usr/bin/g++", True),
        (b"^/tmp/a\\|b$", b"/tmp/a|b", True),
        (b"^x(86)$", b"x(86)", False),
        (b"^x(86)$", b"x86", True),
        (b"a|b", b"xxb", True),
        (b"!neg", b"!neg", True),
        (b"tab\\sq", b"tab\tq", False),
        (b"tab\\tq", b"tab\tq", True),
        (b"^/usr/bin/\\w+$", b"/usr/bin/g++", False),
        (b"^/usr/bin/\\w+$", b"/usr/bin/apt-get_x@1", True),
        (b"^A\\.+END$", b"A" * 50 + b"END END", True),
        (b"\\.*", b"", True),
        (b"\\.+", b"", False),
        (b"^/tmp/a\\$$", b"/tmp/a$", True),
        (b"^/tmp/a\\\\$", b"/tmp/a\\", True),
        ("é".encode(), "é".encode(), False),
        (b"^/tmp/\\.+$", "/tmp/é".encode(), True),
        (b"^^x", b"^x", True),
        (b"\\d+\\s*end", b"12  end", True),
        (b"\\w+\\t", b")ab", False),
        (b"\\.+\\.$", b"*", False),
        (b"a()1", b"a(1", True),
        (b"\\d+\\w*\\s*", b"12", True),
        # After a failure inside a repetition the walk goes on where it stood: the 4 is already behind it.
        (b"\\d+\\s*end", b"12 4 end", False),
    ],
)
def test_recorded_answers_of_the_real_matcher(pattern: bytes, text: bytes, matches: bool) -> None:
    assert OsRegex(pattern).matches(text) is matches


@pytest.mark.parametrize("sign", b'/-[]"*+^>nrx0')
def test_every_other_escape_stops_the_manager(sign: int) -> None:
    with pytest.raises(PatternSyntaxError):
        OsRegex(b"a\\" + bytes([sign]))


@pytest.mark.parametrize("pattern", [b"a(b", b"a)b", b"a((b))", b"(a|b)", b"\\"])
def test_unbalanced_or_nested_parentheses_stop_the_manager(pattern: bytes) -> None:
    with pytest.raises(PatternSyntaxError):
        OsRegex(pattern)


SAFE = st.text(st.characters(min_codepoint=1, max_codepoint=126), min_size=1, max_size=12).filter(
    # A sign that is escaped and then repeated is a repetition: osregex has no way to write these texts.
    lambda text: not any(pair in text for sign in "\\()|$<" for pair in (sign + "+", sign + "*"))
)


def escaped(text: str) -> bytes:
    return "".join("\\" + sign if sign in "\\()|$<" else sign for sign in text).encode()


@settings(max_examples=200, deadline=None)
@given(SAFE, SAFE, SAFE)
def test_escaped_literals_match_exactly_except_for_case(value: str, before: str, after: str) -> None:
    literal, text = escaped(value), (before + value + after).encode()
    assert OsRegex(b"^" + literal + b"$").matches(value.upper().encode())
    assert OsRegex(b"^" + literal + b"$").matches(text) is False
    if not value.startswith("^"):
        assert OsRegex(literal).matches(text)
        assert OsRegex(literal).matches(before.encode()) is (value.lower() in before.lower())
        assert OsRegex(literal + b"$").matches((before + value).encode())


UNITS = st.sampled_from(
    [b"a", b"b", b"\\d", b"\\w+", b"\\.*", b"\\.+", b"\\s*", b"\\S", b"\\D*", b"(a)", b"(\\w+)", b"|", b"."]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(UNITS, max_size=5), st.booleans(), st.booleans(), st.text("ab1. ", max_size=8))
def test_short_cuts_answer_as_the_walk_does(units: list[bytes], begin: bool, end: bool, text: str) -> None:
    pattern = b"^" * begin + b"".join(units) + b"$" * end
    lowered = text.lower().encode()
    walked = any(Walk(alternative, lowered).run() for alternative in read_alternatives(pattern))
    assert OsRegex(pattern).matches(text.encode()) is walked
