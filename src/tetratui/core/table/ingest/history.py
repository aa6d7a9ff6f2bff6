"""Read the history of a source, newest first; threads index it where it is large."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources import Beginning, SourceRegistry
from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.file_content import read_size
from tetratui.core.sources.line_block import LineBlock
from tetratui.core.sources.line_location import BLOCK_SIZE
from tetratui.core.sources.open_source import make_source_error, open_source
from tetratui.core.sources.read_backwards import split_history
from tetratui.core.table.ingest.index_threads import RANGE_BYTES, index_ranges, threads_for
from tetratui.core.table.ingest.ingest import IndexedBatch, index_batch


@dataclass(slots=True)
class HistoryProgress:
    """How much of the history was read. One thread counts, any thread may read."""

    whole: int = 0
    """Bytes of the files, for compressed ones the size they state for their content; 0 until it is known."""
    done: int = 0

    @property
    def share(self) -> float | None:
        """The share that was read, None until `whole` is known."""
        # A compressed file may hold more than it states.
        return min(self.done / self.whole, 1.0) if self.whole else None


def index_history(
    registry: SourceRegistry, beginning: Beginning | None, older: Sequence[Path], progress: HistoryProgress
) -> Generator[IndexedBatch]:
    """Yield what `read_history` reads, indexed: a small first part at once, a large rest in threads.

    What cannot be read is added to `registry.faults`. Close the generator when the rest is not wanted.
    """
    progress.whole = sum(map(_size, older)) + (beginning.offset if beginning else 0)

    def read(byte_range: ByteRange) -> LineBlock:
        try:
            return byte_range.read_block()
        except OSError as error:
            registry.faults.append(make_source_error(registry.path(byte_range.file), error))
            return LineBlock(byte_range.file, byte_range.begin, b"", last=byte_range.last)

    ranges = split_history(registry, beginning, older, (BLOCK_SIZE, RANGE_BYTES))
    # The newest events must not wait for threads to start.
    for newest in ranges:
        yield index_batch(read(newest))
        break
    yield from index_ranges(threads_for(progress.whole), ranges, read)


def _size(path: Path) -> int:
    try:
        fd = open_source(path)
    except SourceError:
        # Reading it reports the error.
        return 0
    try:
        return read_size(fd)
    finally:
        os.close(fd)
