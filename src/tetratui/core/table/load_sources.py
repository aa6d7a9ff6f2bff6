"""A table over whole sources at once: what the headless verbs work on."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tetratui.core.table.event_table import EventTable
from tetratui.core.table.ingest.gc_pause import collector_paused

LINES_A_BATCH = 4_096


@dataclass(frozen=True, slots=True)
class HeldBatch:
    """Lines held in memory; their offsets are their numbers."""

    lines: list[bytes]
    offsets: Sequence[int]
    file: int = 0


def table_of(lines: Iterable[bytes]) -> EventTable:
    """Make a table over lines (without line feeds) that stay in memory: bundled attack samples, marks, tests."""
    held: list[bytes] = []
    table = EventTable(lambda _file, number, _size: held[number])
    for batch in _batches(lines):
        table.append(HeldBatch(batch, range(len(held), len(held) + len(batch))))
        held.extend(batch)
    return table


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, LINES_A_BATCH)):
        yield batch


def load(sources: Sequence[str | Path]) -> EventTable:
    """Read every line of the sources, in their order: files, folders with rotated files, `.gz`, `-`.

    A source that breaks off (a truncated gzip) is held as far as it could be read and told in `table.faults`. Raises
    SourceError for one that cannot be read at all.
    """
    # Reading sources needs the watcher's packages; a table over held lines does not.
    from tetratui.core.sources import Chunk, LineLocation, SourceRegistry, expand, read_all
    from tetratui.core.sources.byte_range import ByteRange
    from tetratui.core.sources.open_source import make_source_error
    from tetratui.core.sources.read_sources import split_sources
    from tetratui.core.table.ingest.history import bytes_of
    from tetratui.core.table.ingest.worker_pool import STRETCH, indexed_by, workers_for

    registry, files = SourceRegistry(), expand(sources)
    table = EventTable(lambda file, offset, size: registry.read(LineLocation(file, offset), size))

    def read(byte_range: ByteRange) -> Chunk:
        try:
            return byte_range.read()
        except OSError as error:
            raise make_source_error(registry.path(byte_range.file), error) from None

    workers = workers_for(sum(file.stat().st_size for file in files if isinstance(file, Path) and file.is_file()))
    items = split_sources(files, registry, STRETCH) if workers else read_all(files, registry)
    with collector_paused(), closing(indexed_by(workers, items, read)) as batches:
        for batch in batches:
            table.append(batch)
            table.bytes_read += bytes_of(batch)
    table.faults = registry.faults
    _give_back()
    return table


def _give_back() -> None:
    """Return to the system what the C library kept of the lines that were read; other libraries keep little."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
