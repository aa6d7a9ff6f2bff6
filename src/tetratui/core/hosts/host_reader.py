"""Read the events of one host in a thread, and connect again when the connection was lost."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from tetratui.core.hosts.host_state import HostCondition, HostState
from tetratui.core.hosts.interface import HostError, HostRefused
from tetratui.core.sources.follow.mailbox import Mailbox
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.line_location import Chunk
from tetratui.core.sources.source_registry import SourceRegistry

_FIRST_WAIT, _LONGEST_WAIT, _REFUSED_WAIT = 1.0, 60.0, 60.0
"""Seconds until another try: doubled each time, and long where trying may lock the operator out."""


@dataclass(frozen=True, slots=True)
class HistoryChunk:
    """Lines older than all that were read of their host."""

    chunk: Chunk


HostItem = Chunk | HistoryChunk | SourceStatus


class HostReading(ABC):
    """A way to read the events of a host, over one connection after the other."""

    @abstractmethod
    def read_connection(self) -> None:
        """Connect, and read until the source ends or the reader is stopped. Raise HostError if the connection ends."""

    @abstractmethod
    def interrupt(self) -> None:
        """Let what waits for the host raise a HostError at once; any thread may call it."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""


class HostReader:
    """Reads one host. What it reads waits in the mailbox until it is taken; meanwhile the host's writer waits."""

    def __init__(
        self,
        state: HostState,
        registry: SourceRegistry,
        mailbox: Mailbox[HostItem],
        choose: Callable[[HostReader], HostReading],
        interrupt: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the function that decides how the host is read; it is called in the thread, and may ask the host.

        `interrupt` ends what such questions wait for; any thread may call it.
        """
        self.state = state
        self.registry = registry
        self.history_ended = False
        """Whether no older events will come, or the host was not reached at the first try."""
        self.is_gone = False
        """Whether what is read is gone, so that its end is final."""
        self._choose = choose
        self._interrupt = interrupt
        self._reading: HostReading | None = None
        self._mailbox = mailbox
        self._stopping = threading.Event()
        self._no_history = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"host {state.name}", daemon=True)

    def start(self) -> None:
        """Start to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end, and end what it waits for."""
        self._stopping.set()
        self._interrupt()
        if self._reading is not None:
            self._reading.interrupt()

    def stop_history(self) -> None:
        """Read no more older events."""
        self._no_history.set()

    def join(self, timeout: float) -> None:
        """Wait until the thread has ended, which takes a moment after `stop`."""
        if self._thread.ident:
            self._thread.join(timeout)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Whether reading should end."""
        return self._stopping.is_set()

    @property
    def wants_history(self) -> bool:
        """Whether older events should still be read."""
        return not (self._stopping.is_set() or self._no_history.is_set())

    def wait(self, seconds: float) -> None:
        """Wait, unless reading should end."""
        self._stopping.wait(seconds)

    def reach(self, condition: HostCondition) -> None:
        """Note that the host is reached."""
        if self.state.condition is HostCondition.LOST:
            self.report(SourceStatusKind.RETURNED, f"{self.state.name}: connected again")
        self.state.enter(condition)

    def put(self, item: HostItem) -> None:
        """Hand on what was read, once there is room for it."""
        self._mailbox.put(item)

    def report(self, kind: SourceStatusKind, text: str) -> None:
        """Hand on what the operator should know."""
        self._mailbox.put(SourceStatus(kind, text))

    def _run(self) -> None:
        wait = _FIRST_WAIT
        while not self._stopping.is_set():
            try:
                self._reading = self._reading or self._choose(self)
                self._reading.read_connection()
                if not self._stopping.is_set():
                    self._end("nothing more to read")
                return
            except HostError as error:
                if self._stopping.is_set():
                    return
                if self.is_gone:
                    self._end("it is gone")
                    return
                if self.state.condition in {HostCondition.FOLLOWING, HostCondition.HISTORY}:
                    wait = _FIRST_WAIT
                self._lose(error)
                self._stopping.wait(_REFUSED_WAIT if isinstance(error, HostRefused) else wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            except Exception as error:
                # A thread that ends silently would look like a quiet host.
                self._end(f"a fault of tetratui itself: {type(error).__name__}: {error}")
                return
            finally:
                if self._reading is not None:
                    self._reading.close()

    def _lose(self, error: HostError) -> None:
        self.history_ended = True
        if self.state.condition is not HostCondition.LOST or self.state.detail != str(error):
            self.report(SourceStatusKind.FAILED, f"{error}; it is tried again")
        self.state.enter(HostCondition.LOST, str(error))

    def _end(self, why: str) -> None:
        self.history_ended = True
        self.state.enter(HostCondition.ENDED, why)
        self.report(SourceStatusKind.FAILED, f"{self.state.name}: {why}")
