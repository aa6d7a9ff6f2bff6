"""The items of a pcre2 pattern and their options."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.wazuh.engine.patterns.pcre_scan import ItemKind, scan

from .pattern_strategies import PATTERNS


@given(PATTERNS | st.binary(max_size=20))
def test_the_texts_of_the_items_are_the_pattern(pattern: bytes) -> None:
    assert b"".join(item.text for item in scan(pattern)) == pattern


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (rb"a[]b]c", [b"a", b"[]b]", b"c"]),
        (rb"[^]\Q]\E]x", [rb"[^]\Q]\E]", b"x"]),
        (rb"[[:a]]b", [b"[[:a]", b"]", b"b"]),
        (rb"[[:alpha:]]b", [b"[[:alpha:]]", b"b"]),
        (rb"[[:<:]]b", [b"[[:<:]]", b"b"]),
        (rb"\Qa{2}\Eb", [rb"\Q", b"a", b"{", b"2", b"}", rb"\E", b"b"]),
        (rb"a{2,}?b{,2}", [b"a", b"{2,}?", b"b", b"{", b",", b"2", b"}"]),
        (b"(?x)a #{2}\n#b", [b"(?x)", b"a", b" ", b"#{2}\n", b"#b"]),
        (b"(?x:a )b #", [b"(?x:", b"a", b" ", b")", b"b", b" ", b"#"]),
        (b"(*CR)(?x)#a\rb", [b"(*CR)", b"(?x)", b"#a\r", b"b"]),
        (rb"(?#a{2})b", [rb"(?#a{2})", b"b"]),
        (rb"(?'n'a)(?(n)b|c)", [b"(?'n'", b"a", b")", b"(?(n)", b"b", b"|", b"c", b")"]),
        (rb"(?(?=a)b)", [b"(?", b"(?=", b"a", b")", b"b", b")"]),
        (rb"(?C'a''b')(*MARK:{2})(*pla:a)", [b"(?C'a''b')", b"(*MARK:{2})", b"(*pla:", b"a", b")"]),
        (rb"(?1)\g<n>\g{1}\k'n'", [b"(?1)", rb"\g<n>", rb"\g{1}", rb"\k'n'"]),
    ],
)
def test_items(pattern: bytes, texts: list[bytes]) -> None:
    assert [item.text for item in scan(pattern)] == texts


@pytest.mark.parametrize(
    ("pattern", "caseless", "extended", "more"),
    [
        (b"(?i)a", True, False, False),
        (b"(?i:b)a", False, False, False),
        (b"((?i)b)a", False, False, False),
        (b"(?i)((?-i)b)a", True, False, False),
        (b"(?xx)a", False, True, True),
        (b"(?xx)(?x)a", False, True, False),
        (b"(?xxi)(?-x)a", True, False, False),
        (b"(?xxi)(?^)a", False, False, False),
        (b"(?i)b|a", True, False, False),
    ],
)
def test_the_options_at_an_item(pattern: bytes, caseless: bool, extended: bool, more: bool) -> None:
    mode = next(item.mode for item in scan(pattern) if item.text == b"a" and item.kind is ItemKind.LITERAL)
    assert (mode.caseless, mode.extended, mode.extended_more) == (caseless, extended, more)
