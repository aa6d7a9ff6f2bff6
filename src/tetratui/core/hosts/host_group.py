"""Read many hosts at once: each in threads of its own, so that none waits for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from tetratui.core.hosts.cluster_watch import ClusterReading, read_whole_cluster
from tetratui.core.hosts.container import ContainerHost
from tetratui.core.hosts.container_events import choose_container_reading, read_whole_container
from tetratui.core.hosts.file_reading import FileReading
from tetratui.core.hosts.host_reader import HostItem, HostReader, HostReading
from tetratui.core.hosts.host_source import KUBERNETES, HostSource, Source, as_host
from tetratui.core.hosts.host_state import HostCondition, HostState
from tetratui.core.hosts.whole_file import read_whole_file
from tetratui.core.sources.follow.mailbox import Mailbox
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.read_sources import read_all
from tetratui.core.sources.source_files import expand
from tetratui.core.sources.source_registry import SourceRegistry

Item = TypeVar("Item")
_STOP_TIMEOUT = 3.0
"""Seconds that the end may wait for all readers; what a reader started is ended by then or at exit."""
_WAITING_FOR_EACH = 4
"""Chunks of each host that may wait to be taken; meanwhile the hosts' writers wait."""


class HostGroup:
    """The readers of several hosts. What they read is taken from one mailbox, in the order in which it came."""

    def __init__(self, sources: Sequence[HostSource], registry: SourceRegistry) -> None:
        self._registry = registry
        self._mailbox: Mailbox[HostItem] = Mailbox(16 + _WAITING_FOR_EACH * len(sources))
        self._lock = threading.Lock()
        self._readers: list[HostReader] = []
        self._clusters: list[HostReader] = []
        for source in sources:
            readers = self._clusters if source.scheme == KUBERNETES else self._readers
            readers.append(self._make_reader(source))

    def start(self) -> None:
        """Start all readers."""
        for reader in (*self._readers, *self._clusters):
            reader.start()

    def take(self, timeout: float) -> list[HostItem]:
        """Return all that was read, waiting up to `timeout` seconds for the first of it."""
        return self._mailbox.take(timeout)

    def stop_history(self) -> None:
        """Read no more older events of any host."""
        for reader in self._all:
            reader.stop_history()

    def stop(self) -> None:
        """End all readers and the processes that they started."""
        self._mailbox.close()
        for reader in self._all:
            reader.stop()
        deadline = time.monotonic() + _STOP_TIMEOUT
        for reader in self._all:
            reader.join(max(0.0, deadline - time.monotonic()))

    @property
    def states(self) -> list[HostState]:
        """What is known of each host; of a cluster only while it is not reached."""
        silent = {HostCondition.FOLLOWING, HostCondition.ENDED}
        return [reader.state for reader in self._all if not self._is_cluster(reader, silent)]

    @property
    def history_ended(self) -> bool:
        """Whether no older events will come from any host; a host that was not reached is not waited for."""
        return all(reader.history_ended for reader in self._all)

    @property
    def missed_files(self) -> int:
        """Files that were deleted before they could be read to their end."""
        return sum(state.missed_files for state in self.states)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come and all that came was taken."""
        return not any(reader.is_alive for reader in self._all) and not len(self._mailbox)

    @property
    def _all(self) -> list[HostReader]:
        with self._lock:
            return [*self._clusters, *self._readers]

    def _is_cluster(self, reader: HostReader, conditions: set[HostCondition]) -> bool:
        return reader in self._clusters and reader.state.condition in conditions

    def _add(self, reader: HostReader) -> None:
        with self._lock:
            self._readers.append(reader)
        reader.start()

    def _make_reader(self, source: HostSource) -> HostReader:
        if source.scheme == KUBERNETES:
            cluster = source.make_cluster()
            state = HostState(cluster.name, source.url)

            def watch(reader: HostReader) -> HostReading:
                return ClusterReading(reader, cluster, self._mailbox, self._add, source.inspect)

            return HostReader(state, self._registry, self._mailbox, watch, cluster.interrupt)
        host = source.make_host()

        def choose(reader: HostReader) -> HostReading:
            if isinstance(host, ContainerHost):
                return choose_container_reading(reader, host, source.path, source.inspect)
            return FileReading(reader, host, source.path, source.inspect)

        state = HostState(host.name, host.url, path=source.path)
        return HostReader(state, self._registry, self._mailbox, choose, host.interrupt)


def read_whole_source(source: HostSource, registry: SourceRegistry) -> Iterator[Chunk]:
    """Yield all lines of a host, oldest first. Raise HostError if it cannot be read."""
    if source.scheme == KUBERNETES:
        yield from read_whole_cluster(source.make_cluster(), source.inspect, registry)
        return
    host = source.make_host()
    facts = source.inspect(host) if source.inspect is not None and not source.path else None
    if isinstance(host, ContainerHost):
        yield from read_whole_container(host, source.path, facts, registry)
    else:
        yield from read_whole_file(host, source.path, facts, registry)


def read_each_place(
    sources: Sequence[Source], registry: SourceRegistry, read_here: Callable[[list[str | Path]], Iterator[Item]]
) -> Iterator[Chunk | Item]:
    """Yield the lines of all sources in their order: those of hosts, and what `read_here` yields of this machine's.

    Raise SourceError if one cannot be read.
    """
    here: list[str | Path] = []
    for source in sources:
        host = as_host(source)
        if host is None:
            here.append(str(source))
            continue
        if here:
            yield from read_here(here)
            here = []
        yield from read_whole_source(host, registry)
    if here:
        yield from read_here(here)


def read_every_place(sources: Sequence[Source], registry: SourceRegistry) -> Iterator[Chunk]:
    """Yield the lines of all sources in their order. Raise SourceError if one cannot be read."""

    def read_here(here: list[str | Path]) -> Iterator[Chunk]:
        return read_all(expand(here), registry)

    yield from read_each_place(sources, registry, read_here)
