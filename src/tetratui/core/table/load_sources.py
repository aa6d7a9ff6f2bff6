"""Build an event table from whole sources or from lines in memory, in one go."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tetratui.core.table.event_table import EventTable
from tetratui.core.table.host_column import HostColumn
from tetratui.core.table.ingest.gc_pause import collector_paused

if TYPE_CHECKING:
    from tetratui.core.hosts.host_source import Source
    from tetratui.core.sources import Chunk, SourceRegistry
    from tetratui.core.sources.byte_range import ByteRange
    from tetratui.core.sources.line_block import LineBlock

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


def load(sources: Sequence[Source]) -> EventTable:
    """Read every line of the sources, in their order: files, folders with rotated files, compressed files, `-`, hosts.

    A source that breaks off (a truncated gzip) is read as far as possible and named in `table.faults`.

    Raises:
        SourceError: for a source that cannot be read at all.
    """
    # Reading sources needs the packages that watch files; a table over lines in memory does not.
    from tetratui.core.hosts.host_group import read_each_place
    from tetratui.core.hosts.host_source import split_sources_by_place
    from tetratui.core.sources import LineLocation, SourceRegistry, describe_left_out, expand, read_all
    from tetratui.core.sources.envelopes import Unwrappers
    from tetratui.core.sources.read_sources import split_sources
    from tetratui.core.table.ingest.index_threads import RANGE_BYTES, index_ranges, threads_for

    registry, here = SourceRegistry(), split_sources_by_place(sources)[0]
    files = expand(here)
    table = EventTable(
        lambda file, offset, size: registry.read(LineLocation(file, offset), size), None, registry.read_many
    )

    threads = threads_for(sum(file.stat().st_size for file in files if isinstance(file, Path) and file.is_file()))

    def read_here(named: Sequence[str | Path]) -> Iterator[Chunk | ByteRange]:
        # Of ranges only single lines are unwrapped: a small file is read as chunks, in which texts may go on.
        files = expand(named)
        return split_sources(files, registry, RANGE_BYTES) if threads else read_all(files, registry)

    unwrappers = Unwrappers(registry)
    items = unwrappers.unwrap(read_each_place(sources, registry, read_here))
    with collector_paused(), closing(index_ranges(threads, items, partial(_read_range, registry))) as batches:
        for batch in batches:
            table.append(batch)
            table.bytes_read += batch.bytes
    table.faults = registry.faults
    table.notes = describe_left_out(here)
    table.envelopes, table.parts, table.lossy_files = unwrappers.names, unwrappers.parts, registry.lossy
    offer_hosts(table, registry, sources)
    _trim_heap()
    return table


def _read_range(registry: SourceRegistry, byte_range: ByteRange) -> LineBlock:
    # Loaded by now: the range came from a source.
    from tetratui.core.sources.open_source import make_source_error

    try:
        return byte_range.read_block()
    except OSError as error:
        raise make_source_error(registry.path(byte_range.file), error) from None


def offer_hosts(table: EventTable, registry: SourceRegistry, sources: Sequence[Source]) -> None:
    """Offer the host of each event to queries, where there are several sources or one is a cluster."""
    from tetratui.core.hosts.host_source import has_several_hosts
    from tetratui.core.hosts.local import HERE

    if has_several_hosts(sources):
        table.register_column("host", HostColumn(lambda file: registry.host(file) or HERE, table.files))


def _trim_heap() -> None:
    """Return the memory of lines that were read, which the C library keeps for itself, to the system.

    C libraries other than glibc have no such call.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
