"""Store the bytes of a pipe in a nameless file, so that a line can be read back."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import IO


class Spool:
    """Stores bytes in order while there is room for them. Without room, the pipe is still read."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._size = 0
        self._stopped = False
        self.begin: int | None = None
        """The lowest offset that is stored; None while nothing is."""
        # Without a temporary folder the events are still shown, but their lines cannot be read back.
        with contextlib.suppress(OSError):
            self._file = tempfile.TemporaryFile(prefix="tetratui-")  # noqa: SIM115 - closed by close()
        self.full = self._file is None
        """Whether there was no room: later bytes are not stored and cannot be read back."""

    def add(self, data: bytes) -> None:
        """Store bytes at the end; stop storing for good when the disk is full."""
        self.store(self._size, data)

    def store(self, offset: int, data: bytes) -> None:
        """Store bytes at an offset, in any order; stop storing for good when the disk is full."""
        if self._stopped:
            return
        view, end = memoryview(data), offset
        try:
            while view and self._file and not self.full:
                written = os.pwrite(self._file.fileno(), view, end)
                end += written
                view = view[written:]
        except OSError:
            self.full = True
        self._size = max(self._size, end)
        self.begin = offset if self.begin is None else min(self.begin, offset)

    def read(self, offset: int, size: int) -> bytes:
        """Return `size` bytes from an offset on; fewer where they were not stored."""
        stored = max(0, min(size, self._size - offset))
        return os.pread(self._file.fileno(), stored, offset) if self._file else b""

    def stop(self) -> None:
        """Store no further bytes, and delete those that are stored: nothing will be read back."""
        if self._file:
            self._stopped = True
            self._size = 0
            with contextlib.suppress(OSError):
                os.ftruncate(self._file.fileno(), 0)

    def close(self) -> None:
        """Delete the bytes."""
        if self._file:
            self._file.close()
            self._file = None
