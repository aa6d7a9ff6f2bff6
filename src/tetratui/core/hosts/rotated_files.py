"""The rotated files beside an export file of a host: found by their names, known again by their heads."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable

from tetratui.core.hosts.content import Content, open_content, read_remote_head
from tetratui.core.hosts.interface import HostFileError, HostFileMissing
from tetratui.core.hosts.remote_shell import RemoteShell
from tetratui.core.sources.compression import SUFFIXES
from tetratui.core.sources.rotation import choose_rotated

_FD = 5
"""The number under which a rotated file is open on the host."""
_MOST_KNOWN = 32
_KNOWN_AT_START = 3
"""Rotated files whose heads are read at the start; newer ones are found from these."""


class RotatedFiles:
    """Remembers the rotated files that were read, or are history, by their heads, and finds those that are neither."""

    def __init__(self, path: str) -> None:
        self._folder, self._name = posixpath.split(path)
        self._known: deque[bytes] = deque(maxlen=_MOST_KNOWN)

    def list_paths(self, shell: RemoteShell) -> list[str]:
        """Return the paths of the rotated files, oldest first."""
        names = choose_rotated(self._name, shell.list_names(self._folder))
        return [posixpath.join(self._folder, name) for name in names]

    def start(self, shell: RemoteShell) -> None:
        """Take the files that are there for history."""
        for path in self.list_paths(shell)[-_KNOWN_AT_START:]:
            self.mark_known(self._peek(shell, path))

    def mark_known(self, head: bytes) -> None:
        """Remember a file as read."""
        if head:
            self._known.append(head)

    def open(self, shell: RemoteShell, path: str) -> tuple[bytes, Content]:
        """Return head and content of a file, which may have been compressed meanwhile. Raise HostError."""
        self._open(shell, path)
        return read_remote_head(shell, _FD), open_content(shell, _FD)

    def find(self, shell: RemoteShell, is_wanted: Callable[[bytes], bool]) -> Content | None:
        """Return the content of the newest file with a wanted head; None if there is none."""
        for path in reversed(self.list_paths(shell)):
            if is_wanted(self._peek(shell, path)):
                return self.open(shell, path)[1]
        return None

    def list_newer(self, shell: RemoteShell, is_last: Callable[[bytes], bool]) -> tuple[list[str], str | None]:
        """Return the files newer than all that are known, oldest first, and the one that was read last.

        `is_last` tells that one by its head; None if it was not met.
        """
        newer: list[str] = []
        for path in reversed(self.list_paths(shell)):
            head = self._peek(shell, path)
            if is_last(head):
                return newer[::-1], path
            if any(head.startswith(known) for known in self._known):
                break
            newer.append(path)
        return newer[::-1], None

    def _open(self, shell: RemoteShell, path: str) -> None:
        try:
            shell.open(_FD, path)
        except HostFileMissing:
            self._open_compressed(shell, path)

    @staticmethod
    def _open_compressed(shell: RemoteShell, path: str) -> None:
        """Open what a file has become since its name was listed. Raise HostError."""
        for suffix in SUFFIXES[:-1]:
            try:
                shell.open(_FD, f"{path}{suffix}")
                return
            except HostFileMissing:
                continue
        shell.open(_FD, f"{path}{SUFFIXES[-1]}")

    def _peek(self, shell: RemoteShell, path: str) -> bytes:
        """Return the head of a file; nothing if it is gone or cannot be read."""
        try:
            self._open(shell, path)
        except HostFileError:
            return b""
        return read_remote_head(shell, _FD)
