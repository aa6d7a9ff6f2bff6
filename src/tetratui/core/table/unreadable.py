"""Lines from which no event could be read: all are counted, the last ones are kept for inspection."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_RECENT = 200
"""Unreadable lines that are kept."""
MAX_REASONS = 50
"""Reasons that are counted apart."""
OTHER = "other reasons"
MAX_LINE_BYTES = 2_000
"""Bytes that are kept of each."""


class UnreadableLine(NamedTuple):
    """One line from which no event could be read."""

    reason: str
    line: bytes
    """Its first 2,000 bytes."""
    file: int
    """Number of its file."""
    offset: int
    """The byte at which it begins in that file."""


@dataclass(slots=True)
class ReasonCount:
    """How many lines could not be read for one reason."""

    count: int
    example: UnreadableLine


class UnreadableLines:
    """The number of unreadable lines, their positions among the events, and the last of them."""

    def __init__(self) -> None:
        self.recent: deque[UnreadableLine] = deque(maxlen=MAX_RECENT)
        """The lines that came last, newest at the end."""
        # Two arrays that only grow at their end: history comes newest first, so what is above is kept in reverse.
        self._below: array[int] = array("q")
        self._above: array[int] = array("q")
        self.reasons: dict[str, ReasonCount] = {}
        """Each reason, how many lines have it, and the first of them that was read."""
        self.bytes = 0
        """Bytes of all unreadable lines, without line feeds."""

    @property
    def count_below(self) -> int:
        """Number of unreadable lines that were appended; the others are of the history joined above."""
        return len(self._below)

    @property
    def count(self) -> int:
        """Number of unreadable lines."""
        return len(self._below) + len(self._above)

    def add(self, unreadable: UnreadableLine, next_row: int, size: int) -> None:
        """Add a line below all others; it stands before the event with row id `next_row` and has `size` bytes."""
        self._below.append(next_row)
        self._keep(unreadable, size)

    def add_above(self, unreadable: Sequence[tuple[UnreadableLine, int, int]]) -> None:
        """Add the unreadable lines of a batch of history, oldest first, each with its `next_row` and size."""
        self._above.extend(next_row for _, next_row, _ in reversed(unreadable))
        for line, _, size in unreadable:
            self._keep(line, size)

    def _keep(self, unreadable: UnreadableLine, size: int) -> None:
        self.bytes += size
        self.recent.append(unreadable)
        # Reasons name keys of objects: hostile lines may have any number of them.
        reason = unreadable.reason if unreadable.reason in self.reasons or len(self.reasons) < MAX_REASONS else OTHER
        self.reasons.setdefault(reason, ReasonCount(0, unreadable)).count += 1

    @property
    def next_rows(self) -> NDArray[np.int64]:
        """For each unreadable line, oldest first, the row id of the event that follows it."""
        above = np.array(self._above, dtype=np.int64)[::-1]
        return np.concatenate([above, np.array(self._below, dtype=np.int64)])
