"""A table over whole sources at once: what the headless verbs work on."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tetratui.core.table.event_table import EventTable

LINES_A_BATCH = 4_096


@dataclass(frozen=True, slots=True)
class HeldBatch:
    """Lines held in memory; their offsets are their numbers."""

    lines: list[bytes]
    offsets: Sequence[int]
    file: int = 0


def table_of(lines: Iterable[bytes]) -> EventTable:
    """Make a table over lines (without line feeds) that stay in memory: bundled needles, marks, tests."""
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


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the cycle collector: reading makes no cycles, and it would walk all texts again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load(sources: Sequence[str | Path]) -> EventTable:
    """Read every line of the sources, in their order: files, folders with rotated files, `.gz`, `-`.

    A source that breaks off (a truncated gzip) is held as far as it could be read and told in `table.faults`. Raises
    SourceError for one that cannot be read at all.
    """
    # Reading sources needs the watcher's packages; a table over held lines does not.
    from tetratui.core.sources import Origins, Place, expand, read_all

    origins = Origins()
    table = EventTable(lambda file, offset, size: origins.read(Place(file, offset), size))
    with _collector_paused():
        for chunk in read_all(expand(sources), origins):
            table.append(chunk)
            # Only the rest of a file, its last chunk, has no line feed.
            table.bytes_read += sum(map(len, chunk.lines)) + (0 if chunk.last else len(chunk.lines))
    table.faults = origins.faults
    _give_back()
    return table


def _give_back() -> None:
    """Return to the system what the C library kept of the lines that were read; other libraries keep little."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
