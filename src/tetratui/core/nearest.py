"""The known word that a mistyped one was most likely meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], likeness: float = 0.4) -> str | None:
    """Return the known word most like this one, None when none is; a `likeness` of 1 is equal."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=likeness)), None)


def did_you_mean(word: str, known: Iterable[str], all_named: str = "", likeness: float = 0.4) -> str:
    """Return the remedy for a mistyped word: the nearest known one, else all of them under a name, else nothing."""
    close = nearest(word, known, likeness)
    if close is not None:
        return f"did you mean {close!r}?"
    return f"{all_named}: {', '.join(known)}" if all_named else ""
