"""Follow the export file in a thread: every line once, in order, through rotation and whatever else happens to it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources.file_content import head_of
from tetratui.core.sources.follow.mailbox import Mailbox
from tetratui.core.sources.follow.rotation_tracker import RotationTracker
from tetratui.core.sources.follow.status import SourceEventKind, SourceStatus
from tetratui.core.sources.follow.tailed_file import Rewritten, TailedFile
from tetratui.core.sources.follow.wake_up import wakes
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.open_source import refusal
from tetratui.core.sources.read_backwards import Beginning
from tetratui.core.sources.read_sources import read_file
from tetratui.core.sources.source_registry import SourceRegistry

_TOGETHER = 0.2
"""Seconds between two looks at a file that changes all the time."""
_GONE_FOR = 1.0
"""Seconds without the file before that is said: each rotation has a moment without one."""


class Follower:
    """Reads a live export file that may be renamed, compressed, truncated, missing or closed to us.

    `start()` says where following begins, the thread then reads what comes after; `take()` gives chunks and facts in
    order. At most `capacity` blocks wait to be taken; more is left in the file until then, and nothing is lost.
    """

    def __init__(self, path: Path, origins: SourceRegistry, *, from_start: bool = False, capacity: int = 16) -> None:
        self.path = path.absolute()
        self.lost = 0
        """Rotated files that were deleted before they could be read; each is told as FAILED."""
        self._origins = origins
        self._from_start = from_start
        self._mailbox: Mailbox[Chunk | SourceStatus] = Mailbox(capacity)
        self._succession = RotationTracker(self.path)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"follow {path.name}", daemon=True)
        self._live: TailedFile | None = None
        self._told: SourceStatus | None = None
        self._gone_since: float | None = None

    def start(self) -> Beginning | None:
        """Open the file and begin; give where, or None when it cannot be opened yet.

        Such a file is read from its start later, after all rotated files beside it.
        """
        beginning = self._open_first()
        self._thread.start()
        return beginning

    def take(self, timeout: float | None = None) -> list[Chunk | SourceStatus]:
        """Take all that was read, waiting up to `timeout` seconds; empty when nothing came, or after `stop()`."""
        return self._mailbox.take(timeout)

    def stop(self) -> None:
        """End the thread and close the file; what was read can still be taken."""
        self._stop.set()
        self._mailbox.close()
        if self._thread.ident:
            self._thread.join()

    def look(self) -> None:
        """Read all there is now, over as many rotations as there were; the thread does it at each wake."""
        try:
            while not self._live:
                if not self._succeed(None):
                    return
            while not self._stop.is_set():
                # Asked before reading to the end: after a rename nothing more comes, so the end is the end.
                moved = self._has_moved(self._live)
                self._drain(self._live)
                if not moved or not self._succeed(self._live):
                    return
        except OSError as error:
            self._tell(SourceEventKind.FAILED, str(refusal(self.path, error)))

    def _run(self) -> None:
        try:
            for _ in wakes(self.path.parent, self._stop):
                self.look()
                # A busy host writes all the time: what comes meanwhile is read, decoded and shown together.
                self._stop.wait(_TOGETHER)
        except Exception as error:
            # A thread that dies silently would look like a quiet host.
            self._tell(SourceEventKind.ENDED, f"{self.path}: following stopped: {type(error).__name__}: {error}")
        finally:
            if self._live:
                self._live.close()

    def _open_first(self) -> Beginning | None:
        while (fd := self._open()) is not None:
            older = self._succession.begin()
            # Rotated between opening and listing, the file would be history and live at once.
            if names(self.path, fd):
                self._live = TailedFile(self.path, fd, self._origins, from_start=self._from_start)
                self._tell(SourceEventKind.OPENED, f"{self.path}: following")
                return Beginning(self._live.file, self._live.offset, older)
            os.close(fd)
        return None

    def _open(self) -> int | None:
        try:
            return os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            if not self._live:
                self._tell(SourceEventKind.WAITING, f"{self.path}: does not exist yet; waiting for it")
        except OSError as error:
            denied = isinstance(error, PermissionError)
            self._tell(SourceEventKind.DENIED if denied else SourceEventKind.FAILED, str(refusal(self.path, error)))
        return None

    def _has_moved(self, live: TailedFile) -> bool:
        """Say whether the path names another file now; a path that names none says nothing yet."""
        try:
            moved = not live.is_at(self.path)
        except PermissionError as error:
            self._tell(SourceEventKind.DENIED, str(refusal(self.path, error)))
            return False
        except OSError:
            self._miss()
            return False
        self._gone_since = None
        if self._told and self._told.kind is SourceEventKind.VANISHED:
            self._tell(SourceEventKind.RETURNED, f"{self.path}: is there again")
        return moved

    def _miss(self) -> None:
        now = time.monotonic()
        self._gone_since = self._gone_since or now
        if now - self._gone_since >= _GONE_FOR:
            self._tell(SourceEventKind.VANISHED, f"{self.path}: is gone; waiting for it, still reading what it was")

    def _drain(self, live: TailedFile) -> None:
        while not self._stop.is_set():
            try:
                chunk = live.read()
            except Rewritten:
                self._take_truncation(live)
                continue
            if chunk is None:
                return
            self._put(chunk)

    def _take_truncation(self, live: TailedFile) -> None:
        """Read what copytruncate's copy still has of the old content, then go on with the new one."""
        copy = self._succession.copy_of(live.head)
        if copy is not None:
            try:
                self._succession.know(head_of(copy))
                for chunk in live.read_copy(copy):
                    self._put(chunk)
            finally:
                os.close(copy)
        self._put(live.rest())
        live.begin_again()
        self._tell(SourceEventKind.TRUNCATED, f"{self.path}: was truncated")

    def _succeed(self, old: TailedFile | None) -> bool:
        """Go over to the file that the path names now, through the rotated ones between; False to try again later."""
        fd = self._open()
        if fd is None:
            return False
        if old:
            self._succession.know(head_of(old.fd))
        between, faults = self._succession.between()
        if not names(self.path, fd):
            # Rotated again while looking: more is between now.
            for other in [fd, *(opened for _, opened in between)]:
                os.close(other)
            return True
        if old:
            self._put(old.rest())
            old.close()
            self._live = None
        self._read_between(between, faults)
        self._live = TailedFile(self.path, fd, self._origins, from_start=True)
        kind, words = (SourceEventKind.ROTATED, "rotated") if old else (SourceEventKind.OPENED, "following")
        count = f", {len(between)} rotated files read first" if between else ""
        self._tell(kind, f"{self.path}: {words}{count}")
        return True

    def _read_between(self, between: list[tuple[Path, int]], faults: list[SourceError]) -> None:
        for fault in faults:
            self.lost += 1
            self._tell(SourceEventKind.FAILED, str(fault))
        for path, fd in between:
            self._succession.know(head_of(fd))
            try:
                for chunk in read_file(path, fd, self._origins):
                    if self._stop.is_set():
                        break
                    self._put(chunk)
            except SourceError as fault:
                self._tell(SourceEventKind.FAILED, str(fault))
            finally:
                os.close(fd)

    def _put(self, chunk: Chunk | None) -> None:
        if chunk and chunk.lines:
            self._mailbox.put(chunk)

    def _tell(self, kind: SourceEventKind, text: str) -> None:
        """Put a fact in order with the chunks; a state that lasts is told once."""
        status = SourceStatus(kind, text)
        if kind in _LASTING and status == self._told:
            return
        self._told = status
        self._mailbox.put(status)


_LASTING = frozenset(
    {SourceEventKind.WAITING, SourceEventKind.DENIED, SourceEventKind.VANISHED, SourceEventKind.FAILED}
)


def names(path: Path, fd: int) -> bool:
    """Say whether a path names the file that is open."""
    try:
        named = os.stat(path)
    except OSError:
        return False
    return os.path.samestat(named, os.fstat(fd))
