"""Read what is added to the open live export file, and notice when it was truncated or replaced."""

from __future__ import annotations

import os
from pathlib import Path

from tetratui.core.sources.byte_range import find_last_line_end
from tetratui.core.sources.file_content import HEAD_SIZE, find_data
from tetratui.core.sources.line_location import BLOCK_SIZE, Chunk
from tetratui.core.sources.line_splitter import LineSplitter
from tetratui.core.sources.source_registry import SourceRegistry


class FileTruncated(Exception):  # noqa: N818 - a state of the file, not a fault
    """The file was truncated since it was last read."""


class TailedFile:
    """An open export file. While it is open, no other file can get its inode number."""

    def __init__(self, path: Path, fd: int, registry: SourceRegistry, *, from_start: bool) -> None:
        self.fd = fd
        self._registry = registry
        status = os.fstat(fd)
        self.inode = (status.st_dev, status.st_ino)
        self.head = os.pread(fd, HEAD_SIZE, 0)
        self.file = registry.add(path, self.head)
        self._path = path
        self._splitter = LineSplitter(0 if from_start else find_last_line_end(fd, status.st_size))

    @property
    def offset(self) -> int:
        """Return the offset of the next byte to read."""
        return self._splitter.position

    def is_at(self, path: Path) -> bool:
        """Return whether the path still leads to this file; raise OSError as `stat` does."""
        status = os.stat(path)
        return (status.st_dev, status.st_ino) == self.inode

    def read(self) -> Chunk | None:
        """Return the lines of the next block; None at the end of the file. A chunk without lines holds part of a line.

        Raise FileTruncated if the file was truncated since the last read, even if it has grown again. Nothing is read
        then.
        """
        data = os.pread(self.fd, BLOCK_SIZE, self.offset)
        if self._was_rewritten():
            raise FileTruncated
        if data.startswith(b"\0") and (begin := find_data(self.fd, self.offset)) > self.offset:
            # A writer without O_APPEND leaves a hole after a truncation.
            self._splitter.skip_to(begin)
            return self._chunk([], [])
        return self._chunk(*self._splitter.feed(data)) if data else None

    def finish(self) -> Chunk | None:
        """Return the incomplete last line, when nothing more will be written to it; None if there is none."""
        lines, offsets = self._splitter.finish()
        return self._chunk(lines, offsets) if lines else None

    def read_copy(self, copy: int) -> list[Chunk]:
        """Return the unread rest of this file from copytruncate's copy of it, an incomplete last line included."""
        chunks = []
        while data := os.pread(copy, BLOCK_SIZE, self.offset):
            chunks.append(self._chunk(*self._splitter.feed(data)))
        last = self.finish()
        return [*chunks, last] if last else chunks

    def restart(self) -> None:
        """Go on after a truncation: at the beginning, or after the hole that a writer without O_APPEND leaves."""
        size = os.fstat(self.fd).st_size
        self.head = os.pread(self.fd, HEAD_SIZE, 0)
        self.file = self._registry.add(self._path, self.head)
        if not (size >= self.offset and find_data(self.fd, 0) > 0):
            self._splitter = LineSplitter()

    def close(self) -> None:
        """Close the file."""
        os.close(self.fd)

    def _was_rewritten(self) -> bool:
        if os.fstat(self.fd).st_size < self.offset:
            return True
        now = os.pread(self.fd, HEAD_SIZE, 0)
        if now[: len(self.head)] != self.head:
            return True
        if len(now) > len(self.head):
            self.head = now
            self._registry.update_head(self.file, now)
        return False

    def _chunk(self, lines: list[bytes], offsets: list[int]) -> Chunk:
        return Chunk(self.file, offsets[0] if offsets else self.offset, lines, offsets)
