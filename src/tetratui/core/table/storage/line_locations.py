"""Where the lines of the events stand: one location for each run of lines that follow one another, not one a line."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_BYTES_PER_RUN = 20


class LineRun(NamedTuple):
    """Lines of one file, each beginning where the line feed of the one before ended."""

    row: int
    """Row id of the first line; its index in the batch until the batch is added."""
    file: int
    offset: int
    """The byte at which the first line begins."""


def find_runs(file: int, offsets: NDArray[np.int64], sizes: NDArray[Any]) -> list[LineRun]:
    """Return the runs in a batch; their rows are indexes into it."""
    follows = offsets[1:] == offsets[:-1] + sizes[:-1] + 1
    begins = [0, *(np.flatnonzero(~follows) + 1).tolist()] if len(offsets) else []
    return [LineRun(begin, file, int(offsets[begin])) for begin in begins]


class _Runs:
    """Runs in the order in which they were added, with rising numbers in `rows`.

    History is added downwards, so its row ids are kept negated.
    """

    def __init__(self) -> None:
        self.rows, self.files, self.offsets = array("q"), array("i"), array("q")

    def add(self, run: LineRun) -> None:
        self.files.append(run.file)
        self.offsets.append(run.offset)
        # The row last: a thread that finds the row must find the rest.
        self.rows.append(run.row)

    def files_at(self, find: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> NDArray[np.int64]:
        """Return the files of the runs whose indexes `find` returns for the rows at which runs begin."""
        # Copies: an array that is looked into cannot grow. The files last, as they are added first.
        starts = np.frombuffer(self.rows[:], dtype=np.int64)
        files = np.frombuffer(self.files[:], dtype=np.int32)
        indexes = find(starts)
        return files[indexes].astype(np.int64) if len(indexes) else np.zeros(0, dtype=np.int64)

    def at(self, index: int, row: int) -> LineRun:
        return LineRun(row, self.files[index], self.offsets[index])


class LineLocations:
    """The runs of a table. One thread adds, any thread may read."""

    def __init__(self) -> None:
        self._below, self._above = _Runs(), _Runs()

    def append(self, runs: Sequence[LineRun], first: int) -> None:
        """Add the runs of a batch that goes to the end; its first event has row id `first`."""
        for run in runs:
            self._below.add(run._replace(row=run.row + first))

    def prepend(self, runs: Sequence[LineRun], first: int) -> None:
        """Add the runs of a batch that goes above all others; its first event has row id `first`, below 0."""
        for run in reversed(runs):
            self._above.add(run._replace(row=-(run.row + first)))

    def run(self, row: int) -> LineRun:
        """Return the run that holds the line of a row in memory."""
        if row >= 0:
            index = bisect_right(self._below.rows, row) - 1
            return self._below.at(index, self._below.rows[index])
        index = bisect_left(self._above.rows, -row)
        return self._above.at(index, -self._above.rows[index])

    def files(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return the file of the line of each row in [start, stop), all of which are in memory."""
        rows = np.arange(start, stop, dtype=np.int64)
        above, below = rows[rows < 0], rows[rows >= 0]
        return np.concatenate(
            [
                self._above.files_at(lambda starts: np.searchsorted(starts, -above, side="left")),
                self._below.files_at(lambda starts: np.searchsorted(starts, below, side="right") - 1),
            ]
        )

    def next_row(self, row: int) -> int | None:
        """Return the row id where the next run begins after the one a held row stands in; None after the last."""
        if row >= 0:
            index = bisect_right(self._below.rows, row)
            return self._below.rows[index] if index < len(self._below.rows) else None
        index = bisect_left(self._above.rows, -row)
        return -self._above.rows[index - 1] if index else 0

    def select_from(self, begin: LineRun) -> LineLocations:
        """Return the locations of the rows from `begin.row` on; `begin` is the location of that row itself."""
        above = [self._above.at(index, -row) for index, row in enumerate(self._above.rows)]
        below = [self._below.at(index, row) for index, row in enumerate(self._below.rows)]
        runs = [begin, *(run for run in [*reversed(above), *below] if run.row > begin.row)]
        selected = LineLocations()
        selected.prepend([run for run in runs if run.row < 0], 0)
        selected.append([run for run in runs if run.row >= 0], 0)
        return selected

    @property
    def nbytes(self) -> int:
        """Memory of the runs, about."""
        return (len(self._below.rows) + len(self._above.rows)) * _BYTES_PER_RUN
