"""Expressions are taken, refused and matched as by Go; where RE2 differs, Go's answer counts."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tetratui.core.exclusion import Literal
from tetratui.core.tetragon import FilterError, read
from tetratui.core.tetragon.match.regex import (
    compile_pattern,
    literal_text,
    search_texts,
    translate,
    unanswerable_reason,
)


@pytest.mark.parametrize(
    "pattern",
    [r"\C", "(?<ä>a)", "(?P<>a)", "(?P<n-x>a)", r"\p{IsGreek}", r"\p{}", r"[\C]", "(" * 1000 + ")" * 1000, "(?=a)",
     r"\Z",
     "(?:" * 1000 + ")*" * 1000, "a{1001}", "(a{500}){3}", "[b-a]", "a**", "(?i", r"\pX"],
)  # fmt: skip
def test_what_go_refuses_is_refused(pattern: str) -> None:
    with pytest.raises(FilterError) as caught:
        compile_pattern(pattern)
    assert caught.value.stage == "build"


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"\p{greek}", "λ", True),
        (r"\p{Old_Persian}|\p{old persian}", "a", False),
        (r"^[^\p{Any}]$", "é", False),
        (r"\p{^GREEK}\p{ zs }", "a ", True),
        (r"[^\P{lu}]", "A", True),
        (r"\Q\C\p{x}(\E", r"\C\p{x}(", True),
        (r"[]\p{L}]", "]", True),
        (r"[[:alpha:]\pN]", "٣", True),
        ("x$", "x\n", False),
        ("(?i)k", "\u212a", True),
        ("a{,2}", "a{,2}", True),
        ("(?P<1>a)(?P<1>b)", "ab", True),
        ("(" * 999 + ")" * 999, "", True),
        (r"[\PL]", "a", False),
    ],
)
def test_what_go_takes_means_the_same(pattern: str, text: str, matches: bool) -> None:
    assert (compile_pattern(pattern).search(text) is not None) is matches


@pytest.mark.parametrize(
    "pattern",
    [r"\p{Letter}", r"\P{ Lowercase-Letter }", r"\p{^ASCII}", r"[^\p{ascii}]", r"\p{LC}", r"\p{Cn}", r"\pC",
     r"[\P{Assigned}]|x"],
)  # fmt: skip
def test_a_name_that_only_go_knows_is_not_answered(pattern: str) -> None:
    assert "is not emulated" in unanswerable_reason(pattern)
    assert compile_pattern(pattern).search("x") is None
    assert [mask.tolist() for mask in search_texts([pattern, "x"], ["x", "A"])] == [[False, False], [True, False]]
    with pytest.raises(FilterError):
        compile_pattern(pattern + "(")


@pytest.mark.parametrize("pattern", [r"\p{Greek}", r"\p{greek}", r"\Q\p{Letter}\E", r"\\p{Letter}", r"\pL", "a", r"\d"])
def test_other_expressions_are_answered(pattern: str) -> None:
    assert unanswerable_reason(pattern) == ""


@pytest.mark.parametrize("pattern", ["a{99999999999}", "a{1,99999999999}", "a{10000}", "{2,70000}?", "a{100000,}"])
def test_counts_that_fit_no_integer_are_refused(pattern: str) -> None:
    with pytest.raises(FilterError, match="repeat"):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["a{099999}", "a{1,099999}", "a{,99999}", "[{99999}]", r"\Qa{99999}\E"])
def test_braces_that_hold_no_count_are_literal_text(pattern: str) -> None:
    assert compile_pattern(pattern).search("a") is None or pattern.startswith("[")


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        (r"[\PL]", "1 \n", "aЖ漢"),
        (r"[^\PN]", "1٣", "a "),
        (r"[\p{^Lu}]", "a1", "AЖ"),
    ],
)
def test_negated_properties_stand_inside_a_class(pattern: str, matching: str, others: str) -> None:
    texts = list(matching + others)
    wanted = [True] * len(matching) + [False] * len(others)
    assert [compile_pattern(pattern).search(text) is not None for text in texts] == wanted
    assert next(iter(search_texts([pattern, "never there"], texts))).tolist() == wanted


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_an_anchored_literal_matches_its_text_and_no_other(text: str, other: str) -> None:
    search = compile_pattern(f"^{Literal(text).to_re2()}$").search
    assert search(text) is not None
    assert (search(other) is not None) is (other == text)


@given(st.lists(st.sampled_from(["a", "^b", "c$", "", ".", r"\d+", "(?i)A", "x|y"]), max_size=6, unique=True))
def test_a_set_answers_as_each_expression_alone(patterns: list[str]) -> None:
    texts = ["", "a", "ba", "abc", "7", "\n", "Y", "bc\n", "é"]
    for pattern, mask in zip(patterns, search_texts(patterns, texts), strict=True):
        alone = [compile_pattern(pattern).search(text) is not None for text in texts]
        assert np.array_equal(mask, np.array(alone)), pattern


def test_a_plain_expression_is_passed_on_as_it_is() -> None:
    pattern = r"^/usr/(s)?bin/[a-z\d_-]+\.sh$|\x{1F41D}+?(?:a|b){2,3}"
    assert translate(pattern) == pattern


ODD = st.text(st.sampled_from("ab/.-_*+?()|[]{}^$\\ \n\r\0\x7f#é\u2028:A1"), max_size=6)


@given(ODD, st.lists(ODD, max_size=6, unique=True))
def test_an_expression_for_one_whole_text_is_that_text(pattern: str, others: list[str]) -> None:
    for written in (pattern, f"^{pattern}$", f"^{re.escape(pattern)}$"):
        text = literal_text(written)
        if text is None:
            continue
        search = compile_pattern(written).search
        texts = [text, *others, text + "\n", "x" + text, text, ""]
        assert [search(candidate) is not None for candidate in texts] == [candidate == text for candidate in texts]
        assert [mask.tolist() for mask in search_texts([written, "é|^$"], texts)] == [
            [candidate == text for candidate in texts], ["é" in candidate or not candidate for candidate in texts],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"^/usr/bin/a\.out$", "/usr/bin/a.out"), ("^$", ""), (r"^\-\_\\$", "-_\\"), (r"^\d$", None), ("^a$|b$", None),
     ("^a.$", None), ("a$", None), (r"^a\$", None), (r"^\é$", None), ("(?i)^a$", None), (r"^\Qa$", None)],
)  # fmt: skip
def test_what_is_one_whole_text(pattern: str, text: str | None) -> None:
    assert literal_text(pattern) == text


def test_an_entry_with_such_a_name_is_listed_as_unknown_and_drops_nothing() -> None:
    text = '{"event_set":["PROCESS_EXEC"],"arguments_regex":["[^\\\\p{Letter}]"]}\n{"pid":[1]}'
    filters = read(text)
    assert filters.accepted
    assert [(entry, reason.partition(" in ")[0]) for entry, reason in filters.unknown] == [(0, r"\p{Letter}")]
    assert filters.first_match({"process_exec": {"process": {"arguments": "1"}}}) is None


def test_cel_with_such_a_name_is_listed_as_unknown() -> None:
    entry = {"event_set": ["PROCESS_EXEC"], "cel_expression": [r"!process_exec.process.cwd.matches('\\p{Letter}')"]}
    ((number, reason),) = read(json.dumps(entry)).unknown
    assert number == 0
    assert r"\p{Letter} is not emulated" in reason
