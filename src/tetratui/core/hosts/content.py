"""The content of one file of a host, plain or compressed, read at any offset."""

from __future__ import annotations

import os
import tempfile
from typing import Protocol

from tetratui.core.hosts.interface import HostError
from tetratui.core.hosts.remote_shell import RemoteShell
from tetratui.core.sources.compression import DamagedFile, is_compressed, unpack
from tetratui.core.sources.file_content import HEAD_SIZE, read_head

RANGE = 1 << 20
"""Bytes of one read over the connection."""
_PACKED_START = 1 << 16
"""Bytes of a compressed file that hold its head, of most formats."""
_PACKED_BLOCK = 1 << 20
"""Bytes that hold it of every format: bzip2 unpacks nothing before the end of a block."""


class Content(Protocol):
    """The bytes of a file, unpacked."""

    size: int
    damage: str
    """Why the file could be read only in part; empty for one that is whole."""

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes from `begin` to `end`; fewer at the end of the file."""


class PlainContent:
    """A file of the host that is read where it is."""

    def __init__(self, shell: RemoteShell, fd: int) -> None:
        self._shell, self._fd = shell, fd
        self.damage = ""
        self.size = shell.stat(fd).size

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes from `begin` to `end`."""
        return self._shell.read(self._fd, begin, end)


class PackedContent:
    """A compressed file of the host that was copied here and unpacked, as it can be read only forwards."""

    def __init__(self, packed: int) -> None:
        """Unpack an open file into a nameless one. Of a damaged file what stands before the damage is kept."""
        self._copy = tempfile.TemporaryFile(prefix="tetratui-")  # noqa: SIM115 - closed with the object
        self.damage = ""
        try:
            for data in unpack(packed):
                self._copy.write(data)
        except DamagedFile as error:
            self.damage = f"the {error}; what stands before that was read"
        self._copy.flush()
        self.size = os.fstat(self._copy.fileno()).st_size

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes from `begin` to `end`."""
        return os.pread(self._copy.fileno(), end - begin, begin)


def read_remote_head(shell: RemoteShell, fd: int) -> bytes:
    """Return the first bytes of the content of an open file, unpacked."""
    head = _unpack_head(shell.read(fd, 0, _PACKED_START))
    return head or _unpack_head(shell.read(fd, 0, _PACKED_BLOCK))


def _unpack_head(start: bytes) -> bytes:
    with tempfile.TemporaryFile(prefix="tetratui-") as copy:
        copy.write(start)
        copy.flush()
        return read_head(copy.fileno())[:HEAD_SIZE]


def open_content(shell: RemoteShell, fd: int) -> Content:
    """Return the content of an open file; a compressed one is copied here. Raise HostError if there is no room."""
    plain = PlainContent(shell, fd)
    try:
        with tempfile.TemporaryFile(prefix="tetratui-") as copy:
            copy.write(shell.read(fd, 0, _PACKED_START))
            copy.flush()
            if not is_compressed(copy.fileno()):
                return plain
            for begin in range(_PACKED_START, plain.size, RANGE):
                copy.write(shell.read(fd, begin, min(begin + RANGE, plain.size)))
            copy.flush()
            return PackedContent(copy.fileno())
    except OSError as error:
        raise HostError(f"no room for a copy: {error.strerror}", "set TMPDIR to a folder with more space") from None
