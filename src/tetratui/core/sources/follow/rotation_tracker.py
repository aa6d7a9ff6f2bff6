"""Which rotated files came between the file that was followed and the one that is live now."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.file_content import head_of
from tetratui.core.sources.read_sources import open_rotated
from tetratui.core.sources.rotation import rotated

_REMEMBERED = 32


class RotationTracker:
    """Remembers the contents that were read or are history, and finds those that are neither."""

    def __init__(self, live: Path) -> None:
        self._live = live
        self._known: deque[bytes] = deque(maxlen=_REMEMBERED)

    def begin(self) -> tuple[Path, ...]:
        """Take what is rotated now for history; give it, oldest first."""
        older = rotated(self._live)
        self.know(*(_head(path) for path in older[-_REMEMBERED:]))
        return tuple(older)

    def know(self, *heads: bytes) -> None:
        """Remember contents as read by their first bytes."""
        self._known.extend(head for head in heads if head)

    def between(self) -> tuple[list[tuple[Path, int]], list[SourceError]]:
        """Open the rotated files that are younger than all that is known, oldest first; the caller closes them.

        What stood in the way of opening one comes beside.

        A file is known by its first bytes: its inode number, its name and its packing may have changed.
        """
        found: list[tuple[Path, int]] = []
        faults: list[SourceError] = []
        for path in reversed(rotated(self._live)):
            try:
                fd = open_rotated(path)
            except SourceError as fault:
                faults.append(fault)
                continue
            head = head_of(fd)
            if head in self._known:
                os.close(fd)
                break
            found.append((path, fd))
        found.reverse()
        return found, faults

    def copy_of(self, head: bytes) -> int | None:
        """Open the youngest rotated file that begins with these bytes; None when there is none."""
        for path in reversed(rotated(self._live)):
            try:
                fd = open_rotated(path)
            except SourceError:
                continue
            if head and head_of(fd)[: len(head)] == head:
                return fd
            os.close(fd)
        return None


def _head(path: Path) -> bytes:
    try:
        fd = open_rotated(path)
    except SourceError:
        return b""
    try:
        return head_of(fd)
    finally:
        os.close(fd)
