"""Read the sources in one thread: the newest events first, then older ones backwards, and new ones as they arrive."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.sources import Chunk, LineLocation, SourceRegistry, Stdin, expand, find_live_file, is_pipe, read_all
from tetratui.core.sources.follow.follower import Follower
from tetratui.core.sources.follow.pipe import PipeReader
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.open_source import open_source
from tetratui.core.table import EventTable
from tetratui.core.table.ingest.history import HistoryProgress, index_history
from tetratui.core.table.ingest.ingest import IndexedBatch
from tetratui.core.workspace.feed_events import EventsRead, FeedEvent, HistoryEnded, Severity, SourceReported

Post = Callable[[FeedEvent], object]
QUIET = 0.2
"""Seconds to wait for new events when there is no history left to read."""
HEAD_START = 0.15
"""Seconds for the event loop to draw the newest events before the reading goes on."""
_SEVERITY: dict[SourceStatusKind, Severity] = {
    SourceStatusKind.DENIED: "error",
    SourceStatusKind.WAITING: "warning",
    SourceStatusKind.FAILED: "warning",
    SourceStatusKind.VANISHED: "warning",
}
_SILENT = {SourceStatusKind.OPENED}


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """How to read the sources."""

    live: Path | None
    """The file to follow; None when no file grows."""
    older: tuple[Path, ...]
    """Files to read backwards, as history."""
    streamed: bool = False
    """Whether a pipe is among the sources: then all are read forwards."""
    folder: bool = False
    """Whether the rotated files beside the live one belong to the history."""


def plan_reading(sources: Sequence[str | Path]) -> ReadingPlan:
    """Decide how to read the sources.

    Raises:
        SourceError: a source is missing or may not be read.
    """
    if any(map(is_pipe, sources)):
        return ReadingPlan(None, (), streamed=True)
    last = Path(sources[-1])
    live = find_live_file(last)
    if live is not None and len(sources) == 1 and not last.exists() and last.parent.is_dir():
        # A missing file is waited for: Tetragon creates it at its first event.
        return ReadingPlan(live, ())
    files = [file for file in expand(sources) if not isinstance(file, Stdin)]
    # Opened before the first screen is drawn, so that an error with its remedy is printed on a plain terminal.
    os.close(open_source(files[-1]))
    older = tuple(file for file in files if live is None or file != live)
    return ReadingPlan(live, older, folder=last.is_dir() and len(sources) == 1)


@dataclass
class Feed:
    """Read sources into a table; only the reading thread changes the table."""

    sources: Sequence[str | Path]
    budget: int | None = None
    """Bytes of memory that the table may take; beyond them the oldest events are dropped."""
    registry: SourceRegistry = field(default_factory=SourceRegistry)
    table: EventTable = field(init=False)

    def __post_init__(self) -> None:
        registry = self.registry
        self.table = EventTable(
            lambda file, offset, size: registry.read(LineLocation(file, offset), size), self.budget, registry.read_many
        )
        self._stopped = threading.Event()
        self._history_stopped = threading.Event()
        self.progress = HistoryProgress()
        self._reader: Follower | PipeReader | None = None

    def open_pipe(self) -> None:
        """Start to read the pipe among the sources.

        For standard input this must be called before the terminal takes its place.
        """
        reader = self._reader = PipeReader(_pipe_of(self.sources), self.registry)
        reader.start()

    def stop(self) -> None:
        """Ask the thread to end; it ends within a moment."""
        self._stopped.set()

    def stop_history(self) -> None:
        """Read no more older events; new ones are still read."""
        self._history_stopped.set()

    @property
    def lost(self) -> int:
        """Rotated files that were deleted before they could be read."""
        return self._reader.missed_files if isinstance(self._reader, Follower) else 0

    def make_reader(self, post: Post) -> Callable[[], None]:
        """Return the function for the reading thread; it sends its reports through `post`."""

        def read() -> None:
            try:
                self._read(post)
            except TetratuiError as error:
                post(SourceReported(visible(str(error)), "error", SourceStatusKind.ENDED))
            finally:
                post(HistoryEnded())
                if self._reader is not None:
                    self._reader.stop()

        return read

    def _read(self, post: Post) -> None:
        plan = plan_reading(self.sources)
        if plan.streamed:
            self._read_pipe(post)
            return
        with closing(self._read_history(plan)) as history:
            for batch in history:
                if self._stopped.is_set():
                    return
                if self.table.full:
                    post(SourceReported("memory is full: older events stay in their files (memory.budget_mib)"))
                    break
                if self._history_stopped.is_set():
                    post(SourceReported("history stopped: older events stay in their files"))
                    break
                self.progress.done += batch.bytes
                is_newest = not len(self.table)
                post(EventsRead(self.table.prepend(batch), history=True))
                if is_newest:
                    self._stopped.wait(HEAD_START)
                self._take(0, post)
        self._report_faults(post)
        post(HistoryEnded())
        if self._reader is None:
            post(SourceReported("read to the end; a finished file is not followed", kind=SourceStatusKind.ENDED))
        while not self._stopped.is_set() and self._reader is not None:
            self._take(QUIET, post)

    def _read_pipe(self, post: Post) -> None:
        """Read the other sources, then the pipe as its lines arrive."""
        pipe = _pipe_of(self.sources)
        for chunk in read_all([file for file in expand(self.sources) if file != pipe], self.registry):
            if self._stopped.is_set():
                return
            self._append(chunk, post)
        post(HistoryEnded())
        while not self._stopped.is_set():
            self._take(QUIET, post)

    def _read_history(self, plan: ReadingPlan) -> Generator[IndexedBatch]:
        beginning = None
        older = plan.older
        if plan.live is not None:
            follower = self._reader = Follower(plan.live, self.registry)
            beginning = follower.start()
            if beginning is not None and plan.folder:
                older = beginning.older
        return index_history(self.registry, beginning, older, self.progress)

    def _take(self, timeout: float, post: Post) -> None:
        if self._reader is None:
            return
        chunks: list[Chunk] = []
        for item in self._reader.take(timeout):
            if isinstance(item, SourceStatus):
                if item.kind not in _SILENT:
                    severity = _SEVERITY.get(item.kind, "information")
                    post(SourceReported(visible(item.text), severity, item.kind))
            else:
                chunks.append(item)
        for chunk in chunks:
            self._append(chunk, post)

    def _append(self, chunk: Chunk, post: Post) -> None:
        rows = self.table.append(chunk)
        if len(rows):
            post(EventsRead(rows, history=False))

    def _report_faults(self, post: Post) -> None:
        for fault in self.registry.faults:
            post(SourceReported(visible(str(fault)), "warning"))


def _pipe_of(sources: Sequence[str | Path]) -> Stdin | Path:
    """Return the source that is streamed: standard input, else the first named pipe."""
    if "-" in map(str, sources):
        return Stdin()
    return next(Path(source) for source in sources if is_pipe(source))
