"""The one thread that reads: the newest events first, then what arrives, and between them history, backwards."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.sources import Chunk, LineLocation, SourceRegistry, Stdin, expand, find_live_file, is_pipe, read_all
from tetratui.core.sources.follow.follower import Follower
from tetratui.core.sources.follow.pipe import PipeReader
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.open_source import open_source
from tetratui.core.table import EventTable
from tetratui.core.table.ingest.history import Progress, count_bytes, index_history
from tetratui.core.table.ingest.ingest import IndexedBatch
from tetratui.core.workspace.feed_events import EventsRead, FeedEvent, HistoryEnded, Severity, SourceReported

Post = Callable[[FeedEvent], object]
QUIET = 0.2
"""Seconds a look for new events waits when there is nothing else to do."""
SCREENFUL = 120
"""Lines of history that are shown before more are decoded: enough for the events of one pane among them."""
HEAD_START = 0.15
"""Seconds in which the event loop may draw these undisturbed."""
_SEVERITY: dict[SourceStatusKind, Severity] = {
    SourceStatusKind.DENIED: "error",
    SourceStatusKind.WAITING: "warning",
    SourceStatusKind.FAILED: "warning",
    SourceStatusKind.VANISHED: "warning",
}
_SILENT = {SourceStatusKind.OPENED}


@dataclass(frozen=True, slots=True)
class Plan:
    """How sources are read: `older` files backwards, then `live` followed; or a stream, forwards."""

    live: Path | None
    older: tuple[Path, ...]
    streamed: bool = False
    folder: bool = False
    """Whether the rotated files beside the live one belong to the history."""


def plan(sources: Sequence[str | Path]) -> Plan:
    """Decide how to read some sources; raises SourceError when one is missing or may not be read."""
    if any(map(is_pipe, sources)):
        return Plan(None, (), streamed=True)
    last = Path(sources[-1])
    live = find_live_file(last)
    if live is not None and len(sources) == 1 and not last.exists() and last.parent.is_dir():
        # Tetragon makes it with its first event.
        return Plan(live, ())
    files = [file for file in expand(sources) if not isinstance(file, Stdin)]
    # Said before the screen opens: what to do about a file that may not be read stands on a line of its own.
    os.close(open_source(files[-1]))
    older = tuple(file for file in files if live is None or file != live)
    return Plan(live, older, folder=last.is_dir() and len(sources) == 1)


@dataclass
class Feed:
    """Reads sources into a table; only its thread changes the table."""

    sources: Sequence[str | Path]
    budget: int | None = None
    """Bytes of memory the table may take; beyond it the oldest events leave."""
    registry: SourceRegistry = field(default_factory=SourceRegistry)
    table: EventTable = field(init=False)

    def __post_init__(self) -> None:
        registry = self.registry
        self.table = EventTable(
            lambda file, offset, size: registry.read(LineLocation(file, offset), size), self.budget, registry.read_many
        )
        self._stopped = threading.Event()
        self._enough = threading.Event()
        self.progress = Progress()
        self._reader: Follower | PipeReader | None = None

    def open_pipe(self) -> None:
        """Begin to read the pipe among the sources; the standard input before the terminal takes its place."""
        reader = self._reader = PipeReader(_pipe_of(self.sources), self.registry)
        reader.start()

    def stop(self) -> None:
        """Ask the thread to end; it does within a moment."""
        self._stopped.set()

    def stop_history(self) -> None:
        """Read no older events; what arrives is read as before."""
        self._enough.set()

    @property
    def lost(self) -> int:
        """Rotated files that were deleted before they could be read."""
        return self._reader.missed_files if isinstance(self._reader, Follower) else 0

    def reading(self, post: Post) -> Callable[[], None]:
        """Give what the thread runs; it tells of batches and of what happens through `post`."""

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
        planned = plan(self.sources)
        if planned.streamed:
            self._pipe(post)
            return
        with closing(self._history(planned)) as history:
            for batch in newest_first(history):
                if self._stopped.is_set():
                    return
                if self.table.full:
                    post(SourceReported("memory is full: older events stay in their files (memory.budget_mib)"))
                    break
                if self._enough.is_set():
                    post(SourceReported("reading was stopped: older events stay in their files"))
                    break
                self.progress.done += count_bytes(batch)
                post(EventsRead(self.table.prepend(batch), history=True))
                self._take(0, post)
        self._tell_faults(post)
        post(HistoryEnded())
        if self._reader is None:
            post(SourceReported("read to the end; a finished file is not followed", kind=SourceStatusKind.ENDED))
        while not self._stopped.is_set() and self._reader is not None:
            self._take(QUIET, post)

    def _pipe(self, post: Post) -> None:
        """Read a pipe as it comes; other sources beside it are read before."""
        pipe = _pipe_of(self.sources)
        for chunk in read_all([file for file in expand(self.sources) if file != pipe], self.registry):
            if self._stopped.is_set():
                return
            self._append(chunk, post)
        post(HistoryEnded())
        while not self._stopped.is_set():
            self._take(QUIET, post)

    def _history(self, planned: Plan) -> Generator[Chunk | IndexedBatch]:
        beginning = None
        older = planned.older
        if planned.live is not None:
            follower = self._reader = Follower(planned.live, self.registry)
            beginning = follower.start()
            if beginning is not None and planned.folder:
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

    def _tell_faults(self, post: Post) -> None:
        for fault in self.registry.faults:
            post(SourceReported(visible(str(fault)), "warning"))


def newest_first(batches: Iterator[Chunk | IndexedBatch]) -> Iterator[Chunk | IndexedBatch]:
    """Cut the first chunk of history in two, so that its last screenful can be shown before the rest is decoded."""
    for number, chunk in enumerate(batches):
        rest = 0 if number or isinstance(chunk, IndexedBatch) else len(chunk.lines) - SCREENFUL
        if rest <= 0 or isinstance(chunk, IndexedBatch):
            yield chunk
            continue
        yield replace(chunk, offset=chunk.offsets[rest], lines=chunk.lines[rest:], offsets=chunk.offsets[rest:])
        # The event loop draws them meanwhile.
        time.sleep(HEAD_START)
        yield replace(chunk, lines=chunk.lines[:rest], offsets=chunk.offsets[:rest])


def _pipe_of(sources: Sequence[str | Path]) -> Stdin | Path:
    """Choose the source that is read as it comes: the standard input, else the first named pipe."""
    if "-" in map(str, sources):
        return Stdin()
    return next(Path(source) for source in sources if is_pipe(source))
