"""Turn batches of lines into columns: a scan reads them into tables of its own, the tables of the events join those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tetratui.core.events.lenient_reader import NotAnEventError
from tetratui.core.events.times import UNKNOWN_TIME
from tetratui.core.table.ingest.refused_line import read_refused
from tetratui.core.table.ingest.scan_lines import LineScan, find_lines
from tetratui.core.table.storage.interned_rows import Arena, ContextTable, SocketTable
from tetratui.core.table.storage.line_locations import LineRun, find_runs
from tetratui.core.table.storage.process_table import ProcessTable
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


@runtime_checkable
class Block(Protocol):
    """Whole lines of one file in one piece; `core.sources.line_block` has one."""

    @property
    def file(self) -> int:
        """Number of the file."""

    @property
    def offset(self) -> int:
        """Where the first line begins in the file."""

    @property
    def data(self) -> bytes:
        """The lines, with their line feeds; the last one may lack its own."""

    @property
    def skipped(self) -> int:
        """Bytes of the first line that are not in `data`."""


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


class _Lines(NamedTuple):
    """Lines in one piece: each is data[begins[n]:ends[n]] and stands at offsets[n] in its file."""

    file: int
    data: bytes
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    offsets: NDArray[np.int64]
    size: int
    """Bytes of the lines in their file, with their line feeds."""

    def line(self, row: int) -> bytes:
        return self.data[self.begins[row] : self.ends[row]]


@dataclass(slots=True)
class IndexedBatch:
    """A batch that was scanned: any thread may make it, the thread that owns a table joins it."""

    lines: _Lines
    scan: LineScan
    unreadable: list[tuple[int, str]]
    """Row and reason of each line that is no event."""
    shifts: tuple[tuple[int, int], ...] = ()
    """Where the rows of the source do not follow one another: see `Chunk.shifts`."""

    @property
    def bytes(self) -> int:
        """Bytes of the lines in their file, with their line feeds."""
        return self.lines.size


class BatchReader:
    """Reads batches into rows; the only writer of the process, context and socket tables."""

    def __init__(self, processes: ProcessTable, contexts: ContextTable, sockets: SocketTable) -> None:
        self._processes, self._contexts, self._sockets = processes, contexts, sockets
        self._scan = LineScan()

    def read(self, batch: Batch | Block | IndexedBatch) -> BatchColumns:
        """Return the columns of a batch; the rows they name are in the other tables by then."""
        return self._join(batch if isinstance(batch, IndexedBatch) else index_batch(batch, self._scan))

    def _join(self, indexed: IndexedBatch) -> BatchColumns:
        lines, scan = indexed.lines, indexed.scan
        arena = Arena(scan.texts.data, scan.texts.starts)
        rows = self._processes.join(scan.blocks, arena)
        columns: dict[str, NDArray[Any]] = {
            "time": scan.time,
            "kind": scan.kind,
            "process": rows[scan.process],
            "parent": rows[scan.parent],
            "context": self._contexts.join(scan.contexts, arena)[scan.context],
            "socket": self._sockets.join(scan.sockets, arena)[scan.socket],
            "size": (lines.ends - lines.begins).astype(COLUMNS["size"]),
        }
        offsets, rejected = lines.offsets, [row for row, _ in indexed.unreadable]
        if rejected:
            columns = {name: np.delete(column, rejected) for name, column in columns.items()}
            offsets = np.delete(offsets, rejected)
        unreadable = [
            _unreadable(lines, row, row - number, why) for number, (row, why) in enumerate(indexed.unreadable)
        ]
        return BatchColumns(columns, len(offsets), find_runs(lines.file, offsets, columns["size"]), unreadable)


def index_batch(batch: Batch | Block, scan: LineScan | None = None) -> IndexedBatch:
    """Scan a batch; `scan` may be one whose last batch was joined."""
    lines = _find_lines(batch) if isinstance(batch, Block) else _join_lines(batch)
    scan = scan or LineScan()
    scan.clear(len(lines.begins))
    scan.scan(lines.data, lines.begins, lines.ends)
    return IndexedBatch(lines, scan, _scan_refused(lines, scan), getattr(batch, "shifts", ()))


def _find_lines(block: Block) -> _Lines:
    begins, ends = find_lines(block.data)
    offsets = begins + block.offset
    offsets[1:] += block.skipped
    return _Lines(block.file, block.data, begins, ends, offsets, len(block.data))


def _join_lines(batch: Batch) -> _Lines:
    lines = batch.lines
    data, (begins, ends) = _in_one_piece(lines)
    # Only the last line of a file may lack its line feed.
    size = len(data) + (bool(lines) and not getattr(batch, "last", False))
    return _Lines(batch.file, data, begins, ends, np.array(batch.offsets, dtype=np.int64), size)


def _in_one_piece(lines: Sequence[bytes]) -> tuple[bytes, NDArray[np.int64]]:
    sizes = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
    ends = np.cumsum(sizes + 1) - 1
    return b"\n".join(lines), np.array([ends - sizes, ends])


def _scan_refused(lines: _Lines, scan: LineScan) -> list[tuple[int, str]]:
    """Scan the lines that were refused as `read_refused` rewrites them; return those that are no event, and why.

    It gets the lines in their order.
    """
    usual: list[bytes] = []
    rows: list[int] = []
    unreadable: list[tuple[int, str]] = []
    for row in scan.take_refused():
        try:
            usual.append(read_refused(lines.line(row)))
            rows.append(row)
        except NotAnEventError as error:
            unreadable.append((row, str(error)))
    if rows:
        data, (begins, ends) = _in_one_piece(usual)
        scan.scan(data, begins, ends, np.array(rows, dtype=np.int64))
        if refused := scan.take_refused():
            raise RuntimeError(f"the fast reader refuses a rewritten line: {usual[rows.index(refused[0])]!r}")
    return unreadable


def _unreadable(lines: _Lines, row: int, before: int, reason: str) -> UnreadableRow:
    line = lines.line(row)
    unreadable = UnreadableLine(reason, line[:MAX_LINE_BYTES], lines.file, int(lines.offsets[row]))
    return UnreadableRow(before, unreadable, len(line))


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
