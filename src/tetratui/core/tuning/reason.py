"""What counts as a reason where one is required: a sentence that a colleague can judge a year later."""

from __future__ import annotations

import re

_FEWEST_WORDS = 3
_FEWEST_LETTERS = 10
_WORD = re.compile(r"[^\W\d_]{2,}")


def fault_of_reason(text: str) -> str | None:
    """Return what a text lacks to be a reason, or None."""
    words = _WORD.findall(text)
    if len(set(words)) >= _FEWEST_WORDS and sum(map(len, words)) >= _FEWEST_LETTERS:
        return None
    return "a reason is a sentence: say in three words or more why this is safe to hide"
