"""Read one source in a thread, and pass its lines on in order."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from tetratui.core.sources.follow.mailbox import Mailbox
from tetratui.core.sources.follow.status import SourceStatus, SourceStatusKind
from tetratui.core.sources.line_location import Chunk


class SourceThread(ABC):
    """Reads a source in a thread of its own. Chunks and status reports wait in order until they are taken.

    At most `capacity` of them wait. The thread then stops reading until some are taken.
    """

    def __init__(self, name: str, capacity: int) -> None:
        self._mailbox: Mailbox[Chunk | SourceStatus] = Mailbox(capacity)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def take(self, timeout: float | None = None) -> list[Chunk | SourceStatus]:
        """Return all that was read, waiting up to `timeout` seconds; empty if nothing came, or after `stop()`."""
        return self._mailbox.take(timeout)

    def stop(self) -> None:
        """End the thread and close the source. What was read can still be taken."""
        self._stopping.set()
        self._mailbox.close()
        # A thread that was never started cannot be joined.
        if self._thread.ident:
            self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Read the source until its end, or until `_stopping` is set."""

    def _put(self, chunk: Chunk | None) -> None:
        if chunk and chunk.lines:
            self._mailbox.put(chunk)

    def _report(self, kind: SourceStatusKind, text: str) -> None:
        self._mailbox.put(SourceStatus(kind, text))
