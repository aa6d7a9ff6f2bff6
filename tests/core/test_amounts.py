"""A count is written with its noun."""

from __future__ import annotations

import pytest

from tetratui.core.amounts import format_count


@pytest.mark.parametrize(
    ("count", "word", "expected"),
    [
        (0, "event", "0 events"),
        (1, "event", "1 event"),
        (2104, "event", "2,104 events"),
        (3, "process", "3 processes"),
        (1, "entry", "1 entry"),
        (2, "entry", "2 entries"),
    ],
)
def test_a_count_has_its_noun_in_singular_or_plural(count: int, word: str, expected: str) -> None:
    assert format_count(count, word) == expected
