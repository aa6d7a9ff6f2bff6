"""Numbers with their words."""

from __future__ import annotations

import pytest

from tetratui.core.amounts import counted


@pytest.mark.parametrize(
    ("count", "word", "told"),
    [
        (0, "event", "0 events"),
        (1, "event", "1 event"),
        (2104, "event", "2,104 events"),
        (3, "process", "3 processes"),
        (1, "entry", "1 entry"),
        (2, "entry", "2 entries"),
    ],
)
def test_one_is_told_from_many(count: int, word: str, told: str) -> None:
    assert counted(count, word) == told
