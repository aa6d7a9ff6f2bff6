"""Read the content of one file, plain or gzipped: its first bytes, its size, where its data begins."""

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
from tetratui.core.sources.line_location import BLOCK_SIZE

HEAD_SIZE = 4096
"""Bytes that identify an export file, its head. Inode numbers are used again, the first events never come back."""

_GZIP_MAGIC = b"\x1f\x8b\x08"

BROKEN_GZIP = (EOFError, gzip.BadGzipFile, zlib.error)
"""Errors that reading a damaged gzip file raises, or one that ends early."""


def is_stream(fd: int) -> bool:
    """Return whether a descriptor can be read only once (a pipe, a socket, a terminal)."""
    return not stat.S_ISREG(os.fstat(fd).st_mode)


def is_gzip(fd: int) -> bool:
    """Return whether a regular file is gzipped, by its first bytes: its name may be wrong."""
    return os.pread(fd, len(_GZIP_MAGIC), 0) == _GZIP_MAGIC


def read_head(fd: int) -> bytes:
    """Return the first HEAD_SIZE bytes of the content, unpacked; of a damaged gzip file those before the damage."""
    if not is_gzip(fd):
        return os.pread(fd, HEAD_SIZE, 0)
    head = b""
    try:
        for block in unpack(fd):
            head += block
            if len(head) >= HEAD_SIZE:
                break
    except BROKEN_GZIP:
        pass
    return head[:HEAD_SIZE]


def read_size(fd: int) -> int:
    """Return the size of the content in bytes; of a gzip file the one in its last four bytes, which is modulo 4 GiB."""
    size = os.fstat(fd).st_size
    return int.from_bytes(os.pread(fd, 4, size - 4), "little") if is_gzip(fd) and size >= 4 else size


def unpack(fd: int) -> Iterator[bytes]:
    """Yield the content of a gzip file from its beginning; raise one of BROKEN_GZIP after the last readable byte."""
    with gzip.open(io.BufferedReader(_PositionedReader(fd), BLOCK_SIZE)) as packed:
        # read1 returns what stands before the damage; read would lose it.
        while block := packed.read1(BLOCK_SIZE):
            yield block


class _PositionedReader(io.RawIOBase):
    """Reads a descriptor from its beginning. It does not move the position, which other readers of it share."""

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


def find_data(fd: int, offset: int) -> int:
    """Return where the data begins at or after an offset; a hole (copytruncate leaves one) is skipped unread."""
    try:
        return os.lseek(fd, offset, os.SEEK_DATA)
    except OSError:
        # Only a hole follows, or the file system does not support SEEK_DATA.
        return max(offset, os.fstat(fd).st_size)


def make_gzip_error(path: Path | str, error: Exception) -> SourceError:
    """Return the error for a gzip file that could be read only in part."""
    problem = "ends too early" if isinstance(error, EOFError) else f"is damaged ({error})"
    return SourceError(f"{path}: the gzip file {problem}", "the part before that was read; copy the file again")
