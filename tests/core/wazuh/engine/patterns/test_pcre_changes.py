"""Constructs that changed since the manager's PCRE2 10.42, with the recorded answers of 10.42."""

from __future__ import annotations

from pathlib import Path

import pcre2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.patterns import pcre_changes as changes
from tetratui.core.wazuh.engine.patterns.errors import PatternSyntaxError
from tetratui.core.wazuh.engine.patterns.pcre import Pcre2
from tetratui.core.wazuh.engine.patterns.pcre_changes import CHANGES, Answer, PcreChange
from tetratui.core.wazuh.engine.patterns.pcre_reading import ORDINARY, PatternRewriter, Reading, read_pattern

from .pattern_strategies import PLAIN, REPEATS

ENGINE_PAGE = Path(__file__).parents[5] / "docs" / "wazuh-engine.md"

TRANSLATED: list[tuple[PcreChange, bytes, list[bytes], list[bytes]]] = [
    (changes.REPEAT_BRACES, rb"^a{,3}$", [b"a{,3}"], [b"", b"aaa"]),
    (changes.REPEAT_BRACES, b"^a{ 1, 3 }$", [b"a{ 1, 3 }"], [b"a", b"aaa"]),
    (changes.REPEAT_BRACES, b"(?x)^a { 1 , 2 }$", [b"a{1,2}"], [b"a", b"aa"]),
    (changes.REPEAT_BRACES, rb"^{,3}a", [b"{,3}a"], [b"a"]),
    (changes.NO_DIGITS, rb"^a\xg?$", [b"a\x00", b"a\x00g"], [b"a", b"axg"]),
    (changes.NO_DIGITS, rb"^[\x-\x02]$", [b"\x01"], [b"x", b"-"]),
    (changes.SINGLE_BYTE, rb"^\C{2}$", ["é".encode(), b"\na"], [b"a"]),
    (changes.HYPHEN, rb"^[\d\E-z]$", [b"1", b"-", b"z"], [b"a"]),
    (changes.HYPHEN, rb"(?xx)^[[:digit:] - z]$", [b"1", b"-", b"z"], [b"a", b" "]),
    (changes.CASED, rb"(?i)^\p{Lu}a$", [b"AA", b"Aa"], [b"aa"]),
    (changes.CASED, rb"(?i)^\P{ l-l }+$", [b"A1"], [b"a"]),
    (changes.VERSION, rb"^(?(VERSION>=10.43)a|b)$", [b"b"], [b"a"]),
    (changes.VERSION, rb"^(?(VERSION=10.42)a|b)$", [b"a"], [b"b"]),
    (changes.VERSION, rb"^(?(VERSION>=10.4)a|b)$", [b"a"], [b"b"]),
    (changes.VERBS, rb"(*ANY)\r?a", [b"\ra"], [b"\r"]),
    (changes.VERBS, rb"(?*(*ACCEPT))Aa", [b"Aa"], [b"a"]),
]
REFUSED: list[tuple[PcreChange, bytes]] = [
    *(
        (changes.ESCAPE_BRACES, pattern)
        for pattern in (rb"\x{ 41 }", rb"\o{ 101 }", rb"[\x{41 }]", rb"\N{ 3 }", rb"\N{,3}")
    ),
    *(
        (changes.ESCAPE_BRACES, pattern)
        for pattern in (rb"(a)\g{ 1 }", rb"(?'n'a)\k{ n }", rb"\p{ ^L }", rb"[\p{ ^L }]")
    ),
    *((changes.KEY_IN_CLASS, pattern) for pattern in (rb"[\k]", rb"[a\k{n}]")),
    *((changes.HYPHEN_REFUSED, pattern) for pattern in (rb"[\d-\E]", rb"(?xx)[\d- ]", rb"[[:alpha:]-\Q\E]")),
    *((changes.OPTION_LETTERS, pattern) for pattern in (b"(?r)a", b"(?aD)a", b"(?i-a:b)", b"(?^r)a")),
    (changes.EXTENDED_CLASS, b"(?[[a-z] - [b]])"),
    *((changes.SCAN_SUBSTRING, pattern) for pattern in (b"(a)(*scs:(1)a)", b"(a)(*scan_substring:(1)a)")),
    *(
        (changes.KEPT_GROUPS, pattern)
        for pattern in (b"(a)(?1(1))", b"(a)(?R(1))?", b"(?'n'a)(?&n(1))", b"(a)(?-1(1))")
    ),
    *((changes.START_OPTIONS, pattern) for pattern in (b"(*CASELESS_RESTRICT)a", b"(*UTF)(*CASELESS_RESTRICT)a")),
    *((changes.LONG_NAMES, opening % (b"n" * 33)) for opening in (b"(?'%s'a)", b"(?<%s>a)", b"(?P<%s>a)")),
    *((changes.NEW_PROPERTIES, pattern) for pattern in (rb"\p{Kawi}", rb"[\P{sc:Nag Mundari}]")),
    *((changes.VARIABLE_LOOKBEHIND, b"(*plb:%s)x" % body) for body in (b"a?", b"a{1,2}", b"(a|bc)", rb"\R", b"b|a+")),
]
UNKNOWN: list[tuple[PcreChange, bytes]] = [
    *((changes.OTHER_PROPERTIES, pattern) for pattern in (rb"\p{Greek}", rb"[\p{scx=Latin}]")),
    *((changes.CASED_IN_CLASS, pattern) for pattern in (rb"(?i)[\p{Lu}1]", rb"(?i:[^\P{Ll}])")),
    (changes.GRAPHEMES, rb"\X"),
    *(
        (changes.UNICODE, b"(*UTF)" + pattern)
        for pattern in (b"(*UCP)\\w", rb"\pL", b"a\\C", "(?i)ɤ".encode(), rb"(?i)(.)\1")
    ),
    *((changes.UNCLEAR_LOOKBEHIND, b"(a)(*plb:%s)b" % body) for body in (rb"\1", b"(?1)", b"(?(1)a|b)", b"(?:)?a")),
    *((changes.RECURSION, pattern) for pattern in (b"(?R)?a", b"(a(?1)?b)", b"(?'x'a(?&y)?)(?'y'b(?&x)?)")),
    *((changes.CALL_AND_GROUPS, pattern) for pattern in (rb"(a(b)?)(?1)\2", b"(a)?(b)(?2)(?(1)c)", rb"(a\K)(?=(?1))")),
    *(
        (changes.LEADING_LOOKAHEAD, pattern)
        for pattern in (b"(?=a)b?a", rb"\b(?:(?=[a])(b|a))", b"c{0}(?=a)b?a", rb"(*pla:\x61)b?a", b"(*:m)(?=a)b?a")
    ),
    (changes.LEADING_LOOKAHEAD, b"(?(DEFINE)(c))(?=a)b?a"),
    *((changes.LIMITS, b"(*LIMIT_%s=9)a" % name) for name in (b"MATCH", b"DEPTH", b"HEAP", b"RECURSION")),
]
UNTOUCHED = [
    *(
        rb"a{2,3}",
        rb"\Qa{,3}\E",
        rb"(?#{,3})a",
        rb"[{,3}]",
        rb"\x{41}",
        rb"[\w-]",
        rb"[a\E-z]",
        rb"(?i)\pL",
        rb"\p{Lu}",
    ),
    *(rb"(?=.*a)b?a", rb"(?!a)b?a", rb"^(?=a)b?a", rb"(?i)[a-z]+", b"(?x)a # {,3}\n", rb"(?-xi:a)", rb"(?C)a"),
    *(
        b"(a)(?1)",
        rb"(?(DEFINE)(?'o'\d+)(?'ip'(?&o)\.(?&o)))(?&ip)",
        rb"(a)\1",
        rb"(?<=a|bc)d",
        b"(?'%s'a)" % (b"n" * 32),
    ),
]
"""Patterns that mean the same in both versions."""


