"""Split bytes into lines, at newlines only and wherever the reads end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, count
from operator import add

MAX_LINE_SIZE = 64 << 20
"""Bytes kept of a line: more than any event has, less than the memory of a small server."""


def find_line_starts(lines: Sequence[bytes], first: int) -> list[int]:
    """Return the offset of each line, the first one at `first`, and the offset after the last one."""
    # Each line starts after those before it and their newlines: the running sum of lengths, plus 0, 1, 2, …
    return list(map(add, accumulate(map(len, lines), initial=first), count()))


class LineSplitter:
    """Splits the bytes of one file, fed in order, into whole lines; the bytes after the last newline wait."""

    def __init__(self, offset: int = 0) -> None:
        self.position = offset
        """The offset of the next byte to feed."""
        self._begin = offset
        self._pending: list[bytes] = []
        self._pending_size = 0

    @property
    def pending(self) -> bytes:
        """Return the kept bytes after the last newline."""
        return b"".join(self._pending)

    def skip_to(self, offset: int) -> None:
        """Skip a hole of a sparse file. A single NUL stands for it, so that its line stays one unreadable line."""
        self.position = offset
        self._keep(b"\0")

    def feed(self, data: bytes) -> tuple[list[bytes], list[int]]:
        """Add the next bytes; return the lines that they complete, and where each begins."""
        pieces = data.split(b"\n")
        tail = pieces.pop()
        starts = find_line_starts(pieces, self.position)
        self.position += len(data)
        if not pieces:
            self._keep(tail)
            return [], []
        starts[0] = self._begin
        self._keep(pieces[0])
        pieces[0] = self.pending
        self._begin = starts.pop()
        self._pending, self._pending_size = [], 0
        self._keep(tail)
        return pieces, starts

    def finish(self) -> tuple[list[bytes], list[int]]:
        """Return the bytes after the last newline as a line, and where it begins; nothing if there are none."""
        line, begin = self.pending, self._begin
        self._begin, self._pending, self._pending_size = self.position, [], 0
        return ([line], [begin]) if line else ([], [])

    def _keep(self, part: bytes) -> None:
        # Of a longer line only the beginning is kept; it still counts once, as an unreadable line.
        part = part[: MAX_LINE_SIZE - self._pending_size]
        if part:
            self._pending.append(part)
            self._pending_size += len(part)
