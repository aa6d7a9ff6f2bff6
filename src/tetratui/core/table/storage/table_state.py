"""The columns and tables that fit together: replaced as one when old events leave memory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tetratui.core.table.ingest.ingest import COLUMNS
from tetratui.core.table.storage.interned_rows import ContextTable, SocketTable
from tetratui.core.table.storage.line_locations import LineLocations, LineRun
from tetratui.core.table.storage.process_table import ProcessTable
from tetratui.core.table.storage.vector import Held, empty


class TableState(NamedTuple):
    """The event columns, the tables whose rows they name, and where the lines stand."""

    window: Held
    processes: ProcessTable
    contexts: ContextTable
    sockets: SocketTable
    line_locations: LineLocations

    @classmethod
    def empty(cls) -> TableState:
        """Return a state without events."""
        processes = ProcessTable()
        # Nodes are one set of texts: a context and an exec id name the same node by the same code.
        contexts = ContextTable(processes.texts["node"])
        return cls(empty(COLUMNS), processes, contexts, SocketTable(), LineLocations())

    def freeze(self, first: int, stop: int) -> TableState:
        """Return the row ids [first, stop) of this state, as they are now: no table of it grows any more."""
        # The events first: every row that they name is in the tables, which are looked at after them.
        window = self.window._replace(first=first, stop=stop)
        tables = self.processes.freeze(), self.contexts.freeze(), self.sockets.freeze()
        return TableState(window, *tables, self.line_locations)

    def locate_line(self, row: int) -> LineRun:
        """Return where the line of a row in memory begins."""
        run, window = self.line_locations.run(row), self.window
        sizes = window.columns["size"][window.zero + run.row : window.zero + row]
        # One line feed after each line before it in the run.
        return LineRun(row, run.file, run.offset + int(sizes.sum(dtype=np.int64)) + len(sizes))

    @property
    def nbytes(self) -> int:
        """Memory in use, about."""
        tables = self.processes.nbytes + self.contexts.nbytes + self.sockets.nbytes
        return self.window.nbytes + tables + self.line_locations.nbytes

    def without_oldest(self, count: int) -> TableState:
        """Return a state without the oldest `count` events, and without the rows and texts that only they name."""
        process, parent, context, socket = (self.window.view(name)[count:] for name in _ROW_COLUMNS)
        # Row 0, "none", stays row 0 in each table.
        processes = np.union1d(np.union1d(process, parent), [0])
        contexts, sockets = np.union1d(context, [0]), np.union1d(socket, [0])
        columns = {
            "process": np.searchsorted(processes, process).astype(np.uint32),
            "parent": np.searchsorted(processes, parent).astype(np.uint32),
            "context": np.searchsorted(contexts, context).astype(np.uint32),
            "socket": np.searchsorted(sockets, socket).astype(np.uint32),
        }
        return TableState(
            self.window.without_oldest(count, columns),
            self.processes.select(processes),
            self.contexts.select(contexts),
            self.sockets.select(sockets),
            self.line_locations.select_from(self.locate_line(self.window.first + count)),
        )


_ROW_COLUMNS = ("process", "parent", "context", "socket")
