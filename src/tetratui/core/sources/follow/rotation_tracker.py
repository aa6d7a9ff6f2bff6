"""Find the rotated files between the file that was followed and the one that is live now."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.file_content import read_head
from tetratui.core.sources.read_sources import open_rotated
from tetratui.core.sources.rotation import list_rotated

_MOST_KNOWN = 32
"""Heads that are remembered."""


class RotationTracker:
    """Remembers the rotated files that were read or are history, and finds those that are neither.

    A file is known by its head, its first bytes: its inode number, its name and its compression may change.
    """

    def __init__(self, live: Path) -> None:
        self._live = live
        self._known: deque[bytes] = deque(maxlen=_MOST_KNOWN)

    def start(self) -> tuple[Path, ...]:
        """Treat the present rotated files as history; return them, oldest first."""
        older = list_rotated(self._live)
        self.mark_known(*(_read_head(path) for path in older[-_MOST_KNOWN:]))
        return tuple(older)

    def mark_known(self, *heads: bytes) -> None:
        """Remember files as read, by their heads."""
        self._known.extend(head for head in heads if head)

    def open_unknown(self) -> tuple[list[tuple[Path, int]], list[SourceError]]:
        """Open the rotated files that are newer than every known one; return them, oldest first, and the errors.

        The caller closes the files.
        """
        unknown: list[tuple[Path, int]] = []
        faults: list[SourceError] = []
        for path in reversed(list_rotated(self._live)):
            try:
                fd = open_rotated(path)
            except SourceError as fault:
                faults.append(fault)
                continue
            head = read_head(fd)
            if head in self._known:
                os.close(fd)
                break
            unknown.append((path, fd))
        unknown.reverse()
        return unknown, faults

    def open_copy(self, head: bytes) -> int | None:
        """Open the newest rotated file that begins with these bytes; return None if there is none."""
        for path in reversed(list_rotated(self._live)):
            try:
                fd = open_rotated(path)
            except SourceError:
                continue
            if head and read_head(fd)[: len(head)] == head:
                return fd
            os.close(fd)
        return None


def _read_head(path: Path) -> bytes:
    try:
        fd = open_rotated(path)
    except SourceError:
        return b""
    try:
        return read_head(fd)
    finally:
        os.close(fd)
