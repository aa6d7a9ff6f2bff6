"""Follow the export file in a thread: read every line once and in order, through rotation and truncation."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tetratui.core.amounts import format_count
from tetratui.core.errors import SourceError
from tetratui.core.sources.file_content import read_head
from tetratui.core.sources.follow.rotation_tracker import RotationTracker
from tetratui.core.sources.follow.source_thread import SourceThread
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.follow.tailed_file import FileTruncated, TailedFile
from tetratui.core.sources.follow.wake_up import wait_for_changes
from tetratui.core.sources.open_source import make_source_error
from tetratui.core.sources.read_backwards import Beginning
from tetratui.core.sources.read_sources import read_file
from tetratui.core.sources.source_registry import SourceRegistry

_READ_INTERVAL = 0.2
"""Least seconds between two reads of a file that changes all the time."""
_VANISHED_AFTER = 1.0
"""Seconds without the file before it is reported: every rotation has a moment without one."""
_LASTING = frozenset(
    {SourceStatusKind.WAITING, SourceStatusKind.DENIED, SourceStatusKind.VANISHED, SourceStatusKind.FAILED}
)
"""States that can last: reported once, not at every attempt."""


class Follower(SourceThread):
    """Reads a live export file that may be renamed, compressed, truncated, missing or not readable by us.

    `start()` returns where following begins, and the thread reads what comes after. While the mailbox is full, new
    lines stay in the file, so nothing is lost.
    """

    def __init__(self, path: Path, registry: SourceRegistry, *, from_start: bool = False, capacity: int = 16) -> None:
        super().__init__(f"follow {path.name}", capacity)
        self.path = path.absolute()
        self.missed_files = 0
        """Number of rotated files that were deleted before they could be read; each is reported as FAILED."""
        self._registry = registry
        self._from_start = from_start
        self._rotations = RotationTracker(self.path)
        self._live: TailedFile | None = None
        self._last_status: SourceStatus | None = None
        self._missing_since: float | None = None

    def start(self) -> Beginning | None:
        """Open the file and start the thread; return where following begins, or None if it cannot be opened yet.

        In that case the file is read from its start later, after all rotated files beside it.
        """
        beginning = self._open_first()
        self._thread.start()
        return beginning

    def stop(self) -> None:
        """End the thread and close the file. What was read can still be taken."""
        super().stop()
        if self._live:
            self._live.close()
            self._live = None

    def read_new(self) -> None:
        """Read all new lines, through as many rotations as there were; the thread does so at each change."""
        try:
            while not self._live:
                if not self._switch_file(None):
                    return
            while not self._stopping.is_set():
                # Check before reading to the end: after a rename nothing more is written, so the end is final.
                moved = self._has_moved(self._live)
                self._drain(self._live)
                if not moved or not self._switch_file(self._live):
                    return
        except OSError as error:
            self._report(SourceStatusKind.FAILED, str(make_source_error(self.path, error)))

    def _run(self) -> None:
        try:
            for _ in wait_for_changes(self.path.parent, self._stopping):
                self.read_new()
                # A busy host writes all the time: lines of one interval are read, decoded and shown together.
                self._stopping.wait(_READ_INTERVAL)
        except Exception as error:
            # A thread that ends silently would look like a quiet host.
            self._report(SourceStatusKind.ENDED, f"{self.path}: following stopped: {type(error).__name__}: {error}")

    def _open_first(self) -> Beginning | None:
        while (fd := self._open()) is not None:
            older = self._rotations.start()
            # If the file was rotated between opening and listing, it would be history and live at once: try again.
            if is_same_file(self.path, fd):
                self._live = TailedFile(self.path, fd, self._registry, from_start=self._from_start)
                self._report(SourceStatusKind.OPENED, f"{self.path}: following")
                return Beginning(self._live.file, self._live.offset, older)
            os.close(fd)
        return None

    def _open(self) -> int | None:
        try:
            return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            if not self._live:
                self._report(SourceStatusKind.WAITING, f"{self.path}: does not exist yet; waiting for it")
        except OSError as error:
            denied = isinstance(error, PermissionError)
            kind = SourceStatusKind.DENIED if denied else SourceStatusKind.FAILED
            self._report(kind, str(make_source_error(self.path, error)))
        return None

    def _has_moved(self, live: TailedFile) -> bool:
        """Return whether the path leads to another file now; False while it leads to none."""
        try:
            moved = not live.is_at(self.path)
        except PermissionError as error:
            self._report(SourceStatusKind.DENIED, str(make_source_error(self.path, error)))
            return False
        except OSError:
            self._note_missing()
            return False
        self._missing_since = None
        if self._last_status and self._last_status.kind is SourceStatusKind.VANISHED:
            self._report(SourceStatusKind.RETURNED, f"{self.path}: exists again")
        return moved

    def _note_missing(self) -> None:
        now = time.monotonic()
        self._missing_since = self._missing_since or now
        if now - self._missing_since >= _VANISHED_AFTER:
            text = f"{self.path}: was removed; still reading the old file, waiting for a new one"
            self._report(SourceStatusKind.VANISHED, text)

    def _drain(self, live: TailedFile) -> None:
        while not self._stopping.is_set():
            try:
                chunk = live.read()
            except FileTruncated:
                self._handle_truncation(live)
                continue
            if chunk is None:
                return
            self._put(chunk)

    def _handle_truncation(self, live: TailedFile) -> None:
        """Read the unread rest of the old content from copytruncate's copy, then restart on the new content."""
        copy = self._rotations.open_copy(live.head)
        if copy is not None:
            try:
                self._rotations.mark_known(read_head(copy))
                for chunk in live.read_copy(copy):
                    self._put(chunk)
            finally:
                os.close(copy)
        self._put(live.finish())
        live.restart()
        self._report(SourceStatusKind.TRUNCATED, f"{self.path}: was truncated")

    def _switch_file(self, old: TailedFile | None) -> bool:
        """Read the rotated files since `old`, then make the file at the path the live one; False to try again later."""
        fd = self._open()
        if fd is None:
            return False
        if old:
            self._rotations.mark_known(read_head(old.fd))
        rotated, faults = self._rotations.open_unknown()
        if not is_same_file(self.path, fd):
            # Rotated again in the meantime, so `rotated` is incomplete: the caller's loop starts over.
            for other in [fd, *(opened for _, opened in rotated)]:
                os.close(other)
            return True
        if old:
            self._put(old.finish())
            old.close()
            self._live = None
        self._read_rotated(rotated, faults)
        self._live = TailedFile(self.path, fd, self._registry, from_start=True)
        kind, change = (SourceStatusKind.ROTATED, "rotated") if old else (SourceStatusKind.OPENED, "following")
        detail = f", {format_count(len(rotated), 'rotated file')} read first" if rotated else ""
        self._report(kind, f"{self.path}: {change}{detail}")
        return True

    def _read_rotated(self, rotated: list[tuple[Path, int]], faults: list[SourceError]) -> None:
        for fault in faults:
            self.missed_files += 1
            self._report(SourceStatusKind.FAILED, str(fault))
        for path, fd in rotated:
            self._rotations.mark_known(read_head(fd))
            try:
                for chunk in read_file(path, fd, self._registry):
                    if self._stopping.is_set():
                        break
                    self._put(chunk)
            except SourceError as fault:
                self._report(SourceStatusKind.FAILED, str(fault))
            finally:
                os.close(fd)

    def _report(self, kind: SourceStatusKind, text: str) -> None:
        status = SourceStatus(kind, text)
        if kind in _LASTING and status == self._last_status:
            return
        self._last_status = status
        super()._report(kind, text)


def is_same_file(path: Path, fd: int) -> bool:
    """Return whether a path leads to the file that is open as `fd`."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    return os.path.samestat(status, os.fstat(fd))
