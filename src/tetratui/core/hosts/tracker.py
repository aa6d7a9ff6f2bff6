"""Follow one file of a host: every byte once and in order, through rotations and lost connections."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tetratui.core.hosts.content import RANGE, Content, PlainContent
from tetratui.core.hosts.interface import HostError, HostFileError, HostFileMissing
from tetratui.core.hosts.remote_shell import FileFacts, RemoteShell
from tetratui.core.hosts.rotated_files import RotatedFiles
from tetratui.core.hosts.shell_host import ShellHost
from tetratui.core.sources.file_content import HEAD_SIZE
from tetratui.core.sources.follow.status import SourceStatusKind

LIVE, _NEXT = 3, 4
"""The numbers of the open files on the host: a POSIX shell has those up to 9."""
_LOOK_INTERVAL = 1.0
"""Seconds between two looks whether the file was rotated."""
_STAT_INTERVAL = 30.0
"""Seconds between two looks at its size, which starts a process there."""
_VANISHED_AFTER = 3
"""Looks without the file before it is reported: every rotation has a moment without one."""
_TRIES = 10


@dataclass(slots=True)
class TrackedFile:
    """A file that is read, or was read last."""

    number: int
    """Counts the files of this tracker."""
    head: bytes
    """Its first bytes: they identify it, whatever its name, its inode and its compression become."""
    inode: int = 0
    position: int = 0
    """The next byte to read, counted in the unpacked content."""
    done: bool = False
    """Whether it was read to its final end."""

    def is_same(self, head: bytes, facts: FileFacts) -> bool:
        """Return whether a file with this head is this one, grown or not."""
        if not self.head or facts.size < self.position:
            return False
        # A head without a whole line may begin other files too; the inode then decides as well.
        return head.startswith(self.head) and (b"\n" in self.head or facts.inode == self.inode)

    def has_head(self, head: bytes) -> bool:
        """Return whether a rotated file with this head is this one."""
        return bool(self.head) and head.startswith(self.head)


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of one file, in order."""

    file: int
    """The number of the file."""
    offset: int
    data: bytes
    last: bool = False
    """Whether the file ends with it."""


@dataclass(frozen=True, slots=True)
class Note:
    """What happened to the file, for the operator."""

    kind: SourceStatusKind
    text: str


Step = Piece | Note


