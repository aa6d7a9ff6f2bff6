"""Where rows of the sources do not follow one another: an event over several lines, or several in one."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


class RowShifts:
    """Rows left out before a line, by the number of that line among those appended."""

    def __init__(self) -> None:
        self._lines: array[int] = array("q")
        self._sums: array[int] = array("q")
        self.total = 0
        """Rows left out in all; less than 0 where lines share rows."""

    def add(self, first: int, shifts: Iterable[tuple[int, int]]) -> None:
        """Add the shifts of a batch whose first line has the number `first`."""
        for index, shift in shifts:
            self.total += shift
            # The sum first: a thread that finds the line must find it.
            self._sums.append(self.total)
            self._lines.append(first + index)

    def up_to(self, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many rows were left out before each of these lines."""
        begins = np.array(self._lines, dtype=np.int64)
        sums = np.concatenate([np.zeros(1, dtype=np.int64), np.array(self._sums, dtype=np.int64)])
        return sums[np.searchsorted(begins, lines, side="right")]
