"""What was there before following began, the newest first: by other processes where it is much."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tetratui.core.errors import SourceError
from tetratui.core.sources import Beginning, Chunk, SourceRegistry, read_history
from tetratui.core.sources.byte_range import ByteRange
from tetratui.core.sources.file_content import read_size
from tetratui.core.sources.line_location import BLOCK_SIZE
from tetratui.core.sources.open_source import make_source_error, open_source
from tetratui.core.sources.read_backwards import split_history
from tetratui.core.table.ingest.ingest import Indexed
from tetratui.core.table.ingest.worker_pool import STRETCH, indexed_by, workers_for


@dataclass(slots=True)
class Progress:
    """How much of the history was read; one thread counts, any may ask."""

    whole: int = 0
    """Bytes of the files, of packed ones what they say of their content; 0 while nobody has looked."""
    done: int = 0

    @property
    def share(self) -> float | None:
        """The share that was read, None while nobody has looked; a packed file may hold more than it says."""
        return min(self.done / self.whole, 1.0) if self.whole else None


def history(
    registry: SourceRegistry, beginning: Beginning | None, older: Sequence[Path], progress: Progress
) -> Generator[Chunk | Indexed]:
    """Give what `read_history` reads; the first chunk as soon as it is read, large rests indexed by others.

    What cannot be read is added to `registry.faults`. Close it when the rest is not wanted.
    """
    progress.whole = sum(map(_size, older)) + (beginning.offset if beginning else 0)
    workers = workers_for(progress.whole)
    if not workers:
        yield from read_history(registry, beginning, older)
        return

    def read(byte_range: ByteRange) -> Chunk:
        try:
            return byte_range.read()
        except OSError as error:
            registry.faults.append(make_source_error(registry.path(byte_range.file), error))
            return Chunk(byte_range.file, byte_range.begin, [], [], byte_range.last)

    ranges = split_history(registry, beginning, older, (BLOCK_SIZE, STRETCH))
    for newest in ranges:
        yield read(newest)
        break
    yield from indexed_by(workers, ranges, read)


def bytes_of(batch: Chunk | Indexed) -> int:
    """Give the bytes of a batch's lines, line feeds counted."""
    if isinstance(batch, Indexed):
        return batch.bytes
    # Only the rest of a file, its last chunk, has no line feed.
    return sum(map(len, batch.lines)) + (0 if batch.last else len(batch.lines))


def _size(path: Path) -> int:
    try:
        fd = open_source(path)
    except SourceError:
        # Said when it is read.
        return 0
    try:
        return read_size(fd)
    finally:
        os.close(fd)
