"""Read a compressed file at any offset."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator

from tetratui.core.sources.compression import DamagedFile, unpack
from tetratui.core.sources.line_location import BLOCK_SIZE

_CACHED_BLOCKS = 16
"""Blocks cached: 16 MiB, a whole rotated file of the agent's default size."""


class SeekableContent:
    """The content of one compressed file, unpacked on demand; the blocks read last are cached.

    Reading before the cached blocks unpacks the file again from its beginning.
    """

    def __init__(self, file: int, fd: int) -> None:
        self.file = file
        self._fd = os.dup(fd)
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._stream: Iterator[bytes] = iter(())
        self._next = 0
        self._rest = b""
        self._rewind()

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes of content from an offset on; fewer at its end."""
        numbers = range(offset // BLOCK_SIZE, (offset + max(size, 1) - 1) // BLOCK_SIZE + 1)
        begin = offset % BLOCK_SIZE
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
                self._unpack_block()
        return self._blocks[number]

    def _rewind(self) -> None:
        self._stream, self._next, self._rest = unpack(self._fd), 0, b""

    def _unpack_block(self) -> None:
        """Unpack the next block into the cache and drop the oldest one."""
        pieces, size = [self._rest], len(self._rest)
        try:
            while size < BLOCK_SIZE and (piece := next(self._stream, b"")):
                pieces.append(piece)
                size += len(piece)
        except DamagedFile:
            # The content ends where the damage begins.
            self._stream = iter(())
        content = b"".join(pieces)
        self._blocks.pop(self._next, None)
        self._blocks[self._next], self._rest = content[:BLOCK_SIZE], content[BLOCK_SIZE:]
        self._next += 1
        while len(self._blocks) > _CACHED_BLOCKS:
            self._blocks.popitem(last=False)
