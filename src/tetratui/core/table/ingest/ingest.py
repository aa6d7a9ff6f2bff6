"""Lines become columns: decoded, their texts coded, a process block that was seen before not read again."""

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
from tetratui.core.table.storage.line_locations import LineRun, runs_of
from tetratui.core.table.storage.process_block_cache import ProcessBlockCache
from tetratui.core.table.storage.process_table import ProcessRows, ProcessTable
from tetratui.core.table.unreadable import KEPT_BYTES, UnreadableLine

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
    """Lines that stand together, oldest first; a chunk of `core.sources` is one."""

    @property
    def file(self) -> int:
        """Number of the file, as whoever reads lines back knows it."""

    @property
    def lines(self) -> Sequence[bytes]:
        """The lines without their line feeds."""

    @property
    def offsets(self) -> Sequence[int]:
        """Where each line begins in the file."""


class UnreadableRow(NamedTuple):
    """A line that is no event."""

    before: int
    """So many events of the batch stand before it."""
    line: UnreadableLine
    size: int
    """Bytes of the whole line."""


@dataclass(slots=True)
class Taken:
    """What a batch became."""

    columns: dict[str, NDArray[Any]]
    count: int
    runs: list[LineRun]
    """Where the lines of the events stand."""
    unreadable: list[UnreadableRow]


@dataclass(slots=True)
class Indexed:
    """What a batch became in tables of its own: another process reads it, a table here takes it in."""

    taken: Taken
    processes: ProcessRows
    contexts: InternedColumns
    sockets: InternedColumns
    bytes: int
    """Bytes of the lines, line feeds counted."""


SLICE = 128
"""Lines decoded together: what they become stays in a core's own cache until it is columns."""


class Intake:
    """Reads batches into rows; the only writer of the process, own and socket tables."""

    def __init__(self, processes: ProcessTable, contexts: ContextTable, sockets: SocketTable) -> None:
        self._processes, self._contexts, self._sockets = processes, contexts, sockets
        self._reader = LineDecoder(contexts, sockets)
        self._blocks = ProcessBlockCache(processes)

    def take(self, batch: Batch | Indexed) -> Taken:
        """Decode a batch; the rows it needs in the other tables are there when it returns."""
        if isinstance(batch, Indexed):
            return self._joined(batch)
        with collector_paused():
            return self._read(batch)

    def _read(self, batch: Batch) -> Taken:
        lines, rows, unreadable = batch.lines, _Rows(), list[tuple[int, str, int]]()
        for start in range(0, len(lines), SLICE):
            said = self._reader.read(lines[start : start + SLICE])
            unreadable.extend((rows.count + before, reason, start + index) for before, reason, index in said.unreadable)
            rows.kinds.append(said.kind)
            rows.of["context"] += said.context
            rows.of["socket"] += said.socket
            rows.of["process"] += self._blocks.rows(said.processes)
            rows.of["parent"] += self._blocks.rows(said.parents)
            rows.times += said.times
            rows.count += len(said.times)
        self._blocks.publish()
        size, runs = _places(batch, [index for _, _, index in unreadable])
        return Taken(
            rows.columns() | {"size": size}, rows.count, runs, [_unreadable(batch, *one) for one in unreadable]
        )

    def _joined(self, indexed: Indexed) -> Taken:
        taken = indexed.taken
        rows = self._processes.join(indexed.processes)
        context, socket = self._contexts.join(indexed.contexts), self._sockets.join(indexed.sockets)
        of = {"process": rows, "parent": rows, "context": context, "socket": socket}
        columns = {name: of[name][column] if name in of else column for name, column in taken.columns.items()}
        return replace(taken, columns=columns)


def indexed(batch: Batch) -> Indexed:
    """Read a batch into tables of its own."""
    processes = ProcessTable()
    contexts, sockets = ContextTable(processes.texts["node"]), SocketTable()
    taken = Intake(processes, contexts, sockets).take(batch)
    size = sum(map(len, batch.lines)) + len(batch.lines)
    return Indexed(taken, processes.rows(), contexts.rows(), sockets.rows(), size)


def _unreadable(batch: Batch, before: int, reason: str, index: int) -> UnreadableRow:
    line = batch.lines[index]
    return UnreadableRow(before, UnreadableLine(reason, line[:KEPT_BYTES], batch.file, batch.offsets[index]), len(line))


class _Rows:
    """The rows of a batch, slice after slice."""

    def __init__(self) -> None:
        self.kinds = [np.empty(0, dtype=COLUMNS["kind"])]
        self.of: dict[str, list[int]] = {name: [] for name in ("context", "socket", "process", "parent")}
        self.times: list[str | None] = []
        self.count = 0

    def columns(self) -> dict[str, NDArray[Any]]:
        columns = {name: np.fromiter(rows, COLUMNS[name], len(rows)) for name, rows in self.of.items()}
        return columns | {"kind": np.concatenate(self.kinds), "time": parse_rfc3339_all(self.times)}


def _places(batch: Batch, unreadable: Sequence[int]) -> tuple[NDArray[Any], list[LineRun]]:
    """Give the sizes of the lines of a batch and where they stand, those left out that are no event."""
    size = np.fromiter(map(len, batch.lines), dtype=COLUMNS["size"], count=len(batch.lines))
    offset = np.array(batch.offsets, dtype=np.int64)
    if unreadable:
        size, offset = np.delete(size, unreadable), np.delete(offset, unreadable)
    return size, runs_of(batch.file, offset, size)


def stamp(columns: dict[str, NDArray[Any]], before: int) -> None:
    """Give events without a time that of the line before, and mark them; `before` is the last time known, or -1.

    Without any line before, it is the time of the next one that has one.
    """
    time = columns["time"]
    absent = time == UNKNOWN_TIME
    columns["approximate"] = absent
    if not absent.any():
        return
    last = np.maximum.accumulate(np.where(absent, -1, np.arange(len(time))))
    leading = before if before != UNKNOWN_TIME or absent.all() else time[np.argmin(absent)]
    columns["time"] = np.where(last >= 0, time[last], leading)
