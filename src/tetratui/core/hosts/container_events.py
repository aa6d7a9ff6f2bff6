"""Where the events of a Tetragon in a container are: in its export file, else in what it prints."""

from __future__ import annotations

from collections.abc import Iterator

from tetratui.core.hosts.container import ContainerHost, explain_engine_failure
from tetratui.core.hosts.file_reading import FileReading, Inspect
from tetratui.core.hosts.host_reader import HostReader, HostReading
from tetratui.core.hosts.host_state import HostFacts
from tetratui.core.hosts.interface import CommandResult, HostError
from tetratui.core.hosts.log_reading import LogReading, read_whole_log
from tetratui.core.hosts.whole_file import read_whole_file
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.source_registry import SourceRegistry

_STANDARD_OUTPUT = frozenset({"", "-", "/dev/stdout", "/proc/self/fd/1"})
"""Export files that are the container's standard output, which its engine keeps as a log."""


def prints_events(path: str, facts: HostFacts | None) -> bool:
    """Return whether a container's events are in its log, for a path that was named or configured."""
    return not path and (facts is None or facts.export_file in _STANDARD_OUTPUT)


def choose_container_reading(
    reader: HostReader, host: ContainerHost, path: str, inspect: Inspect | None
) -> HostReading:
    """Return how a container's events are read. Raise HostError if the container cannot be asked."""
    facts = reader.state.facts = inspect(host) if inspect is not None else None
    if not prints_events(path, facts):
        return FileReading(reader, host, path, inspect)
    reader.state.path = "standard output"
    return LogReading(reader, host.logs_command, _FindFailure(host))


def read_whole_container(
    host: ContainerHost, path: str, facts: HostFacts | None, registry: SourceRegistry
) -> Iterator[Chunk]:
    """Yield all lines of a container's export file, else of its log. Raise HostError."""
    if not prints_events(path, facts):
        yield from read_whole_file(host, path, facts, registry)
        return
    command = [word for word in host.logs_command if word != "--follow"]
    yield from read_whole_log(host.name, host.url, command, registry, _FindFailure(host))


class _FindFailure:
    """Explains what a container's engine prints."""

    def __init__(self, host: ContainerHost) -> None:
        self._engine = host.engine

    def __call__(self, name: str, result: CommandResult) -> HostError | None:
        return explain_engine_failure(self._engine, name, result)