ORDINARY_PIECES = rb"( (?: (?! ) | [ ] [^ {2} \\ a-z \x2d \] (?i)".split()


def test_the_table_was_made_for_the_library_in_use() -> None:
    """After an update of the library both versions must be compared again, and the table corrected."""
    assert pcre2.__libpcre2_version__ == changes.LIBRARY_VERSION


def test_every_row_has_a_case() -> None:
    cases = {case[0] for case in (*TRANSLATED, *REFUSED, *UNKNOWN)}
    assert cases == set(CHANGES)


@pytest.mark.parametrize(("row", "pattern", "matching", "others"), TRANSLATED)
def test_what_is_translated(row: PcreChange, pattern: bytes, matching: list[bytes], others: list[bytes]) -> None:
    assert row in read_pattern(pattern).met
    assert row.answer in (Answer.TRANSLATED, Answer.INTERPRETED)
    compiled = Pcre2(pattern)
    assert not compiled.unknown
    assert [text for text in matching + others if compiled.matches(text)] == matching


@pytest.mark.parametrize(("row", "pattern"), REFUSED)
def test_what_stops_the_manager(row: PcreChange, pattern: bytes) -> None:
    assert row.answer is Answer.REFUSED
    with pytest.raises(PatternSyntaxError) as refusal:
        Pcre2(pattern)
    assert row.construct in str(refusal.value)


@pytest.mark.parametrize(("row", "pattern"), UNKNOWN)
def test_what_is_reported_as_unknown(row: PcreChange, pattern: bytes) -> None:
    assert row.answer is Answer.UNKNOWN
    assert row in read_pattern(pattern).met
    assert Pcre2(pattern).unknown


@pytest.mark.parametrize("pattern", UNTOUCHED)
def test_what_means_the_same_is_not_changed(pattern: bytes) -> None:
    reading = read_pattern(pattern)
    assert (reading.pattern, reading.unknown, reading.interpreted, reading.met) == (pattern, None, False, set())


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from([*PLAIN, *REPEATS, *ORDINARY_PIECES]), max_size=8))
def test_the_short_cut_and_the_scan_agree(pieces: list[bytes]) -> None:
    pattern = b"".join(pieces)
    if ORDINARY.fullmatch(pattern):
        assert PatternRewriter(pattern).rewrite() == Reading(pattern)


@pytest.mark.parametrize("pattern", [rb"\x{100}", rb"\u0041", rb"\U", rb"\N{U+41}", rb"\o{400}"])
def test_what_both_versions_refuse_on_bytes(pattern: bytes) -> None:
    with pytest.raises(PatternSyntaxError):
        Pcre2(pattern)


@pytest.mark.parametrize("opening", [b"(", b"(?<=", b"(*plb:(", b"((?1)", b"(?=", b"(?C'", b"[[:", b"(*MARK:"])
def test_what_is_nested_too_deeply_is_refused_as_the_manager_does(opening: bytes) -> None:
    with pytest.raises(PatternSyntaxError):
        Pcre2(opening * 3_000)


def test_the_options_of_the_python_package_are_off() -> None:
    """With them `\\x{41}` is 41 times an x, and `\\U` an U."""
    assert Pcre2(rb"^\x{41}$").matches(b"A")
    assert not Pcre2(rb"^\x{41}$").matches(b"x" * 41)


def test_the_page_on_the_engine_holds_the_table() -> None:
    page = ENGINE_PAGE.read_text(encoding="utf-8")
    rows = [f"| {row.construct.replace('|', chr(92) + '|')} | {row.answer} | {row.reason} |" for row in CHANGES]
    assert [row for row in rows if row not in page] == []
