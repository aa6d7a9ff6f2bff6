"""Cut bytes into lines at newlines only, whatever the reads were."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, count
from operator import add

LONGEST = 64 << 20
"""Bytes kept of one line: more than any event, less than the memory of a small server."""


def starts_of(lines: Sequence[bytes], first: int) -> list[int]:
    """Give where each line begins when the first does at `first`, and where a next one would."""
    return list(map(add, accumulate(map(len, lines), initial=first), count()))


class LineSplitter:
    """Takes the bytes of one file in order and gives its whole lines; what follows the last newline waits."""

    def __init__(self, offset: int = 0) -> None:
        self.position = offset
        """The offset of the next byte to be fed."""
        self._begin = offset
        self._held: list[bytes] = []
        self._held_size = 0

    def skip(self, to: int) -> None:
        """Go over a hole of a sparse file: a single NUL stands for it, so that its line stays one unreadable line."""
        self.position = to
        self._keep(b"\0")

    def feed(self, data: bytes) -> tuple[list[bytes], list[int]]:
        """Take the next bytes; give the lines that they end and where each begins."""
        pieces = data.split(b"\n")
        tail = pieces.pop()
        starts = starts_of(pieces, self.position)
        self.position += len(data)
        if not pieces:
            self._keep(tail)
            return [], []
        starts[0] = self._begin
        self._keep(pieces[0])
        pieces[0] = b"".join(self._held)
        self._begin = starts.pop()
        self._held, self._held_size = [], 0
        self._keep(tail)
        return pieces, starts

    def rest(self) -> tuple[list[bytes], list[int]]:
        """Give up waiting: what follows the last newline is a line too, unless it is empty."""
        line, begin = b"".join(self._held), self._begin
        self._begin, self._held, self._held_size = self.position, [], 0
        return ([line], [begin]) if line else ([], [])

    def _keep(self, part: bytes) -> None:
        # Beyond the longest line only the bytes go; the line is still counted once, as one that cannot be decoded.
        part = part[: LONGEST - self._held_size]
        if part:
            self._held.append(part)
            self._held_size += len(part)
