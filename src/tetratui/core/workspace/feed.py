"""Read the sources in one thread: the newest events first, then older ones backwards, and new ones as they arrive."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tetratui.core.errors import TetratuiError
from tetratui.core.events.visible import visible
from tetratui.core.hosts.host_group import HostGroup
from tetratui.core.hosts.host_reader import HistoryChunk, HostItem
from tetratui.core.hosts.host_source import Source, split_sources_by_place
from tetratui.core.hosts.host_state import HostState
from tetratui.core.hosts.local import HERE
from tetratui.core.sources import (
    Chunk,
    LineLocation,
    SourceRegistry,
    Stdin,
    describe_left_out,
    expand,
    find_live_file,
    is_pipe,
    read_all,
)
from tetratui.core.sources.envelopes import Unwrappers
from tetratui.core.sources.envelopes.unwrappers import HERE as HERE_STREAM
from tetratui.core.sources.follow.follower import Follower
from tetratui.core.sources.follow.pipe import PipeReader
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.open_source import open_source
from tetratui.core.sources.read_backwards import Beginning
from tetratui.core.sources.read_sources import is_finished, is_wrapped
from tetratui.core.sources.rotation import is_rotated_of
from tetratui.core.table import EventTable
from tetratui.core.table.ingest.history import HistoryProgress, index_history
from tetratui.core.table.ingest.ingest import IndexedBatch
from tetratui.core.table.load_sources import offer_hosts
from tetratui.core.workspace.feed_events import EventsRead, FeedEvent, HistoryEnded, Severity, SourceReported
from tetratui.core.workspace.host_activity import HostActivity

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
    wrapped: bool = False
    """Whether lines are in envelopes: then all are read forwards, as texts may go on in the next line."""


def plan_reading(sources: Sequence[str | Path]) -> ReadingPlan:
    """Decide how to read the sources of this machine.

    Raises:
        SourceError: a source is missing or may not be read.
    """
    if not sources:
        return ReadingPlan(None, ())
    if any(map(is_pipe, sources)):
        return ReadingPlan(None, (), streamed=True)
    last = Path(sources[-1])
    live = find_live_file(last)
    if live is not None and is_finished(live):
        live = None
    if live is not None and len(sources) == 1 and not last.exists() and last.parent.is_dir():
        # A missing file is waited for: Tetragon creates it at its first event.
        return ReadingPlan(live, ())
    files = [file for file in expand(sources) if not isinstance(file, Stdin)]
    # Opened before the first screen is drawn, so that an error with its remedy is printed on a plain terminal.
    os.close(open_source(files[-1]))
    older = tuple(file for file in files if live is None or file != live)
    wrapped = any(map(is_wrapped, files))
    return ReadingPlan(live, older, folder=last.is_dir() and len(sources) == 1, wrapped=wrapped)


@dataclass
class Feed:
    """Read sources into a table; only the reading thread changes the table."""

    sources: Sequence[Source]
    budget: int | None = None
    """Bytes of memory that the table may take; beyond them the oldest events are dropped."""
    registry: SourceRegistry = field(default_factory=SourceRegistry)
    table: EventTable = field(init=False)

    def __post_init__(self) -> None:
        registry = self.registry
        self._here, hosts = split_sources_by_place(self.sources)
        self._hosts = HostGroup(hosts, registry) if hosts else None
        self._history_open = True
        self.table = EventTable(
            lambda file, offset, size: registry.read(LineLocation(file, offset), size), self.budget, registry.read_many
        )
        self.table.lossy_files = registry.lossy
        offer_hosts(self.table, registry, self.sources)
        self.activity: defaultdict[str, HostActivity] = defaultdict(HostActivity)
        """What has come from each host, by its name; `HERE` is this machine."""
        self._stopped = threading.Event()
        self._history_stopped = threading.Event()
        self.progress = HistoryProgress()
        self._reader: Follower | PipeReader | None = None
        self._unwrappers = Unwrappers(self.registry)
        self._named: set[str] = set()
        self._faults_reported = 0

    def open_pipe(self) -> None:
        """Start to read the pipe among the sources.

        For standard input this must be called before the terminal takes its place.
        """
        reader = self._reader = PipeReader(_pipe_of(self._here), self.registry)
        reader.start()

    def stop(self) -> None:
        """Ask the thread to end; it ends within a moment."""
        self._stopped.set()

    def stop_history(self) -> None:
        """Read no more older events; new ones are still read."""
        self._history_stopped.set()
        if self._hosts is not None:
            self._hosts.stop_history()

    @property
    def lost(self) -> int:
        """Rotated files that were deleted before they could be read."""
        here = self._reader.missed_files if isinstance(self._reader, Follower) else 0
        return here + (self._hosts.missed_files if self._hosts is not None else 0)

    @property
    def hosts(self) -> list[HostState]:
        """What is known of each host that is read; none if all sources are on this machine."""
        return self._hosts.states if self._hosts is not None else []

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
                if self._hosts is not None:
                    self._hosts.stop()

        return read

    def _read(self, post: Post) -> None:
        if self._hosts is not None:
            self._hosts.start()
        plan = plan_reading(self._here)
        for note in describe_left_out(self._here):
            post(SourceReported(visible(note), "warning"))
        if plan.streamed:
            self._read_pipe(post)
            return
        if plan.wrapped:
            self._read_forwards(plan, post)
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
                self._prepend(batch, HERE, post)
                if is_newest:
                    self._stopped.wait(HEAD_START)
                self._take(0, post)
        self._report_faults(post)
        self._follow(post)

    def _read_forwards(self, plan: ReadingPlan, post: Post) -> None:
        """Read wrapped files from their beginning, then follow the live one."""
        beginning, older = None, plan.older
        if plan.live is not None:
            follower = self._reader = Follower(plan.live, self.registry, from_start=True)
            beginning = follower.start()
            if beginning is not None and plan.folder:
                older = _join_older(plan, beginning)
        for chunk in read_all(older, self.registry):
            if self._stopped.is_set() or self._history_stopped.is_set():
                break
            self._append(chunk, post)
        self._report_faults(post)
        self._follow(post)

    def _follow(self, post: Post) -> None:
        if self._reader is None:
            # No further line of this machine's files can complete a text.
            self._append_all(self._unwrappers.end(HERE_STREAM), post)
        if self._reader is None and self._hosts is None:
            post(HistoryEnded())
            post(SourceReported("read to the end; a finished file is not followed", kind=SourceStatusKind.ENDED))
            return
        self._take_until_stopped(post)

    def _read_pipe(self, post: Post) -> None:
        """Read the other sources, then the pipe as its lines arrive."""
        pipe = _pipe_of(self._here)
        for chunk in read_all([file for file in expand(self._here) if file != pipe], self.registry):
            if self._stopped.is_set():
                return
            self._append(chunk, post)
        self._take_until_stopped(post)

    def _take_until_stopped(self, post: Post) -> None:
        """Take what is written from now on, and older events of hosts."""
        while not self._stopped.is_set():
            if self._history_open and (self._hosts is None or self._hosts.history_ended):
                self._history_open = False
                post(HistoryEnded())
            self._take(QUIET, post)
            if self._reader is None and self._hosts is not None and self._hosts.has_ended:
                self._append_all(self._unwrappers.end_all(), post)
                post(SourceReported("no host is read any more", kind=SourceStatusKind.ENDED))
                return

    def _read_history(self, plan: ReadingPlan) -> Generator[IndexedBatch]:
        beginning = None
        older = plan.older
        if plan.live is not None:
            follower = self._reader = Follower(plan.live, self.registry)
            beginning = follower.start()
            if beginning is not None and plan.folder:
                older = _join_older(plan, beginning)
        return index_history(self.registry, beginning, older, self.progress)

    def _take(self, timeout: float, post: Post) -> None:
        items: list[HostItem] = []
        if self._hosts is not None:
            items += self._hosts.take(0 if self._reader is not None else timeout)
        if self._reader is not None:
            items += self._reader.take(0 if items else timeout)
        for item in items:
            if isinstance(item, Chunk):
                self._append(item, post)
            elif isinstance(item, HistoryChunk):
                self._prepend_older(item.chunk, post)
            else:
                self._take_status(item, post)

    def _take_status(self, status: SourceStatus, post: Post) -> None:
        if status.kind is SourceStatusKind.ENDED:
            # The pipe: no further line can complete a text.
            self._append_all(self._unwrappers.end(HERE_STREAM), post)
        if status.kind not in _SILENT:
            severity = _SEVERITY.get(status.kind, "information")
            post(SourceReported(visible(status.text), severity, status.kind))

    def _prepend_older(self, chunk: Chunk, post: Post) -> None:
        """Join older events of a host above all others; a full table takes none."""
        if not self.table.full:
            self._prepend(chunk, self._name_host(chunk), post)
        elif self._hosts is not None:
            self._hosts.stop_history()

    def _prepend(self, batch: Chunk | IndexedBatch, host: str, post: Post) -> None:
        unreadable = self.table.unreadable.count
        rows = self.table.prepend(batch)
        self._count(host, rows, self.table.unreadable.count - unreadable, new=False)
        post(EventsRead(rows, history=True))

    def _name_host(self, chunk: Chunk) -> str:
        return self.registry.host(chunk.file) or HERE

    def _append(self, chunk: Chunk, post: Post) -> None:
        self._append_all(self._unwrappers.take(chunk), post)

    def _append_all(self, chunks: Sequence[Chunk], post: Post) -> None:
        for chunk in chunks:
            unreadable = self.table.unreadable.count
            rows = self.table.append(chunk)
            self._count(self._name_host(chunk), rows, self.table.unreadable.count - unreadable, new=True)
            if len(rows):
                post(EventsRead(rows, history=False))
        self.table.parts, self.table.envelopes = self._unwrappers.parts, self._unwrappers.names
        for name in self.table.envelopes.keys() - self._named:
            self._named.add(name)
            post(SourceReported(visible(f"{name}, unwrapped"), kind=SourceStatusKind.UNWRAPPED))

    def _count(self, host: str, rows: range, unreadable: int, *, new: bool) -> None:
        """Count what came from a host."""
        part = self.table.part(rows.start, rows.stop)
        last = int(part.time.max()) if len(part) else -1
        self.activity[host].add(len(rows), unreadable, last, new=new)

    def _report_faults(self, post: Post) -> None:
        """Report the faults that were not reported yet."""
        faults = self.registry.faults[self._faults_reported :]
        self._faults_reported += len(faults)
        for fault in faults:
            post(SourceReported(visible(str(fault)), "warning"))


def _join_older(plan: ReadingPlan, beginning: Beginning) -> tuple[Path, ...]:
    """Return the older files of a folder: those of the live file as they are now, after those of others."""
    live = plan.live
    others = (path for path in plan.older if live is None or not is_rotated_of(path, live))
    return (*others, *beginning.older)


def _pipe_of(sources: Sequence[str | Path]) -> Stdin | Path:
    """Return the source that is streamed: standard input, else the first named pipe."""
    if "-" in map(str, sources):
        return Stdin()
    return next(Path(source) for source in sources if is_pipe(source))
