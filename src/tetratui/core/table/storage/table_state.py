"""The tables that belong together: replaced as one when old events leave."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tetratui.core.table.ingest.ingest import COLUMNS
from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable
from tetratui.core.table.storage.line_locations import LineLocations, LineRun
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.table.storage.vector import Held, empty


class TableState(NamedTuple):
    """The event columns and the tables that their codes mean."""

    held: Held
    processes: ProcessTable
    contexts: ContextTable
    sockets: SocketTable
    places: LineLocations

    def place(self, row: int) -> LineRun:
        """Give where the line of a held row begins."""
        run, held = self.places.run(row), self.held
        before = held.columns["size"][held.zero + run.row : held.zero + row]
        return LineRun(row, run.file, run.offset + int(before.sum(dtype=np.int64)) + len(before))

    @property
    def nbytes(self) -> int:
        """Memory it takes, about."""
        tables = self.processes.bytes_held + self.contexts.bytes_held + self.sockets.bytes_held
        return self.held.nbytes + tables + self.places.bytes_held

    def without_oldest(self, count: int) -> TableState:
        """Let the oldest `count` events go, and every process, text and socket that no event left names."""
        process, parent, context, socket = (self.held.view(name)[count:] for name in _CODES)
        processes = np.union1d(np.union1d(process, parent), [0])
        contexts, sockets = np.union1d(context, [0]), np.union1d(socket, [0])
        columns = {
            "process": np.searchsorted(processes, process).astype(np.uint32),
            "parent": np.searchsorted(processes, parent).astype(np.uint32),
            "context": np.searchsorted(contexts, context).astype(np.uint32),
            "socket": np.searchsorted(sockets, socket).astype(np.uint32),
        }
        return TableState(
            self.held.without_oldest(count, columns),
            self.processes.kept(processes),
            self.contexts.kept(contexts),
            self.sockets.kept(sockets),
            self.places.kept(self.place(self.held.first + count)),
        )


_CODES = ("process", "parent", "context", "socket")


def nothing() -> TableState:
    """Begin with no event."""
    processes = ProcessTable()
    return TableState(empty(COLUMNS), processes, ContextTable(processes.texts["node"]), SocketTable(), LineLocations())
