"""Write counts with their nouns."""

from __future__ import annotations


def format_count(count: int, word: str) -> str:
    """Return a count with its noun: `1 event`, `2,104 events`, `3 processes`, `2 entries`."""
    if count == 1:
        return f"1 {word}"
    if word.endswith("y"):
        return f"{count:,} {word[:-1]}ies"
    return f"{count:,} {word}{'es' if word.endswith('s') else 's'}"
