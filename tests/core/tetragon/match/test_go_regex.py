"""Expressions on which RE2 and Go part, answered as Go 1.25 answered them."""

from __future__ import annotations

import pytest

from tetratui.core.tetragon import FilterError
from tetratui.core.tetragon.match.regex import compiled, search_columns


@pytest.mark.parametrize("pattern", ["a{99999999999}", "a{1,99999999999}", "a{10000}", "{2,70000}?", "a{100000,}"])
def test_counts_that_fit_no_integer_are_refused(pattern: str) -> None:
    with pytest.raises(FilterError, match="repeat"):
        compiled(pattern)


@pytest.mark.parametrize("pattern", ["a{099999}", "a{1,099999}", "a{,99999}", "[{99999}]", r"\Qa{99999}\E"])
def test_braces_that_are_no_count_are_a_text(pattern: str) -> None:
    assert compiled(pattern).search("a") is None or pattern.startswith("[")


@pytest.mark.parametrize(
    ("pattern", "found", "missed"),
    [
        (r"[\PL]", "1 \n", "aЖ漢"),
        (r"[^\PN]", "1٣", "a "),
        (r"[\p{^Lu}]", "a1", "AЖ"),
    ],
)
def test_negated_properties_stand_inside_a_class(pattern: str, found: str, missed: str) -> None:
    texts = list(found + missed)
    wanted = [True] * len(found) + [False] * len(missed)
    assert [compiled(pattern).search(text) is not None for text in texts] == wanted
    assert next(iter(search_columns([pattern, "never there"], texts))).tolist() == wanted
