"""The content of one file as bytes: plain or gzipped, its first bytes as its identity, holes skipped."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tetratui.core.errors import SourceError
from tetratui.core.sources.line_location import BLOCK

HEAD = 4096
"""Bytes that tell one export file from another: inode numbers come back, the first events never do."""

_GZIP_MAGIC = b"\x1f\x8b\x08"

BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)
"""What a gzip file that ends early or is damaged raises."""


def is_stream(fd: int) -> bool:
    """Say whether a descriptor can be read only once (a pipe, a socket, a terminal)."""
    return not stat.S_ISREG(os.fstat(fd).st_mode)


def is_gzip(fd: int) -> bool:
    """Say by its first bytes whether a regular file is gzipped; names lie."""
    return os.pread(fd, len(_GZIP_MAGIC), 0) == _GZIP_MAGIC


def head_of(fd: int) -> bytes:
    """Read the first bytes of the content, unpacked; what a broken gzip file gives until it breaks."""
    if not is_gzip(fd):
        return os.pread(fd, HEAD, 0)
    head = b""
    try:
        for block in unpacked(fd):
            head += block
            if len(head) >= HEAD:
                break
    except BROKEN_GZIP:
        pass
    return head[:HEAD]


def size_of(fd: int) -> int:
    """Give the bytes of the content: of a gzip file what its last four bytes say, which is modulo 4 GiB."""
    size = os.fstat(fd).st_size
    return int.from_bytes(os.pread(fd, 4, size - 4), "little") if is_gzip(fd) and size >= 4 else size


def unpacked(fd: int) -> Iterator[bytes]:
    """Unpack a gzip file from its beginning; raises one of BROKEN_GZIP after the last byte it could give."""
    with gzip.open(io.BufferedReader(_Positioned(fd), BLOCK)) as packed:
        # read1 gives what there is before the break; read would lose it.
        while block := packed.read1(BLOCK):
            yield block


class _Positioned(io.RawIOBase):
    """Reads a descriptor from its beginning without moving the position that others share."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = os.pread(self._fd, len(buffer), self._position)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def first_data(fd: int, offset: int) -> int:
    """Find where the data begins at or after an offset; a hole (copytruncate leaves one) is skipped unread."""
    try:
        return os.lseek(fd, offset, os.SEEK_DATA)
    except OSError:
        # All that follows is a hole, or the file system knows none.
        return max(offset, os.fstat(fd).st_size)


def broken(path: Path | str, error: Exception) -> SourceError:
    """Say that a gzip file could be read only in part."""
    what = "ends too early" if isinstance(error, EOFError) else f"is damaged ({error})"
    return SourceError(f"{path}: the gzip file {what}", "what could be read was read; copy the file again")
