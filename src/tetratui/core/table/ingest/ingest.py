"""Turn batches of lines into columns: texts become codes, and each distinct process block is decoded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.times import UNKNOWN_TIME, parse_rfc3339_all
from tetratui.core.table.ingest.decode_columns import LineDecoder
from tetratui.core.table.ingest.gc_pause import collector_paused
from tetratui.core.table.storage.interned_rows import ContextTable, InternedColumns, SocketTable
from tetratui.core.table.storage.line_locations import LineRun, find_runs
from tetratui.core.table.storage.process_block_cache import ProcessBlockCache
from tetratui.core.table.storage.process_table import ProcessRows, ProcessTable
from tetratui.core.table.unreadable import MAX_LINE_BYTES, UnreadableLine

COLUMNS: dict[str, Any] = {
    "time": np.int64,
    "kind": np.uint8,
    "process": np.uint32,
    "parent": np.uint32,
    "context": np.uint32,
    "socket": np.uint32,
    "size": np.uint32,
    "approximate": np.bool_,
}
"""The columns of the event table."""


class Batch(Protocol):
    """Lines of one file, oldest first; a chunk of `core.sources` is one."""

    @property
    def file(self) -> int:
        """Number of the file, as the function that reads lines back knows it."""

    @property
    def lines(self) -> Sequence[bytes]:
        """The lines without their line feeds."""

    @property
    def offsets(self) -> Sequence[int]:
        """Where each line begins in the file."""


class UnreadableRow(NamedTuple):
    """A line from which no event could be read."""

    before: int
    """Number of events of the batch that stand before it."""
    line: UnreadableLine
    size: int
    """Bytes of the whole line."""


@dataclass(slots=True)
class BatchColumns:
    """The columns of one batch."""

    columns: dict[str, NDArray[Any]]
    count: int
    runs: list[LineRun]
    """Where the lines of the events stand in their file."""
    unreadable: list[UnreadableRow]


@dataclass(slots=True)
class IndexedBatch:
    """A batch as columns and tables of its own: a worker process makes it, a table of this process joins it."""

    batch: BatchColumns
    processes: ProcessRows
    contexts: InternedColumns
    sockets: InternedColumns
    bytes: int
    """Bytes of the lines, line feeds counted."""


SLICE = 128
"""Lines decoded together: so few that the decoded objects stay in the processor's cache until they are columns."""


class BatchReader:
    """Reads batches into rows; the only writer of the process, context and socket tables."""

    def __init__(self, processes: ProcessTable, contexts: ContextTable, sockets: SocketTable) -> None:
        self._processes, self._contexts, self._sockets = processes, contexts, sockets
        self._decoder = LineDecoder(contexts, sockets)
        self._blocks = ProcessBlockCache(processes)

    def read(self, batch: Batch | IndexedBatch) -> BatchColumns:
        """Return the columns of a batch; the rows they name are in the other tables by then."""
        if isinstance(batch, IndexedBatch):
            return self._join(batch)
        with collector_paused():
            return self._decode(batch)

    def _decode(self, batch: Batch) -> BatchColumns:
        lines, rows, unreadable = batch.lines, _Rows(), list[tuple[int, str, int]]()
        for start in range(0, len(lines), SLICE):
            decoded = self._decoder.read(lines[start : start + SLICE])
            unreadable.extend(
                (rows.count + before, reason, start + index) for before, reason, index in decoded.unreadable
            )
            rows.kinds.append(decoded.kind)
            rows.numbers["context"] += decoded.context
            rows.numbers["socket"] += decoded.socket
            rows.numbers["process"] += self._blocks.rows(decoded.processes)
            rows.numbers["parent"] += self._blocks.rows(decoded.parents)
            rows.times += decoded.times
            rows.count += len(decoded.times)
        self._blocks.publish()
        size, runs = _locate_lines(batch, [index for _, _, index in unreadable])
        return BatchColumns(
            rows.columns() | {"size": size}, rows.count, runs, [_unreadable(batch, *where) for where in unreadable]
        )

    def _join(self, indexed: IndexedBatch) -> BatchColumns:
        new = indexed.batch
        rows = self._processes.join(indexed.processes)
        context, socket = self._contexts.join(indexed.contexts), self._sockets.join(indexed.sockets)
        new_rows = {"process": rows, "parent": rows, "context": context, "socket": socket}
        columns = {name: new_rows[name][column] if name in new_rows else column for name, column in new.columns.items()}
        return replace(new, columns=columns)


def index_batch(batch: Batch) -> IndexedBatch:
    """Return a batch as columns and tables of its own."""
    processes = ProcessTable()
    contexts, sockets = ContextTable(processes.texts["node"]), SocketTable()
    new = BatchReader(processes, contexts, sockets).read(batch)
    size = sum(map(len, batch.lines)) + len(batch.lines)
    return IndexedBatch(new, processes.copy_rows(), contexts.copy_rows(), sockets.copy_rows(), size)


def _unreadable(batch: Batch, before: int, reason: str, index: int) -> UnreadableRow:
    line = batch.lines[index]
    unreadable = UnreadableLine(reason, line[:MAX_LINE_BYTES], batch.file, batch.offsets[index])
    return UnreadableRow(before, unreadable, len(line))


class _Rows:
    """The rows of a batch, which grow slice by slice."""

    def __init__(self) -> None:
        self.kinds = [np.empty(0, dtype=COLUMNS["kind"])]
        self.numbers: dict[str, list[int]] = {name: [] for name in ("context", "socket", "process", "parent")}
        self.times: list[str | None] = []
        self.count = 0

    def columns(self) -> dict[str, NDArray[Any]]:
        columns = {name: np.fromiter(rows, COLUMNS[name], len(rows)) for name, rows in self.numbers.items()}
        return columns | {"kind": np.concatenate(self.kinds), "time": parse_rfc3339_all(self.times)}


def _locate_lines(batch: Batch, unreadable: Sequence[int]) -> tuple[NDArray[Any], list[LineRun]]:
    """Return the sizes of the lines of a batch and where they stand, without the unreadable lines."""
    size = np.fromiter(map(len, batch.lines), dtype=COLUMNS["size"], count=len(batch.lines))
    offset = np.array(batch.offsets, dtype=np.int64)
    if unreadable:
        size, offset = np.delete(size, unreadable), np.delete(offset, unreadable)
    return size, find_runs(batch.file, offset, size)


def fill_times(columns: dict[str, NDArray[Any]], before: int) -> None:
    """Set the time of each event without one to that of the line before, and mark it in `approximate`.

    `before` is the time of the line before the batch, -1 if there is none; then the next time in the batch counts.
    """
    time = columns["time"]
    absent = time == UNKNOWN_TIME
    columns["approximate"] = absent
    if not absent.any():
        return
    # For each line the index of the last line up to it that has a time; -1 before the first such line.
    last = np.maximum.accumulate(np.where(absent, -1, np.arange(len(time))))
    leading = before if before != UNKNOWN_TIME or absent.all() else time[np.argmin(absent)]
    columns["time"] = np.where(last >= 0, time[last], leading)
