"""Quote words for a POSIX shell: the only way by which a text gets into a shell or an SSH command line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tetratui.core.errors import UsageError

_PLAIN = re.compile(r"[A-Za-z0-9_@%+:,./-]+")
"""Words that no shell reads as anything but themselves; one with `=` would be an assignment."""


def quote_word(word: str) -> str:
    """Return a word so that a POSIX shell reads it back unchanged. Raise UsageError for one that no command can get."""
    if "\0" in word:
        raise UsageError("a word of a command holds a NUL", "no program can be given such a word")
    if _PLAIN.fullmatch(word):
        return word
    # Inside '…' every character stands for itself; a ' itself stands between two such texts, with a backslash.
    return "'" + word.replace("'", "'\\''") + "'"


def quote_words(words: Sequence[str]) -> str:
    """Return a command line that a POSIX shell splits into exactly these words."""
    return " ".join(map(quote_word, words))
