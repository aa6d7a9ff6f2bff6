"""Read an export file of a host in a thread: the newest lines, older ones, and new ones as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tetratui.core.hosts.backwards import BackwardsLines
from tetratui.core.hosts.content import Content
from tetratui.core.hosts.host_reader import HistoryChunk, HostReader, HostReading
from tetratui.core.hosts.host_state import HostCondition, HostFacts
from tetratui.core.hosts.interface import HostError, HostFileError
from tetratui.core.hosts.shell_host import ShellHost
from tetratui.core.hosts.tracker import FileTracker, Piece, Step, TrackedFile
from tetratui.core.hosts.whole_file import is_finished, read_whole_file, resolve_path
from tetratui.core.sources.envelopes.decide import is_enveloped
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.line_splitter import LineSplitter

Inspect = Callable[[ShellHost], HostFacts]
"""Reads the configuration of a host's Tetragon. Raises HostError."""
_POLL = 0.25
"""Seconds that a read waits for new bytes."""


@dataclass(slots=True)
class ReadFile:
    """A file of the host as the registry knows it."""

    index: int
    spool: Spool
    splitter: LineSplitter


class FileReading(HostReading):
    """Follows the export file of a host. After a lost connection it goes on from the same byte of the same file."""

    def __init__(self, reader: HostReader, host: ShellHost, path: str, inspect: Inspect | None = None) -> None:
        self._reader = reader
        self._host = host
        self._path = path
        self._inspect = inspect
        self._tracker: FileTracker | None = None
        self._files: dict[int, ReadFile] = {}
        self._history: _History | None = None
        self._with_rotated = False

    def interrupt(self) -> None:
        """Let what waits for the host raise a HostError at once."""
        if self._tracker is not None:
            self._tracker.interrupt()

    def close(self) -> None:
        """Close the connection."""
        if self._tracker is not None:
            self._tracker.close()

    def read_connection(self) -> None:
        """Connect, and read until the connection ends. Raise HostError."""
        reader, state = self._reader, self._reader.state
        self._ask_configuration()
        if self._tracker is None:
            state.path, self._with_rotated = resolve_path(self._host, self._path, state.facts)
            if is_finished(state.path):
                self._read_finished()
                return
            self._tracker = FileTracker(self._host, state.path, wants_start=is_enveloped)
        tracker = self._tracker
        self._take(tracker.connect())
        reader.reach(HostCondition.HISTORY)
        if self._history is None and tracker.live is not None:
            self._history = _History(self, tracker, with_rotated=self._with_rotated)
        if self._history is not None:
            self._read_history(tracker, self._history)
        reader.history_ended = True
        while not reader.is_stopping:
            reader.reach(HostCondition.FOLLOWING if tracker.live is not None else HostCondition.WAITING)
            self._take(tracker.read(_POLL))
            state.delay, state.missed_files = tracker.delay, tracker.missed_files

    def _ask_configuration(self) -> None:
        """Read the configuration of the host; where a path is named, reading goes on without it."""
        if self._inspect is None:
            return
        try:
            self._reader.state.facts = self._inspect(self._host)
        except HostError:
            if not self._path:
                raise

    def _read_finished(self) -> None:
        """Read a rotated or compressed file, to which nothing is written any more."""
        self._reader.reach(HostCondition.HISTORY)
        for chunk in read_whole_file(
            self._host, self._reader.state.path, self._reader.state.facts, self._reader.registry
        ):
            if self._reader.is_stopping:
                return
            self._reader.put(chunk)

    def _read_history(self, tracker: FileTracker, history: _History) -> None:
        """Read older lines, newest first; what is written meanwhile comes between them."""
        history.reopen()
        while self._reader.wants_history and not history.is_done:
            chunk = history.read()
            if chunk is not None and chunk.lines:
                self._reader.put(HistoryChunk(chunk))
            self._take(tracker.read_new())

    def _take(self, steps: Iterator[Step]) -> None:
        for step in steps:
            if isinstance(step, Piece):
                self._take_piece(step)
            elif step.kind is not SourceStatusKind.OPENED:
                self._reader.put(SourceStatus(step.kind, step.text))
            if self._reader.is_stopping:
                return

    def _take_piece(self, piece: Piece) -> None:
        file = self.adopt(piece.file, piece.offset)
        file.spool.store(piece.offset, piece.data)
        self._put_lines(file, file.splitter.feed(piece.data))
        if piece.last:
            self._put_lines(file, file.splitter.finish())
            del self._files[piece.file]

    def register(self, offset: int, path: str = "") -> ReadFile:
        """Add a file of the host that is read from an offset on to the registry."""
        index, spool = self._reader.registry.add_stream(
            f"{self._host.url}{path or self._reader.state.path}", self._reader.state.name
        )
        return ReadFile(index, spool, LineSplitter(offset))

    def adopt(self, number: int, offset: int) -> ReadFile:
        """Return the live file as the registry knows it."""
        if number not in self._files:
            self._files[number] = self.register(offset)
        return self._files[number]

    def report_damage(self, path: str, damage: str) -> None:
        """Say that a rotated file could be read only in part."""
        if damage:
            self._reader.report(SourceStatusKind.FAILED, f"{self._host.url}{path}: {damage}")

    def report_gap(self) -> None:
        """Say that older lines can no longer be read."""
        self._reader.report(
            SourceStatusKind.FAILED, f"{self._reader.state.name}: a file was deleted while its history was read"
        )

    def _put_lines(self, file: ReadFile, split: tuple[list[bytes], list[int]]) -> None:
        lines, offsets = split
        if lines:
            self._reader.put(Chunk(file.index, offsets[0], lines, offsets))


class _History:
    """The older lines of a host: those before the point at which following began, then rotated files, newest first."""

    def __init__(self, reading: FileReading, tracker: FileTracker, *, with_rotated: bool) -> None:
        self._reading = reading
        self._tracker = tracker
        self._rotated = tracker.rotated.list_paths(tracker.shell) if with_rotated else []
        live = tracker.live
        assert live is not None
        self._live: TrackedFile | None = live
        file = reading.adopt(live.number, live.position)
        self._lines: BackwardsLines | None = BackwardsLines(file.index, file.spool, live.position)
        self._content: Content | None = None

    @property
    def is_done(self) -> bool:
        """Whether all was read."""
        return self._lines is None and not self._rotated

    def reopen(self) -> None:
        """Find the file that is being read, after a new connection."""
        if self._lines is None or self._lines.is_done:
            return
        if self._live is not None:
            self._content = self._tracker.find_content(self._live)
        else:
            self._content = self._open(self._rotated[-1])
        if self._content is None:
            self._reading.report_gap()
            self._next()

    def read(self) -> Chunk | None:
        """Return the next older lines. Raise HostError."""
        if self._lines is None:
            self._content = self._open(self._rotated[-1])
            if self._content is None:
                self._rotated.pop()
                return None
            self._reading.report_damage(self._rotated[-1], self._content.damage)
            file = self._reading.register(0, self._rotated[-1])
            self._lines = BackwardsLines(file.index, file.spool, self._content.size)
        if self._content is None or self._lines.is_done:
            self._next()
            return None
        chunk = self._lines.read(self._content)
        if self._lines.is_done:
            self._next()
        return chunk

    def _next(self) -> None:
        self._lines = self._content = None
        if self._live is not None:
            self._live = None
        elif self._rotated:
            self._rotated.pop()

    def _open(self, path: str) -> Content | None:
        try:
            return self._tracker.rotated.open(self._tracker.shell, path)[1]
        except HostFileError:
            return None
