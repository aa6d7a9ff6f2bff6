"""The bytes of a pipe, kept in a nameless file so that a line can be read back."""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import IO


class Spool:
    """Keeps bytes in order as long as there is room for them; reading a pipe goes on without."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._size = 0
        # Without a folder for temporary files the lines can be seen, only not whole again.
        with contextlib.suppress(OSError):
            self._file = tempfile.TemporaryFile(prefix="tetratui-")  # noqa: SIM115 - closed by close()
        self.full = self._file is None
        """Whether bytes were left out: from there on nothing can be read back."""

    def keep(self, data: bytes) -> None:
        """Add bytes; on a full disk give up keeping."""
        view = memoryview(data)
        try:
            while view and self._file and not self.full:
                written = os.write(self._file.fileno(), view)
                self._size += written
                view = view[written:]
        except OSError:
            self.full = True

    def read(self, offset: int, size: int) -> bytes:
        """Give the bytes from an offset on; less than asked where they were not kept."""
        held = max(0, min(size, self._size - offset))
        return os.pread(self._file.fileno(), held, offset) if self._file else b""

    def close(self) -> None:
        """Let the bytes go."""
        if self._file:
            self._file.close()
            self._file = None
