"""The tables that belong together: replaced as one when old events leave."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tetratui.core.table.distinct import OwnTable, SocketTable
from tetratui.core.table.intake import COLUMNS
from tetratui.core.table.places import Places, Run
from tetratui.core.table.processes import ProcessTable
from tetratui.core.table.vector import Held, empty


class State(NamedTuple):
    """The event columns and the tables that their codes mean."""

    held: Held
    processes: ProcessTable
    owns: OwnTable
    sockets: SocketTable
    places: Places

    def place(self, row: int) -> Run:
        """Give where the line of a held row begins."""
        run, (columns, zero, *_) = self.places.run(row), self.held
        before = columns["size"][zero + run.row : zero + row]
        return Run(row, run.file, run.offset + int(before.sum(dtype=np.int64)) + len(before))

    @property
    def nbytes(self) -> int:
        """Memory it takes, about."""
        tables = self.processes.bytes_held + self.owns.bytes_held + self.sockets.bytes_held
        return self.held.nbytes + tables + self.places.bytes_held

    def without_oldest(self, count: int) -> State:
        """Let the oldest `count` events go, and every process, text and socket that no event left names."""
        process, parent, own, socket = (self.held.view(name)[count:] for name in _CODES)
        processes = np.union1d(np.union1d(process, parent), [0])
        owns, sockets = np.union1d(own, [0]), np.union1d(socket, [0])
        columns = {
            "process": np.searchsorted(processes, process).astype(np.uint32),
            "parent": np.searchsorted(processes, parent).astype(np.uint32),
            "own": np.searchsorted(owns, own).astype(np.uint32),
            "socket": np.searchsorted(sockets, socket).astype(np.uint32),
        }
        return State(
            self.held.without_oldest(count, columns),
            self.processes.kept(processes),
            self.owns.kept(owns),
            self.sockets.kept(sockets),
            self.places.kept(self.place(self.held.first + count)),
        )


_CODES = ("process", "parent", "own", "socket")


def nothing() -> State:
    """Begin with no event."""
    processes = ProcessTable()
    return State(empty(COLUMNS), processes, OwnTable(processes.texts["node"]), SocketTable(), Places())
