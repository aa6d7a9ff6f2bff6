"""An export file that is written and rotated as the agent does it: rename, a new file, gzip of the old one."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path


class ExportFile:
    """Writes lines to `tetragon.log` in a folder and rotates it; one line, one write, as the agent does."""

    def __init__(self, folder: Path, *, limit: int = 10 << 20, backups: int = 5, name: str = "tetragon.log") -> None:
        self.path = folder / name
        self._limit = limit
        self._backups = backups
        self._fd = self._open()
        self._size = 0

    def write(self, line: bytes) -> None:
        """Write one line; rotate first when the limit is reached."""
        if self._size + len(line) >= self._limit:
            self.rotate()
        os.write(self._fd, line + b"\n")
        self._size += len(line) + 1

    def rotate(self) -> None:
        """Rename the file, begin a new one, then compress the old one; the steps and names are the agent's."""
        old = self.rename()
        self.reopen()
        self.compress(old)
        self._forget()

    def rename(self) -> Path:
        """Take the first step: the file gets its stamped name; give it."""
        os.close(self._fd)
        self._fd = -1
        old = self._stamped()
        self.path.rename(old)
        return old

    def reopen(self) -> None:
        """Take the second step: a new, empty file."""
        self._fd = self._open()
        self._size = 0

    @staticmethod
    def compress(old: Path) -> None:
        """Take the last step: `.gz.tmp`, then `.gz` beside the plain file, then the plain one goes."""
        unfinished = old.with_name(old.name + ".gz.tmp")
        with old.open("rb") as plain, gzip.open(unfinished, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(plain, packed)
        unfinished.rename(old.with_name(old.name + ".gz"))
        old.unlink()

    def close(self) -> None:
        """Close the file; it stays where it is."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _stamped(self) -> Path:
        # Two rotations within one millisecond would take one name: wait for the next.
        while True:
            stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")[:-3]
            old = self.path.with_name(f"{self.path.stem}-{stamp}{self.path.suffix}")
            if not old.exists() and not old.with_name(old.name + ".gz").exists():
                return old

    def _forget(self) -> None:
        """Delete the oldest rotated files beyond the number of backups."""
        rotated = sorted(self.path.parent.glob(f"{self.path.stem}-*{self.path.suffix}.gz"))
        for old in rotated[: max(0, len(rotated) - self._backups)]:
            old.unlink()
