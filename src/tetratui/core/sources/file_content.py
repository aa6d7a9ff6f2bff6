"""Read the content of one file, plain or compressed: its first bytes, its size, where its data begins."""

from __future__ import annotations

import os
import stat

from tetratui.core.sources.compression import DamagedFile, find_compression, is_compressed, unpack

HEAD_SIZE = 4096
"""Bytes that identify an export file, its head. Inode numbers are used again, the first events never come back."""


def is_stream(fd: int) -> bool:
    """Return whether a descriptor can be read only once (a pipe, a socket, a terminal)."""
    return not stat.S_ISREG(os.fstat(fd).st_mode)


def read_head(fd: int, size: int = HEAD_SIZE) -> bytes:
    """Return the first bytes of the content, unpacked; of a damaged file those before the damage."""
    if not is_compressed(fd):
        return os.pread(fd, size, 0)
    head = b""
    try:
        for block in unpack(fd):
            head += block
            if len(head) >= size:
                break
    except DamagedFile:
        pass
    return head[:size]


def read_size(fd: int) -> int:
    """Return the size of the content in bytes.

    Of a gzip file it is the one in its last four bytes, which is modulo 4 GiB; of other compressed files that of the
    file itself, as the size of their content is not known.
    """
    size, compression = os.fstat(fd).st_size, find_compression(fd)
    is_gzip = compression is not None and compression.name == "gzip"
    return int.from_bytes(os.pread(fd, 4, size - 4), "little") if is_gzip and size >= 4 else size


def find_data(fd: int, offset: int) -> int:
    """Return where the data begins at or after an offset; a hole (copytruncate leaves one) is skipped unread."""
    try:
        return os.lseek(fd, offset, os.SEEK_DATA)
    except OSError:
        # Only a hole follows, or the file system does not support SEEK_DATA.
        return max(offset, os.fstat(fd).st_size)
