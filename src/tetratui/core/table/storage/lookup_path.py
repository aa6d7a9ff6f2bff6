"""Ways from an event to a value: an event names a row, a row another row or a code, a code a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Steps = Sequence[NDArray[Any]]
"""The index into the next array each; the first has one per event, the last holds the values."""


def resolve(steps: Steps) -> NDArray[Any]:
    """Give the value of each event."""
    values = steps[0]
    for step in steps[1:]:
        values = step[values]
    return values


def broadcast(answers: NDArray[np.bool_], steps: Steps) -> NDArray[np.bool_]:
    """Give each event the answer of its value, an index into `answers`."""
    first, *others = steps
    if any(len(step) > len(first) for step in others):
        found: NDArray[np.bool_] = answers[resolve(steps)]
        return found
    for step in reversed(steps):
        # Rows that others have added meanwhile, whose texts were not asked, belong to no event of these.
        answers = answers.take(step, mode="clip")
    return answers
