"""Read anywhere in a gzip file: forward at once, backward from the blocks kept."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator

from tetratui.core.sources.file_content import BROKEN_GZIP, unpacked
from tetratui.core.sources.line_location import BLOCK

_KEPT = 16
"""Blocks kept: 16 MiB, a whole rotated file of the agent's default size."""


class SeekableGzip:
    """The content of one gzip file, unpacked as far as asked; the last blocks are kept."""

    def __init__(self, file: int, fd: int) -> None:
        self.file = file
        self._fd = os.dup(fd)
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._stream: Iterator[bytes] = iter(())
        self._next = 0
        self._left = b""
        self._rewind()

    def read(self, offset: int, size: int) -> bytes:
        """Give the content from an offset on; less than asked where the content ends."""
        numbers = range(offset // BLOCK, (offset + max(size, 1) - 1) // BLOCK + 1)
        begin = offset % BLOCK
        return b"".join([self._block(number) for number in numbers])[begin : begin + size]

    def close(self) -> None:
        """Close the file."""
        self._stream = iter(())
        os.close(self._fd)

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            if number < self._next:
                self._rewind()
            while self._next <= number:
                self._keep()
        return self._blocks[number]

    def _rewind(self) -> None:
        self._stream, self._next, self._left = unpacked(self._fd), 0, b""

    def _keep(self) -> None:
        """Unpack the next block and let the oldest go."""
        pieces, size = [self._left], len(self._left)
        try:
            while size < BLOCK and (piece := next(self._stream, b"")):
                pieces.append(piece)
                size += len(piece)
        except BROKEN_GZIP:
            # What was read before the break is all there is.
            self._stream = iter(())
        content = b"".join(pieces)
        self._blocks.pop(self._next, None)
        self._blocks[self._next], self._left = content[:BLOCK], content[BLOCK:]
        self._next += 1
        while len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
