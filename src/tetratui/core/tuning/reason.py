"""What counts as a reason where one is required: some words that a colleague can judge a year later."""

from __future__ import annotations

import re

_FEWEST_WORDS = 2
_FEWEST_LETTERS = 7
_WORD = re.compile(r"[^\W\d_]{2,}")


def fault_of_reason(text: str) -> str | None:
    """Return what a text lacks to be a reason, or None."""
    words = {word.casefold() for word in _WORD.findall(text)}
    if len(words) >= _FEWEST_WORDS and sum(map(len, words)) >= _FEWEST_LETTERS:
        return None
    return "a reason is a sentence: say in a few words why this is safe to hide"
