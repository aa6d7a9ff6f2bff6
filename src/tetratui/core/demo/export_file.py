"""Write and rotate an export file as the agent does: rename it, create a new one, compress the old one."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path


class ExportFile:
    """Writes lines to `tetragon.log` in a folder, one write for each line, and rotates the file."""

    def __init__(self, folder: Path, *, limit: int = 10 << 20, backups: int = 5, name: str = "tetragon.log") -> None:
        self.path = folder / name
        self._limit = limit
        self._backups = backups
        self._fd = self._open()
        self._size = 0

    def write(self, line: bytes) -> None:
        """Write one line; rotate the file first if the line would exceed the limit."""
        if self._size + len(line) >= self._limit:
            self.rotate()
        os.write(self._fd, line + b"\n")
        self._size += len(line) + 1

    def rotate(self) -> None:
        """Rename the file, create a new one, compress the old one, delete the oldest, in the agent's order."""
        old = self.rename()
        self.reopen()
        self.compress(old)
        self._delete_oldest()

    def rename(self) -> Path:
        """Rename the file, the first step of a rotation; return its new path."""
        os.close(self._fd)
        self._fd = -1
        old = self._find_stamped_path()
        self.path.rename(old)
        return old

    def reopen(self) -> None:
        """Create a new, empty file, the second step of a rotation."""
        self._fd = self._open()
        self._size = 0

    @staticmethod
    def compress(old: Path) -> None:
        """Compress a renamed file, the last step of a rotation: `.gz.tmp`, `.gz`, then delete the plain file."""
        unfinished = old.with_name(old.name + ".gz.tmp")
        with old.open("rb") as plain, gzip.open(unfinished, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(plain, packed)
        unfinished.rename(old.with_name(old.name + ".gz"))
        old.unlink()

    def close(self) -> None:
        """Close the file without deleting it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _open(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _find_stamped_path(self) -> Path:
        # Two rotations within one millisecond would get the same name: wait for the next millisecond.
        while True:
            stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%f")[:-3]
            old = self.path.with_name(f"{self.path.stem}-{stamp}{self.path.suffix}")
            if not old.exists() and not old.with_name(old.name + ".gz").exists():
                return old

    def _delete_oldest(self) -> None:
        """Delete the oldest rotated files beyond the number of backups."""
        rotated = sorted(self.path.parent.glob(f"{self.path.stem}-*{self.path.suffix}.gz"))
        for old in rotated[: max(0, len(rotated) - self._backups)]:
            old.unlink()