class FileTracker:
    """Reads a file of a host. After a HostError `connect` goes on from the same byte of the same file."""

    def __init__(
        self,
        host: ShellHost,
        path: str,
        *,
        from_start: bool = False,
        wants_start: Callable[[bytes], bool] = lambda _head: False,
    ) -> None:
        """Follow the file from its end, or from its start; `wants_start` may decide that by its first bytes."""
        self.host = host
        self.path = path
        self.name = f"{host.url}{path}"
        self.live: TrackedFile | None = None
        self.delay: float | None = None
        """Seconds between the last question and its answer."""
        self.missed_files = 0
        """Rotated files that were deleted before they could be read to their end."""
        self._from_start = from_start
        self._wants_start = wants_start
        self._waited = False
        self._numbers = 0
        self.rotated = RotatedFiles(path)
        self._shell: RemoteShell | None = None
        self._tailing = self._is_open = False
        self._next_look = self._next_stat = 0.0
        self._looks_without = 0

    @property
    def shell(self) -> RemoteShell:
        """The connection; raise HostError if there is none."""
        if self._shell is None:
            raise HostError(f"{self.host.name}: not connected")
        return self._shell

    def connect(self) -> Iterator[Step]:
        """Connect and yield what was missed since the last connection. Raise HostError."""
        self.close()
        self._shell = shell = RemoteShell(self.host)
        shell.connect()
        self._tailing = self._is_open = False
        self._looks_without = 0
        yield from self._open_live()

    def close(self) -> None:
        """End the connection."""
        if self._shell is not None:
            self._shell.close()
            self._shell = None

    def interrupt(self) -> None:
        """Let what waits for the host raise a HostError at once; any thread may call it."""
        shell = self._shell
        if shell is not None:
            shell.interrupt()

    def read(self, timeout: float) -> Iterator[Step]:
        """Yield what came, waiting up to `timeout` seconds for it. Raise HostError."""
        live = self.live
        if not self._is_open or live is None:
            time.sleep(min(timeout, _LOOK_INTERVAL))
            yield from self._open_live()
            return
        if not self._tailing:
            self.shell.start_tail(LIVE, live.position)
            self._tailing = True
        yield from self._take(live, self.shell.poll(timeout))
        yield from self._look(live)

    def read_new(self) -> Iterator[Step]:
        """Yield what was added to the open file, without following it."""
        if self.live is not None and self._is_open:
            yield from self._read_content(self.live, open_content_of_live(self.shell))

    def find_content(self, file: TrackedFile) -> Content | None:
        """Return the content of a file that was seen, wherever rotation has moved it; None if it is gone."""
        if self._is_open and self.live is file:
            return open_content_of_live(self.shell)
        return self.rotated.find(self.shell, file.has_head)

    def _take(self, live: TrackedFile, data: bytes, *, last: bool = False) -> Iterator[Step]:
        if data or last:
            offset = live.position
            live.position += len(data)
            live.done = last
            if len(live.head) < HEAD_SIZE and len(live.head) == offset:
                live.head += data[: HEAD_SIZE - len(live.head)]
            yield Piece(live.number, offset, data, last)

    def _look(self, live: TrackedFile) -> Iterator[Step]:
        """Look from time to time whether the file was rotated or truncated."""
        now, state = time.monotonic(), self.shell.path_state()
        if now >= self._next_look:
            self._next_look = now + _LOOK_INTERVAL
            self.shell.ask_path(LIVE, self.path, facts=now >= self._next_stat)
        if state is None:
            return
        self.delay = state.delay
        if state.tail_ended:
            yield from self._stop_tail(live)
        if state.leads == "moved":
            yield from self._rotate(live)
        elif state.leads == "gone":
            self._looks_without += 1
            if self._looks_without == _VANISHED_AFTER:
                yield Note(SourceStatusKind.VANISHED, f"{self.name}: was removed; waiting for a new one")
        else:
            if self._looks_without >= _VANISHED_AFTER:
                yield Note(SourceStatusKind.RETURNED, f"{self.name}: exists again")
            self._looks_without = 0
            if state.facts is not None:
                self._next_stat = now + _STAT_INTERVAL
                yield from self._check_size(live, state.facts)

    def _stop_tail(self, live: TrackedFile) -> Iterator[Step]:
        if self._tailing:
            self._tailing = False
            yield from self._take(live, self.shell.stop_tail())

    def _check_size(self, live: TrackedFile, facts: FileFacts) -> Iterator[Step]:
        # The size is newer than what has arrived of the file, so it is below only after a truncation.
        if facts.size >= live.position:
            return
        yield from self._stop_tail(live)
        text = f"{self.name}: was truncated; lines around that moment may be missing or stand there twice"
        yield Note(SourceStatusKind.TRUNCATED, text)
        yield from self._take(live, b"", last=True)
        self._begin_live(0)

    def _open_live(self) -> Iterator[Step]:
        """Open the file at the path: the first time, or to go on where reading ended."""
        shell = self.shell
        try:
            shell.open(LIVE, self.path)
        except HostFileMissing:
            if not self._waited:
                self._waited = True
                yield Note(SourceStatusKind.WAITING, f"{self.name}: does not exist yet; waiting for it")
            return
        head, facts = shell.read(LIVE, 0, HEAD_SIZE), shell.stat(LIVE)
        if self.live is None and not self._waited:
            self.rotated.start(shell)
            from_start = self._from_start or self._wants_start(head)
            self._begin_live(0 if from_start else self._find_last_line_end(facts.size))
            yield Note(SourceStatusKind.OPENED, f"{self.name}: following")
        elif self.live is not None and not self.live.done and self.live.is_same(head, facts):
            self.live.inode = facts.inode
            self._is_open = True
        else:
            yield from self._catch_up()

    def _begin_live(self, position: int) -> None:
        """Make the open file the live one."""
        self._numbers += 1
        facts, head = self.shell.stat(LIVE), self.shell.read(LIVE, 0, HEAD_SIZE)
        # Only what was read identifies it: a file that is read from its start grows its head as it is read.
        self.live = TrackedFile(self._numbers, head if position else b"", facts.inode, position)
        self._is_open = True

    def _find_last_line_end(self, size: int) -> int:
        end = size
        while end > 0:
            begin = max(0, end - RANGE)
            newline = self.shell.read(LIVE, begin, end).rfind(b"\n")
            if newline >= 0:
                return begin + newline + 1
            end = begin
        return 0

    def _rotate(self, live: TrackedFile) -> Iterator[Step]:
        """Read the old file, still open, to its end; then all files that came after it."""
        yield from self._stop_tail(live)
        yield from self._read_content(live, open_content_of_live(self.shell))
        yield from self._take(live, b"", last=True)
        self.rotated.mark_known(live.head or self.shell.read(LIVE, 0, HEAD_SIZE))
        yield from self._catch_up()

    def _catch_up(self) -> Iterator[Step]:
        """Read the rest of the last file and all rotated ones after it, then make the file at the path the live one."""
        shell = self.shell
        for _ in range(_TRIES):
            try:
                shell.open(_NEXT, self.path)
            except HostFileMissing:
                # Between the rename and the new file: the next look finds it.
                self._is_open = False
                return
            last = self.live
            unread = last.has_head if last is not None and not last.done else lambda _head: False
            newer, old = self.rotated.list_newer(shell, unread)
            if not self._leads_to(_NEXT):
                continue
            yield from self._finish_old(old)
            yield from self._read_newer(newer)
            # While these were read the file may have been rotated again; the next look finds that.
            shell.move(_NEXT, LIVE)
            rotated = self.live is not None
            self._begin_live(0)
            kind, word = (SourceStatusKind.ROTATED, "rotated") if rotated else (SourceStatusKind.OPENED, "following")
            yield Note(kind, f"{self.name}: {word}")
            return
        raise HostError(f"{self.host.name}: {self.path} is rotated faster than it can be read")

    def _leads_to(self, fd: int) -> bool:
        self.shell.ask_path(fd, self.path)
        deadline = time.monotonic() + 20.0
        while time.monotonic() < deadline:
            self.shell.poll(0.5)
            state = self.shell.path_state()
            if state is not None:
                return state.leads == "same"
        raise HostError(f"{self.host.name}: no answer for 20 s")

    def _finish_old(self, old: str | None) -> Iterator[Step]:
        live = self.live
        if live is None or live.done:
            return
        if old is not None:
            yield from self._read_rotated(live, old, self.rotated.open(self.shell, old)[1])
        elif live.position or live.head:
            self.missed_files += 1
            text = f"{self.name}: the file that was read last is gone: what was added to it meanwhile is lost"
            yield Note(SourceStatusKind.FAILED, text)
        self.rotated.mark_known(live.head)
        yield from self._take(live, b"", last=True)

    def _read_newer(self, newer: list[str]) -> Iterator[Step]:
        for path in newer:
            try:
                _, content = self.rotated.open(self.shell, path)
            except HostFileError as error:
                self.missed_files += 1
                yield Note(SourceStatusKind.FAILED, f"a rotated file is missed: {error}")
                continue
            self._numbers += 1
            file = self.live = TrackedFile(self._numbers, b"")
            yield from self._read_rotated(file, path, content)
            self.rotated.mark_known(file.head)
            yield from self._take(file, b"", last=True)

    def _read_rotated(self, file: TrackedFile, path: str, content: Content) -> Iterator[Step]:
        yield from self._read_content(file, content)
        if content.damage:
            yield Note(SourceStatusKind.FAILED, f"{self.host.url}{path}: {content.damage}")

    def _read_content(self, file: TrackedFile, content: Content) -> Iterator[Step]:
        while data := content.read(file.position, file.position + RANGE):
            yield from self._take(file, data)


def open_content_of_live(shell: RemoteShell) -> Content:
    """Return the content of the live file, which is never compressed."""
    return PlainContent(shell, LIVE)
