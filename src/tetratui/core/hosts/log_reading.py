"""Read what a container writes to its standard output, as `docker logs` and `kubectl logs` hand it out."""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from tetratui.core.hosts.host_reader import HostReader, HostReading
from tetratui.core.hosts.host_state import HostCondition
from tetratui.core.hosts.interface import CommandResult, HostError
from tetratui.core.hosts.shell_host import end_process, start_process, terminate
from tetratui.core.sources.follow.spool import Spool
from tetratui.core.sources.follow.status import SourceStatusKind
from tetratui.core.sources.line_location import BLOCK_SIZE, Chunk
from tetratui.core.sources.line_splitter import LineSplitter, find_line_starts
from tetratui.core.sources.source_registry import SourceRegistry

_POLL = 0.25
_QUIET = 5.0
"""Seconds without a line after which the log is taken to hold no more old lines."""
_MOST_WAITING = 200_000
"""Lines that wait until the last line known is met again."""


_MOST_ERRORS = 4096
_END_TIMEOUT = 2.0
FindFailure = Callable[[str, CommandResult], HostError | None]
"""Explains what the program that prints a log said, by the name of the host."""


class ReplayFilter:
    """Leaves out the lines of a log that were read over an earlier connection.

    A log has no offsets: each connection brings it from its beginning. The line that was read last is looked for in it.
    Events are never alike, so a line is known by its digest.
    """

    def __init__(self) -> None:
        self._last = b""
        self._waiting: deque[bytes] | None = None
        self.gap = False
        """Whether the line read last was not met again, so that lines between may be missing."""

    def begin(self) -> None:
        """Begin with a log that comes from its beginning."""
        self._waiting = deque() if self._last else None
        self.gap = False

    def take(self, lines: Sequence[bytes]) -> list[bytes]:
        """Return those lines that are new; while it is not known whether they are, they wait."""
        fresh = list(lines)
        if self._waiting is not None:
            digests = [_digest(line) for line in fresh]
            if self._last not in digests:
                self._waiting.extend(fresh)
                return self.give_up() if len(self._waiting) > _MOST_WAITING else []
            self._waiting = None
            fresh = fresh[len(digests) - digests[::-1].index(self._last) :]
        if fresh:
            self._last = _digest(fresh[-1])
        return fresh

    def give_up(self) -> list[bytes]:
        """Return the lines that wait: the line read last is no longer in the log."""
        waiting, self._waiting = self._waiting, None
        if not waiting:
            return []
        self.gap = True
        self._last = _digest(waiting[-1])
        return list(waiting)

    @property
    def is_waiting(self) -> bool:
        """Whether lines wait."""
        return bool(self._waiting)


def _digest(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=16).digest()


class LogReading(HostReading):
    """Follows the log of a container; after a lost connection it goes on after the line that was read last."""

    def __init__(self, reader: HostReader, command: Sequence[str], find_failure: FindFailure) -> None:
        self._reader = reader
        self._command = list(command)
        self._find_failure = find_failure
        self._process: subprocess.Popen[bytes] | None = None
        self._filter = ReplayFilter()
        self._stream: tuple[int, Spool] | None = None
        self._offset = 0
        # A log comes oldest line first; nothing is read above it.
        reader.history_ended = True

    def interrupt(self) -> None:
        """Let what waits for the log raise a HostError at once."""
        if self._process is not None:
            terminate(self._process)

    def close(self) -> None:
        """End the program that prints the log."""
        if self._process is not None:
            end_process(self._process)
            self._process = None

    def read_connection(self) -> None:
        """Read the log until it ends. Raise HostError, as only the log of a container that is gone is complete."""
        reader = self._reader
        process = self._process = start_process(reader.state.name, self._command)
        self._filter.begin()
        splitter, quiet_since = LineSplitter(), time.monotonic()
        output = LogOutput(process)
        for data in output:
            if reader.is_stopping:
                return
            is_quiet = time.monotonic() - quiet_since > _QUIET
            if data:
                quiet_since = time.monotonic()
                self._put_lines(self._filter.take(splitter.feed(data)[0]))
            if data or is_quiet:
                reader.reach(HostCondition.FOLLOWING)
            if is_quiet and self._filter.is_waiting:
                self._give_up()
        self._give_up()
        if reader.is_gone:
            # Else the unfinished last line comes again, whole, with the next connection.
            self._put_lines(self._filter.take(splitter.finish()[0]))
        raise self._explain_end(output.describe_end())

    def _give_up(self) -> None:
        lines = self._filter.give_up()
        if self._filter.gap:
            self._filter.gap = False
            text = (
                f"{self._reader.state.name}: the log no longer holds the line read last: lines between may be missing"
            )
            self._reader.report(SourceStatusKind.FAILED, text)
        self._put_lines(lines)

    def _put_lines(self, lines: list[bytes]) -> None:
        if not lines:
            return
        if self._stream is None:
            self._stream = self._reader.registry.add_stream(self._reader.state.url, self._reader.state.name)
        file, spool = self._stream
        data = b"\n".join(lines) + b"\n"
        spool.add(data)
        self._reader.put(Chunk(file, self._offset, lines, find_line_starts(lines, self._offset)[:-1]))
        self._offset += len(data)

    def _explain_end(self, result: CommandResult) -> HostError:
        error = self._find_failure(self._reader.state.name, result)
        if error is not None:
            return error
        return HostError(f"{self._reader.state.name}: the log ended{f' ({result.reason})' if result.stderr else ''}")


class LogOutput:
    """What a program that prints a log writes: the log, and the last of its errors."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.errors = b""
        """The last bytes of its standard error, which is also that of the container."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield what is printed, and nothing from time to time, until the program ends."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        stdout, stderr = self._process.stdout.fileno(), self._process.stderr.fileno()
        open_streams = [stdout, stderr]
        while open_streams:
            ready = select.select(open_streams, [], [], _POLL)[0]
            if not ready:
                yield b""
            for stream in ready:
                data = os.read(stream, BLOCK_SIZE)
                if not data:
                    open_streams.remove(stream)
                elif stream == stdout:
                    yield data
                else:
                    self.errors = (self.errors + data)[-_MOST_ERRORS:]

    def describe_end(self) -> CommandResult:
        """Return how the program ended, after it has closed its streams."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_TIMEOUT)
        end_process(self._process)
        return CommandResult(self._process.returncode, b"", self.errors)


def read_whole_log(
    name: str, url: str, command: Sequence[str], registry: SourceRegistry, find_failure: FindFailure
) -> Iterator[Chunk]:
    """Yield all lines of a log, oldest first. Raise HostError if it cannot be read."""
    process = start_process(name, command)
    output = LogOutput(process)
    index, spool = registry.add_stream(url, name)
    splitter = LineSplitter()
    try:
        for data in output:
            spool.add(data)
            lines, offsets = splitter.feed(data)
            if lines:
                yield Chunk(index, offsets[0], lines, offsets)
        lines, offsets = splitter.finish()
        yield Chunk(index, offsets[0] if offsets else splitter.position, lines, offsets, last=True)
        result = output.describe_end()
        if not result.ok:
            raise find_failure(name, result) or HostError(f"{name}: {result.reason}")
    finally:
        end_process(process)
