"""Lines that are no event: every one counted, the last ones kept to look at."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

KEPT = 200
"""So many unreadable lines are kept for inspection,"""
KEPT_BYTES = 2_000
"""with so many bytes of each."""


class UnreadableLine(NamedTuple):
    """One line that is no event."""

    reason: str
    line: bytes
    """Its first 2,000 bytes."""
    file: int
    """Number of the file it stands in,"""
    offset: int
    """and the byte at which it begins there."""


class UnreadableLines:
    """How many lines were no event, where they stood, and the last of them."""

    def __init__(self) -> None:
        self.recent: deque[UnreadableLine] = deque(maxlen=KEPT)
        self._after: array[int] = array("q")
        self._above: array[int] = array("q")
        self.bytes = 0
        """Bytes of all unreadable lines, without line feeds."""

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self._after) + len(self._above)

    def add(self, unreadable: UnreadableLine, next_row: int, size: int) -> None:
        """Take a unreadable line that stands before the event with row id `next_row`, after all that were added."""
        self._after.append(next_row)
        self._keep(unreadable, size)

    def add_above(self, unreadable: Sequence[tuple[UnreadableLine, int, int]]) -> None:
        """Take the unreadable lines of a batch of history, each with its `next_row` and size, oldest first."""
        self._above.extend(next_row for _, next_row, _ in reversed(unreadable))
        for line, _, size in unreadable:
            self._keep(line, size)

    def _keep(self, unreadable: UnreadableLine, size: int) -> None:
        self.bytes += size
        self.recent.append(unreadable)

    @property
    def next_rows(self) -> NDArray[np.int64]:
        """For each unreadable line, oldest first, the row id of the event it stands before."""
        above = np.array(self._above, dtype=np.int64)[::-1]
        return np.concatenate([above, np.array(self._after, dtype=np.int64)])
