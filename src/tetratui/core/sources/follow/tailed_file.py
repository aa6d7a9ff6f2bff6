"""The live export file, held open: what was added, and whether it is still the file that was read before."""

from __future__ import annotations

import os
from pathlib import Path

from tetratui.core.sources.byte_range import end_of_lines
from tetratui.core.sources.file_content import HEAD, first_data
from tetratui.core.sources.line_location import BLOCK, Chunk
from tetratui.core.sources.line_splitter import LineSplitter
from tetratui.core.sources.source_registry import SourceRegistry


class Rewritten(Exception):  # noqa: N818 - a fact about the file, not a fault
    """The file was truncated since it was last read."""


class TailedFile:
    """One opened export file. As long as it is open its inode number cannot come back as another file's."""

    def __init__(self, path: Path, fd: int, origins: SourceRegistry, *, from_start: bool) -> None:
        self.fd = fd
        self._origins = origins
        found = os.fstat(fd)
        self.inode = (found.st_dev, found.st_ino)
        self.head = os.pread(fd, HEAD, 0)
        self.file = origins.add(path, self.head)
        self._path = path
        self._cutter = LineSplitter(0 if from_start else end_of_lines(fd, found.st_size))

    @property
    def offset(self) -> int:
        """The offset of the next byte to be read."""
        return self._cutter.position

    def is_at(self, path: Path) -> bool:
        """Say whether the path still names this file; raises OSError as stat does."""
        found = os.stat(path)
        return (found.st_dev, found.st_ino) == self.inode

    def read(self) -> Chunk | None:
        """Read the next block; None at the end. A chunk without lines holds only part of one.

        Raises Rewritten when the file was truncated meanwhile, even if it has grown again: nothing was taken then.
        """
        data = os.pread(self.fd, BLOCK, self.offset)
        if self._was_rewritten():
            raise Rewritten
        if data.startswith(b"\0") and (begin := first_data(self.fd, self.offset)) > self.offset:
            # The hole that a writer without O_APPEND leaves after a truncation.
            self._cutter.skip(begin)
            return self._chunk([], [])
        return self._chunk(*self._cutter.feed(data)) if data else None

    def rest(self) -> Chunk | None:
        """Give the half line at the end, when nobody will end it any more."""
        lines, offsets = self._cutter.rest()
        return self._chunk(lines, offsets) if lines else None

    def read_copy(self, copy: int) -> list[Chunk]:
        """Read what copytruncate's copy of this file has beyond what was read, and give the half line at its end."""
        chunks = []
        while data := os.pread(copy, BLOCK, self.offset):
            chunks.append(self._chunk(*self._cutter.feed(data)))
        rest = self.rest()
        return [*chunks, rest] if rest else chunks

    def begin_again(self) -> None:
        """Go on after a truncation: at the beginning, or behind the hole that a writer without O_APPEND leaves."""
        size = os.fstat(self.fd).st_size
        self.head = os.pread(self.fd, HEAD, 0)
        self.file = self._origins.add(self._path, self.head)
        if not (size >= self.offset and first_data(self.fd, 0) > 0):
            self._cutter = LineSplitter()

    def close(self) -> None:
        """Close the file."""
        os.close(self.fd)

    def _was_rewritten(self) -> bool:
        if os.fstat(self.fd).st_size < self.offset:
            return True
        now = os.pread(self.fd, HEAD, 0)
        if now[: len(self.head)] != self.head:
            return True
        if len(now) > len(self.head):
            self.head = now
            self._origins.recognise(self.file, now)
        return False

    def _chunk(self, lines: list[bytes], offsets: list[int]) -> Chunk:
        return Chunk(self.file, offsets[0] if offsets else self.offset, lines, offsets)
