"""Read a pipe in a thread. Its bytes also go to a spool file, so that a line can be read back."""

from __future__ import annotations

import os
import select
from pathlib import Path

from tetratui.core.sources.follow.source_thread import SourceThread
from tetratui.core.sources.follow.status import SourceStatusKind
from tetratui.core.sources.line_location import BLOCK_SIZE, Chunk
from tetratui.core.sources.line_splitter import LineSplitter
from tetratui.core.sources.open_source import open_source
from tetratui.core.sources.source_files import Stdin
from tetratui.core.sources.source_registry import SourceRegistry

_STOP_CHECK = 0.2
"""Seconds after which a waiting read checks whether it should stop."""


class PipeReader(SourceThread):
    """Reads the standard input or a named pipe. While nothing is taken, the writer waits, and no line is lost."""

    def __init__(self, source: Stdin | Path, registry: SourceRegistry, *, capacity: int = 16) -> None:
        super().__init__(f"read {source}", capacity)
        self._source = source
        self._registry = registry
        self._fd = -1

    def start(self) -> None:
        """Open the pipe and start reading; raise SourceError if it cannot be opened.

        The standard input is copied to a new descriptor, as a screen puts the terminal in its place.
        """
        self._fd = os.dup(0) if isinstance(self._source, Stdin) else open_source(self._source)
        self._thread.start()

    def _run(self) -> None:
        index, spool = self._registry.add_stream(str(self._source))
        splitter = LineSplitter()
        reported_full = False
        try:
            while (data := self._read()) is not None:
                spool.add(data)
                if spool.full and not reported_full:
                    reported_full = True
                    self._report(
                        SourceStatusKind.FAILED,
                        f"{self._source}: no space for a temporary copy: lines can no longer be read back; "
                        "set TMPDIR to a folder with more space",
                    )
                self._put_lines(index, splitter.feed(data))
            self._put_lines(index, splitter.finish())
            self._report(SourceStatusKind.ENDED, f"{self._source}: the writer closed it")
        except OSError as error:
            self._report(SourceStatusKind.ENDED, f"{self._source}: {error.strerror or error}")
        finally:
            os.close(self._fd)

    def _read(self) -> bytes | None:
        """Wait for bytes and return them; None at the end of the pipe, or when the thread should stop."""
        while not self._stopping.is_set():
            if select.select([self._fd], [], [], _STOP_CHECK)[0]:
                return os.read(self._fd, BLOCK_SIZE) or None
        return None

    def _put_lines(self, index: int, split: tuple[list[bytes], list[int]]) -> None:
        lines, offsets = split
        if lines:
            self._put(Chunk(index, offsets[0], lines, offsets))
