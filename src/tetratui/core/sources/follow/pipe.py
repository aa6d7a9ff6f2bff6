"""Read a pipe in a thread; its bytes go to a spool file too, so that a line can be read back."""

from __future__ import annotations

import os
import select
import threading
from pathlib import Path

from tetratui.core.sources.follow.mailbox import Mailbox
from tetratui.core.sources.follow.status import SourceEventKind, SourceStatus
from tetratui.core.sources.line_location import BLOCK, Chunk
from tetratui.core.sources.line_splitter import LineSplitter
from tetratui.core.sources.open_source import open_source
from tetratui.core.sources.source_files import Stdin
from tetratui.core.sources.source_registry import SourceRegistry

_LOOK = 0.2
"""Seconds after which a waiting read sees that it shall stop."""


class PipeReader:
    """Reads the standard input or a named pipe; when nobody takes, the writer waits and no line is lost."""

    def __init__(self, source: Stdin | Path, origins: SourceRegistry, *, capacity: int = 16) -> None:
        self.lost = 0
        """Lines that could not be taken: always none, the writer waits instead."""
        self._source = source
        self._origins = origins
        self._mailbox: Mailbox[Chunk | SourceStatus] = Mailbox(capacity)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"read {source}", daemon=True)
        self._fd = -1

    def start(self) -> None:
        """Open the pipe and begin to read; raises SourceError.

        The standard input is copied to a descriptor of our own: a screen takes the terminal in its place.
        """
        self._fd = os.dup(0) if isinstance(self._source, Stdin) else open_source(self._source)
        self._thread.start()

    def take(self, timeout: float | None = None) -> list[Chunk | SourceStatus]:
        """Take all that was read, waiting up to `timeout` seconds; empty when nothing came, or after `stop()`."""
        return self._mailbox.take(timeout)

    def stop(self) -> None:
        """End the thread and close the pipe."""
        self._stop.set()
        self._mailbox.close()
        if self._thread.ident:
            self._thread.join()

    def _run(self) -> None:
        index, spool = self._origins.add_stream(str(self._source))
        cutter = LineSplitter()
        told = False
        try:
            while (data := self._read()) is not None:
                spool.keep(data)
                if spool.full and not told:
                    told = True
                    self._tell(
                        SourceEventKind.FAILED, "no room to keep the lines of the pipe: they cannot be read back"
                    )
                self._put(index, cutter.feed(data))
            self._put(index, cutter.rest())
            self._tell(SourceEventKind.ENDED, f"{self._source}: its writer closed it")
        except OSError as error:
            self._tell(SourceEventKind.ENDED, f"{self._source}: {error.strerror or error}")
        finally:
            os.close(self._fd)

    def _read(self) -> bytes | None:
        """Wait for bytes; None at the end."""
        while not self._stop.is_set():
            if select.select([self._fd], [], [], _LOOK)[0]:
                return os.read(self._fd, BLOCK) or None
        return None

    def _put(self, index: int, cut: tuple[list[bytes], list[int]]) -> None:
        lines, offsets = cut
        if lines:
            self._mailbox.put(Chunk(index, offsets[0], lines, offsets))

    def _tell(self, kind: SourceEventKind, text: str) -> None:
        self._mailbox.put(SourceStatus(kind, text))
