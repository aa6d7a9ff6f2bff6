"""Build an event table from whole sources or from lines in memory, in one go."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tetratui.core.table.event_table import EventTable
from tetratui.core.table.ingest.gc_pause import collector_paused

LINES_PER_BATCH = 4_096


@dataclass(frozen=True, slots=True)
class LineBatch:
    """Lines in memory; whoever reads a line back decides what its offset means."""

    lines: list[bytes]
    offsets: Sequence[int]
    file: int = 0


def build_table(lines: Iterable[bytes]) -> EventTable:
    """Return a table over lines (without line feeds), which stay in memory: attack samples, marks, tests."""
    all_lines: list[bytes] = []
    # The number of a line serves as its offset.
    table = EventTable(lambda _file, number, _size: all_lines[number])
    for batch in _batches(lines):
        table.append(LineBatch(batch, range(len(all_lines), len(all_lines) + len(batch))))
        all_lines.extend(batch)
    return table


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, LINES_PER_BATCH)):
        yield batch


def load(sources: Sequence[str | Path]) -> EventTable:
    """Read every line of the sources, in their order: files, folders with rotated files, `.gz`, `-`.

    A source that breaks off (a truncated gzip) is read as far as possible and named in `table.faults`.

    Raises:
        SourceError: for a source that cannot be read at all.
    """
    # Reading sources needs the packages that watch files; a table over lines in memory does not.
    from tetratui.core.sources import LineLocation, SourceRegistry, expand
    from tetratui.core.sources.byte_range import ByteRange
    from tetratui.core.sources.line_block import LineBlock
    from tetratui.core.sources.open_source import make_source_error
    from tetratui.core.sources.read_sources import split_sources
    from tetratui.core.table.ingest.index_threads import RANGE_BYTES, index_ranges, threads_for

    registry, files = SourceRegistry(), expand(sources)
    table = EventTable(
        lambda file, offset, size: registry.read(LineLocation(file, offset), size), None, registry.read_many
    )

    def read(byte_range: ByteRange) -> LineBlock:
        try:
            return byte_range.read_block()
        except OSError as error:
            raise make_source_error(registry.path(byte_range.file), error) from None

    threads = threads_for(sum(file.stat().st_size for file in files if isinstance(file, Path) and file.is_file()))
    items = split_sources(files, registry, RANGE_BYTES)
    with collector_paused(), closing(index_ranges(threads, items, read)) as batches:
        for batch in batches:
            table.append(batch)
            table.bytes_read += batch.bytes
    table.faults = registry.faults
    _trim_heap()
    return table


def _trim_heap() -> None:
    """Return the memory of lines that were read, which the C library keeps for itself, to the system.

    C libraries other than glibc have no such call.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
