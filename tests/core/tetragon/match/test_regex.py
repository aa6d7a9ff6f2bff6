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
from tetratui.core.tetragon.match.regex import compiled, search_columns, translate, unanswered, whole_text


@pytest.mark.parametrize(
    "pattern",
    [r"\C", "(?<ä>a)", "(?P<>a)", "(?P<n-x>a)", r"\p{IsGreek}", r"\p{}", r"[\C]", "(" * 1000 + ")" * 1000, "(?=a)",
     r"\Z",
     "(?:" * 1000 + ")*" * 1000, "a{1001}", "(a{500}){3}", "[b-a]", "a**", "(?i", r"\pX"],
)  # fmt: skip
def test_what_go_refuses_is_refused(pattern: str) -> None:
    with pytest.raises(FilterError) as caught:
        compiled(pattern)
    assert caught.value.stage == "build"


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
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
def test_what_go_takes_means_the_same(pattern: str, text: str, found: bool) -> None:
    assert (compiled(pattern).search(text) is not None) is found


@pytest.mark.parametrize(
    "pattern",
    [r"\p{Letter}", r"\P{ Lowercase-Letter }", r"\p{^ASCII}", r"[^\p{ascii}]", r"\p{LC}", r"\p{Cn}", r"\pC",
     r"[\P{Assigned}]|x"],
)  # fmt: skip
def test_a_name_that_only_go_knows_is_not_answered(pattern: str) -> None:
    assert "is not emulated" in unanswered(pattern)
    assert compiled(pattern).search("x") is None
    assert [mask.tolist() for mask in search_columns([pattern, "x"], ["x", "A"])] == [[False, False], [True, False]]
    with pytest.raises(FilterError):
        compiled(pattern + "(")


@pytest.mark.parametrize("pattern", [r"\p{Greek}", r"\p{greek}", r"\Q\p{Letter}\E", r"\\p{Letter}", r"\pL", "a", r"\d"])
def test_other_expressions_are_answered(pattern: str) -> None:
    assert unanswered(pattern) == ""


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_an_anchored_literal_matches_its_text_and_no_other(text: str, other: str) -> None:
    search = compiled(f"^{Literal(text).to_re2()}$").search
    assert search(text) is not None
    assert (search(other) is not None) is (other == text)


@given(st.lists(st.sampled_from(["a", "^b", "c$", "", ".", r"\d+", "(?i)A", "x|y"]), max_size=6, unique=True))
def test_a_set_answers_as_each_expression_alone(patterns: list[str]) -> None:
    texts = ["", "a", "ba", "abc", "7", "\n", "Y", "bc\n", "é"]
    for pattern, mask in zip(patterns, search_columns(patterns, texts), strict=True):
        alone = [compiled(pattern).search(text) is not None for text in texts]
        assert np.array_equal(mask, np.array(alone)), pattern


def test_a_plain_expression_is_passed_on_as_it_is() -> None:
    pattern = r"^/usr/(s)?bin/[a-z\d_-]+\.sh$|\x{1F41D}+?(?:a|b){2,3}"
    assert translate(pattern) == pattern


ODD = st.text(st.sampled_from("ab/.-_*+?()|[]{}^$\\ \n\r\0\x7f#é\u2028:A1"), max_size=6)


@given(ODD, st.lists(ODD, max_size=6, unique=True))
def test_an_expression_for_one_whole_text_is_that_text(pattern: str, others: list[str]) -> None:
    for written in (pattern, f"^{pattern}$", f"^{re.escape(pattern)}$"):
        text = whole_text(written)
        if text is None:
            continue
        search = compiled(written).search
        texts = [text, *others, text + "\n", "x" + text, text, ""]
        assert [search(one) is not None for one in texts] == [one == text for one in texts]
        assert [mask.tolist() for mask in search_columns([written, "é|^$"], texts)] == [
            [one == text for one in texts], ["é" in one or not one for one in texts],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"^/usr/bin/a\.out$", "/usr/bin/a.out"), ("^$", ""), (r"^\-\_\\$", "-_\\"), (r"^\d$", None), ("^a$|b$", None),
     ("^a.$", None), ("a$", None), (r"^a\$", None), (r"^\é$", None), ("(?i)^a$", None), (r"^\Qa$", None)],
)  # fmt: skip
def test_what_is_one_whole_text(pattern: str, text: str | None) -> None:
    assert whole_text(pattern) == text


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
