"""Write counts with their nouns."""

from __future__ import annotations


def format_count(count: int, word: str) -> str:
    """Return a count with its noun: `1 event`, `2,104 events`, `3 processes`, `2 entries`."""
    if count == 1:
        return f"1 {word}"
    if word.endswith("y"):
        return f"{count:,} {word[:-1]}ies"
    return f"{count:,} {word}{'es' if word.endswith('s') else 's'}"


def name_entry(*numbers: int) -> str:
    """Name entries for people, who count them from 1 as they count lines; JSON counts them from 0."""
    names = [f"{number + 1:,}" for number in numbers]
    return f"entr{'y' if len(names) == 1 else 'ies'} {' and '.join(names)}"
