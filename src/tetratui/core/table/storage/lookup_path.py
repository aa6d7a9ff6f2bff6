"""Lookup paths from an event to a value: an event names a row, that row another row or a code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LookupPath = Sequence[NDArray[Any]]
"""Arrays, each of indexes into the next one; the first has one entry an event, the last holds the values."""


def resolve(path: LookupPath) -> NDArray[Any]:
    """Return the value of each event."""
    values = path[0]
    for step in path[1:]:
        values = step[values]
    return values


def broadcast(answers: NDArray[np.bool_], path: LookupPath) -> NDArray[np.bool_]:
    """Return for each event the answer of its value, which is an index into `answers`."""
    first, *others = path
    # Start at the shorter end: with few events the rows are looked up, with many events the answers are carried over.
    if any(len(step) > len(first) for step in others):
        by_event: NDArray[np.bool_] = answers[resolve(path)]
        return by_event
    for step in reversed(path):
        # Clip: rows added meanwhile may name texts that have no answer yet, but none of these events names such a row.
        answers = answers.take(step, mode="clip")
    return answers
