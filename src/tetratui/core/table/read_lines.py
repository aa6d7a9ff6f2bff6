"""Reading the lines of many rows back: lines that stand near one another in a file are read in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tetratui.core.errors import SourceError
from tetratui.core.table.storage.table_state import TableState

ReadLine = Callable[[int, int, int], bytes]
"""Reads a line back: number of the file, offset in it, size in bytes; raises LineGone."""
ReadMany = Callable[[int, Sequence[int], Sequence[int]], list[bytes | SourceError]]
"""Reads lines of one file back: the file, rising offsets, sizes; an error in place of each line that is gone."""
Rows = NDArray[np.int64]

_MOST = 1 << 20
"""Bytes of one read."""
_GAP = 1 << 16
"""Bytes between two lines that are rather read than left out: opening a file again costs more."""


def one_by_one(read_line: ReadLine) -> ReadMany:
    """Make a reader of many lines out of one that reads a line at a time."""

    def read(file: int, offset: int, size: int) -> bytes | SourceError:
        try:
            return read_line(file, offset, size)
        except SourceError as gone:
            return gone

    return lambda file, offsets, sizes: [read(file, offset, size) for offset, size in zip(offsets, sizes, strict=True)]


def lines_of(
    state: TableState, rows: Sequence[int] | Rows, read_many: ReadMany
) -> Iterator[tuple[int, bytes | SourceError]]:
    """Read the lines of rows back, each row once and in rising order."""
    wanted = np.unique(np.asarray(rows, dtype=np.int64))
    held = (wanted >= state.window.first) & (wanted < state.window.stop)
    left = SourceError("the event has left memory", "raise memory.budget_mib to hold more events")
    yield from ((row, left) for row in wanted[~held].tolist())
    wanted = wanted[held]
    files, offsets, sizes = _places(state, wanted)
    for begin, end in _stretches(files, offsets, sizes):
        part = slice(begin, end)
        lines = read_many(int(files[begin]), offsets[part].tolist(), sizes[part].tolist())
        yield from zip(wanted[part].tolist(), lines, strict=True)


def _places(state: TableState, rows: Rows) -> tuple[Rows, Rows, Rows]:
    """Return the file, the offset and the size of the line of each row, run by run; the rows are held and rise."""
    files, offsets, sizes = (np.zeros(len(rows), dtype=np.int64) for _ in range(3))
    begin, window = 0, state.window
    while begin < len(rows):
        first = int(rows[begin])
        run, following = state.line_locations.run(first), state.line_locations.next_row(first)
        end = len(rows) if following is None else int(np.searchsorted(rows, following))
        index = slice(window.zero + run.row, window.zero + int(rows[end - 1]) + 1)
        lengths = window.columns["size"][index].astype(np.int64)
        # A line begins one byte, the line feed, behind the end of the line before.
        starts = run.offset + np.cumsum(lengths + 1) - lengths - 1
        among = rows[begin:end] - run.row
        files[begin:end], offsets[begin:end], sizes[begin:end] = run.file, starts[among], lengths[among]
        begin = end
    return files, offsets, sizes


def _stretches(files: Rows, offsets: Rows, sizes: Rows) -> Iterator[tuple[int, int]]:
    """Cut the rows where another read begins: in another file, behind a long gap, beyond the most of one read."""
    ends = offsets + sizes
    apart = (files[1:] != files[:-1]) | (offsets[1:] < ends[:-1]) | (offsets[1:] - ends[:-1] > _GAP)
    cuts = [0, *(np.flatnonzero(apart) + 1).tolist(), len(files)]
    for begin, stop in pairwise(cuts):
        while begin < stop:
            # At least one line, however long it is.
            end = max(begin + 1, int(np.searchsorted(ends[begin:stop], offsets[begin] + _MOST, side="right")) + begin)
            yield begin, end
            begin = end
